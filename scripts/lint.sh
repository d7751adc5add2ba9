#!/usr/bin/env bash
# Format, shell scripts, profiles of meters, the unit's hardening: what can be judged without running the agent.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== format"
swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks

echo "== shell"
git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR

echo "== profiles"
timeout 60 /usr/bin/python3 profiles/check_profiles.py

echo "== systemd"
# The threshold is in tenths: 2.0 is the exposure of a well hardened service.
systemd-analyze security --offline=true --threshold=20 systemd/edge-agent.service | tail -n 1
