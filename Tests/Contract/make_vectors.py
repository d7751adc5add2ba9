#!/usr/bin/python3
"""Writes the golden vectors of the contract: contract/vectors/points.json and contract/vectors/messages.json.

Standard library only, and not a line shared with the Swift code or with check_contract.py, which derives every
expected text again by other means. Most cases also carry their text written down by hand ("pin"): it is asserted here.
"""

import json
import struct
from decimal import Context, Decimal, ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "contract" / "vectors"
WIDE = Context(prec=2000)


# ---- Words to text -------------------------------------------------------------------------------------------------


def shortest_float32(bits):
    """The shortest decimal inside the interval that rounds to the float; of those the nearest, of two the even one."""
    sign, exponent, fraction = bits >> 31, bits >> 23 & 0xFF, bits & 0x7FFFFF
    if exponent == 0xFF:
        return None
    mantissa, power = (fraction, -149) if exponent == 0 else (fraction | 0x800000, exponent - 150)
    if mantissa == 0:
        return Decimal(0)
    unit = Fraction(2) ** power
    value = mantissa * unit
    # Below a power of two the floats stand twice as close, but for the smallest normal one.
    gap_below = unit / 2 if fraction == 0 and exponent > 1 else unit
    low, high = value - gap_below / 2, value + unit / 2
    for power_of_ten in range(40, -80, -1):
        step = Fraction(10) ** power_of_ten
        first = int(value / step)
        inside = [
            n for n in (first, first + 1)
            if n > 0 and (low < n * step < high or (mantissa % 2 == 0 and n * step in (low, high)))
        ]
        if inside:
            best = min(inside, key=lambda n: (abs(n * step - value), n % 2))
            return WIDE.scaleb(Decimal(-best if sign else best), power_of_ten)
    raise AssertionError("every float has a short decimal")


def shortest_float64(bits):
    value = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
    return None if value != value or value in (float("inf"), float("-inf")) else Decimal(repr(value))


def text_of(number, may_have_exponent):
    """The canonical text of a Decimal."""
    if number == 0:
        return "0"
    sign, digits, exponent = number.as_tuple()
    digits = "".join(map(str, digits)).lstrip("0")
    exponent += len(digits) - len(digits.rstrip("0"))
    digits = digits.rstrip("0")
    magnitude = exponent + len(digits) - 1
    minus = "-" if sign else ""
    if may_have_exponent and not -6 <= magnitude < 15:
        return minus + digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{magnitude}"
    if exponent >= 0:
        return minus + digits + "0" * exponent
    if magnitude < 0:
        return minus + "0." + "0" * (-magnitude - 1) + digits
    return minus + digits[:exponent] + "." + digits[exponent:]


def text_of_point(point):
    words = [bytes.fromhex(word) for word in point["words"].split()]
    if point["table"] in ("coil", "discrete"):
        number = Decimal(int(words[0].hex(), 16))
    else:
        if point["order"] in ("CDAB", "DCBA"):
            words.reverse()
        if point["order"] in ("BADC", "DCBA"):
            words = [word[::-1] for word in words]
        raw = b"".join(words)
        kind = point["type"]
        if kind == "float32":
            number = shortest_float32(int.from_bytes(raw, "big"))
        elif kind == "float64":
            number = shortest_float64(int.from_bytes(raw, "big"))
        else:
            integer = int.from_bytes(raw, "big", signed=kind.startswith("int"))
            if point["bits"] is not None:
                low, high = point["bits"]
                integer = integer >> low & (1 << high - low + 1) - 1
            number = Decimal(integer)
    if number is None:
        return "failed"
    result = WIDE.add(WIDE.multiply(number, Decimal(point["scale"])), Decimal(point["offset"]))
    return text_of(result, point["type"].startswith("float"))


# ---- Points --------------------------------------------------------------------------------------------------------

points = []


def words_of(type, value):
    """The words of a value, most significant first; text is taken as words already."""
    if isinstance(value, str):
        return value
    code = {
        "bool": ">H", "uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "uint64": ">Q", "int64": ">q",
        "float32": ">f", "float64": ">d",
    }[type]
    raw = struct.pack(code, value).hex()
    return " ".join(raw[at:at + 4] for at in range(0, len(raw), 4))


def definition(type, value, scale="1", offset="0", order="ABCD", bits=None, table="holding"):
    return {
        "table": table, "type": type, "order": order, "bits": bits, "scale": scale, "offset": offset,
        "words": words_of(type, value),
    }


def point(name, pin, type, value, **more):
    case = {"name": name, **definition(type, value, **more)}
    case["expect"] = text_of_point(case)
    assert pin is None or pin == case["expect"], (name, pin, case["expect"])
    assert all(case["name"] != other["name"] for other in points), name
    points.append(case)


# Integers, scale and offset.
point("12345 x 0.01", "123.45", "uint16", 12345, scale="0.01")
point("scale 0.001", "12.345", "uint16", 12345, scale="0.001")
point("scale 0.1", "1234.5", "uint16", 12345, scale="0.1")
point("scale 10", "123450", "uint16", 12345, scale="10")
point("scale written 1.0e1", "123450", "uint16", 12345, scale="1.0e1")
point("no scale", "12345", "uint16", 12345)
point("zero is zero", "0", "uint16", 0)
point("zero times a scale is zero", "0", "uint16", 0, scale="0.001")
point("65535 is a value", "65535", "uint16", 65535)
point("65535 x 0.1 is a value", "6553.5", "uint16", 65535, scale="0.1")
point("trailing zeros go: 12300 x 0.01", "123", "uint16", 12300, scale="0.01")
point("trailing zeros go: 12340 x 0.01", "123.4", "uint16", 12340, scale="0.01")
point("zeros before the point stay: 100 x 10", "1000", "uint16", 100, scale="10")
point("zeros after the point: 5 x 0.001", "0.005", "uint16", 5, scale="0.001")
point("offset", "1250.5", "uint16", 12500, scale="0.1", offset="0.5")
point("negative offset", "22.5", "uint16", 625, scale="0.1", offset="-40")
point("negative offset, sign changes", "-15", "uint16", 250, scale="0.1", offset="-40")
point("result becomes zero", "0", "uint16", 400, scale="0.1", offset="-40")
point("negative result becomes zero, no -0", "0", "int16", -400, scale="0.1", offset="40")
point("sign changes to positive", "0.1", "int16", -399, scale="0.1", offset="40")
point("sum carries into a new digit", "100", "uint16", 999, scale="0.1", offset="0.1")
point("difference borrows", "99.9", "uint16", 1000, scale="0.1", offset="-0.1")
point("difference borrows far", "999999999999.999999999999", "uint16", 1, scale="1e12", offset="-1e-12")
point("negative scale", "-123.45", "uint16", 12345, scale="-0.01")
point("negative scale and negative number", "123.45", "int16", -12345, scale="-0.01")
point("offset alone", "12345.000000000001", "uint16", 12345, offset="0.000000000001")
point("scale 1e-12", "0.000000012345", "uint16", 12345, scale="1e-12")
point("scale 1e12", "12345000000000000", "uint16", 12345, scale="1e12")
point("1 x 1e-12: an integer never has an exponent", "0.000000000001", "uint16", 1, scale="1e-12")
point("scale with 18 digits", None, "uint16", 65535, scale="123456.789012345678")
point("offset with 18 digits", "123457.789012345678", "uint16", 1, offset="123456.789012345678")
point("largest scale: 18 nines x 1e12", "999999999999999999000000000000", "uint16", 1, scale="999999999999999999e12")
point("smallest scale with 18 digits", "0.999999999999", "uint16", 1, scale="0.999999999999")
point("largest scale and smallest offset", "999999999999999999000000000000.000000000001", "uint16", 1,
      scale="999999999999999999e12", offset="1e-12")
point("int16 -1", "-1", "int16", -1)
point("int16 -1 x 0.01", "-0.01", "int16", -1, scale="0.01")
point("int16 smallest", "-32768", "int16", -32768)
point("int16 smallest x 0.1", "-3276.8", "int16", -32768, scale="0.1")
point("int16 largest", "32767", "int16", 32767)
point("uint32 largest", "4294967295", "uint32", 4294967295)
point("uint32 largest x 0.001", "4294967.295", "uint32", 4294967295, scale="0.001")
point("int32 smallest", "-2147483648", "int32", -2147483648)
point("int32 smallest x 0.01", "-21474836.48", "int32", -2147483648, scale="0.01")
point("int32 -1", "-1", "int32", -1)
point("uint64 largest", "18446744073709551615", "uint64", 2**64 - 1)
point("uint64 largest x 0.001", "18446744073709551.615", "uint64", 2**64 - 1, scale="0.001")
point("uint64 largest x 1e12", "18446744073709551615000000000000", "uint64", 2**64 - 1, scale="1e12")
point("uint64 largest x 1e-12", "18446744.073709551615", "uint64", 2**64 - 1, scale="1e-12")
point("uint64 largest x 18 nines", None, "uint64", 2**64 - 1, scale="999999999999999999")
point("uint64 largest x 18 nines e12 with an offset", None, "uint64", 2**64 - 1, scale="999999999999999999e12",
      offset="-0.123456789012")
point("int64 smallest", "-9223372036854775808", "int64", -2**63)
point("int64 smallest x 0.001", "-9223372036854775.808", "int64", -2**63, scale="0.001")
point("int64 smallest, scale -1", "9223372036854775808", "int64", -2**63, scale="-1")
point("uint64 above 2^53 keeps every digit", "90071992547409.93", "uint64", 2**53 + 1, scale="0.01")
point("input register", "230.1", "uint16", 2301, scale="0.1", table="input")

# The four orders.
for order, words in [("ABCD", "1234"), ("CDAB", "1234"), ("BADC", "3412"), ("DCBA", "3412")]:
    point(f"16 bits {order}", "4660", "uint16", words, order=order)
for order, words in [("ABCD", "ff38"), ("CDAB", "ff38"), ("BADC", "38ff"), ("DCBA", "38ff")]:
    point(f"16 bits signed {order}", "-200", "int16", words, order=order)
for order, words in [
    ("ABCD", "1234 5678"), ("CDAB", "5678 1234"), ("BADC", "3412 7856"), ("DCBA", "7856 3412"),
]:
    point(f"32 bits {order}", "305419896", "uint32", words, order=order)
for order, words in [
    ("ABCD", "4366 199a"), ("CDAB", "199a 4366"), ("BADC", "6643 9a19"), ("DCBA", "9a19 6643"),
]:
    point(f"32-bit float {order}", "230.1", "float32", words, order=order)
for order, words in [
    ("ABCD", "0123 4567 89ab cdef"), ("CDAB", "cdef 89ab 4567 0123"),
    ("BADC", "2301 6745 ab89 efcd"), ("DCBA", "efcd ab89 6745 2301"),
]:
    point(f"64 bits {order}", "81985529216486895", "uint64", words, order=order)
for order, words in [
    ("ABCD", "3ff8 0000 0000 0001"), ("CDAB", "0001 0000 0000 3ff8"),
    ("BADC", "f83f 0000 0000 0100"), ("DCBA", "0100 0000 0000 f83f"),
]:
    point(f"64-bit float {order}", "1.5000000000000002", "float64", words, order=order)

# Bits.
point("lowest bit set", "1", "bool", 0x0001, bits=[0, 0])
point("lowest bit clear", "0", "bool", 0xFFFE, bits=[0, 0])
point("highest bit set", "1", "bool", 0x8000, bits=[15, 15])
point("bit 8 with bytes swapped stands in the first byte of the wire's second", "1", "bool", "0001", bits=[8, 8],
      order="BADC")
point("a range of bits", "10", "uint16", 0x0AB0, bits=[8, 11])
point("a range of bits with scale and offset", "-30", "uint16", 0x0AB0, bits=[8, 11], scale="0.5", offset="-35")
point("one bit of a number", "1", "uint16", 0x0010, bits=[4, 4])
point("all 16 bits", "65535", "uint16", 0xFFFF, bits=[0, 15])
point("32-bit field across the words", "43981", "uint32", "00ab cd00", bits=[8, 23])
point("32-bit field across the words, low word first", "43981", "uint32", "cd00 00ab", bits=[8, 23], order="CDAB")
point("all 32 bits", "4294967295", "uint32", "ffff ffff", bits=[0, 31])
point("64-bit field in the middle", "4294967295", "uint64", "0000 ffff ffff 0000", bits=[16, 47])
point("all 64 bits", "18446744073709551615", "uint64", "ffff ffff ffff ffff", bits=[0, 63])
point("highest of 64 bits", "1", "uint64", "8000 0000 0000 0000", bits=[63, 63])
point("coil on", "1", "bool", 1, table="coil")
point("coil off", "0", "bool", 0, table="coil")
point("discrete input on", "1", "bool", 1, table="discrete")
point("discrete input off", "0", "bool", 0, table="discrete")
point("a coil has no byte order", "1", "bool", 1, table="coil", order="BADC")
point("a coil turned round by scale and offset", "0", "bool", 1, table="coil", scale="-1", offset="1")

# 32-bit floats.
point("float32 230.1", "230.1", "float32", 230.1)
point("float32 0.1", "0.1", "float32", 0.1)
point("float32 1", "1", "float32", 1.0)
point("float32 -22.5", "-22.5", "float32", -22.5)
point("float32 16777216", "16777216", "float32", 16777216.0)
point("float32 1e-7", "1e-7", "float32", 1e-7)
point("float32 1.5e-7", "1.5e-7", "float32", 1.5e-7)
point("float32 3.4e38", "3.4e38", "float32", 3.4e38)
point("float32 -3.4e38", "-3.4e38", "float32", -3.4e38)
point("float32 0", "0", "float32", "0000 0000")
point("float32 -0 is 0", "0", "float32", "8000 0000")
point("float32 smallest subnormal", "1e-45", "float32", "0000 0001")
point("float32 second subnormal", "3e-45", "float32", "0000 0002")
point("float32 negative smallest subnormal", "-1e-45", "float32", "8000 0001")
point("float32 largest subnormal", "1.1754942e-38", "float32", "007f ffff")
point("float32 smallest normal", "1.1754944e-38", "float32", "0080 0000")
point("float32 largest finite", "3.4028235e38", "float32", "7f7f ffff")
point("float32 1e-6 is plain", "0.000001", "float32", 1e-6)
point("float32 just below 1e-6 has an exponent", "9.999999e-7", "float32", "3586 37bc")
point("float32 1e14 is plain", "100000000000000", "float32", 1e14)
point("float32 just below 1e15 is plain", "999999900000000", "float32", "5863 5fa8")
point("float32 999999986991104 is shortest as 1e15", "1e15", "float32", "5863 5fa9")
point("float32 1.2345678e15 has an exponent", "1.2345678e15", "float32", 1.2345678e15)
point("float32 2^90: the nearest 8 digits do not read back, others do", "1.2379401e27", "float32", "6c80 0000")
point("float32 half way between two shortest: even digit down", "2097152.2", "float32", "4a00 0001")
point("float32 half way between two shortest: even digit up", "2097152.8", "float32", "4a00 0003")
point("float32 quiet NaN", "failed", "float32", "7fc0 0000")
point("float32 signalling NaN", "failed", "float32", "7f80 0001")
point("float32 negative NaN", "failed", "float32", "ffc0 0000")
point("float32 NaN of all ones", "failed", "float32", "ffff ffff")
point("float32 infinity", "failed", "float32", "7f80 0000")
point("float32 negative infinity", "failed", "float32", "ff80 0000")
point("float32 infinity with a scale", "failed", "float32", "7f80 0000", scale="0.001", offset="5")
point("float32 NaN, low word first", "failed", "float32", "0000 7fc0", order="CDAB")
point("float32 words of infinity in another order are a number", "4.6096e-41", "float32", "0000 807f", order="ABCD")
point("float32 230.1 x 0.001", "0.2301", "float32", 230.1, scale="0.001")
point("float32 230.1 x 1000", "230100", "float32", 230.1, scale="1000")
point("float32 0.1 with offset", "-39.9", "float32", 0.1, offset="-40")
point("float32 with scale and offset", "-4.0123", "float32", -0.0123, offset="-4")
point("float32 0.1 x 3 is exact", "0.3", "float32", 0.1, scale="3")
point("float32 becomes 0 by its offset", "0", "float32", 22.5, offset="-22.5")
point("float32 -0 with an offset", "5", "float32", "8000 0000", offset="5")
point("float32 scaled across 1e-6", "1.5e-9", "float32", 0.0015, scale="1e-6")
point("float32 scaled across 1e15", "1.5e15", "float32", 1500.0, scale="1e12")
point("float32 scaled back into plain digits", "0.1", "float32", 1e-7, scale="1e6")
point("float32 3.4e38 + 1 keeps every digit", "3.40000000000000000000000000000000000001e38", "float32", 3.4e38,
      offset="1")
point("float32 1e-45 + 1 keeps every digit", None, "float32", "0000 0001", offset="1")

# 64-bit floats.
point("float64 0.1", "0.1", "float64", 0.1)
point("float64 one third", "0.3333333333333333", "float64", 1 / 3)
point("float64 -230.1", "-230.1", "float64", -230.1)
point("float64 5e-324", "5e-324", "float64", 5e-324)
point("float64 largest subnormal", "2.225073858507201e-308", "float64", "000f ffff ffff ffff")
point("float64 smallest normal", "2.2250738585072014e-308", "float64", "0010 0000 0000 0000")
point("float64 largest finite", "1.7976931348623157e308", "float64", 1.7976931348623157e308)
point("float64 largest finite x 18 nines e12", None, "float64", 1.7976931348623157e308, scale="999999999999999999e12")
point("float64 9007199254740992", "9.007199254740992e15", "float64", 9007199254740992.0)
point("float64 9007199254740993 is not a float: 9007199254740992", "9.007199254740992e15", "float64",
      float(9007199254740993))
point("float64 9007199254740994", "9.007199254740994e15", "float64", 9007199254740994.0)
point("float64 1e15", "1e15", "float64", 1e15)
point("float64 just below 1e15", "999999999999999.9", "float64", 999999999999999.9)
point("float64 999999999999999", "999999999999999", "float64", 999999999999999.0)
point("float64 123456789012345.6", "123456789012345.6", "float64", 123456789012345.6)
point("float64 1e-6", "0.000001", "float64", 1e-6)
point("float64 just below 1e-6", "9.999999999999997e-7", "float64", "3eb0 c6f7 a0b5 ed8c")
point("float64 1e23 lies on the edge of its interval", "1e23", "float64", 1e23)
point("float64 2^-44: the nearest 16 digits do not read back, others do", "5.684341886080802e-14", "float64", 2**-44)
point("float64 half way between two shortest", "1.1258999068426242e15", "float64", 1125899906842624.25)
point("float64 -0 is 0", "0", "float64", "8000 0000 0000 0000")
point("float64 NaN", "failed", "float64", "7ff8 0000 0000 0000")
point("float64 signalling NaN", "failed", "float64", "7ff0 0000 0000 0001")
point("float64 infinity", "failed", "float64", "7ff0 0000 0000 0000")
point("float64 negative infinity", "failed", "float64", "fff0 0000 0000 0000")
point("float64 0.1 x 0.1 is exact", "0.01", "float64", 0.1, scale="0.1")
point("float64 0.1 + 0.2 is exact", "0.3", "float64", 0.1, offset="0.2")
point("float64 5e-324 + 1 keeps every digit", None, "float64", 5e-324, offset="1")


# ---- Messages ------------------------------------------------------------------------------------------------------

messages = []
MAC, AT = "aa:bb:cc:dd:ee:ff", "2026-02-18T14:30:00Z"


def escaped(text):
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    return '"' + "".join(short.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in text) + '"'


def message(name, readings, mac=MAC, at=AT, pin=None):
    parts, given = [], []
    for code, value, unit in readings:
        if isinstance(value, str):
            given.append({"code": code, "number": value, "unit": unit})
            text = value
        else:
            given.append({"code": code, "point": value, "unit": unit})
            text = text_of_point(value)
        if text != "failed":
            parts.append(f'{{"dispositivo_codigo":{escaped(code)},"valor":{text},"unidade":{escaped(unit)}}}')
    whole = f'{{"gateway_mac":"{mac}","timestamp":"{at}","leituras":[{",".join(parts)}]}}' if parts else None
    assert pin is None or pin == whole, (name, whole)
    assert all(name != other["name"] for other in messages), name
    messages.append({
        "name": name, "gateway_mac": mac, "timestamp": at, "readings": given, "message": whole,
        "hex": whole.encode().hex() if whole else None,
    })


energy = definition("uint16", 12345, scale="0.01")
water = definition("uint16", 6789, scale="0.01")
warmth = definition("int16", 225, scale="0.1")
broken = definition("float32", "7fc0 0000")

message(
    "the message of the specification",
    [("D01", energy, "kWh"), ("D02", water, "m³"), ("D03", warmth, "°C")],
    pin='{"gateway_mac":"aa:bb:cc:dd:ee:ff","timestamp":"2026-02-18T14:30:00Z","leituras":['
    '{"dispositivo_codigo":"D01","valor":123.45,"unidade":"kWh"},'
    '{"dispositivo_codigo":"D02","valor":67.89,"unidade":"m³"},'
    '{"dispositivo_codigo":"D03","valor":22.5,"unidade":"°C"}]}')
message("one reading", [("D01", energy, "kWh")])
message("eight readings", [(f"D0{n}", definition("uint32", 1234567 * n, scale="0.001"), "kWh") for n in range(1, 9)])
message("a reading without a unit has the empty unit", [("FP", definition("int16", 97, scale="0.01"), "")])
message("number texts", [("A", "0", "V"), ("B", "-0.05", "A"), ("C", "3.4e38", "W"), ("D", "1.5e-7", "F")])
message("the order of the readings is kept", [("Z", "1", ""), ("A", "2", ""), ("M", "3", "")])
message("quotes and back slashes", [('a"b\\c', "1", '"'), ('""', "2", "\\\\")])
message("the five short escapes", [("\b\t\n\f\r", "1", "a\tb")])
message("the other control characters", [("".join(map(chr, range(1, 32))), "1", "\x01\x0b\x1b\x1f")])
message("DEL and the C1 controls are not escaped", [("\x7f\x80\x9f", "1", "\x7f")])
message("slash, less-than, ampersand and quote are not escaped", [("</a>&'", "1", "km/h")])
message("line and paragraph separators are not escaped", [("a\u2028b\u2029c", "1", "\u2028")])
message("beyond the basic plane", [("😀", "1", "𝑉"), ("\U0010ffff", "2", "\U00010000")])
message("codes that differ by normalisation only are two codes", [("é", "1", "K"), ("e\u0301", "2", "\u212a")])
message("codes that differ by case or a blank only are two codes", [("d1", "1", ""), ("D1", "2", ""), ("D1 ", "3", "")])
message("a text that looks like an escape", [("\\u0041", "1", "\\n")])
message("non-characters and the byte order mark", [("\ufeff\ufffe\uffff\ufdd0", "1", "\ufeff")])
message("each length of UTF-8 at its ends", [
    ("\x01\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff", "1", ""),
])
message("a long code", [("contador-" * 40, "1", "kWh")])
message("64-bit counters", [
    ("U", definition("uint64", 2**64 - 1, scale="0.001"), "kWh"), ("I", definition("int64", -2**63), "varh"),
    ("M", definition("uint64", 2**53 + 1), "Wh"),
])
message("floats plain and with exponents", [
    ("V", definition("float32", 230.1), "V"), ("S", definition("float32", 1e-7), "A"),
    ("L", definition("float64", 1.7976931348623157e308), "W"), ("E", definition("float32", "5863 5fa9"), "Wh"),
])
message("zeros and negatives", [
    ("A", definition("float32", "8000 0000"), "A"), ("B", definition("uint16", 400, scale="0.1", offset="-40"), "°C"),
    ("C", definition("int16", -5, scale="0.01"), "kW"),
])
message("bools and bit fields", [
    ("coil", definition("bool", 1, table="coil"), ""), ("alarm", definition("bool", 0x8000, bits=[15, 15]), ""),
    ("tariff", definition("uint16", 0x0300, bits=[8, 11]), ""),
])
message("65535 and 0 are values", [("A", definition("uint16", 65535), "V"), ("B", definition("uint16", 0), "V")])
message("a failed point is left out", [("D01", energy, "kWh"), ("D02", broken, "m³"), ("D03", warmth, "°C")])
message("failed points at both ends are left out", [("D01", broken, "V"), ("D02", water, "m³"), ("D03", broken, "V")])
message("nothing could be read: no message", [("D01", broken, "V"), ("D02", broken, "V")])
message("the first second", [("D01", "1", "")], at="1970-01-01T00:00:00Z")
message("the last second of a leap day", [("D01", "1", "")], at="2024-02-29T23:59:59Z")
message("beyond 32 bits of seconds", [("D01", "1", "")], at="2106-02-07T06:28:16Z")
message("the last second", [("D01", "1", "")], at="9999-12-31T23:59:59Z")
message("a gateway of digits", [("D01", "1", "")], mac="00:11:22:33:44:55")
message("eight points of a plant", [
    ("QGBT-E-ATIVA", definition("uint64", 98765432101, scale="0.001"), "kWh"),
    ("QGBT-U-L1", definition("float32", 127.3), "V"), ("QGBT-U-L2", definition("float32", 126.9), "V"),
    ("QGBT-FP", definition("int16", -98, scale="0.01"), ""),
    ("AGUA-01", definition("uint32", 1048576, scale="0.01"), "m³"),
    ("GÁS-01", definition("uint32", 77003, scale="0.001"), "m³"),
    ("CÂMARA-FRIA", definition("int16", -185, scale="0.1"), "°C"),
    ("PORTA", definition("bool", 0, table="discrete"), ""),
])


def write(name, comment, key, cases):
    # ASCII, one case a line: no editor and no merge can change a character without being seen.
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in cases)
    text = f'{{\n  "about": {json.dumps(comment)},\n  "{key}": [\n{lines}\n  ]\n}}\n'
    json.loads(text)
    (VECTORS / name).write_text(text, encoding="ascii")
    print(f"{name}: {len(cases)}")


if __name__ == "__main__":
    write("points.json", "Register words in hexadecimal, as they come over the wire, and a point's definition; the "
          "exact text of the value, or failed. See ../README.md.", "points", points)
    write("messages.json", "What was read in a cycle and the exact bytes of its message: as text and, so that nothing "
          "is lost, in hexadecimal; null where nothing could be read. See ../README.md.", "messages", messages)
