#!/usr/bin/env bash
# Installs the Debian packages that are missing, and says so first. Does nothing when all are there.
#
# usage: install-packages.sh GROUP...      groups: build run test order firmware
set -euo pipefail

packages_of() {
    case "$1" in
    build) echo libmodbus-dev libmosquitto-dev libssl-dev libsqlite3-dev libyaml-dev pkg-config ;;
    run) echo mosquitto mosquitto-clients openssl ;;
    test) echo git mbpoll python3 python3-jsonschema python3-yaml strace sqlite3 binutils systemd shellcheck gcc libc6-dev ;;
    order) echo binutils valgrind ;;
    firmware) echo gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc cppcheck gcovr ;;
    *)
        echo "install-packages.sh: there is no group '$1'" >&2
        exit 64
        ;;
    esac
}

missing=()
for group in "$@"; do
    for package in $(packages_of "$group"); do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
done

if ((${#missing[@]} > 0)); then
    echo "Installing with apt: ${missing[*]}"
    as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "install-packages.sh: root is needed for apt: run 'apt-get install ${missing[*]}' as root" >&2
            exit 77
        }
        as_root=(sudo)
    fi
    # Debian starts a broker as soon as it is installed, on port 1883 and without certificates: not on this machine.
    install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
        apt-get install -y -qq --no-install-recommends "${missing[@]}")
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! "${install[@]}" >"$log" 2>&1; then
        # An old or empty list of packages is the usual reason.
        "${as_root[@]}" apt-get update -qq
        "${install[@]}" >"$log" 2>&1 || {
            tail -n 20 "$log" >&2
            exit 69
        }
    fi
fi

command -v swift >/dev/null || {
    echo "Swift 6.3 is missing: install it from https://www.swift.org/install/linux/ and put it on the PATH" >&2
    exit 69
}
