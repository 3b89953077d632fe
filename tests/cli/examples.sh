#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# examples PROGRAM ROOT: what the README and the help show is run as it stands,
# and the files the README names are there.  TAP.
set -u
ton=$(realpath "$1")
root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
failed=0

says() {
  n=$((n + 1))
  local what=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok $n - $what"
  else
    failed=1
    sed 's/^/# /' "$work/out" | head -n 12
    echo "not ok $n - $what"
  fi
}

# tone FILE HZ: 3 s of sine at 48 kHz, 16 bit, mono
tone() {
  awk -v n=144000 -v hz="$2" 'BEGIN {
    printf "RIFF"; le(36 + n * 2, 4); printf "WAVEfmt "; le(16, 4); le(1, 2)
    le(1, 2); le(48000, 4); le(96000, 4); le(2, 2); le(16, 2); printf "data"
    le(n * 2, 4)
    for (i = 0; i < n; i++) {
      x = int(6000 * sin(i * hz / 7639.4372684) * exp(-(i % 12000) / 3000)); if (x < 0) x += 65536
      le(x, 2) } }
    function le(v, b) { while (b-- > 0) { printf "%c", v % 256; v = int(v / 256) } }
  ' >"$1"
}
export LC_ALL=C

# The names the examples use
mkdir "$work/bin" "$work/here" "$work/here/recordings" "$work/here/references"
ln -s "$ton" "$work/bin/tonmeister"
PATH=$work/bin:$PATH
cd "$work/here" || exit 1
tone recordings/kick.wav 60
tone "recordings/lead vox.wav" 330
cp "recordings/lead vox.wav" in.wav
cp in.wav mix.wav
cp in.wav song.wav
cp in.wav master.wav

# A song is made anew for what makes one, and is there for the others
try() {
  case $1 in
    "tonmeister make "* | "tonmeister new "*) rm -rf night-drive ;;
    *)
      [ -d night-drive ] ||
        tonmeister make recordings -o night-drive -q >/dev/null
      [ -d blue ] || cp -r night-drive blue
      ;;
  esac
  # serves until it is ended: here when it has said where
  case $1 in "tonmeister studio"*)
    eval "timeout 3 ${1% --no-open*} --no-open" | grep -q '^http://127.0.0.1:'
    return ;;
  esac
  eval "$1"
  local status=$?
  # check may find something, and 3 s are too short for a CD: an answer, too
  case $1 in *check* | *--cd*) [ $status = 3 ] && status=0 ;; esac
  cp night-drive/out/release/*.flac references/ 2>/dev/null
  cp references/*.flac . 2>/dev/null
  return $status
}

shown=$(sed -n '/^## Four examples/,/^After/s/^    \(tonmeister .*\)/\1/p' "$root/README.md")
says "the README has four examples" test "$(echo "$shown" | wc -l)" = 4
while IFS= read -r line; do
  says "README: ${line%%  #*}" try "$line"
done <<<"$shown"

shown=$(tonmeister help all | sed -n '/^Examples:/,/^$/s/^  \(tonmeister .*\)/\1/p')
says "the help has an example for each verb" test "$(echo "$shown" | cut -d' ' -f2 | sort -u | wc -l)" = 13
while IFS= read -r line; do
  says "help: $line" try "$line"
done <<<"$shown"

# keys VERB WORDS...: what docs/json.md promises of a verb is in its answer
keys() {
  local verb=$1 missing=0 found=0 key
  shift
  "$@" >answer.json 2>/dev/null
  for key in $(sed -n "/^## $verb\$/,/^## /p" "$root/docs/json.md" |
    sed -n 's/^| \(.*\) | .*/\1/p; s/^\(A parameter.*\)/\1/p' |
    grep -o '`[a-z0-9_]*`' | tr -d '`'); do
    found=1
    grep -q "\"$key\":" answer.json || { echo "missing: $key"; missing=1; }
  done
  [ $found = 1 ] && return $missing
}
rm -rf night-drive
says "docs/json.md: make" keys make tonmeister make recordings -o night-drive --json
says "docs/json.md: measure" keys measure tonmeister measure in.wav --json
says "docs/json.md: compare" keys compare tonmeister compare in.wav mix.wav --json
says "docs/json.md: check" keys check tonmeister check in.wav --json
says "docs/json.md: mix" keys mix tonmeister mix night-drive --json
says "docs/json.md: clean" keys clean tonmeister clean night-drive --json
says "docs/json.md: master" keys master tonmeister master night-drive --json
says "docs/json.md: release" keys release tonmeister release night-drive --json
says "docs/json.md: album" keys album tonmeister album first-light --json
says "docs/json.md: help" keys help tonmeister help all --json
while IFS= read -r key; do
  says "docs/json.md: the report has $key" grep -q "\"$key\":" night-drive/out/release/report.json
done < <(sed -n '/^## The report/,$p' "$root/docs/json.md" | grep -o '`[a-z0-9_]*`' | tr -d '`')

while IFS= read -r rule; do
  says "docs/rules.md has $rule" grep -q "^## $rule " "$root/docs/rules.md"
done < <(sed -n 's/.*"docs\/rules\.md \([0-9.]*\)".*/\1/p' "$root"/src/assistants/*.c | sort -u)

while IFS= read -r file; do
  says "the README names what is there: $file" test -e "$root/$file"
done < <(sed -n 's/^\(- \|[0-9]\. \)`\([^`]*\)`.*/\2/p' "$root/README.md")
picture=$(sed -n 's/^!\[.*\](\(.*\))/\1/p' "$root/README.md")
says "the picture is there" test -s "$root/$picture"
for target in $(sed -n 's/^    make \([a-z]*\).*/\1/p' "$root/README.md"); do
  says "the Makefile has $target" grep -q "^$target:" "$root/Makefile"
done
echo "1..$n"
exit $failed
