#!/usr/bin/env bash
# Installs missing packages, builds everything and runs all tests.
#   scripts/test.sh                    release build
#   scripts/test.sh --preset dev       with AddressSanitizer and UndefinedBehaviorSanitizer
# Further arguments go to ctest, e.g. -R sites.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/packages.sh

preset=release
if [ "${1:-}" = --preset ]; then
  preset=$2
  shift 2
fi

ensure_packages "${runtime_packages[@]}" "${test_packages[@]}"
cmake --preset "$preset" -DFAULTWAVE_TESTS=ON >/dev/null
cmake --build --preset "$preset"

# The ONNX Runtime oracle, from the npm registry. Without a network its tests are skipped and say so.
oracle=build/$preset/oracle
if [ ! -d "$oracle/node_modules/onnxruntime-node" ]; then
  mkdir -p "$oracle"
  cp tests/oracle/package.json tests/oracle/package-lock.json "$oracle"/
  (cd "$oracle" && npm ci --ignore-scripts --no-audit --no-fund >/dev/null) ||
    echo "ONNX Runtime could not be installed: its tests will be skipped" >&2
fi

# The charts of reports, likewise.
[ -d "build/charts/node_modules/d3" ] || scripts/install_charts.sh >/dev/null ||
  echo "the charting library could not be installed: tests of reports will be skipped" >&2

# PE models are built into the build folder, so that a fresh clone starts with an empty cache.
export FAULTWAVE_CACHE="$PWD/build/$preset/cache"
# One more than there are cores: some tests wait for servers and browsers.
exec ctest --test-dir "build/$preset" --no-tests=error --output-on-failure -j "$(($(nproc) + 1))" "$@"
