#!/usr/bin/env bash
# Runs a campaign as a Slurm job array, one shard per task, and merges when all have finished.
#   scripts/slurm_campaign.sh CONFIG --out FILE --shards N [--cpus C] [--program FAULTWAVE]
#                             [-- SBATCH_OPTIONS...]
# Shard I of N goes to FILE.shard-I-of-N. The same command again goes on where shards stopped (time
# limit, failed node), and only merges when all are whole. docs/scaling.md has an example.
set -euo pipefail

fail() {
  echo "slurm_campaign.sh: $1" >&2
  echo "  fix: $2" >&2
  exit 2
}

usage="slurm_campaign.sh CONFIG --out FILE --shards N [--cpus C] [--program FAULTWAVE] [-- SBATCH_OPTIONS...]"
config= out= shards= cpus=1
program=$(dirname "$0")/../build/release/bin/faultwave
[ -x "$program" ] || program=$(command -v faultwave || echo "$program") # installed
while [ $# -gt 0 ]; do
  case $1 in
    --out | --shards | --cpus | --program)
      [ $# -ge 2 ] || fail "$1 has no value" "$usage"
      case $1 in
        --out) out=$2 ;;
        --shards) shards=$2 ;;
        --cpus) cpus=$2 ;;
        --program) program=$2 ;;
      esac
      shift 2
      ;;
    --)
      shift
      break
      ;;
    -*) fail "unknown option '$1'" "$usage" ;;
    *)
      [ -z "$config" ] || fail "'$1' is one file too many" "$usage"
      config=$1
      shift
      ;;
  esac
done
[ -n "$config" ] && [ -n "$out" ] && [ -n "$shards" ] || fail "not all is given" "$usage"
for number in "$shards" "$cpus"; do
  [[ $number =~ ^[1-9][0-9]*$ ]] || fail "'$number' is no count" "--shards and --cpus count from 1"
done
command -v sbatch >/dev/null || fail "there is no sbatch" "run on a machine that submits to Slurm"
[ -f "$config" ] || fail "there is no file '$config'" "name the campaign's configuration"
[ -x "$program" ] || fail "there is no program '$program'" "build it (scripts/quickstart.sh), or --program FAULTWAVE"
[ ! -e "$out" ] || fail "'$out' exists" "another --out"

config=$(realpath "$config")
out=$(realpath -m "$out")
program=$(realpath "$program")
# Says now, not in N log files, what is wrong with the configuration.
"$program" campaign "$config" --dry-run

# Slurm splits --export at commas, so that paths go into the script, quoted.
array=$(sbatch --parsable --job-name=faultwave --array="1-$shards" --cpus-per-task="$cpus" \
  --requeue --output="$out.shard-%a.log" "$@" <<JOB
#!/bin/bash
shard=\$SLURM_ARRAY_TASK_ID
exec $(printf %q "$program") campaign $(printf %q "$config") --jobs $cpus --resume \\
  --shard "\$shard/$shards" --out $(printf %q "$out").shard-"\$shard"-of-$shards
JOB
)
array=${array%%;*}

inputs=$(for ((i = 1; i <= shards; ++i)); do printf '%q ' "$out.shard-$i-of-$shards"; done)
merge=$(sbatch --parsable --job-name=faultwave-merge --dependency="afterok:$array" \
  --kill-on-invalid-dep=yes --output="$out.merge.log" "$@" <<JOB
#!/bin/bash
exec $(printf %q "$program") merge $(printf %q "$out") $inputs--require-all
JOB
)
echo "array $array ($shards shards), then merge ${merge%%;*}: $out"
