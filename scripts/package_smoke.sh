#!/usr/bin/env bash
# Uses an installed Faultwave for a minute, as a new user would: fails at the first thing that does not
# work. Run by scripts/test_package.sh on a machine with nothing but Debian and the package.
set -euo pipefail

unset "${!FAULTWAVE_@}"
cd "$(mktemp -d)"
export HOME=$PWD NO_COLOR=1
step() { printf '\n$ %s\n' "$*"; "$@"; }

step faultwave version
step faultwave list configs --names
step faultwave list multipliers --names >multipliers
grep -qx fw8u_trunc6 multipliers
step faultwave run quickstart --json run.json
cat >campaign.yaml <<'YAML'
network: strokes_mlp
data: {name: strokes, limit: 400}
accelerator: {type: tpu, preset: 16x16}
multiplier: {netlist: fw8u_trunc6, number_format: affine_u8}
mitigations: [none, bias_recalibration]
campaign:
  faults: {universe: output_bits}
  sample: {count: 20}
YAML
step faultwave campaign campaign.yaml --out results.sqlite
step faultwave query results.sqlite --by bit --mitigation none
step faultwave report results.sqlite --out report.html
step test -s report.html
step faultwave netlist cost fw8u_trunc6
step faultwave sites fw8u_trunc6 --csv sites.csv
step faultwave trace quickstart --out wave.vcd
if [ -f /usr/share/man/man1/faultwave.1.gz ]; then # minimal roots leave manual pages out
  gzip -dc /usr/share/man/man1/faultwave.1.gz | grep -q '^\.SH NAME'
fi
bash -n /usr/share/bash-completion/completions/faultwave
echo
echo "the installed program works"
