#!/usr/bin/env bash
# From a fresh Debian 12 to a first result: installs missing packages, builds, and runs the main job
# on what the tree ships (no network needed behind the package installation).
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/packages.sh

ensure_packages "${runtime_packages[@]}"
[ -f build/release/build.ninja ] || cmake --preset release -DFAULTWAVE_TESTS=OFF >/dev/null
cmake --build --preset release --target faultwave
build/release/bin/faultwave run configs/quickstart.yaml "$@"
echo "
The program is build/release/bin/faultwave; docs/tutorial/first_hour.md goes on from here." >&2
