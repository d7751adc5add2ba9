#!/usr/bin/env python3
"""cppcheck's MISRA C:2012 addon over the core and the ESP32 port, held to docs/firmware-misra.md.

usage: misra.py [--update | --list RULE]
  --update: writes the numbers of findings into the page; a rule that is new there still lacks its reason
  --list:   prints the findings of a rule

A rule without a row and a reason fails, and so does a finding more than its row says.
"""
import pathlib
import re
import subprocess
import sys

firmware = pathlib.Path(__file__).resolve().parent.parent
page = firmware.parent.parent / "docs/firmware-misra.md"
PORT = ["-DCHECK_IDF=6", "-DGW_BUILD_SECONDS=1790000000ULL", "-Iport/esp32/main", "-Iport/esp32/check/idf"]
PARTS = {
    "core": ([], sorted(firmware.glob("core/*.c")) + [firmware / "hal/gw_loop.c"]),
    "esp32": (PORT, sorted(firmware.glob("port/esp32/main/*.c"))),
}


def findings(options, files):
    """Each finding once: (rule, place), in the order of the places."""
    command = ["cppcheck", "--quiet", "--std=c11", "--platform=unix32", "--enable=style", "--addon=misra",
               "--suppress=missingIncludeSystem", "--template={file}:{line}:{column} {id}", "-Icore/include", "-Ihal",
               *options, *[str(file.relative_to(firmware)) for file in files]]
    run = subprocess.run(command, cwd=firmware, capture_output=True, text=True, check=True)
    found = set()
    for line in run.stderr.splitlines():
        match = re.fullmatch(r"(\S+) misra-c2012-([\d.]+)", line)
        # What stands for ESP-IDF is not ours to judge.
        if match and not match[1].startswith("port/esp32/check/"):
            found.add((match[2], match[1]))
    return sorted(found)


def main():
    found = {part: findings(*what) for part, what in PARTS.items()}
    if len(sys.argv) == 3 and sys.argv[1] == "--list":
        print("\n".join(place for part in PARTS for rule, place in found[part] if rule == sys.argv[2]))
        return 0
    counts = {part: {} for part in PARTS}
    for part in PARTS:
        for rule, _ in found[part]:
            counts[part][rule] = counts[part].get(rule, 0) + 1
    text = page.read_text()
    row = re.compile(r"^\| (\d+\.\d+) \| (\w+) \| (\d+) \| (\d+) \| (.+) \|$", re.M)
    rows = {match[1]: (int(match[3]), int(match[4]), match[5]) for match in row.finditer(text)}
    rules = set(counts["core"]) | set(counts["esp32"])
    if sys.argv[1:] == ["--update"]:
        text = row.sub(lambda match: "| {} | {} | {} | {} | {} |".format(
            match[1], match[2], counts["core"].get(match[1], 0), counts["esp32"].get(match[1], 0), match[5]), text)
        page.write_text(text)
        print("without a row: " + (", ".join(sorted(rules - set(rows))) or "none"))
        return 0
    faults = []
    for rule in sorted(rules, key=lambda name: [int(part) for part in name.split(".")]):
        allowed = rows.get(rule, (0, 0, ""))
        for index, part in enumerate(PARTS):
            if counts[part].get(rule, 0) > allowed[index]:
                faults.append(f"{part}: {counts[part][rule]} findings of rule {rule}, {allowed[index]} are explained in "
                              f"docs/firmware-misra.md; see them: tests/misra.py --list {rule}")
    print("\n".join(faults) if faults else f"{sum(map(len, found.values()))} findings, each of a rule with a reason")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
