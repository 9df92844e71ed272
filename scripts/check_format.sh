#!/usr/bin/env bash
# Fails when a C++ source is not formatted as .clang-format says. `--fix` formats in place.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(--dry-run --Werror)
[ "${1:-}" = --fix ] && mode=(-i)
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0 clang-format "${mode[@]}"
