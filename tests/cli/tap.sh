# SPDX-License-Identifier: GPL-3.0-or-later
# To be sourced with the program as $1: counts checks, makes stems, asks the
# program as a stranger would.  TAP.
ton=$(realpath "$1")
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
n=0
failed=0

# says WHAT COMMAND...: true or false is the result
says() {
  n=$((n + 1))
  what=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok $n - $what"
  else
    failed=1
    sed 's/^/# /' "$work/out" | head -n 12
    echo "not ok $n - $what"
  fi
}

# exits STATUS COMMAND...
exits() {
  wanted=$1
  shift
  "$@" >"$work/said" 2>"$work/error" </dev/null
  got=$?
  [ "$got" = "$wanted" ] || { cat "$work/error"; echo "exit $got"; return 1; }
}

# complains STATUS WORDS COMMAND...
complains() {
  wanted=$1
  words=$2
  shift 2
  exits "$wanted" "$@" && grep -q "$words" "$work/error" ||
    { cat "$work/error"; return 1; }
}

json() {
  "$@" >"$work/json" 2>"$work/error" </dev/null
  python3 -m json.tool "$work/json" >/dev/null &&
    head -c 1 "$work/json" | grep -q '{' && grep -q '"schema": 1' "$work/json"
}

# fails_json STATUS COMMAND...: one document too, with what went wrong in it
fails_json() {
  wanted=$1
  shift
  exits "$wanted" "$@" || return 1
  python3 -m json.tool "$work/said" >/dev/null &&
    grep -q '"schema": 1' "$work/said" &&
    grep -q "\"exit\": $wanted" "$work/said" || { cat "$work/said"; return 1; }
}

no_parts() {
  [ -z "$(find "$work" -name '*part-*')" ] || { find "$work" -name '*part-*'; false; }
}

# A file of $2 frames of a tone, 440 Hz or $3 radians a frame: raw float through a WAV header of our own
# would be a second writer; so the program makes its own stems from a text.
tone() {
  awk -v n="$2" -v w="${3:-0.0575958653}" 'BEGIN {
    printf "RIFF"; le(36 + n * 2, 4); printf "WAVEfmt "; le(16, 4); le(1, 2)
    le(1, 2); le(48000, 4); le(96000, 4); le(2, 2); le(16, 2); printf "data"
    le(n * 2, 4)
    for (i = 0; i < n; i++) {
      x = int(8000 * sin(i * w) * exp(-(i % 12000) / 3000)); if (x < 0) x += 65536; le(x, 2) } }
    function le(v, b) { while (b-- > 0) { printf "%c", v % 256; v = int(v / 256) } }
  ' >"$1"
}
export LC_ALL=C
