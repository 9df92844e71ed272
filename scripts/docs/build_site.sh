#!/usr/bin/env bash
# Builds the site with its C++ reference and checks all links; scripts/build_docs.sh without the packages.
#   scripts/docs/build_site.sh OUT      OUT/site/index.html
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")/../.."

for tool in doxygen mkdocs; do
  command -v $tool >/dev/null || {
    echo "$tool is not installed: scripts/build_docs.sh installs it" >&2
    exit 77
  }
done
python3 scripts/docs/check_links.py
scripts/docs/build_api.sh "$out"
# Debian's interpreter, which has the theme.
/usr/bin/python3 -W ignore::DeprecationWarning -m mkdocs build --quiet --strict --site-dir "$out/site"
cp -r "$out/api" "$out/site/api"
python3 scripts/docs/check_site.py "$out/site"
echo "$out/site/index.html"
