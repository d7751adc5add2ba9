#!/usr/bin/python3
"""Checks the profiles: schema, registers, units, sources, examples, test vectors, and that each can be told apart.

    check_profiles.py                      everything; the last line says "N passed, N failed"
    check_profiles.py --table              the table of README.md, to be put between its marks
    check_profiles.py --example NAME       the registers of a meter that shows the example values, a line each:
                                           table, address, word in hexadecimal
    check_profiles.py --recognise          for each meter with its example values: the profile that fits best and the
                                           runner-up, with their scores

Needs Debian's python3-yaml and python3-jsonschema. The exit code is 1 if anything failed.
"""

import json
import re
import struct
import sys
from decimal import Decimal
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

HERE = Path(__file__).resolve().parent
WORDS = {"bool": 1, "uint16": 1, "int16": 1, "uint32": 2, "int32": 2, "float32": 2, "uint64": 4, "int64": 4,
         "float64": 4}
PACKED = {"uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "uint64": ">Q", "int64": ">q",
          "float32": ">f", "float64": ">d"}
BEGIN, END = "<!-- profiles:begin -->", "<!-- profiles:end -->"
FEWEST = 24


class Tally:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, is_good, what):
        if is_good:
            self.passed += 1
        else:
            self.failed += 1
            if self.failed <= 40:
                print(f"FAILED: {what}")
        return is_good

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


# ---- Reading -------------------------------------------------------------------------------------------------------


class Plain(yaml.SafeLoader):
    """YAML as docs/configuration.md has it: decimal numbers, true and false, texts; nothing twice, nothing by name."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"'{key}' stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")
Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^-?(0|[1-9][0-9]*)$"), "-0123456789")
Plain.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$"), "-0123456789")
Plain.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))


def read(path):
    text = path.read_bytes().decode("utf-8")
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise ValueError(f"line {event.start_mark.line + 1}: an anchor, an alias or a tag")
    return yaml.load(text, Loader=Plain)


# ---- Registers -----------------------------------------------------------------------------------------------------


def arranged(words, order):
    """From the order on the wire to ABCD, and back: it is the same exchange."""
    if order in ("CDAB", "DCBA"):
        words = words[::-1]
    if order in ("BADC", "DCBA"):
        words = [(word & 0xFF) << 8 | word >> 8 for word in words]
    return words


def shortest(value, form):
    """The shortest decimal that reads back as the float; None for what is no number."""
    if value != value or value in (float("inf"), float("-inf")):
        return None
    raw = struct.pack(form, value)
    for digits in range(1, 18):
        text = f"{value:.{digits}g}"
        try:
            if struct.pack(form, float(text)) == raw:
                return Decimal(text)
        except OverflowError:
            pass
    return Decimal(0)


def bits_of(point):
    given = point.get("bits")
    if given is None:
        return None
    ends = [int(part) for part in str(given).split("-")]
    return ends[0], ends[-1]


def raw_of(point, words):
    form = PACKED.get(point["type"])
    if point["type"] == "bool":
        low, _ = bits_of(point) or (0, 0)
        return Decimal(words[0] >> low & 1)
    value = struct.unpack(form, b"".join(struct.pack(">H", word) for word in arranged(words, point["order"])))[0]
    if isinstance(value, float):
        return shortest(value, form)
    if bits_of(point):
        low, high = bits_of(point)
        value = value >> low & (1 << high - low + 1) - 1
    return Decimal(value)


def value_of(point, words):
    raw = raw_of(point, words)
    return None if raw is None else raw * point["scale"] + point["offset"]


def words_of(point, value):
    """The registers that show a value, or None if none do."""
    raw = (value - point["offset"]) / point["scale"]
    form = PACKED.get(point["type"], ">H")
    try:
        if point["type"].startswith("float"):
            packed = struct.pack(form, float(raw))
        elif raw == raw.to_integral_value():
            packed = struct.pack(form, int(raw) << (bits_of(point) or (0, 0))[0])
        else:
            return None
    except (struct.error, OverflowError):
        return None
    return arranged([word for (word,) in struct.iter_unpack(">H", packed)], point["order"])


def spoken(words, chars):
    packed = b"".join(struct.pack(">H", word) for word in words)
    return (packed if chars == 2 else packed[1::2]).decode("latin-1")


# ---- Profiles ------------------------------------------------------------------------------------------------------


class Profile:
    def __init__(self, name, given, quantities):
        self.name, self.given = name, given
        defaults = given["defaults"]
        self.points = []
        for point in given["points"]:
            quantity = quantities.get(point["name"], {})
            full = {"order": "ABCD", "scale": 1, "offset": 0, **quantity, **defaults, **point}
            if WORDS[full["type"]] == 1:
                full["order"] = "ABCD"
            for key in ("scale", "offset", "example"):
                full[key] = Decimal(full[key])
            self.points.append(full)
        self.by_name = {point["name"]: point for point in self.points}

    def confirmed_points(self):
        return sum(len(point["from"]) >= 2 for point in self.points)

    def image(self):
        """What a meter of this model holds while it shows the examples: (table, address) to word."""
        held = {}
        for point in self.points:
            for index, word in enumerate(words_of(point, point["example"]) or []):
                key = point["table"], point["address"] + index
                held[key] = held.get(key, 0) | word
        for hint in self.given.get("identification", {}).get("registers", []):
            if hint["type"] == "text":
                text = hint["text"].encode("latin-1").ljust(hint["words"] * hint["chars"], b"\0")
                if hint["chars"] == 1:
                    text = b"".join(b"\0" + bytes([char]) for char in text)
            else:
                text = struct.pack(PACKED[hint["type"]], hint["equals"] if "equals" in hint else hint["between"][0])
            for index, (word,) in enumerate(struct.iter_unpack(">H", text)):
                held[hint["table"], hint["address"] + index] = word
        return held


def is_plausible(value, ranges):
    return value is not None and any(low <= value <= high for low, high in ranges)


def load(tally):
    schema = json.loads((HERE / "schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    names = read(HERE / "quantities.yaml")
    of_names = {"$defs": schema["$defs"], "$ref": "#/$defs/quantities"}
    for error in Draft202012Validator(of_names).iter_errors(names):
        tally.check(False, f"quantities.yaml: {error.json_path}: {error.message}")
    quantities = {}
    for entry in names["quantities"]:
        name = entry["name"]
        tally.check(name not in quantities, f"quantities.yaml: {name} stands twice")
        tally.check(all(low <= high for low, high in entry["plausible"]), f"quantities.yaml: {name}: an empty range")
        quantities[name] = entry
    labels = {}
    for language in ("en", "pt"):
        texts = [entry[language] for entry in quantities.values()]
        tally.check(len(set(texts)) == len(texts), f"quantities.yaml: a label in '{language}' stands twice")
        labels[language] = texts
    profiles = {}
    for path in sorted(HERE.glob("*/*.yaml")):
        name = path.relative_to(HERE).with_suffix("").as_posix()
        try:
            given = read(path)
        except (yaml.YAMLError, ValueError) as error:
            tally.check(False, f"{name}: {error}")
            continue
        errors = list(Draft202012Validator(schema).iter_errors(given))
        for error in errors[:3]:
            tally.check(False, f"{name}: {error.json_path}: {error.message[:200]}")
        tally.check(re.fullmatch(schema["$defs"]["profileName"]["pattern"], name), f"{name}: not a name for a profile")
        if not errors:
            tally.check(True, name)
            profiles[name] = Profile(name, given, quantities)
    strays = [path.name for path in HERE.rglob("*") if path.suffix in (".yml", ".json") and path.name != "schema.json"]
    tally.check(not strays, f"files that nothing reads: {strays}")
    return quantities, profiles


# ---- Judging one profile -------------------------------------------------------------------------------------------


def is_decimal_allowed(value):
    """As docs/configuration.md has it for scale and offset."""
    digits = value.normalize().as_tuple()
    return len(digits.digits) <= 18 and -12 <= digits.exponent and value.adjusted() <= 12


def judge_point(tally, profile, point, given, quantities):
    what = f"{profile.name}: {point['name']}"
    check = tally.check
    if not check(point["name"] in quantities, f"{what}: no such name in quantities.yaml"):
        return
    words = WORDS[point["type"]]
    check(given["unit"] == quantities[point["name"]]["unit"], f"{what}: unit '{given['unit']}' is not that of its name")
    check(given.get("grows", False) == quantities[point["name"]].get("grows", False) or "grows" not in given,
          f"{what}: grows or not is said by its name")
    check(point["address"] + words <= 65536, f"{what}: reaches beyond register 65535")
    if point["table"] in ("coil", "discrete"):
        check(point["type"] == "bool" and "bits" not in point, f"{what}: a bit has the type bool and no bits")
    else:
        check(point["type"] != "bool" or "bits" in point, f"{what}: a bool in a register needs its bit")
    if "bits" in point:
        low, high = bits_of(point)
        check(low <= high and point["type"] in ("bool", "uint16"), f"{what}: bits of what is not uint16")
    check("order" not in given or words > 1, f"{what}: an order of one word")
    if not check(point["scale"] != 0 and is_decimal_allowed(point["scale"]), f"{what}: scale {point['scale']}"):
        return
    check(is_decimal_allowed(point["offset"]), f"{what}: offset {point['offset']}")
    check(all(low <= high for low, high in point["plausible"]), f"{what}: an empty range")
    limit = profile.given.get("request", {}).get("max_registers", 125)
    check(words <= limit, f"{what}: {words} registers where the meter gives {limit} at once")

    example = point["example"]
    check(is_plausible(example, point["plausible"]), f"{what}: its example {example} is not plausible")
    check(example != 0, f"{what}: an example of 0 tells nothing")
    words = words_of(point, example)
    if check(words is not None, f"{what}: no registers show its example {example}"):
        back = value_of(point, words)
        check(back == example, f"{what}: its example {example} reads back as {back}")
    if "absent" in point:
        try:
            struct.pack(PACKED[point["type"]], point["absent"])
            absent = point["absent"] * point["scale"] + point["offset"]
            check(not is_plausible(absent, point["plausible"]), f"{what}: absent is a plausible value")
        except (struct.error, KeyError):
            check(False, f"{what}: absent does not fit its type")


def judge_overlaps(tally, profile):
    points = profile.points
    for index, one in enumerate(points):
        for other in points[index + 1 :]:
            if one["table"] != other["table"]:
                continue
            apart = (one["address"] + WORDS[one["type"]] <= other["address"]
                     or other["address"] + WORDS[other["type"]] <= one["address"])
            if apart:
                continue
            said = other["name"] in one.get("shares", []) or one["name"] in other.get("shares", [])
            if bits_of(one) and bits_of(other):
                (a, b), (c, d) = bits_of(one), bits_of(other)
                said = said or b < c or d < a
            tally.check(said, f"{profile.name}: {one['name']} and {other['name']} lie in the same registers unsaid")


def judge_sources(tally, profile):
    given = profile.given
    sources = given["sources"]
    used = set()
    places = [("defaults", given["defaults"]), ("serial", given.get("serial")), ("request", given.get("request"))]
    identification = given.get("identification", {})
    places += [(key, identification.get(key)) for key in ("device", "server_id")]
    places += [("identification", hint) for hint in identification.get("registers", [])]
    places += [(point["name"], point) for point in given["points"]]
    for where, place in places:
        for source in (place or {}).get("from", []):
            tally.check(source in sources, f"{profile.name}: {where}: there is no source '{source}'")
            used.add(source)
    used |= {vector["from"] for vector in given.get("vectors", [])}
    for source in sources:
        tally.check(source in used, f"{profile.name}: nothing is from the source '{source}'")
    links = [(source["title"], source.get("url")) for source in sources.values()]
    tally.check(len(set(links)) == len(links), f"{profile.name}: one source stands twice")
    confirmed = profile.confirmed_points() == len(profile.points)
    tally.check(given["confirmed"] == confirmed,
                f"{profile.name}: {profile.confirmed_points()} of {len(profile.points)} points have two sources")
    tally.check(given["confirmed"] or "remark" in given, f"{profile.name}: not confirmed, and no words why")


def judge_identification(tally, profile):
    taken = {(point["table"], point["address"] + index)
             for point in profile.points for index in range(WORDS[point["type"]])}
    for hint in profile.given.get("identification", {}).get("registers", []):
        what = f"{profile.name}: identification at {hint['address']}"
        words = hint["words"] if hint["type"] == "text" else WORDS[hint["type"]]
        tally.check(hint["address"] + words <= 65536, f"{what}: reaches beyond register 65535")
        tally.check(not any((hint["table"], hint["address"] + index) in taken for index in range(words)),
                    f"{what}: a point lies there")
        if hint["type"] == "text":
            tally.check(len(hint["text"]) <= words * hint["chars"], f"{what}: '{hint['text']}' does not fit")
            held = profile.image()
            read_back = spoken([held[hint["table"], hint["address"] + index] for index in range(words)], hint["chars"])
            tally.check(read_back.startswith(hint["text"]), f"{what}: reads back as '{read_back}'")
        if "equals" in hint:
            tally.check(hint["equals"] < 1 << 16 * words, f"{what}: {hint['equals']} does not fit")
        if "between" in hint:
            tally.check(hint["between"][0] <= hint["between"][1] < 1 << 16 * words, f"{what}: an empty range")


def judge_vectors(tally, profile):
    for number, vector in enumerate(profile.given.get("vectors", []), 1):
        what = f"{profile.name}: vector {number}"
        tally.check(vector["from"] in profile.given["sources"], f"{what}: there is no source '{vector['from']}'")
        table = vector.get("table", profile.given["defaults"]["table"])
        held = {}
        for run in vector["words"]:
            for index, word in enumerate(run["hex"].split()):
                held[run["address"] + index] = int(word, 16)
        for name, stated in vector["values"].items():
            point = profile.by_name.get(name)
            if not tally.check(point and point["table"] == table, f"{what}: there is no point '{name}' in its table"):
                continue
            words = [held.get(point["address"] + index) for index in range(WORDS[point["type"]])]
            if not tally.check(None not in words, f"{what}: {name}: its registers are not all there"):
                continue
            value, stated = value_of(point, words), Decimal(stated)
            half = Decimal(1).scaleb(stated.as_tuple().exponent) / 2
            tally.check(value is not None and abs(value - stated) <= half, f"{what}: {name} is {value}, not {stated}")


# ---- Telling them apart --------------------------------------------------------------------------------------------


def score(profile, held, gaps, is_shared):
    """How well a profile explains registers. gaps: what an unknown register reads as, None for a refusal."""
    total = 0
    for point in profile.points:
        words = []
        for index in range(WORDS[point["type"]]):
            address = point["address"] + index
            word = held.get((point["table"], address))
            if word is None and is_shared and point["table"] in ("input", "holding"):
                word = held.get(("holding" if point["table"] == "input" else "input", address))
            words.append(gaps if word is None else word)
        if None in words:
            total -= 3
            continue
        raw, value = raw_of(point, words), value_of(point, words)
        if raw is None or raw == point.get("absent"):
            continue
        if not is_plausible(value, point["plausible"]):
            total -= 3
        elif abs(value) >= Decimal("0.000001"):
            total += point["weight"]
    return total


WORLDS = [("holes refused", None, False), ("holes read 0", 0, False),
          ("holes refused, one table", None, True), ("holes read 0, one table", 0, True)]


def recognised(profiles, subject, gaps, is_shared):
    held = subject.image()
    found = [(score(profile, held, gaps, is_shared), profile.name) for profile in profiles.values()]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def judge_recognition(tally, profiles):
    for subject in profiles.values():
        alike = set(subject.given.get("alike", []))
        for other in alike:
            tally.check(other in profiles, f"{subject.name}: alike '{other}' is no profile")
            returned = profiles[other].given.get("alike", []) if other in profiles else [subject.name]
            tally.check(subject.name in returned, f"{other}: not alike {subject.name}")
        for world, gaps, is_shared in WORLDS:
            found = recognised(profiles, subject, gaps, is_shared)
            own = next(points for points, name in found if name == subject.name)
            rivals = [(points, name) for points, name in found if name != subject.name and name not in alike]
            tally.check(own > rivals[0][0], f"{subject.name}, {world}: {own}, but {rivals[0][1]} has {rivals[0][0]}")
            near = [(points, name) for points, name in found if name in alike and points > own]
            tally.check(not near, f"{subject.name}, {world}: {own}, but {near}")


# ---- The table -----------------------------------------------------------------------------------------------------


def table(profiles):
    lines = ["| Profile | Maker and model | For | Points | With two sources | State | Vectors | Sources |",
             "|---|---|---|---:|---:|---|---:|---|"]
    for profile in profiles.values():
        given = profile.given
        name = f"[{profile.name}]({profile.name}.yaml)"
        state = "confirmed" if given["confirmed"] else "not confirmed"
        titles = []
        for source in given["sources"].values():
            if source["title"] not in titles:
                titles.append(source["title"])
        kind = given["quantity"]
        if "phases" in given:
            kind += ", 1 phase" if given["phases"] == 1 else f", {given['phases']} phases"
        cells = [name, f"{given['maker']} {given['model']}", kind, len(profile.points), profile.confirmed_points(),
                 state, len(given.get("vectors", [])), "; ".join(titles)]
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    confirmed = sum(profile.given["confirmed"] for profile in profiles.values())
    points = sum(len(profile.points) for profile in profiles.values())
    backed = sum(profile.confirmed_points() for profile in profiles.values())
    vectors = sum(len(profile.given.get("vectors", [])) for profile in profiles.values())
    lines += ["", f"{len(profiles)} profiles, {confirmed} of them confirmed; {points} points, {backed} of them with "
              f"two sources; {vectors} test vectors."]
    return "\n".join(lines)


def judge_table(tally, profiles):
    readme = (HERE / "README.md").read_text()
    parts = re.split(f"{re.escape(BEGIN)}|{re.escape(END)}", readme)
    if tally.check(len(parts) == 3, "README.md: its marks for the table"):
        tally.check(parts[1].strip() == table(profiles), "README.md: the table is not what --table says")


# ---- What is asked -------------------------------------------------------------------------------------------------


def main(arguments):
    tally = Tally()
    quantities, profiles = load(tally)
    if arguments == ["--table"]:
        print(table(profiles))
        return 1 if tally.failed else 0
    if len(arguments) == 2 and arguments[0] == "--example":
        if arguments[1] not in profiles:
            print(f"check_profiles.py: there is no profile '{arguments[1]}'", file=sys.stderr)
            return 64
        for (where, address), word in sorted(profiles[arguments[1]].image().items()):
            print(f"{where} {address} {word:04X}")
        return 0
    if arguments == ["--recognise"]:
        for subject in profiles.values():
            for world, gaps, is_shared in WORLDS:
                found = recognised(profiles, subject, gaps, is_shared)
                first, second = found[0], found[1]
                print(f"{subject.name}, {world}: {first[1]} {first[0]}, then {second[1]} {second[0]}")
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 64

    tally.check(len(profiles) >= FEWEST, f"{len(profiles)} profiles; there were {FEWEST} and more")
    used = set()
    for profile in profiles.values():
        names = [point["name"] for point in profile.points]
        tally.check(len(set(names)) == len(names), f"{profile.name}: a name stands twice")
        used |= set(names)
        for point, given in zip(profile.points, profile.given["points"]):
            judge_point(tally, profile, point, given, quantities)
        judge_overlaps(tally, profile)
        judge_sources(tally, profile)
        if all(point["name"] in quantities and point["scale"] != 0 for point in profile.points):
            judge_identification(tally, profile)
            judge_vectors(tally, profile)
    unused = sorted(set(quantities) - used)
    tally.check(not unused, f"quantities.yaml: names that no profile has: {unused}")
    if not tally.failed:  # examples that do not hold make no meters to recognise
        judge_recognition(tally, profiles)
    judge_table(tally, profiles)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
