#!/usr/bin/env bash
# Everything that proves the queue, the certificate slots and the commands; under a minute. --long: more seeds, 60 s of
# fuzzing, and faults planted in the core that the tests must find. --host: the tests alone, with gcc and nothing else.
set -euo pipefail
cd "$(dirname "$0")"
core=../../core
contract=../../../../contract
long=${1:-}
if [[ -n $long && $long != --long && $long != --host ]]; then
    echo "usage: check.sh [--host | --long]" >&2
    exit 64
fi
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=("$core"/gw_queue.c "$core"/gw_block.c "$core"/gw_cert.c "$core"/gw_cmd.c)
warnings=(-std=c11 -Wall -Wextra -Wconversion -Wshadow -Werror -pedantic -Wno-overlength-strings)
include=(-I"$core"/include -I"$build")
python3 vectors.py "$contract"/vectors/commands.json >"$build"/vectors.inc

echo "== tests, AddressSanitizer and UndefinedBehaviorSanitizer"
gcc "${warnings[@]}" "${include[@]}" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
    main.c test_*.c flash.c "${sources[@]}" -o "$build"/tests
"$build"/tests "$([[ $long == --long ]] && echo 300 || echo 36)"
[[ $long != --host ]] || exit 0

echo "== coverage"
mkdir "$build"/coverage
for source in "${sources[@]}" main.c test_*.c flash.c; do
    gcc -std=c11 "${include[@]}" -O0 --coverage -fprofile-abs-path -c "$source" \
        -o "$build"/coverage/"$(basename "${source%.c}")".o
done
gcc --coverage "$build"/coverage/*.o -o "$build"/coverage/tests
"$build"/coverage/tests 2 >"$build"/coverage/log
gcovr --root "$core" --filter '.*/gw_[a-z]+\.c$' --gcov-ignore-parse-errors --print-summary --txt \
    "$build"/coverage/coverage.txt --fail-under-line 95 --fail-under-branch 90 "$build"/coverage |
    grep -E '^(lines|branches)'
sed -n '/^gw_/p' "$build"/coverage/coverage.txt

echo "== analyzers"
for source in "${sources[@]}"; do
    gcc "${warnings[@]}" "${include[@]}" -O2 -fanalyzer -c "$source" -o "$build"/analyzed.o
done
gcc "${warnings[@]}" "${include[@]}" -I../../hal -c check_hal.c -o "$build"/hal.o
if command -v cppcheck >/dev/null; then
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
        -I"$core"/include "${sources[@]}"
else
    echo "cppcheck is not installed: left out"
fi

echo "== size and stack, rv32imc -Os"
if command -v riscv64-unknown-elf-gcc >/dev/null; then
    for source in "${sources[@]}"; do
        (cd "$build" && riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32 -Os -std=c11 -ffreestanding -fstack-usage \
            -isystem "$OLDPWD"/freestanding -I"$OLDPWD/$core"/include -c "$OLDPWD/$source")
    done
    riscv64-unknown-elf-size "$build"/gw_*.o
    if [[ $(riscv64-unknown-elf-size "$build"/gw_*.o | awk '{ sum += $2 + $3 } END { print sum }') -ne 0 ]]; then
        echo "the core has variables of its own" >&2
        exit 1
    fi
    echo "largest frames:"
    sort -t"$(printf '\t')" -k2 -nr "$build"/*.su | head -n 8 | sed 's/^[^:]*://'
else
    echo "riscv64-unknown-elf-gcc is not installed: left out"
fi

echo "== fuzzing"
if command -v clang >/dev/null; then
    python3 corpus.py "$contract"/vectors/commands.json "$build"/corpus_command "$build"/corpus_mount
    seconds=$([[ $long ]] && echo 60 || echo 4)
    for target in command mount; do
        clang "${warnings[@]}" "${include[@]}" -g -O1 -fsanitize=fuzzer,address,undefined \
            -fno-sanitize-recover=all -fuse-ld=lld "fuzz_$target.c" "${sources[@]}" -o "$build/fuzz_$target"
        if ! "$build/fuzz_$target" -max_total_time="$seconds" -max_len=2048 -timeout=5 \
            -artifact_prefix="$build"/ "$build/corpus_$target" >"$build/fuzz_$target.log" 2>&1; then
            cat "$build/fuzz_$target.log"
            exit 1
        fi
        echo "$target: $(tail -n 1 "$build/fuzz_$target.log")"
    done
else
    echo "clang is not installed: left out"
fi

if [[ $long ]]; then
    echo "== planted faults"
    ./faults.py "$build"
fi
