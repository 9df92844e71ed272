#!/usr/bin/env bash
# Writes the C++ reference with Doxygen; warnings are errors.
#   scripts/docs/build_api.sh OUT      OUT/api/index.html
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")/../.."

mkdir -p "$out"
python3 scripts/docs/api_front_page.py "$out/front_page.dox"
{
  cat Doxyfile
  printf 'OUTPUT_DIRECTORY = "%s"\nINPUT += "%s"\n' "$out" "$out/front_page.dox"
} | doxygen -

# Doxygen does not tell members from classes in its warnings: of those, classes must be described.
undescribed=$({
  cat Doxyfile
  printf 'OUTPUT_DIRECTORY = "%s"\nEXTRACT_ALL = NO\nGENERATE_HTML = NO\nWARN_AS_ERROR = NO\n' "$out"
} | doxygen - 2>&1 | grep 'warning: Compound .* is not documented' || true)
if [ -n "$undescribed" ]; then
  echo "$undescribed" >&2
  echo "Say in a /// comment what these classes are." >&2
  exit 1
fi
