#!/usr/bin/env bash
# Everything that proves the firmware's core, without a board. Ends non-zero at the first failure.
#
# usage: check.sh [--host | --long]
#   --host: what runs on this machine with gcc alone: the analyzer, and all tests under the sanitizers
#   --long: also fuzzing for 10 s, and a million generated cases against the agent
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD

long=no
host=no
case "${1-}" in
--long) long=yes ;;
--host) host=yes ;;
"") ;;
*)
    echo "usage: check.sh [--host | --long]" >&2
    exit 64
    ;;
esac
[[ $host == yes ]] || ../../scripts/install-packages.sh firmware
# The clang of the Swift toolchain: Debian's need not be there.
clang=$(dirname "$(readlink -f "$(command -v swift)")")
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

warnings=(-std=c11 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror)
include=(-Icore/include)
tests=(tests/main.c tests/test_*.c)
# What these tests are of; the queue, the slots and the commands have tests of their own, called at the end.
core=(core/gw_{crc,decimal,json,poll,rtu,time,value}.c)

echo "== analysis"
for file in "${core[@]}"; do
    gcc "${warnings[@]}" "${include[@]}" -O2 -fanalyzer -c "$file" -o /dev/null
done
[[ $host == yes ]] || cppcheck --quiet --std=c11 --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 \
    --suppress=unusedStructMember --suppress=missingIncludeSystem "${include[@]}" core
# The core stands on four headers and nothing else.
if grep -hE '^#include <' core/*.c core/include/gw/*.h | grep -vE '<(stdint|stddef|stdbool|string)\.h>'; then
    echo "check.sh: the core includes more than it may" >&2
    exit 1
fi

echo "== host, with sanitizers"
gcc "${warnings[@]}" "${include[@]}" -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    "${tests[@]}" "${core[@]}" -o "$build/host"
timeout 120 "$build/host"

if [[ $host == yes ]]; then
    exec "$here/tests/queue/check.sh" --host
fi

echo "== coverage"
"$clang/clang" -std=c11 "${include[@]}" -g -O0 -fprofile-instr-generate -fcoverage-mapping \
    "${tests[@]}" "${core[@]}" -fuse-ld=lld -o "$build/covered"
LLVM_PROFILE_FILE="$build/raw" timeout 120 "$build/covered" | tail -n 1
"$clang/llvm-profdata" merge "$build/raw" -o "$build/profile"
"$clang/llvm-cov" report "$build/covered" -instr-profile="$build/profile" core | tee "$build/report" |
    awk '/^gw_|^TOTAL/ { printf "%-14s lines %7s  branches %7s\n", $1, $10, $13 }'
awk '/^TOTAL/ { if ($10 + 0 < 95 || $13 + 0 < 90) { print "check.sh: coverage is below 95 % or 90 %"; exit 1 } }' \
    "$build/report"

echo "== rv32imc in QEMU"
cross=(riscv64-unknown-elf-gcc --specs=picolibc.specs -mabi=ilp32 -Os -g -ffunction-sections -fdata-sections)
# shellcheck disable=SC2054 # the commas are the linker's
link=(--oslib=semihost --crt0=semihost -Wl,--gc-sections -Wl,--defsym=__flash=0x80000000
    -Wl,--defsym=__flash_size=0x00400000 -Wl,--defsym=__ram=0x80400000 -Wl,--defsym=__ram_size=0x00010000)
# True rv32imc: an atomic or floating-point instruction traps.
qemu=(timeout 120 qemu-system-riscv32 -M virt -cpu "rv32,a=false,f=false,d=false,h=false,s=false" -m 16M
    -display none -monitor none -serial none -bios none -semihosting-config "enable=on,target=native")
mkdir "$build/rv32"
for file in "${core[@]}"; do
    "${cross[@]}" "${warnings[@]}" "${include[@]}" -march=rv32imc -fstack-usage -fcallgraph-info=su \
        -c "$file" -o "$build/rv32/$(basename "$file" .c).o"
done
"${cross[@]}" -std=c11 "${include[@]}" -march=rv32imc "${tests[@]}" "$build"/rv32/*.o "${link[@]}" -o "$build/tests.elf"
"${qemu[@]}" -kernel "$build/tests.elf" </dev/null
"${cross[@]}" -std=c11 "${include[@]}" -march=rv32imc_zicsr -c tests/instructions.c -o "$build/instructions.o"
"${cross[@]}" -march=rv32imc "$build/instructions.o" "$build"/rv32/*.o "${link[@]}" -o "$build/instructions.elf"
"${qemu[@]}" -icount shift=0 -kernel "$build/instructions.elf" </dev/null >"$build/instructions" 2>&1

echo "== size"
python3 tests/size.py "$build/rv32" "$build/instructions" SIZE.md

if [[ $long == yes ]]; then
    echo "== fuzzing"
    "$clang/clang" -std=c11 "${include[@]}" -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
        -fuse-ld=lld tests/fuzz/fuzz_receiver.c "${core[@]}" -o "$build/fuzz"
    mkdir "$build/found"
    "$build/fuzz" -max_total_time="${FUZZ_SECONDS:-10}" -max_len=1024 -print_final_stats=1 "$build/found" \
        tests/fuzz/corpus 2>&1 | grep -E "ERROR|SUMMARY|DONE|executed_units"
    export FIRMWARE_CASES=${FIRMWARE_CASES:-1000000}
fi

echo "== against the agent"
cd ../..
swift build --build-tests 2>&1 | tail -n 1
swift test --skip-build --filter '^FirmwareTests\.' 2>&1 | grep -E '^✘|passed after|failed after' | tail -n 8
test "${PIPESTATUS[0]}" -eq 0

echo "== queue, certificate slots, commands"
if [[ $long == yes ]]; then exec "$here/tests/queue/check.sh" --long; else exec "$here/tests/queue/check.sh"; fi
