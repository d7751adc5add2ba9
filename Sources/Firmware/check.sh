#!/usr/bin/env bash
# Everything that proves the firmware, without a board. Ends non-zero at the first failure.
#
# usage: check.sh [--host | --long]
#   --host: what runs on this machine with gcc alone: the analyzer, and all tests under the sanitizers
#   --long: also longer fuzzing, a million generated cases against the agent, and faults planted in the core
set -euo pipefail
cd "$(dirname "$0")"

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
[[ $host == yes ]] || ../../scripts/install-packages.sh build run test firmware
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

warnings=(-std=c11 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
    -Wno-overlength-strings)
include=(-Icore/include -Ihal -Itests -Itests/queue -I"$build")
core=(core/*.c)
posix=(port/posix/*.c)
# Three programs: what the line brings and what becomes of it; what flash keeps; the whole machine.
programs=(line queue app)
sources_of() {
    case $1 in
    line) printf '%s\n' tests/main.c tests/test_*.c tests/simulated_line.c ;;
    queue) printf '%s\n' tests/queue/main.c tests/queue/test_*.c tests/queue/flash.c ;;
    app) printf '%s\n' tests/app/main.c tests/app/test_*.c tests/app/stage.c tests/app/world*.c tests/queue/flash.c ;;
    esac
}
# How much of the random tests: seeds of power cuts, lives of the model.
declare -A host_amount=([line]="" [queue]=12 [app]=200)
[[ $long == no ]] || host_amount=([line]="" [queue]=300 [app]=5000)
python3 tests/queue/vectors.py ../../contract/vectors/commands.json >"$build/vectors.inc"

echo "== analysis"
for file in "${core[@]}" hal/gw_loop.c; do
    gcc "${warnings[@]}" "${include[@]}" -O2 -fanalyzer -c "$file" -o /dev/null
done
for file in "${posix[@]}"; do
    gcc "${warnings[@]}" -D_GNU_SOURCE "${include[@]}" -O2 -c "$file" -o /dev/null
done
# The core stands on four headers and nothing else.
if grep -hE '^#include <' core/*.[ch] core/include/gw/*.h | grep -vE '<(stdint|stddef|stdbool|string)\.h>'; then
    echo "check.sh: the core includes more than it may" >&2
    exit 1
fi
[[ $host == yes ]] || cppcheck --quiet --std=c11 --enable=warning,style,performance,portability --inline-suppr \
    --error-exitcode=1 --suppress=unusedStructMember --suppress=missingIncludeSystem "${include[@]}" core hal

echo "== host, with sanitizers"
# shellcheck disable=SC2054 # the commas are the sanitizers'
sanitized=(gcc "${warnings[@]}" "${include[@]}" -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all)
mkdir "$build/host"
for file in "${core[@]}"; do
    "${sanitized[@]}" -c "$file" -o "$build/host/$(basename "$file" .c).o"
done
for program in "${programs[@]}"; do
    mapfile -t sources < <(sources_of "$program")
    "${sanitized[@]}" "${sources[@]}" "$build"/host/*.o -o "$build/$program"
    # shellcheck disable=SC2086 # no amount is no argument
    timeout 600 "$build/$program" ${host_amount[$program]}
done
if [[ $host == yes ]]; then
    port/esp32/check/check.sh --host
    exit 0
fi

# The clang of the Swift toolchain: Debian's need not be there.
clang=$(dirname "$(readlink -f "$(command -v swift)")")
echo "== coverage"
for program in "${programs[@]}"; do
    mapfile -t sources < <(sources_of "$program")
    "$clang/clang" -std=c11 "${include[@]}" -g -O0 -fprofile-instr-generate -fcoverage-mapping \
        "${sources[@]}" "${core[@]}" -fuse-ld=lld -o "$build/covered-$program"
    amount=${host_amount[$program]:+4}
    # shellcheck disable=SC2086
    LLVM_PROFILE_FILE="$build/raw-$program" timeout 300 "$build/covered-$program" $amount >/dev/null
done
"$clang/llvm-profdata" merge "$build"/raw-* -o "$build/profile"
"$clang/llvm-cov" report "$build/covered-line" -object "$build/covered-queue" -object "$build/covered-app" \
    -instr-profile="$build/profile" core >"$build/report"
awk '/^(gw_|.*\/gw_|TOTAL)/ { printf "%-22s lines %7s  branches %7s\n", $1, $10, $13 }' "$build/report"
awk '/^TOTAL/ { if ($10 + 0 < 95 || $13 + 0 < 90) { print "check.sh: coverage is below 95 % or 90 %"; exit 1 } }' \
    "$build/report"

echo "== rv32imc in QEMU"
# The flags with which ESP-IDF builds for size: those of its CMakeLists.txt, of our sdkconfig.defaults, and of the
# component gateway_core.
cross=(riscv64-unknown-elf-gcc --specs=picolibc.specs -mabi=ilp32 -Os -g -msave-restore -malign-data=natural
    -ffunction-sections -fdata-sections -fno-jump-tables -fno-tree-switch-conversion)
# shellcheck disable=SC2054 # the commas are the linker's
link=(--oslib=semihost --crt0=semihost -Wl,--gc-sections -Wl,--defsym=__flash=0x80000000
    -Wl,--defsym=__flash_size=0x00400000 -Wl,--defsym=__ram=0x80400000 -Wl,--defsym=__ram_size=0x00800000)
# True rv32imc: an atomic or floating-point instruction traps.
qemu=(timeout 300 qemu-system-riscv32 -M virt -cpu "rv32,a=false,f=false,d=false,h=false,s=false" -m 16M
    -display none -monitor none -serial none -bios none)
mkdir "$build/rv32"
for file in "${core[@]}" hal/gw_loop.c; do
    "${cross[@]}" "${warnings[@]}" "${include[@]}" -march=rv32imc -fstack-usage -fcallgraph-info=su \
        -c "$file" -o "$build/rv32/$(basename "$file" .c).o"
done
for program in "${programs[@]}"; do
    mapfile -t sources < <(sources_of "$program")
    "${cross[@]}" -std=c11 "${include[@]}" -march=rv32imc "${sources[@]}" "$build"/rv32/*.o "${link[@]}" \
        -o "$build/$program.elf"
    # The same tests, and less of what is random: an emulator is no fast machine.
    "${qemu[@]}" -semihosting-config "enable=on,target=native,arg=$program,arg=2" -kernel "$build/$program.elf" \
        </dev/null
done
"${cross[@]}" -std=c11 "${include[@]}" -march=rv32imc_zicsr -c tests/instructions.c -o "$build/instructions.o"
"${cross[@]}" -march=rv32imc "$build/instructions.o" "$build"/rv32/*.o "${link[@]}" -o "$build/instructions.elf"
"${qemu[@]}" -semihosting-config "enable=on,target=native" -icount shift=0 -kernel "$build/instructions.elf" \
    </dev/null >"$build/instructions" 2>&1

echo "== size"
python3 tests/size.py "$build/rv32" "$build/instructions" SIZE.md

echo "== fuzzing"
seconds=$([[ $long == yes ]] && echo "${FUZZ_SECONDS:-60}" || echo 4)
python3 tests/fuzz/corpus.py ../../contract/vectors/commands.json "$build/seeds-command" "$build/seeds-mount"
for target in receiver command mount app; do
    case $target in
    receiver) sources=(tests/fuzz/fuzz_receiver.c) ;;
    app) sources=(tests/app/fuzz_app.c tests/app/world*.c tests/queue/flash.c) ;;
    *) sources=("tests/queue/fuzz_$target.c") ;;
    esac
    "$clang/clang" -std=c11 "${include[@]}" -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
        -fuse-ld=lld "${sources[@]}" "${core[@]}" -o "$build/fuzz-$target"
    # What earlier runs found is kept beside the source and runs first; KEEP_CORPUS=1 adds what this one finds.
    mkdir -p "$build/found-$target" "$build/seeds-$target" "tests/fuzz/corpus/$target"
    if ! "$build/fuzz-$target" -max_total_time="$seconds" -max_len=2048 -timeout=10 -artifact_prefix="$build/" \
        "$build/found-$target" "$build/seeds-$target" "tests/fuzz/corpus/$target" >"$build/fuzz.log" 2>&1; then
        cat "$build/fuzz.log"
        exit 1
    fi
    echo "$target: $(tail -n 1 "$build/fuzz.log")"
    if [[ -n ${KEEP_CORPUS-} ]]; then
        "$build/fuzz-$target" -merge=1 "tests/fuzz/corpus/$target" "$build/found-$target" >/dev/null 2>&1
    fi
done

if [[ $long == yes ]]; then
    echo "== planted faults"
    tests/faults.py "$build"
    port/esp32/check/faults.py
    export FIRMWARE_CASES=${FIRMWARE_CASES:-1000000}
fi

echo "== the image on the line simulator"
(cd ../.. && swift build --build-tests 2>&1 | tail -n 1)
"${cross[@]}" "${warnings[@]}" "${include[@]}" -march=rv32imc port/qemu_virt/*.c "$build"/rv32/*.o "${link[@]}" \
    -o "$build/image.elf"
python3 port/qemu_virt/check.py "$build/image.elf" ../../.build/debug/edge-agent

echo "== MISRA C:2012"
python3 tests/misra.py
port/esp32/check/check.sh

echo "== against the agent, and in its field"
cd ../..
for target in FirmwareTests FirmwareEndToEndTests; do
    swift test --skip-build --filter "^$target\." 2>&1 | grep -E '^✘|passed after|failed after' | tail -n 8
    test "${PIPESTATUS[0]}" -eq 0
done
