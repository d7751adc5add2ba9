#!/usr/bin/env python3
"""Turns contract/vectors/commands.json into C tables on stdout: a test needs no JSON reader but the one it tests."""

import json
import sys


def quoted(raw):
    # Octal escapes end after three digits, whatever follows.
    plain = set(range(32, 127)) - set(b'"\\?')
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in raw) + '"'


def literal(value):
    return "NULL" if value is None else quoted(value.encode())


vectors = json.load(open(sys.argv[1]))
print("static const struct command_vector command_vectors[] = {")
for case in vectors["commands"]:
    raw = bytes.fromhex(case["hex"]) if "hex" in case else case["command"].encode()
    names = ", ".join(literal(case[name]) for name in ("topic_type", "now", "verdict", "code", "cmd_id", "type"))
    print(f"    {{{literal(case['name'])}, {quoted(raw)}, {len(raw)}, {case['padding']}, {names}}},")
print("};\nstatic const struct ack_vector ack_vectors[] = {")
for case in vectors["acks"]:
    names = ("name", "gateway_mac", "cmd_id", "type", "status", "code", "message", "at", "result")
    raw = bytes.fromhex(case["hex"])
    print(f"    {{{', '.join(literal(case[name]) for name in names)}, {quoted(raw)}, {len(raw)}}},")
print("};")
