#!/usr/bin/env bash
# Fetches the public data sets and the EvoApprox8b circuits, which are not in the tree.
#
#   scripts/fetch_data.sh [mnist|fashion-mnist|cifar10|evoapprox8b|all]... [--to DIR] [--from DIR]
#
# --to DIR    where they go (default: $FAULTWAVE_DATA, else where the program looks by itself: `data`
#             in the source tree; $XDG_DATA_HOME/faultwave, ~/.local/share/faultwave when installed)
# --from DIR  copy from a folder instead of the network (a machine without one): files as they are
#             downloaded, the folder of another --to, or clones of the circuits' repositories
#
# Every file is checked against scripts/manifests before it takes its place; what is there already is
# kept, what was interrupted goes on. Exit status: 0 all there, 1 something is missing, 2 usage.
#
# Other servers: FAULTWAVE_MNIST_URLS, FAULTWAVE_FASHION_MNIST_URLS, FAULTWAVE_CIFAR10_URLS and
# FAULTWAVE_EVOAPPROX8B_URLS hold URLs separated by blanks, with {path} (circuits: {repository},
# {commit} and {path}) where the file comes in. FAULTWAVE_FETCH_MANIFESTS: a folder of other checksums.
set -euo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
source "$tree/scripts/lib/fetch.sh"

manifests=${FAULTWAVE_FETCH_MANIFESTS:-$tree/scripts/manifests}
all_sets=(mnist fashion-mnist cifar10 evoapprox8b)
mnist_urls=${FAULTWAVE_MNIST_URLS:-https://ossci-datasets.s3.amazonaws.com/mnist/{path\} https://storage.googleapis.com/cvdf-datasets/mnist/{path\}}
fashion_mnist_urls=${FAULTWAVE_FASHION_MNIST_URLS:-http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{path\} https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/{path\}}
cifar10_urls=${FAULTWAVE_CIFAR10_URLS:-https://www.cs.toronto.edu/~kriz/{path\} https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/{path\}}
evoapprox8b_urls=${FAULTWAVE_EVOAPPROX8B_URLS:-https://raw.githubusercontent.com/{repository\}/{commit\}/{path\} https://cdn.jsdelivr.net/gh/{repository\}@{commit\}/{path\}}

usage() {
  say "usage: scripts/fetch_data.sh [mnist|fashion-mnist|cifar10|evoapprox8b|all]... [--to DIR] [--from DIR]"
  exit 2
}

# data_set_rows NAME: "SHA FILE" of each file of a data set.
data_set_rows() {
  sed -n "s,^\([0-9a-f]\{64\}\)  $1/,\1 ,p" "$manifests/datasets.sha256"
}

# IDX files stay packed: the program reads them so.
fetch_idx() {
  local name=$1 urls=$2 sha file target
  while read -r sha file; do
    want "datasets/$name/$file.gz" "$sha" "$file.gz"
  done < <(data_set_rows "$name")
  if [ -z "$from" ]; then
    download $urls
    return
  fi
  for target in "${!missing[@]}"; do
    file=$(basename "$target" .gz)
    copy_from "$target" "$from"/{"datasets/$name/","$name/",}"$file"{.gz,}
  done
}

archive=cifar-10-binary.tar.gz

# unpack_cifar10 ARCHIVE: places the batches, unless the archive is damaged or one of them wrong.
unpack_cifar10() {
  local folder=$to/partial/cifar10 target wrong=
  mkdir -p "$folder"
  tar -xzf "$1" -C "$folder" --no-same-owner 2>/dev/null || wrong=archive
  for target in "${!missing[@]}"; do
    is_right "$folder/cifar-10-batches-bin/$(basename "$target")" "$target" || wrong=$target
  done
  for target in "${!missing[@]}"; do
    [ -n "$wrong" ] || place "$folder/cifar-10-batches-bin/$(basename "$target")" "$target"
  done
  rm -rf "$folder"
  [ -z "$wrong" ] || say "  $1: damaged, or a batch has the wrong checksum; dropped"
}

# The batches come in one archive. Its bytes are not checked, its batches are.
download_cifar10() {
  local round template before status part=$to/partial/$archive
  for ((round = 1; round <= attempts; ++round)); do
    for template in $cifar10_urls; do
      say "$archive from $(cut -d / -f 1-3 <<<"$template")"
      before=$(size_of "$part")
      status=0
      curl "${curl_options[@]}" --speed-time "$stall_seconds" --output "$part" \
        "${template//'{path}'/$archive}" >/dev/null || status=$?
      if [ "$status" -eq 0 ]; then
        unpack_cifar10 "$part"
        rm -f "$part"
        [ ${#missing[@]} -eq 0 ] && return 0
      elif [ "$(size_of "$part")" -le "$before" ]; then
        say "  $archive: not to be had (curl error $status)"
        rm -f "$part"
      else
        say "  $archive: interrupted after $(size_of "$part") bytes (curl error $status)"
      fi
    done
    [ "$round" -eq "$attempts" ] || sleep "$pause_seconds"
  done
}

fetch_cifar10() {
  local sha file target packed
  while read -r sha file; do
    target=datasets/cifar10/$file
    want "$target" "$sha" "$file"
    if [ -n "${missing[$target]:-}" ]; then
      sha_of[$target.gz]=$sha
      if is_right "$to/$target.gz" "$target.gz"; then unset "missing[$target]"; fi
    fi
  done < <(data_set_rows cifar10)
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ -z "$from" ]; then
    download_cifar10
    return
  fi
  for packed in "$from"/{cifar10/,datasets/cifar10/,}"$archive"; do
    if [ -f "$packed" ]; then unpack_cifar10 "$packed"; fi
  done
  for target in "${!missing[@]}"; do
    file=$(basename "$target")
    copy_from "$target.gz" "$from"/{datasets/cifar10/,cifar10/,cifar-10-batches-bin/,}"$file"{,.gz}
    if [ -f "$to/$target" ] || [ -f "$to/$target.gz" ]; then unset "missing[$target]"; fi
  done
}

# A circuit that lies in several folders upstream is fetched from the first. NAME becomes
# evoapprox8b/verilog/NAME.v, where the program finds it by name.
fetch_evoapprox8b() {
  local repository commit path bytes sha target
  while IFS=, read -r repository commit path bytes sha; do
    target=evoapprox8b/verilog/$(basename "$path")
    [ -n "${sha_of[$target]:-}" ] || want "$target" "$sha" "$repository:$commit:$path"
  done < <(tail -n +2 "$manifests/evoapprox8b.csv")
  if [ -z "$from" ]; then
    download $evoapprox8b_urls
    return
  fi
  for target in "${!missing[@]}"; do
    IFS=: read -r repository commit path <<<"${path_of[$target]}"
    copy_from "$target" "$from"/{"$repository/$path","$(basename "$repository")/$path","$path"} \
      "$from"/{evoapprox8b/verilog/,verilog/,}"$(basename "$path")"
  done
}

# fetch_set NAME: false when a file is missing in the end.
fetch_set() {
  sha_of=() path_of=() missing=()
  case $1 in
    mnist) fetch_idx mnist "$mnist_urls" ;;
    fashion-mnist) fetch_idx fashion-mnist "$fashion_mnist_urls" ;;
    cifar10) fetch_cifar10 ;;
    evoapprox8b) fetch_evoapprox8b ;;
  esac
  if [ ${#missing[@]} -eq 0 ]; then
    say "$1: complete in $to"
    return 0
  fi
  say "$1: ${#missing[@]} file(s) missing, for example $(printf '%s\n' "${!missing[@]}" | sort | head -n 1)"
  if [ -n "$from" ]; then
    say "  fix: put them into $from as they are downloaded, see models/README.md"
  else
    say "  fix: run this again (it goes on from here), or set FAULTWAVE_$(tr 'a-z-' 'A-Z_' <<<"$1")_URLS to another server"
  fi
  return 1
}

to=$tree/data
[ -f "$tree/CMakeLists.txt" ] || to=${XDG_DATA_HOME:-${HOME:-$tree}/.local/share}/faultwave
to=${FAULTWAVE_DATA:-$to}
from=
sets=()
while [ $# -gt 0 ]; do
  case $1 in
    --to | --from)
      [ $# -ge 2 ] || usage
      if [ "$1" = --to ]; then to=$2; else from=$2; fi
      shift
      ;;
    all) sets+=("${all_sets[@]}") ;;
    mnist | fashion-mnist | cifar10 | evoapprox8b) sets+=("$1") ;;
    *) usage ;;
  esac
  shift
done
[ ${#sets[@]} -gt 0 ] || sets=("${all_sets[@]}")
for tool in curl gzip tar sha256sum; do
  command -v "$tool" >/dev/null || die "$tool is missing (Debian: apt-get install curl gzip tar coreutils)"
done
[ -z "$from" ] || [ -d "$from" ] || die "--from $from: no such folder" 2
mkdir -p "$to/partial" || die "$to cannot be written: choose another --to"
exec 9>"$to/partial/lock"
flock -n 9 || die "another fetch_data.sh is filling $to"

status=0
for name in "${sets[@]}"; do
  fetch_set "$name" || status=1
done
# What was interrupted stays, to go on from; the rest of the folder goes.
rm -f "$to/partial/transfers" "$to/partial/log" "$to/partial/lock"
find "$to/partial" -type d -empty -delete
exit "$status"
