#!/usr/bin/env python3
"""Holds sdkconfig.*, Kconfig.projbuild and the sources to each other and to kconfig.txt.

An unknown line in sdkconfig.defaults is passed over in silence by ESP-IDF: the setting that it was for is not made.
"""
import pathlib
import re
import sys

here = pathlib.Path(__file__).parent
project = here.parent
faults = []

known = {}
for number, line in enumerate((here / "kconfig.txt").read_text().splitlines(), 1):
    if line.startswith("#"):
        continue
    symbol, in_55, in_60 = line.split(maxsplit=2)
    known[symbol] = (in_55 != "-", in_60 != "-")

menu = (project / "main/Kconfig.projbuild").read_text()
own = set(re.findall(r"^\s*(?:config|choice) (GW_\w+)", menu, re.M))
used = set()

for path in sorted(project.glob("sdkconfig*")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        where = f"{path.name}:{number}"
        match = re.fullmatch(r'CONFIG_(\w+)=(y|n|\d+|0x[0-9a-fA-F]+|"[^"]*")', line)
        if not match:
            faults.append(f"{where}: not of the form CONFIG_NAME=y, n, a number or a text in quotation marks")
            continue
        symbol = match[1]
        used.add(symbol)
        if symbol in own:
            continue
        if symbol not in known:
            faults.append(f"{where}: {symbol} is not in kconfig.txt: look it up in the Kconfig of 5.5 and 6.0")
        elif path.name == "sdkconfig.idf6" and not known[symbol][1]:
            faults.append(f"{where}: ESP-IDF 6.0 does not know {symbol}")
        elif path.name != "sdkconfig.idf6" and known[symbol] != (True, True):
            faults.append(f"{where}: {symbol} is not in both releases")

for symbol in re.findall(r"\b(?:select|depends on|if) (.+)", menu):
    for name in re.findall(r"[A-Z][A-Z0-9_]{3,}", symbol):
        used.add(name)
        if name not in known and name not in own:
            faults.append(f"main/Kconfig.projbuild: {name} is not in kconfig.txt")
faults += [f"kconfig.txt: {symbol} is not used any more" for symbol in sorted(set(known) - used)]

sources = "".join(path.read_text() for path in sorted(project.glob("main/*.[ch]")))
sources += (project / "main/CMakeLists.txt").read_text()
in_sources = set(re.findall(r"\bCONFIG_(GW_\w+)", sources))
faults += [f"main/: CONFIG_{symbol} is not in Kconfig.projbuild" for symbol in sorted(in_sources - own)]
unused = own - in_sources - {"GW_NETWORK"}
faults += [f"main/Kconfig.projbuild: nothing reads {symbol}" for symbol in sorted(unused)]

print("\n".join(faults) if faults else f"{len(used & set(known))} symbols of ESP-IDF, {len(own) - 1} of our own")
sys.exit(1 if faults else 0)
