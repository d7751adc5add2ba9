#!/usr/bin/env python3
"""Writes SIZE.md from objects built for rv32imc, and fails if a budget is exceeded.

usage: size.py OBJECTS INSTRUCTIONS SIZE.md      OBJECTS: a folder of .o and .ci files (-fcallgraph-info=su)
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

# What the files are for. The goal of 10 KB stands for all of them together, and is reached by the first part alone.
# The settings are no part of the core: each port has its own.
PARTS = {
    "reading: from the request on the line to the message": ["crc", "rtu", "poll", "poll_plan", "poll_exchange",
                                                             "poll_late", "value", "decimal", "decimal_parse",
                                                             "float", "json", "time"],
    "storing: the log in flash and the queue": ["block", "log", "log_format", "log_append", "queue"],
    "commands": ["reader", "command_read", "command"],
    "certificate slots": ["cert"],
    "the machine that ties them together": ["app", "cycle", "delivery", "health", "tasks"],
}
# The functions that a linker is told to keep: with what they call, that is what a firmware carries. Each part comes on
# top of those before it.
READING = ["gw_poll_init", "gw_poll_begin", "gw_poll_step", "gw_poll_feed", "gw_message_write", "gw_readings_check"]
QUEUE = ["gw_queue_mount", "gw_queue_append", "gw_queue_next", "gw_queue_release", "gw_queue_discard",
         "gw_queue_give_back", "gw_queue_give_back_all", "gw_queue_defer", "gw_queue_rewind", "gw_queue_anchor",
         "gw_record_stamp", "gw_log_largest"]
COMMANDS = ["gw_cmd_receive", "gw_cmd_unfinished", "gw_cmd_finish", "gw_ack_begin", "gw_ack_end"]
CERTIFICATES = ["gw_cert_start", "gw_cert_step", "gw_cert_save", "gw_cert_judge", "gw_cert_slot_in_use", "gw_cert_spare"]
EVERYTHING = ["gw_app_init", "gw_app_take", "gw_app_step", "gw_app_clock_floor"]

# Budgets: what fails the build. Each is what was measured and some 1 % more, so that whoever adds something sees where.
# The text of each part, in the order of PARTS, and of everything.
PART_TEXT = [9_280, 3_456, 4_816, 816, 7_536]
EVERYTHING_TEXT = 25_792
RAM = 2_040
STACK = 928
INSTRUCTIONS = 23_900

# The goals that the project has set itself.
GOAL_TEXT, GOAL_RAM, GOAL_STACK, GOAL_INSTRUCTIONS = 10_240, 2_048, 1_024, 25_000

CROSS = ["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-Os"]
FLAGS = "-Os -msave-restore -malign-data=natural -fno-jump-tables -fno-tree-switch-conversion -ffunction-sections -fdata-sections"


def output(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def sections(*files):
    for line in output("riscv64-unknown-elf-size", *files).splitlines()[1:]:
        text, data, bss, _, _, name = line.split()
        yield pathlib.Path(name).stem, int(text), int(data), int(bss)


def linked(folder, roots):
    """The bytes of text of some functions with all that they call, the compiler's and the C library's included."""
    image = folder / "linked.elf"
    keep = [f"-Wl,-u,{name}" for name in roots]
    memory = [f"-Wl,--defsym=__{name}=0x{at:x}" for name, at in (
        ("flash", 0x80000000), ("flash_size", 0x400000), ("ram", 0x80400000), ("ram_size", 0x80000))]
    output(*CROSS, "-nostartfiles", "-Wl,--gc-sections", f"-Wl,-e,{roots[0]}", *keep, *memory,
           f"-Wl,-Map={folder / 'linked.map'}", *folder.glob("gw_*.o"), "-o", image)
    return next(sections(image))[1]


def libraries(folder):
    """The bytes of the last link that came out of libgcc and out of the C library."""
    found = re.findall(r"^ \.text\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+) \S*/(libgcc|libc)\.a\(",
                       (folder / "linked.map").read_text(), re.M)
    return {name: sum(int(size, 16) for size, of in found if of == name) for name in ("libgcc", "libc")}


def sizes(folder):
    """Bytes of the structures that a gateway keeps in memory."""
    probe, built = folder / "sizes.c", folder / "sizes.probe"
    wanted = {"app": "struct gw_app", "poll": "gw_poll_t", "queue": "struct gw_queue", "log": "struct gw_log",
              "sample": "gw_sample_t", "block": "gw_poll_block_t", "reading": "gw_reading_t"}
    probe.write_text('#include "gw/gw_app.h"\n' + "".join(
        f"char size_{name}[sizeof({kind})];\n" for name, kind in wanted.items()))
    output(*CROSS, f"-I{HERE}/../core/include", "-c", probe, "-o", built)
    found = re.findall(r"^\w+ (\w+) \w size_(\w+)$", output("riscv64-unknown-elf-nm", "-S", built), re.M)
    return {name: int(size, 16) for size, name in found}


def call_graph(folder):
    """The stack of each function, and whom it calls."""
    stack, calls = {}, {}
    for file in folder.glob("gw_*.ci"):
        for line in file.read_text().splitlines():
            if node := re.match(r'node: { title: "([^"]+)" label: "([^"]*)"', line):
                if size := re.search(r"(\d+) bytes \((\w[\w,]*)\)", node[2]):
                    if size[2] != "static":
                        sys.exit(f"size.py: the stack of {node[1]} is {size[2]}")
                    stack[node[1]] = int(size[1])
            elif edge := re.match(r'edge: { sourcename: "([^"]+)" targetname: "([^"]+)"', line):
                calls.setdefault(edge[1], set()).add(edge[2])
    return stack, calls


def worst(name, stack, calls, path=()):
    if name in path:
        sys.exit(f"size.py: {name} calls itself: {path}")
    below = [worst(callee, stack, calls, (*path, name)) for callee in calls.get(name, ())]
    # What is not ours is memcpy and its kin, libgcc's shifts and the port's driver: 64 bytes for each.
    return stack.get(name, 64) + max(below, default=0)


def main():
    folder, counted, target = map(pathlib.Path, sys.argv[1:4])
    objects = sorted(folder.glob("gw_*.o"))
    rows = {name: (text, data, bss) for name, text, data, bss in sections(*objects)}
    stack, calls = call_graph(folder)
    public = {name: worst(name, stack, calls) for name in stack if ":" not in name and name.startswith("gw_")}
    numbers = dict(re.findall(r"^(\w+) (?:.* )?(\d+)$", counted.read_text(), re.M))
    message = int(numbers["message"])
    static = sum(data + bss for _, data, bss in rows.values())
    of = sizes(folder)
    ram = of["app"] + 8 * (of["sample"] + of["block"] + of["reading"])
    machine = {name: bytes_ for name, bytes_ in public.items() if name.startswith("gw_app_")}
    deepest = max(machine, key=machine.get)
    undefined = output("riscv64-unknown-elf-nm", "-u", *objects)
    outside = sorted({n for n in re.findall(r"U (\w+)", undefined) if not n.startswith(("gw_", "__riscv_"))})
    reading = linked(folder, READING)
    with_queue = linked(folder, READING + QUEUE)
    with_commands = linked(folder, READING + QUEUE + COMMANDS)
    with_certificates = linked(folder, READING + QUEUE + COMMANDS + CERTIFICATES)
    everything = linked(folder, EVERYTHING)
    library = libraries(folder)
    added_by_part = [reading, with_queue - reading, with_commands - with_queue, with_certificates - with_commands,
                     everything - with_certificates]
    budgets = [
        *((f"text, linked: {part.split(':')[0]}", added, most, "")
          for part, added, most in zip(PARTS, added_by_part, PART_TEXT, strict=True)),
        ("text, linked: everything", everything, EVERYTHING_TEXT, GOAL_TEXT),
        ("variables of the core's own, bytes", static, 0, 0),
        ("RAM of a gateway with 8 points on 8 slaves, without the buffer", ram, RAM, GOAL_RAM),
        (f"worst stack, bytes (`{deepest}`)", machine[deepest], STACK, GOAL_STACK),
        ("instructions for a message of 8 readings", message, INSTRUCTIONS, GOAL_INSTRUCTIONS),
    ]
    lines = [
        "# What the core costs", "",
        "Generated by `check.sh`; do not edit. rv32imc, ilp32, gcc "
        + output("riscv64-unknown-elf-gcc", "-dumpfullversion").strip()
        + ", with the flags of an ESP-IDF build for size:", f"`{FLAGS}`, linked with `--gc-sections`.",
        "A budget that is exceeded fails the build.", "",
        "| figure | is | budget | goal |", "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {value} | {budget} | {goal} |" for name, value, budget, goal in budgets), "",
        "*Linked* is what a firmware carries: the functions, all that they call, and what of libgcc and of the C library",
        f"that takes ({', '.join(f'`{n}`' for n in outside)}, and the routines of `-msave-restore`). No heap.", "",
        f"**The goal of 10 KB for the whole core is not reached: it takes {everything} bytes.** From the request on the",
        f"line to the bytes of the message it takes {reading}.", "",
        "## By part", "", "What each part adds to those above it, linked; and its files, not linked.", "",
        "| part | adds | files |", "| --- | ---: | ---: |",
        *(f"| {part} | {added} | {sum(rows['gw_' + name][0] for name in PARTS[part])} |"
          for part, added in zip(PARTS, added_by_part, strict=True)),
        f"| everything | {everything} | |",
        f"| of it libgcc: the routines of `-msave-restore` | {library['libgcc']} | |",
        f"| of it the C library: `mem*`, `str*`; an ESP32 has them in its ROM | {library['libc']} | |", "",
        "The settings are not of the core: each port has its own.", "",
        "## By file", "", "| file | text | data | bss |", "| --- | ---: | ---: | ---: |",
        *(f"| {name}.c | {t} | {d} | {b} |" for name, (t, d, b) in rows.items()), "",
        "`gw_loop.c`, which every port uses, is not of the core.", "",
        "## RAM", "", "| structure | bytes |", "| --- | ---: |",
        f"| `struct gw_app`, everything in it | {of['app']} |", f"| of it the poller | {of['poll']} |",
        f"| of it the queue | {of['queue']} |", f"| of it each of two journals | {of['log']} |",
        f"| for each point: sample, block, reading | {of['sample']} + {of['block']} + {of['reading']} |",
        "| the buffer that messages pass through, at least | 1536 |", "",
        "## Worst stack of each public function", "",
        "From the compiler's call graph, with everything below; 64 bytes for a library function or the flash driver.", "",
        "| function | bytes |", "| --- | ---: |", *(f"| `{n}` | {public[n]} |" for n in sorted(public)),
        "", "## Instructions", "", "Counted by QEMU (`-icount shift=0`, `minstret`).", "",
        "| what | instructions |", "| --- | ---: |", f"| a message of 8 readings, two of them float32 | {message} |",
        f"| one float64, 123.456 | {numbers['float64']} |", f"| checksum of 255 bytes | {numbers['crc255']} |", "",
    ]
    target.write_text("\n".join(lines))
    exceeded = [f"{name}: {value}, and may be {budget}" for name, value, budget, _ in budgets if value > budget]
    print(f"text {reading} of {everything}, RAM {ram}, stack {machine[deepest]} ({deepest}), message {message} instructions")
    if exceeded:
        sys.exit("size.py: over budget: " + "; ".join(exceeded))


main()
