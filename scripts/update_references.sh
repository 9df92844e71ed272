#!/usr/bin/env bash
# Writes what is made from the program's own descriptions: docs/cli.md, configs/schema.json, and the key
# tables between "<!-- keys: PART -->" and "<!-- end -->" in docs/. Usage: update_references.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-build/release/bin/faultwave}
"$program" docs cli-reference --out docs/cli.md
"$program" docs schema --out configs/schema.json
python3 - "$program" docs/configuration.md docs/campaigns.md <<'END'
import pathlib, re, subprocess, sys

def table(match):
    command = [sys.argv[1], 'docs', 'config-keys', match.group(1)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return f'<!-- keys: {match.group(1)} -->\n{text}<!-- end -->'

for page in map(pathlib.Path, sys.argv[2:]):
    page.write_text(re.sub(r'<!-- keys: (\w+) -->\n.*?<!-- end -->', table, page.read_text(), flags=re.S))
END
