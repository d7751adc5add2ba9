#!/usr/bin/env bash
# Everything that proves the project: lint, all tests, and what the agent links. Ends non-zero at the first failure.
#
# usage: test.sh [TARGET...]      for example: test.sh ModbusKitTests
set -euo pipefail
cd "$(dirname "$0")/.."

targets=("$@")
if ((${#targets[@]} == 0)); then
    scripts/lint.sh
    for folder in Tests/*Tests; do targets+=("$(basename "$folder")"); done
fi

echo "== firmware, on this machine"
Sources/Firmware/check.sh --host

echo "== build"
swift build --build-tests

echo "== links"
# Full Foundation and ICU cost 45 MB and 4 MB of memory: the agent takes FoundationEssentials and no more.
agent=$(swift build --show-bin-path)/edge-agent
if readelf -d "$agent" | grep -E 'NEEDED.*\[(libFoundation\.so|libFoundationInternationalization\.so|lib_FoundationICU\.so|libicu)'; then
    echo "test.sh: $agent links more of Foundation than it may" >&2
    exit 1
fi
echo "the agent links neither full Foundation nor ICU"

# One target after the other: many tests measure the wire's time or a broker's patience, and two cores are two cores.
failed=()
logs=.build/test-logs
rm -rf "$logs" && mkdir -p "$logs"
for target in "${targets[@]}"; do
    echo "== $target"
    swift test --skip-build --filter "^$target\." 2>&1 | tee "$logs/$target.log" || failed+=("$target")
done
if ((${#failed[@]} > 0)); then
    # What failed stands last, where the end of a long log is all that is looked at.
    for target in "${failed[@]}"; do
        echo "== $target failed:"
        grep -E 'recorded an issue|[Ff]atal error|unexpected signal|error:' "$logs/$target.log" | cut -c 1-2000 | tail -n 8 || true
    done
    echo "test.sh: failed: ${failed[*]}" >&2
    exit 1
fi
echo "all of: ${targets[*]}"
