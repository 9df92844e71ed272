#!/usr/bin/env bash
# Installs missing packages and builds the documentation: the site with its C++ reference, links checked.
#   scripts/build_docs.sh            build/docs/site/index.html
#   scripts/build_docs.sh --out DIR  DIR/site/index.html
# Nothing is loaded from a network, neither now (behind the packages) nor by a reader's browser. The search of the site
# needs a server: python3 -m http.server -d build/docs/site
set -euo pipefail
out=build/docs
if [ "${1:-}" = --out ]; then
  out=$(realpath -m "$2")
fi
cd "$(dirname "$0")/.."
source scripts/lib/packages.sh

ensure_packages "${docs_packages[@]}"
exec scripts/docs/build_site.sh "$out"
