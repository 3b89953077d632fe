#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# master BUILD [FILE.wav]: a mix brought to -14 LUFS under -1 dBTP, beside
# ffmpeg's meter with its limiter at four times the rate, and beside its
# loudnorm, both told the loudness they measured first.  The ratio is CPU time
# to the first row's.
set -eu
build=$1
file=${2:-demo/out/song/out/mix.wav}
work=$(mktemp -d "$build/bench-master.XXXXXX")
work=$(cd "$work" && pwd)
trap 'rm -rf "$work"' EXIT
ton=$build/tonmeister
ours=

# row NAME COMMAND...: best CPU time of three runs, then what came out
row() {
  name=$1
  shift
  best=
  for again in 1 2 3; do
    rm -f "$work/out.wav"
    took=$("$build/bench/beside" "$@") || { printf '  %-34s failed\n' "$name"; return; }
    best=$(printf '%s\n%s\n' "$best" "$took" | grep . | sort -k2 -g | head -n 1)
  done
  set -- $best
  [ -n "$ours" ] || ours=$2
  printf '  %-34s %6.2f s %6.2f CPU-s %5.0f MB %5.1fx  %s\n' "$name" "$1" "$2" \
    "$3" "$(awk "BEGIN { print $2 / $ours }")" \
    "$("$ton" measure "$work/out.wav" |
      awk '/^ *integrated/ { l = $3 } /^ *true peak/ { p = $3 }
        END { print l " LUFS, " p " dBTP" }')"
}

cat >"$work/limit" <<TEXT
lufs=\$(ffmpeg -hide_banner -nostats -nostdin -i "\$1" \
  -af ebur128 -f null - 2>&1 | awk '/I:/ { l = \$2 } END { print l }')
gain=\$(awk "BEGIN { print -14 - (\$lufs) }")
ffmpeg -v error -y -nostdin -i "\$1" -af "volume=\${gain}dB,aresample=192000,\
alimiter=limit=0.89:level=0,aresample=48000" -c:a pcm_s24le "\$2"
TEXT
cat >"$work/norm" <<TEXT
set -- "\$1" "\$2" \$(ffmpeg -hide_banner -nostats -nostdin -i "\$1" \
  -af loudnorm=I=-14:TP=-1:print_format=json -f null - 2>&1 |
  awk -F'"' '/input_i|input_tp|input_lra|input_thresh|target_offset/ { print \$4 }')
ffmpeg -v error -y -nostdin -i "\$1" -af "loudnorm=I=-14:TP=-1:LRA=20:\
measured_I=\$3:measured_TP=\$4:measured_LRA=\$5:measured_thresh=\$6:\
offset=\$7:linear=true" -ar 48000 -c:a pcm_s24le "\$2"
TEXT

echo "Master: -14 LUFS under -1 dBTP"
row "tonmeister, analysis and chain too" "$ton" master "$file" \
  -o "$work/out.wav" --loudness "-14 LUFS" --quiet
if command -v ffmpeg >/dev/null; then
  row "ffmpeg ebur128, 4x alimiter" sh "$work/limit" "$file" "$work/out.wav"
  row "ffmpeg loudnorm, twice" sh "$work/norm" "$file" "$work/out.wav"
else
  echo "  ffmpeg is not installed"
fi
