#!/usr/bin/env python3
"""Plants faults in copies of the core, one at a time; the tests must fail for each.

usage: faults.py BUILD [FILE...]      BUILD: a folder for the copies, with vectors.inc; FILE: only faults of these
"""

import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CORE = HERE / "../core"
BUILD = pathlib.Path(sys.argv[1])

LINE = (["main.c", "test_*.c", "simulated_line.c"], [])
QUEUE = (["queue/main.c", "queue/flash.c", "queue/test_*.c"], ["6"])
APP = (["app/main.c", "app/stage.c", "app/world*.c", "app/test_*.c", "queue/flash.c"], ["40"])

# Who must find it, the file, what stands there exactly once, what is put in its place.
FAULTS = [
    (QUEUE, "gw_log_format.c", "return crc != header->crc ? GW_STATE_DAMAGED : is_marked", "return is_marked"),
    (QUEUE, "gw_log_format.c", "return words[7] == checksum(header, block);", "return true;"),
    (QUEUE, "gw_log_format.c", "if (!is_good || ", "if ("),
    (QUEUE, "gw_log_format.c", "decode(header, words, 0) && ", "decode(header, words, 0) | "),
    (QUEUE, "gw_log_format.c", "const bool is_marked = !is_erased(chunk, unit);", "const bool is_marked = chunk[0] == 0u;"),
    (QUEUE, "gw_log.c", "kept = log->flash->block_count - 2u;", "kept = log->flash->block_count - 1u;"),
    (QUEUE, "gw_log.c", "kept = log->flash->block_count - 2u;", "kept = log->flash->block_count - 3u;"),
    (QUEUE, "gw_log.c", "found == GW_FOUND_END ? at.offset : log->flash->block_size;", "at.offset;"),
    (QUEUE, "gw_log_append.c", "log->boot, log->dropped + count,", "log->boot, log->dropped + 0u,"),
    (QUEUE, "gw_queue.c", "if (state != GW_STATE_RELEASED && ", "if ("),
    (QUEUE, "gw_queue.c", "    remove_slot(queue, index);\n    return gw_log_mark", "    return gw_log_mark"),
    (QUEUE, "gw_queue.c", "if (queue->slot_count == queue->window) {", "if (false) {"),
    (QUEUE, "gw_log.c", "log->sequence = header.record.sequence + 1u;", "log->sequence = header.record.sequence;"),
    (QUEUE, "gw_queue.c", "at.block < queue->log.oldest", "at.block < 1u"),
    (QUEUE, "gw_queue.c", "queue->slots[index].is_offered = true;", "(void)gw_queue_release(queue, record->sequence);"),
    (QUEUE, "gw_log_append.c", "return program(log, address, header, GW_LOG_HEADER)\n", "return true\n"),
    (QUEUE, "gw_log.c", "log->boot = header.record.boot + 1u;", "log->boot = header.record.boot;"),
    (QUEUE, "gw_queue.c", "    queue->past_start_ms = 0;\n", ""),
    (QUEUE, "gw_log.c", "if (at->block == log->newest) {\n            break;", "if (true) {\n            break;"),
    (QUEUE, "gw_cert.c", "if (cert->phase != GW_CERT_CONFIRMED) {", "if (false) {"),
    (QUEUE, "gw_cert.c", "if (!is_trial || event->slot != gw_cert_spare(cert)) {", "if (!is_trial) {"),
    (QUEUE, "gw_cert.c", "&& event->now_ms >= cert->deadline_ms;", "&& false;"),
    (QUEUE, "gw_cert.c", "is_commit ? gw_cert_spare(cert) : cert->active);", "cert->active);"),
    (QUEUE, "gw_cert.c", "GW_CERT_DO_SAVE | GW_CERT_DO_CONNECT | report(cert, outcome);", "report(cert, outcome);"),
    (QUEUE, "gw_cert.c", "is_trial ? GW_CERT_TRIAL", "is_trial ? GW_CERT_COMMIT"),
    (QUEUE, "gw_cert.c", "        cert->active = gw_cert_spare(cert);\n", ""),
    (QUEUE, "gw_command.c", "            known = KNOWN_BEGUN;\n", ""),
    (QUEUE, "gw_command.c", "if (known != KNOWN_NOT) {", "if (false) {"),
    (QUEUE, "gw_command.c", "note->text[ACK_ID_AT + length] == '\"'", "true"),
    (QUEUE, "gw_command.c", "look_up(journal, note.text, &ignored) == KNOWN_BEGUN", "true"),
    (QUEUE, "gw_command.c", "note.record.boot < journal->boot", "true"),
    (QUEUE, "gw_command.c", "now_s >= command->expires_s", "now_s > command->expires_s"),
    (QUEUE, "gw_reader.c", "if (depth == GW_READ_DEPTH_MAX) {", "if (depth == GW_READ_DEPTH_MAX + 1u) {"),
    (QUEUE, "gw_command_read.c", "length > GW_CMD_LENGTH_MAX", "length > GW_CMD_LENGTH_MAX + 1u"),
    (QUEUE, "gw_command_read.c", "rest.at != rest.end || ", ""),
    (QUEUE, "gw_json.c", "is_short || ", ""),
    (QUEUE, "gw_reader.c", " || sum > most / 10u", ""),
    (QUEUE, "gw_command_read.c", "moment < GW_TIME_HELD_LAST ? (uint32_t)moment : GW_TIME_HELD_LAST", "(uint32_t)moment"),

    (LINE, "gw_time.c", "if (strncmp(written, text, GW_TIME_LENGTH) != 0) {", "if (false) {"),
    (LINE, "gw_time.c", "if (seconds > GW_TIME_LAST) {", "if (false) {"),
    (LINE, "gw_time.c", "strncmp(written, text, GW_TIME_LENGTH) <= 0", "strncmp(written, text, GW_TIME_LENGTH) < 0"),
    (LINE, "gw_decimal.c", "    if (sum.has_loan) {", "    if (false) {"),
    (LINE, "gw_decimal.c", "        sum.exponent = 1 - (int)sum.count;\n", ""),
    (LINE, "gw_float.c", "is_power_of_two && field > 1u", "false"),
    (LINE, "gw_float.c", "field > 0u ? lead : 0u", "lead"),
    (LINE, "gw_value.c", "            pattern = UINT64_MAX;\n", ""),
    (LINE, "gw_value.c", "        pattern &= mask;\n", ""),
    (LINE, "gw_json.c", "character >> 11 == 0xD800u >> 11 || ", ""),
    (LINE, "gw_json.c", "character > 0x10FFFFu ?", "false ?"),
    (LINE, "gw_poll_plan.c", "longer - start <= most", "longer - start <= most + 1u"),
    (LINE, "gw_poll_late.c", "slave->shapes[i] != shape_of(request)", "true"),
    (LINE, "gw_poll_exchange.c", "poll->now - slave->gave_up_at >= GW_POLL_ANSWER_LIFETIME_MS", "true"),
    (LINE, "gw_poll_exchange.c", "was_offline || slave->state == GW_SLAVE_OFFLINE", "was_offline"),
    (LINE, "gw_poll.c", "is_in_doubt = slave->failures > 0u;", "is_in_doubt = true;"),

    (APP, "gw_delivery.c", "app->is_connected && app->is_trusted && ", "app->is_connected && "),
    (APP, "gw_delivery.c", "} else if (event->reason < 128u) {", "} else if (true) {"),
    (APP, "gw_delivery.c", "    gw_queue_give_back_all(&app->queue);\n", ""),
    (APP, "gw_delivery.c", "if (event->connection != app->connection) {", "if (false) {"),
    (APP, "gw_delivery.c", "return !app->has_accepted;", "return false;"),
    (APP, "gw_delivery.c", "return !app->has_accepted;", "return true;"),
    (APP, "gw_delivery.c", "    gw_queue_rewind(&app->queue);\n", ""),
    (APP, "gw_delivery.c", "app->is_connected ? app->puback_by : app->connect_at", "app->is_connected ? UINT64_MAX : app->connect_at"),
    (APP, "gw_delivery.c", "} else if (event->sequence == awaited) {", "} else {"),
    (APP, "gw_delivery.c", "    if (!is_in_flight(app, &next)) {\n        app->puback_by = UINT64_MAX;\n    } else", "   "),
    (APP, "gw_delivery.c", "    (void)gw_queue_give_back(&app->queue, sequence);\n", ""),
    (APP, "gw_delivery.c", "    if (gw_queue_release(&app->queue, sequence) == GW_STORE_FLASH) {", "    if (false) {"),
    (APP, "gw_delivery.c", "        (void)gw_queue_discard(&app->queue, record->sequence);\n", "        return true;\n"),
    (APP, "gw_delivery.c", "if (app->is_status_out || (", "if ((") ,
    (APP, "gw_delivery.c", "    if (gw_app_awaits(app, action, app->status_at)) {", "    if (false) {"),
    (APP, "gw_delivery.c", "        app->status_at = app->now + GW_APP_REFUSED_LONGEST_MS;\n", ""),
    (APP, "gw_delivery.c", "app->connect_wait_ms = doubled(app->connect_wait_ms, ", "app->connect_wait_ms = doubled(0u, "),
    (APP, "gw_delivery.c", "return wait / 2u + app->random % (wait / 2u + 1u);", "return wait;"),
    (APP, "gw_cycle.c", "    gw_queue_anchor(&app->queue, start);\n", ""),
    (APP, "gw_cycle.c", "gw_queue_append(&app->queue, &record, \"\", 1) != GW_STORE_OK", "record.kind == 0u"),
    (APP, "gw_cycle.c", "        app->is_trusted = true;\n", "        app->is_trusted = true;\n        app->start_ms += 2000u;\n"),
    (APP, "gw_cycle.c", "app->now < app->begun_ms + SECOND_MS", "false"),
    (APP, "gw_cycle.c", "if (app->last_stamp_s - now_s < PATIENCE_S) {", "if (false) {"),
    (APP, "gw_cycle.c", "app->cycle_s = app->last_stamp_s + 1u;", "app->cycle_s = now_s;"),
    (APP, "gw_cycle.c", "if (start + app->first_ms < least_ms) {", "if (false) {"),
    (APP, "gw_cycle.c", "app->last_stamp_s = app->queue.log.latest_s;", "app->last_stamp_s = 0;"),
    (APP, "gw_cycle.c", " || gw_time_seconds(wall_ms) < app->config->build_s", ""),
    (APP, "gw_cycle.c", "wall_ms > (uint64_t)GW_TIME_HELD_LAST * 1000u || ", ""),
    (APP, "gw_cycle.c", "is_read ? sample->words : NULL", "sample->words"),
    (APP, "gw_cycle.c", "app->wanted |= has_heard ? 0u : (unsigned)GW_WANT_LINE;", ""),
    (APP, "gw_cycle.c", ".uptime_ms = app->begun_ms,", ".uptime_ms = app->now,"),
    (APP, "gw_cycle.c", "result == GW_MESSAGE_TOO_LONG || result == GW_MESSAGE_MORE;", "result == GW_MESSAGE_TOO_LONG;"),
    (APP, "gw_tasks.c", "    const bool is_kept = gw_cmd_finish(&app->commands, &text);\n", "    const bool is_kept = true;\n"),
    (APP, "gw_tasks.c", "        if (is_busy) {", "        if (false) {"),
    (APP, "gw_tasks.c", "app->has_published && app->has_polled", "app->has_published"),
    (APP, "gw_tasks.c", "app->has_published && app->has_polled", "app->has_polled"),
    (APP, "gw_tasks.c", "    do_slots(app, actions & GW_CERT_DO_SAVE);\n", ""),
    (APP, "gw_tasks.c", "        app->renewal[0] = '\\0';\n", ""),
    (APP, "gw_tasks.c", "app->config->image == GW_APP_IMAGE_ROLLED_BACK ?", "false ?"),
    (APP, "gw_health.c", "    app->status_count++;\n", ""),
    (APP, "gw_health.c", "state == GW_SLAVE_SUSPECT ? (uint32_t)GW_SLAVE_ONLINE : (uint32_t)state", "(uint32_t)state * 0u"),
]


def is_found(tests, name, old, new):
    faulty = BUILD / "faulty"
    shutil.rmtree(faulty, ignore_errors=True)
    shutil.copytree(CORE, faulty)
    text = (faulty / name).read_text()
    if text.count(old) != 1:
        sys.exit(f"{name}: {text.count(old)} times: {old}")
    (faulty / name).write_text(text.replace(old, new))
    sources = [path for pattern in tests[0] for path in sorted(HERE.glob(pattern))]
    subprocess.run(["gcc", "-std=c11", "-w", f"-I{faulty}/include", f"-I{HERE}", f"-I{HERE}/queue", f"-I{BUILD}", "-O1",
                    "-fsanitize=address,undefined", "-fno-sanitize-recover=all", *sources, *sorted(faulty.glob("gw_*.c")),
                    "-o", faulty / "tests"], check=True)
    try:
        return subprocess.run([faulty / "tests", *tests[1]], capture_output=True, timeout=120).returncode != 0
    except subprocess.TimeoutExpired:
        return True


wanted = [fault for fault in FAULTS if not sys.argv[2:] or fault[1] in sys.argv[2:]]
missed = 0
for fault in wanted:
    if not is_found(*fault):
        missed += 1
        print(f"MISSED: {fault[1]}: {fault[2]!r} -> {fault[3]!r}", flush=True)
print(f"{len(wanted) - missed} planted faults found, {missed} missed")
sys.exit(missed != 0)
