#!/usr/bin/env bash
# Writes scripts/run.order: the functions that a gateway at work runs, which the linker puts side by side.
#
# The kernel maps 64 KB of a program around each place that is touched. Where the functions of `run` lie among those of
# the other commands and of Swift's library, two thirds of the program are resident for a tenth of it. A name that a later
# compiler no longer makes is passed over: an old file costs memory, and never correctness. `make order` calls this.
set -euo pipefail
cd "$(dirname "$0")/.."

agent=$(realpath "${1:?usage: order.sh AGENT}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/agent" << SCRIPT
#!/bin/sh
[ "\$1" = run ] || exec "$agent" "\$@"
exec valgrind --tool=callgrind --demangle=no --compress-strings=no --callgrind-out-file="$work/ran.%p" "$agent" "\$@"
SCRIPT
chmod +x "$work/agent"
.build/release/edge-demo --agent "$work/agent" --messages 10

# Names that stand for several functions would bring all of them.
nm "$agent" | awk '$2 ~ /^[tTwW]$/ { print $3 }' | LC_ALL=C sort | uniq -u > "$work/single"
awk -v agent="$agent" '/^ob=/ { ours = $0 == "ob=" agent } ours && /^fn=/ { sub(/^fn=/, ""); sub(/\047.*/, ""); print }' \
    "$work"/ran.* | LC_ALL=C sort -u | LC_ALL=C comm -12 - "$work/single" > scripts/run.order
echo "scripts/run.order: $(wc -l < scripts/run.order) functions"
