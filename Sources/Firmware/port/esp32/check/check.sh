#!/usr/bin/env bash
# Everything that proves the ESP32 port without a board and without ESP-IDF.
#
# usage: check.sh [--host]
#   --host: what runs with gcc alone: a part of make test
set -euo pipefail
cd "$(dirname "$0")"
case "${1-}" in
"" | --host) ;;
*)
    echo "usage: check.sh [--host]" >&2
    exit 64
    ;;
esac
firmware=../../..
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
include=(-Iidf -I../main -I"$firmware/core/include" -I"$firmware/hal" -D_GNU_SOURCE -DGW_BUILD_SECONDS=1790000000ULL)
strict=(-std=gnu17 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror)

echo "== esp32: settings, partitions"
python3 check_kconfig.py
python3 check_partitions.py

echo "== esp32: boots, outages, renewals and updates, with sanitizers"
# One network, and keys in NVS. The TLS library is a fake, because there is none here.
sources=()
for file in ../main/*.c; do
    case "$file" in *network_ethernet.c | *network_w5500.c | *network_emac.c | *tls.c) ;; *) sources+=("$file") ;; esac
done
gcc -std=gnu17 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wno-format-truncation -Werror "${include[@]}" -DCHECK_IDF=6 \
    -Ifakes -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    -Wl,--wrap=gettimeofday -Wl,--wrap=settimeofday \
    fakes/*.c tests/*.c "${sources[@]}" "$firmware"/core/*.c "$firmware"/hal/gw_loop.c -o "$build/board"
timeout 300 "$build/board" >"$build/log" 2>&1 || {
    tail -n 40 "$build/log"
    exit 1
}
tail -n 1 "$build/log"

[[ ${1-} != --host ]] || exit 0

echo "== esp32: rv32imc, against our own declarations of ESP-IDF 5.5 and 6.0"
files=(../main/*.c)
for release in 5 6; do
    for console in "" -DCHECK_CONSOLE_UART; do
        for file in "${files[@]}"; do
            riscv64-unknown-elf-gcc --specs=picolibc.specs -march=rv32imc -mabi=ilp32 -Os "${strict[@]}" "${include[@]}" \
                -DCHECK_IDF="$release" ${console:+"$console"} -c "$file" -o "$build/port.o"
        done
    done
    echo "ESP-IDF $release: ${#files[@]} files"
done
