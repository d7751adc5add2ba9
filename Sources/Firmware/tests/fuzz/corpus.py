#!/usr/bin/env python3
"""Writes the seeds of the fuzzers: the commands of the contract and a few flashes. corpus.py vectors folder folder"""

import json
import pathlib
import struct
import sys
import zlib

vectors, commands, flashes = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
commands.mkdir()
flashes.mkdir()
for number, case in enumerate(json.load(open(vectors))["commands"]):
    raw = bytes.fromhex(case["hex"]) if "hex" in case else case["command"].encode()
    if len(raw) < 2048:
        (commands / str(number)).write_bytes(raw)


def block(sequence, records):
    head = struct.pack("<4sIIIIII", b"GWQ1", sequence, 1, 1, 0, 256, 4)
    whole = head + struct.pack("<I", zlib.crc32(head))
    for number, (kind, content) in enumerate(records):
        head = struct.pack("<BBHIIIIHH", 0xA5, kind, len(content), number + 1, 1, 0, 5000, 0, 0xFFFF)
        head += struct.pack("<I", zlib.crc32(content))
        whole += head + struct.pack("<I", zlib.crc32(head, zlib.crc32(struct.pack("<I", sequence))))
        whole += b"\xff\xff\xff\xff" + content + b"\xff" * (-len(content) % 4)
    return whole.ljust(256, b"\xff")


for flags in (0x02, 0x0A, 0x72):
    ring = [block(4, [(1, b"c-1\0ping\0")]), block(1, [(3, b"\x01\x01\x05\xfb")]), block(2, [(0, b"x" * 90)] * 2), b""]
    (flashes / f"ring-{flags}").write_bytes(bytes([flags]) + b"".join(ring))
    (flashes / f"blank-{flags}").write_bytes(bytes([flags]))

# The last number that a block may have: there is no block after it.
last = struct.pack("<4sIIIIII", b"GWQ1", 0xFFFFFEFF, 1, 1, 0, 256, 4).ljust(32, b"\xff") + b"\x01" * 224
(flashes / "last").write_bytes(b"\x0a" + bytes(768) + last)
