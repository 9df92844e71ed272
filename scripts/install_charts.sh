#!/usr/bin/env bash
# Installs the charting library of `faultwave report` (Observable Plot and D3, ISC licence) from the npm
# registry into FOLDER, default build/charts, where a program below build/ finds it.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$source_dir/build/charts}

command -v npm >/dev/null || {
  echo "npm is missing: apt-get install npm" >&2
  exit 1
}
mkdir -p "$folder"
cp "$source_dir"/sim/report/web/charts/package.json "$source_dir"/sim/report/web/charts/package-lock.json "$folder"/
cd "$folder"
npm ci --ignore-scripts --no-audit --no-fund >/dev/null
echo "charting library: $folder"
