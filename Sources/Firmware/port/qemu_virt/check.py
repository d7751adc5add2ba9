#!/usr/bin/env python3
"""Runs the image against the line simulator, and judges what it prints.

usage: check.py IMAGE EDGE_AGENT

The simulator is the agent's own (`edge-agent simulate`), on a pseudo-terminal with true wire time at 9600 bit/s; QEMU's
serial port is that terminal. First both meters answer, then one of them is dead.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

METERS = """
line: { port: %s, baud: 9600, format: 8N1 }
slaves:
  - id: 3
    points:
      - { code: E-1, register: 40001, type: uint32, scale: 0.01, unit: kWh, value: 42949601.23 }
      - { code: T-1, register: 40004, type: int16, scale: 0.1, offset: -5, unit: "°C", value: -40.3 }
      - { code: F-1, register: 40007, type: float32, unit: m³/h, value: 230.1 }
  - id: 9
    points:
      - { code: B-1, register: 00003, type: bool, unit: "", value: 1 }
      - { code: Q-1, register: 30010, type: uint64, order: CDAB, scale: 0.001, unit: kvarh, value: 1234567.891 }
broker: { host: localhost, ca: none, certificate: none, key: none }
"""
READINGS = ('{"dispositivo_codigo":"E-1","valor":42949601.23,"unidade":"kWh"}',
            '{"dispositivo_codigo":"T-1","valor":-40.3,"unidade":"°C"}',
            '{"dispositivo_codigo":"F-1","valor":230.1,"unidade":"m³/h"}',
            '{"dispositivo_codigo":"B-1","valor":1,"unidade":""}',
            '{"dispositivo_codigo":"Q-1","valor":1234567.891,"unidade":"kvarh"}')
QEMU = ["qemu-system-riscv32", "-M", "virt", "-cpu", "rv32,a=false,f=false,d=false,h=false,s=false", "-m", "16M",
        "-display", "none", "-monitor", "none", "-bios", "none"]


def run(image, port, messages):
    """What the image prints; QEMU writes it to its own standard error."""
    return subprocess.run(
        [*QEMU, "-chardev", f"serial,id=bus,path={port}", "-serial", "chardev:bus", "-semihosting-config",
         f"enable=on,target=native,arg=firmware,arg={messages}", "-kernel", image],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=True).stdout.decode()


def judge(output, count, expected):
    lines = output.splitlines()
    messages = [line.removeprefix("telemetry ") for line in lines if line.startswith("telemetry ")]
    stamps = [json.loads(message)["timestamp"] for message in messages]
    assert len(messages) == count, f"{len(messages)} messages:\n{output}"
    assert stamps == sorted(set(stamps)), stamps
    for message, stamp in zip(messages, stamps):
        want = f'{{"gateway_mac":"02:00:5e:10:00:03","timestamp":"{stamp}","leituras":[{",".join(expected)}]}}'
        assert message == want, f"{message}\nand not\n{want}"
    status = [json.loads(line.removeprefix("status ")) for line in lines if line.startswith("status ")]
    assert status and status[0]["state"] == "online", output


def main():
    image, agent = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        port = os.path.join(folder, "line")
        meters = pathlib.Path(folder, "meters.yaml")
        meters.write_text(METERS % port)
        with subprocess.Popen([agent, "simulate", "--config", meters], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL) as simulator:
            try:
                while not os.path.exists(port) and simulator.poll() is None:
                    time.sleep(0.05)
                judge(run(image, os.path.realpath(port), 3), 3, READINGS)
                simulator.stdin.write(b"dead #9\n")
                simulator.stdin.flush()
                time.sleep(0.2)
                judge(run(image, os.path.realpath(port), 3), 3, READINGS[:3])
            finally:
                simulator.terminate()
    print("6 messages of the rv32imc image, byte for byte; 3 of them beside a dead slave")


main()
