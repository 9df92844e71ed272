# Downloads with mirrors, resumption and checks. Sourced by fetch_data.sh.
#
# A file that is wanted has a target (relative to $to), a SHA-256 and a path behind the base URL.
# It is written as $to/partial/TARGET and moved to $to/TARGET when its checksum is right.

attempts=${FAULTWAVE_FETCH_ATTEMPTS:-3}            # rounds over all mirrors
pause_seconds=${FAULTWAVE_FETCH_PAUSE_SECONDS:-2}  # between rounds
stall_seconds=${FAULTWAVE_FETCH_STALL_SECONDS:-30} # a transfer below 100 bytes/s for so long is given up

declare -A sha_of path_of missing

say() { printf '%s\n' "$*" >&2; }

die() {
  say "fetch_data.sh: $1"
  exit "${2:-1}"
}

# content_sha FILE: SHA-256 of a file, of what it holds when it is gzip (packers differ).
content_sha() {
  case $1 in
    *.gz) gzip -dc "$1" 2>/dev/null | sha256sum ;;
    *) sha256sum <"$1" ;;
  esac | cut -d ' ' -f 1
}

# is_right FILE TARGET. A damaged gzip file whose content is right has a wrong end: refused too.
is_right() {
  [ -f "$1" ] || return 1
  [ "$(content_sha "$1")" = "${sha_of[$2]}" ] || return 1
  [[ $1 != *.gz ]] || gzip -tq "$1" 2>/dev/null
}

# place FILE TARGET: moves a checked file of the same file system to its place.
place() {
  mkdir -p "$to/$(dirname "$2")"
  mv -f "$1" "$to/$2"
  unset "missing[$2]"
}

# want TARGET SHA PATH: notes a file unless it is there. TARGET.gz and TARGET are the same to
# Faultwave: either will do.
want() {
  local target=$1 there
  sha_of[$target]=$2
  path_of[$target]=$3
  for there in "$to/$target" "$to/${target%.gz}"; do
    is_right "$there" "$target" && return 0
    if [ -f "$there" ]; then say "$there: wrong checksum, to be replaced"; fi
    [ "$there" != "$to/${target%.gz}" ] || break
  done
  missing[$target]=1
}

# download URL_TEMPLATE...: fetches what is missing, mirror after mirror. {path} stands for the path
# of a file, {repository} and {commit} for those of `path` REPOSITORY:COMMIT:PATH.
download() {
  local round template
  for ((round = 1; round <= attempts; ++round)); do
    for template in "$@"; do
      [ ${#missing[@]} -eq 0 ] && return 0
      try_mirror "$template"
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    [ "$round" -eq "$attempts" ] || sleep "$pause_seconds"
  done
}

# url TEMPLATE TARGET
url() {
  local repository= commit= path=${path_of[$2]}
  [[ $path != *:*:* ]] || IFS=: read -r repository commit path <<<"$path"
  local text=${1//'{repository}'/$repository}
  text=${text//'{commit}'/$commit}
  printf '%s' "${text//'{path}'/$path}"
}

# try_mirror TEMPLATE: one transfer of every missing file, several at a time, each going on from what
# is there of it.
try_mirror() {
  local target part config status log
  local -A bytes_before
  config=$to/partial/transfers
  log=$to/partial/log
  : >"$config"
  for target in "${!missing[@]}"; do
    part=$to/partial/$target
    if is_right "$part" "$target"; then
      place "$part" "$target"
      continue
    fi
    mkdir -p "$(dirname "$part")"
    bytes_before[$target]=$(size_of "$part")
    printf 'url = "%s"\noutput = "%s"\n' "$(url "$1" "$target")" "$part" >>"$config"
  done
  [ -s "$config" ] || return 0
  say "${#bytes_before[@]} of ${#sha_of[@]} files from $(url "$1" "${!bytes_before[@]}" | cut -d / -f 1-3)"
  curl "${curl_options[@]}" --speed-time "$stall_seconds" --config "$config" >"$log" || true
  while IFS=$'\t' read -r status part; do
    finish_transfer "$status" "$part" "${bytes_before[${part#"$to/partial/"}]}"
  done <"$log"
}

curl_options=(--location --fail --parallel --parallel-max 8 --continue-at - --connect-timeout 20
  --speed-limit 100 --write-out '%{exitcode}\t%{filename_effective}\n')
[ -t 2 ] || curl_options+=(--no-progress-meter)

size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }

# finish_transfer CURL_STATUS PART BYTES_BEFORE
finish_transfer() {
  local target=${2#"$to/partial/"}
  if is_right "$2" "$target"; then
    place "$2" "$target"
  elif [ "$1" -eq 0 ]; then
    [ ! -f "$2" ] || say "  $target: wrong checksum, dropped"
    rm -f "$2"
  elif [ "$(size_of "$2")" -le "$3" ]; then
    say "  $target: not to be had (curl error $1)"
    rm -f "$2" # perhaps the server cannot go on from there, or there is nothing behind it
  else
    say "  $target: interrupted after $(size_of "$2") bytes (curl error $1)"
  fi
}

# copy_from TARGET CANDIDATE...: takes the first candidate that is right.
copy_from() {
  local target=$1 candidate name part
  shift
  for candidate in "$@"; do
    [ -f "$candidate" ] || continue
    if ! is_right "$candidate" "$target"; then
      say "  $candidate: wrong checksum, not taken"
      continue
    fi
    name=$target
    [[ $candidate == *.gz ]] || name=${target%.gz}
    part=$to/partial/$name
    mkdir -p "$(dirname "$part")"
    cp "$candidate" "$part"
    chmod u+w "$part"
    place "$part" "$name"
    unset "missing[$target]"
    return 0
  done
}
