#!/usr/bin/python3
"""Checks the contract without any of the code that is to keep it.

    check_contract.py                    vectors, schemas and topics
    check_contract.py --validate-lines   messages on stdin, one a line; prints what each of them says
    check_contract.py --judge-decimals   sums, products and floats on stdin, one a line

Every expected text is derived here by other means than make_vectors.py uses: fractions instead of decimals, floats by
reading candidates back instead of by intervals, escapes by the json module. Needs Debian's python3-jsonschema. The
last line says "N passed, N failed"; the exit code is 1 if any failed.
"""

import base64
import binascii
import copy
import json
import re
import struct
import sys
from datetime import datetime
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "contract"


class Tally:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, is_good, what):
        if is_good:
            self.passed += 1
        else:
            self.failed += 1
            if self.failed <= 20:
                print(f"FAILED: {what}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


# ---- Numbers -------------------------------------------------------------------------------------------------------


def read_back(value, precision, lowest_exponent, largest):
    """Rounds a positive fraction to the nearest float of a width, ties to even; None for what becomes infinite."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - precision
    while value / Fraction(2) ** exponent >= 2**precision:
        exponent += 1
    exponent = max(exponent, lowest_exponent)
    rounded = round(value / Fraction(2) ** exponent) * Fraction(2) ** exponent
    return rounded if rounded <= largest else None


def shortest(raw):
    """The shortest decimal that reads back as the float, as a fraction; None for what is no number."""
    value = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
    if value != value or abs(value) == float("inf"):
        return None
    if value == 0:
        return Fraction(0)
    exact = abs(Fraction(value))
    width = (24, -149, Fraction(2**24 - 1) * 2**104) if len(raw) == 4 else (53, -1074, Fraction(2**53 - 1) * 2**971)
    magnitude = 0
    while exact >= Fraction(10) ** (magnitude + 1):
        magnitude += 1
    while exact < Fraction(10) ** magnitude:
        magnitude -= 1
    for count in range(1, 18):
        step = Fraction(10) ** (magnitude - count + 1)
        below = exact // step
        good = [n for n in (below, below + 1) if n > 0 and read_back(n * step, *width) == exact]
        if good:
            distance, _, best = min((abs(n * step - exact), n % 2, n) for n in good)
            return best * step if value > 0 else -best * step
    raise AssertionError("17 digits tell every float")


def canonical(value, is_measured):
    """The canonical text of a fraction whose denominator is made of twos and fives."""
    if value == 0:
        return "0"
    twos = (value.denominator & -value.denominator).bit_length() - 1
    fives, rest = 0, value.denominator >> twos
    while rest > 1:
        fives, (rest, remainder) = fives + 1, divmod(rest, 5)
        assert remainder == 0, "a decimal has no other factors below the line"
    places = max(twos, fives)
    digits = str(abs(value.numerator * 10**places // value.denominator))
    minus = "-" if value < 0 else ""
    magnitude = len(digits) - 1 - places
    if is_measured and (magnitude < -6 or magnitude >= 15):
        digits = digits.rstrip("0")
        return f"{minus}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{magnitude}"
    if places == 0:
        return minus + digits
    digits = digits.rjust(places + 1, "0")
    return f"{minus}{digits[:-places]}.{digits[-places:]}"


def is_canonical(text):
    if not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e-?[1-9][0-9]{0,2})?", text):
        return False
    value = Fraction(text)
    return text in (canonical(value, False), canonical(value, True))


def value_of_point(point):
    """The canonical text of a point's words, or failed."""
    at = {"ABCD": (0, 1), "CDAB": (1, 0), "BADC": (0, 1), "DCBA": (1, 0)}[point["order"]]
    is_swapped = point["order"] in ("BADC", "DCBA")
    words = [int(word, 16) for word in point["words"].split()]
    if point["table"] in ("coil", "discrete"):
        number = Fraction(words[0])
    else:
        pattern = 0
        for index, word in enumerate(words):
            place = len(words) - 1 - index if at == (0, 1) else index
            pattern |= ((word & 0xFF) << 8 | word >> 8 if is_swapped else word) << 16 * place
        width = 16 * len(words)
        if point["type"].startswith("float"):
            number = shortest(pattern.to_bytes(width // 8, "big"))
            if number is None:
                return "failed"
        elif point["type"].startswith("int"):
            number = Fraction(pattern - (1 << width) if pattern >> width - 1 else pattern)
        elif point["bits"] is None:
            number = Fraction(pattern)
        else:
            low, high = point["bits"]
            number = Fraction(int(bin(pattern)[2:].rjust(width, "0")[width - 1 - high:width - low], 2))
    result = number * Fraction(point["scale"]) + Fraction(point["offset"])
    return canonical(result, point["type"].startswith("float"))


# ---- Messages ------------------------------------------------------------------------------------------------------


def text(value):
    return json.dumps(value, ensure_ascii=False)


class NumberText(str):
    """The spelling of a number, kept while the message around it is parsed."""


SCHEMAS = ("telemetry", "status", "command", "ack")


def schema_validators():
    from jsonschema import Draft202012Validator, FormatChecker, RefResolver

    schemas = {name: json.loads((CONTRACT / f"{name}.schema.json").read_text()) for name in SCHEMAS}
    store = {schema["$id"]: schema for schema in schemas.values()}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    return {
        name: Draft202012Validator(schema, resolver=RefResolver.from_schema(schema, store=store),
                                   format_checker=FormatChecker())
        for name, schema in schemas.items()
    }


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def meaning_of(raw, validator):
    """What a canonical message says, as one line of ASCII; raises ValueError for any other message."""
    decoded = raw.decode("utf-8")
    document = json.loads(decoded, parse_float=Decimal, parse_constant=refuse_constant)
    problem = next(validator.iter_errors(document), None)
    if problem is not None:
        raise ValueError(problem.message)
    tree = json.loads(decoded, object_pairs_hook=list, parse_float=NumberText, parse_int=NumberText)
    if [key for key, _ in tree] != ["gateway_mac", "timestamp", "leituras"]:
        raise ValueError("members out of order")
    (_, mac), (_, timestamp), (_, readings) = tree
    datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ")
    codes, parts, meaning = set(), [], [mac, timestamp]
    for reading in readings:
        if [key for key, _ in reading] != ["dispositivo_codigo", "valor", "unidade"]:
            raise ValueError("members of a reading out of order")
        (_, code), (_, number), (_, unit) = reading
        if code in codes:
            raise ValueError("two readings of one point")
        codes.add(code)
        if not is_canonical(number):
            raise ValueError(f"{number} is not canonical")
        parts.append(f'{{"dispositivo_codigo":{text(code)},"valor":{number},"unidade":{text(unit)}}}')
        meaning.append(f"{code.encode().hex()}={number}={unit.encode().hex()}")
    whole = f'{{"gateway_mac":{text(mac)},"timestamp":{text(timestamp)},"leituras":[{",".join(parts)}]}}'
    if whole.encode() != raw:
        raise ValueError("not the canonical bytes")
    return " ".join(meaning)


def is_refused(raw, validator):
    try:
        meaning_of(raw, validator)
        return False
    except ValueError:
        return True


def validate_lines(stream):
    tally, validator = Tally(), schema_validators()["telemetry"]
    for number, line in enumerate(stream.read().split(b"\n")):
        if line:
            try:
                print(meaning_of(line, validator))
                tally.check(True, "")
            except ValueError as problem:
                print("refused")
                tally.check(False, f"line {number + 1}: {problem}")
    return tally.finish()


# ---- Decimals ------------------------------------------------------------------------------------------------------


def judge_decimals(stream):
    """Lines are `+ a b result`, `* a b result`, `f32 bits text` or `f64 bits text`."""
    tally = Tally()
    exact = Context(prec=20000, Emax=99999, Emin=-99999, traps=[Inexact])
    for line in stream.read().decode("ascii").splitlines():
        operation, *operands, result = line.split(" ")
        if operation in ("+", "*"):
            a, b = map(Decimal, operands)
            expected = canonical(Fraction((exact.add if operation == "+" else exact.multiply)(a, b)), False)
        else:
            raw = bytes.fromhex(operands[0])
            value = Fraction(repr(struct.unpack(">d", raw)[0])) if operation == "f64" else shortest(raw)
            expected = canonical(value, True)
        tally.check(result == expected, f"{line}: expected {expected}")
    return tally.finish()


# ---- The contract --------------------------------------------------------------------------------------------------


def check_points(tally):
    points = json.loads((CONTRACT / "vectors" / "points.json").read_text())["points"]
    tally.check(len(points) >= 80, "at least 80 points")
    tally.check(len({point["name"] for point in points}) == len(points), "every point has its own name")
    for point in points:
        derived = value_of_point(point)
        tally.check(derived == point["expect"], f"{point['name']}: {point['expect']}, derived {derived}")
        tally.check(derived == "failed" or is_canonical(derived), f"{point['name']} is canonical")


def check_messages(tally, validator):
    messages = json.loads((CONTRACT / "vectors" / "messages.json").read_text())["messages"]
    tally.check(len(messages) >= 20, "at least 20 messages")
    for message in messages:
        name, readings = message["name"], []
        for reading in message["readings"]:
            number = reading["number"] if "number" in reading else value_of_point(reading["point"])
            if number != "failed":
                readings.append((reading["code"], number, reading["unit"]))
        if not readings:
            tally.check(message["message"] is None and message["hex"] is None, f"{name}: no message")
            continue
        raw = bytes.fromhex(message["hex"])
        tally.check(raw == message["message"].encode(), f"{name}: text and hexadecimal agree")
        meaning = " ".join(
            [message["gateway_mac"], message["timestamp"]]
            + [f"{code.encode().hex()}={number}={unit.encode().hex()}" for code, number, unit in readings])
        try:
            tally.check(meaning_of(raw, validator) == meaning, f"{name}: says something else")
        except ValueError as problem:
            tally.check(False, f"{name}: {problem}")


GOOD = {
    "gateway_mac": "aa:bb:cc:dd:ee:ff", "timestamp": "2026-02-18T14:30:00Z",
    "leituras": [{"dispositivo_codigo": "D01", "valor": 1.5, "unidade": ""}],
}
BIRTH = {
    "gateway_mac": "aa:bb:cc:dd:ee:ff", "state": "online", "at": "2026-02-18T14:30:00Z", "seq": 1,
    "agent": "edge-agent 1.0.0",
}
GONE = object()
BAD_MACS = [
    "AA:bb:cc:dd:ee:ff", "aa-bb-cc-dd-ee-ff", "aabbccddeeff", "aa:bb:cc:dd:ee:f", "aa:bb:cc:dd:ee:ff\n",
    "aa:bb:cc:dd:ee:fg", "aa:bb:cc:dd:ee:ff:00", "", None, 1, GONE,
]
BAD_TIMES = [
    "2026-02-18T14:30:00", "2026-02-18T14:30:00z", "2026-02-18 14:30:00Z", "2026-02-18T14:30:00.0Z",
    "2026-02-18T14:30:00+00:00", "2026-02-18T14:30Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-04-31T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T23:59:60Z", "1969-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z", "2026-02-18T14:30:00Z\n", "2026-2-18T14:30:00Z", 1771425000, None, GONE,
]
BAD_READINGS = [
    ("dispositivo_codigo", value) for value in ("", "a\0b", "\0", 1, None, GONE)
] + [
    ("valor", value) for value in ("1.5", None, True, [], {}, GONE)
] + [("unidade", value) for value in (1, None, "\0", GONE)] + [("qualidade", "boa")]


def changed(document, key, value):
    document = copy.deepcopy(document)
    if value is GONE:
        del document[key]
    else:
        document[key] = value
    return document


def check_refusals(tally, validators):
    telemetry, status = validators["telemetry"], validators["status"]
    tally.check(telemetry.is_valid(GOOD), "the good message is valid")
    for key, values in [("gateway_mac", BAD_MACS), ("timestamp", BAD_TIMES), ("leituras", [[], {}, None, [1], GONE]),
                        ("extra", [1])]:
        for value in values:
            tally.check(not telemetry.is_valid(changed(GOOD, key, value)), f"refused: {key} {value!r}")
    for key, value in BAD_READINGS:
        bad = changed(GOOD, "leituras", [changed(GOOD["leituras"][0], key, value)])
        tally.check(not telemetry.is_valid(bad), f"refused: {key} {value!r}")
    for bad in ([], None, "text", 1):
        tally.check(not telemetry.is_valid(bad), f"refused: {bad!r}")

    # What a schema cannot say.
    good = json.dumps(GOOD, ensure_ascii=False, separators=(",", ":")).encode()
    tally.check(not is_refused(good, telemetry), "the good bytes are good")
    for old, new in [
        (b'{"gateway', b' {"gateway'), (b'"D01"', b'"D\\u0030\\u0031"'), (b"1.5", b"1.50"), (b"1.5", b"15e-1"),
        (b"1.5", b"-0"), (b"1.5", b"1.0"), (b"1.5", b"1E3"), (b"1.5", b"1e20 "), (b"1.5", b"NaN"), (b"D01", b"D\\/1"),
        (b"D01", b"\xff"), (b"D01", b"\\ud800"),
        (b'"D01","valor":1.5', b'"D01","dispositivo_codigo":"D01","valor":1.5'),
        (b'"valor":1.5,"unidade":""', b'"unidade":"","valor":1.5'), (b"}]", b"},]"), (b"]}", b"]}}"),
        (b"[{", b'[{"dispositivo_codigo":"D01","valor":2,"unidade":""},{'),
    ]:
        tally.check(is_refused(good.replace(old, new), telemetry), f"refused: {new!r} for {old!r}")

    will = {"gateway_mac": BIRTH["gateway_mac"], "state": "offline"}
    for fine in (BIRTH, will, BIRTH | {"uptime_seconds": 5, "clock": "synchronised"},
                 BIRTH | {"slaves_offline": "", "refusals": "135,149", "certificate_days": -3, "spool": "memory"},
                 BIRTH | {"slaves_offline": "3,7"}, BIRTH | {"slaves_offline": "hall:3,roof:7"},
                 BIRTH | {"drift": ""}, BIRTH | {"drift": "3:loss,all:slow"}, BIRTH | {"drift": "hall:247:noise"}):
        tally.check(status.is_valid(fine), f"valid status: {fine}")
    bad_members = [("gateway_mac", BAD_MACS), ("at", BAD_TIMES), ("state", ["Online", "", None, GONE]),
                   ("seq", [-1, 1.5, "1", None, GONE]), ("agent", ["", 1, None, GONE]), ("Not A Name", [1]),
                   ("clock", ["set", None, 1]), ("accepted", [-1, 1.5, "1", None]), ("slaves_offline", ["3,", "hall", None, 3]),
                   ("line", ["", None]), ("spool", ["full", None]), ("drift", ["3", "3:lost", "loss", "3:loss,", None, 3])]
    for key, values in bad_members:
        for value in values:
            tally.check(not status.is_valid(changed(BIRTH, key, value)), f"refused status: {key} {value!r}")


# ---- Commands and their answers ------------------------------------------------------------------------------------

EXECUTED = ("ping", "poll_now", "get_status", "renew_certificate", "ota")
ENVELOPE = ("cmd_id", "issued_at", "expires_at", "type", "params")


class Members(list):
    """An object as its members in order, so that one that is there twice is seen."""

    def has_twice(self, names):
        return any([key for key, _ in self].count(name) > 1 for name in names)

    def plain(self):
        return {key: value.plain() if isinstance(value, Members) else value for key, value in self}


def depth_of(value):
    if isinstance(value, Members):
        return 1 + max([depth_of(member) for _, member in value], default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


def has_surrogate(value):
    if isinstance(value, Members):
        return any(has_surrogate(key) or has_surrogate(member) for key, member in value)
    if isinstance(value, list):
        return any(map(has_surrogate, value))
    return isinstance(value, str) and any(0xD800 <= ord(character) < 0xE000 for character in value)


def is_moment(value, pattern):
    if not isinstance(value, str) or not re.fullmatch(pattern.strip("^$"), value):
        return False
    try:
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
        return True
    except ValueError:
        return False


def has_good_numbers(params, kind):
    """What the schema of the parameters cannot say."""
    for name in ("size", "trial_seconds"):
        if name in params and type(params[name]) is not int:
            return False
    if kind == "ota":
        decoded = base64.b64decode(params["signature"], validate=True)
        return 64 <= len(decoded) <= 512 and base64.b64encode(decoded).decode() == params["signature"]
    return True


def verdict_on(raw, topic_type, now, validators):
    """What a gateway makes of a command: verdict, code, cmd_id, type."""
    command, moment = validators["command"], validators["telemetry"].schema["properties"]["timestamp"]["pattern"]
    nobody = ("ignored", None, None, None)
    try:
        if len(raw) > 16384:
            return nobody
        members = json.loads(raw.decode("utf-8"), object_pairs_hook=Members, parse_constant=refuse_constant)
    except ValueError:
        return nobody
    if not isinstance(members, Members) or depth_of(members) > 8 or has_surrogate(members):
        return nobody
    document = members.plain()
    cmd_id, kind = document.get("cmd_id"), document.get("type")
    if members.has_twice(ENVELOPE) or not isinstance(cmd_id, str) or not re.fullmatch("[A-Za-z0-9_-]{1,64}", cmd_id):
        return nobody
    if not isinstance(kind, str) or not re.fullmatch("[a-z][a-z0-9_]{0,31}", kind):
        return "refused", "bad_envelope", cmd_id, "unknown"
    is_good = all(is_moment(document.get(name), moment) for name in ("issued_at", "expires_at"))
    if not is_good or topic_type not in (None, kind) or not isinstance(document.get("params"), dict):
        return "refused", "bad_envelope", cmd_id, kind
    if kind not in EXECUTED:
        return "refused", "unknown_type", cmd_id, kind
    params = dict(members)["params"]
    if not command.is_valid(document) or params.has_twice([key for key, _ in params]):
        return "refused", "bad_params", cmd_id, kind
    try:
        if not has_good_numbers(document["params"], kind):
            return "refused", "bad_params", cmd_id, kind
    except binascii.Error:
        return "refused", "bad_params", cmd_id, kind
    if now is not None and datetime.fromisoformat(now[:-1]) >= datetime.fromisoformat(document["expires_at"][:-1]):
        return "expired", "expired", cmd_id, kind
    return "execute", None, cmd_id, kind


def check_commands(tally, validators):
    vectors = json.loads((CONTRACT / "vectors" / "commands.json").read_text())
    commands, acks = vectors["commands"], vectors["acks"]
    tally.check(len(commands) >= 200 and len(acks) >= 7, "at least 200 commands and 7 answers")
    for cases in (commands, acks):
        tally.check(len({case["name"] for case in cases}) == len(cases), "every case has its own name")
    for case in commands:
        raw = bytes.fromhex(case["hex"]) if "hex" in case else case["command"].encode()
        derived = verdict_on(raw + b" " * case["padding"], case["topic_type"], case["now"], validators)
        stated = tuple(case[name] for name in ("verdict", "code", "cmd_id", "type"))
        tally.check(derived == stated, f"{case['name']}: {stated}, derived {derived}")
        if case["verdict"] == "execute":
            tally.check(validators["command"].is_valid(json.loads(raw)), f"{case['name']}: valid by the schema")
    for case in acks:
        raw, parts = bytes.fromhex(case["hex"]), []
        document = json.loads(raw)
        tally.check(validators["ack"].is_valid(document), f"{case['name']}: valid by the schema")
        for name in ("gateway_mac", "cmd_id", "type", "status", "code", "message", "at"):
            parts.append(f"{text(name)}:{text(case[name])}")
        whole = "{" + ",".join(parts) + f',"result":{case["result"]}}}'
        tally.check(whole.encode() == raw, f"{case['name']}: canonical bytes")
        tally.check(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() == raw,
                    f"{case['name']}: no other byte form")
    good = json.loads(bytes.fromhex(acks[0]["hex"]))
    for key, values in [
        ("gateway_mac", BAD_MACS), ("at", BAD_TIMES), ("cmd_id", ["", "a b", "x" * 65, "a\n", 1, None, GONE]),
        ("type", ["", "Ping", "x" * 33, "ping\n", 1, None, GONE]), ("status", ["Done", "", None, GONE]),
        ("code", ["", "Ok", "expired", "ok\n", 1, None, GONE]), ("message", ["\0", 1, None, GONE]),
        ("result", [[], "", None, {"csr": "MIIB"}, GONE]), ("extra", [1]),
    ]:
        for value in values:
            tally.check(not validators["ack"].is_valid(changed(good, key, value)), f"refused answer: {key} {value!r}")


def check_topics(tally):
    topics = {topic["name"]: topic for topic in json.loads((CONTRACT / "topics.json").read_text())["topics"]}
    tally.check(sorted(topics) == ["acks", "commands", "status", "telemetry"], "the four topics")
    for name, topic in topics.items():
        end = "commands/#" if name == "commands" else name
        tally.check(topic["template"] == "tds_new/devices/{mac}/" + end, f"template of {name}")
        tally.check(topic["qos"] == 1, f"{name} has QoS 1")
        tally.check(topic["retain"] == (name == "status"), f"only status is retained: {name}")
        tally.check(topic["schema"] is None or (CONTRACT / topic["schema"]).is_file(), f"schema of {name} exists")


def main():
    if sys.argv[1:] == ["--validate-lines"]:
        return validate_lines(sys.stdin.buffer)
    if sys.argv[1:] == ["--judge-decimals"]:
        return judge_decimals(sys.stdin.buffer)
    if sys.argv[1:]:
        print(__doc__)
        return 2
    tally, validators = Tally(), schema_validators()
    check_points(tally)
    check_messages(tally, validators["telemetry"])
    check_refusals(tally, validators)
    check_commands(tally, validators)
    check_topics(tally)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
