#!/usr/bin/env python3
"""Plants faults in copies of the core, one at a time; the tests must fail for each. faults.py <build folder>"""

import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CORE = HERE / "../../core"
BUILD = pathlib.Path(sys.argv[1])

# File, what stands there exactly once, what is put in its place.
FAULTS = [
    ("gw_queue.c", "return crc != expected ? STATE_DAMAGED : is_marked", "return is_marked"),
    ("gw_queue.c", "return words[7] == gw_crc32(seed, header, 28);", "return true;"),
    ("gw_queue.c", "if (!is_good || ", "if ("),
    ("gw_queue.c", "decode(header, words, 0) && ", "decode(header, words, 0) | "),
    ("gw_queue.c", "is_marked = is_marked || chunk[i] != 0xFFu;", "is_marked = is_marked || chunk[i] == 0u;"),
    ("gw_queue.c", "kept = queue->flash->block_count - 2u;", "kept = queue->flash->block_count - 1u;"),
    ("gw_queue.c", "kept = queue->flash->block_count - 2u;", "kept = queue->flash->block_count - 3u;"),
    ("gw_queue.c", "found == FOUND_END ? at.offset : queue->flash->block_size;", "at.offset;"),
    ("gw_queue.c", "queue->dropped + count,", "queue->dropped + 0u,"),
    ("gw_queue.c", "if (state != STATE_RELEASED) {", "if (true) {"),
    ("gw_queue.c", "    remove_slot(queue, index);\n    queue->pending--;", "    queue->pending--;"),
    ("gw_queue.c", "record.sequence, .is_offered = false", "record.sequence, .is_offered = true"),
    ("gw_queue.c", "if (queue->slot_count == queue->window) {", "if (false) {"),
    ("gw_queue.c", "queue->sequence = record.sequence + 1u;", "queue->sequence = record.sequence;"),
    ("gw_queue.c", "if (queue->slots[i].at.block >= oldest) {", "if (true) {"),
    ("gw_queue.c", "queue->slots[index].is_offered = true;", "(void)gw_queue_release(queue, record->sequence);"),
    ("gw_queue.c", "return program_flash(queue, address, header, HEADER)\n", "return true\n"),
    ("gw_queue.c", "queue->boot = record.boot + 1u;", "queue->boot = record.boot;"),
    ("gw_queue.c", "            queue->past_start_ms = 0;\n", ""),
    ("gw_queue.c", "if (at->block == queue->newest) {\n            break;", "if (true) {\n            break;"),
    ("gw_cert.c", "if (cert->phase != GW_CERT_CONFIRMED) {", "if (false) {"),
    ("gw_cert.c", "if (!is_trial || event->slot != gw_cert_spare(cert)) {", "if (!is_trial) {"),
    ("gw_cert.c", "&& event->now_ms >= cert->deadline_ms;", "&& false;"),
    ("gw_cert.c", "is_commit ? gw_cert_spare(cert) : cert->active);", "cert->active);"),
    ("gw_cert.c", "GW_CERT_DO_SAVE | GW_CERT_DO_CONNECT | report(cert, outcome);", "report(cert, outcome);"),
    ("gw_cert.c", "is_trial ? GW_CERT_TRIAL", "is_trial ? GW_CERT_COMMIT"),
    ("gw_cert.c", "        cert->active = gw_cert_spare(cert);\n", ""),
    ("gw_cmd.c", "            known = KNOWN_BEGUN;\n", ""),
    ("gw_cmd.c", "if (known != KNOWN_NOT) {", "if (false) {"),
    ("gw_cmd.c", "note->text[ACK_ID_AT + length] == '\"'", "true"),
    ("gw_cmd.c", "look_up(journal, note.text, &ignored) == KNOWN_BEGUN", "true"),
    ("gw_cmd.c", "note.record.boot < journal->boot", "true"),
    ("gw_cmd.c", "memcmp(now, command->expires_at, GW_STAMP_LENGTH) >= 0", "memcmp(now, command->expires_at, 20) > 0"),
    ("gw_cmd.c", "if (depth == GW_CMD_DEPTH_MAX) {", "if (depth == GW_CMD_DEPTH_MAX + 1u) {"),
    ("gw_cmd.c", "length > GW_CMD_LENGTH_MAX", "length > GW_CMD_LENGTH_MAX + 1u"),
    ("gw_cmd.c", "rest.at != length || ", ""),
    ("gw_cmd.c", "code >= smallest[count] && ", ""),
    ("gw_cmd.c", " || sum > most / 10u", ""),
]

missed = 0
for name, old, new in FAULTS:
    faulty = BUILD / "faulty"
    shutil.rmtree(faulty, ignore_errors=True)
    shutil.copytree(CORE, faulty)
    text = (faulty / name).read_text()
    if text.count(old) != 1:
        sys.exit(f"{name}: {text.count(old)} times: {old}")
    (faulty / name).write_text(text.replace(old, new))
    sources = ["main.c", "flash.c", *sorted(path.name for path in HERE.glob("test_*.c"))]
    sources += [str(faulty / f"gw_{part}.c") for part in ("queue", "block", "cert", "cmd")]
    subprocess.run(["gcc", "-std=c11", "-w", f"-I{faulty}/include", f"-I{BUILD}", "-O1", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", *sources, "-o", str(faulty / "tests")], cwd=HERE, check=True)
    try:
        is_found = subprocess.run([str(faulty / "tests"), "6"], capture_output=True, timeout=60).returncode != 0
    except subprocess.TimeoutExpired:
        is_found = True
    if not is_found:
        missed += 1
        print(f"MISSED: {name}: {old!r} -> {new!r}", flush=True)
print(f"{len(FAULTS) - missed} planted faults found, {missed} missed")
sys.exit(missed != 0)
