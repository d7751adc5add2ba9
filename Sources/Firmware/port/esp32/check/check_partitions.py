#!/usr/bin/env python3
"""Checks partitions.csv: alignment, order, overlap, the end of the flash, and what the sources expect of it."""
import pathlib
import re
import sys

here = pathlib.Path(__file__).parent
FLASH = 4 * 1024 * 1024
TABLE_END = 0x9000  # the table lies at 0x8000 and takes a block
faults = []
parts = {}
end = TABLE_END
for line in (here.parent / "partitions.csv").read_text().splitlines():
    if not line or line.startswith("#"):
        continue
    name, kind, subtype, offset, size, flags = [word.strip() for word in line.split(",")]
    offset, size = int(offset, 0), int(size, 0)
    parts[name] = (kind, subtype, offset, size, flags)
    if len(name) > 16:
        faults.append(f"{name}: a name has at most 16 characters")
    if offset % (0x10000 if kind == "app" else 0x1000) or size % (0x10000 if kind == "app" else 0x1000):
        faults.append(f"{name}: not aligned")
    if offset < end:
        faults.append(f"{name}: begins at {offset:#x}, where the one before it has not ended")
    end = offset + size
if end > FLASH:
    faults.append(f"the last one ends at {end:#x}, beyond 4 MB")

for name, subtype in {"ota_0": "ota_0", "ota_1": "ota_1", "otadata": "ota", "nvs": "nvs", "nvs_keys": "nvs_keys"}.items():
    if name not in parts or parts[name][1] != subtype:
        faults.append(f"{name}: missing, or of another subtype")
if parts["ota_0"][3] != parts["ota_1"][3]:
    faults.append("ota_0 and ota_1: not of one size")
if parts["otadata"][3] != 0x2000:
    faults.append("otadata: two blocks, no more and no less")
for name in re.findall(r'open_piece\(&\w+->\w+, "(\w+)"', (here.parent / "main/store.c").read_text()):
    if name not in parts or parts[name][4]:
        faults.append(f"{name}: missing, or encrypted")
for name, offset, size in re.findall(r'\.label = "(\w+)", \.address = (\w+), \.size = (\w+)',
                                     (here / "fakes/fake_flash.c").read_text()):
    if parts.get(name, (0, 0, 0, 0))[2:4] != (int(offset, 0), int(size, 0)):
        faults.append(f"{name}: the tests have another table (check/fakes/fake_flash.c)")

print("\n".join(faults) if faults else f"{len(parts)} partitions, up to {end:#x}")
sys.exit(1 if faults else 0)
