#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# journeys PROGRAM: what people do with a song over weeks: they change a text,
# export a stem again, forget a solo.  TAP.
set -u
. "$(dirname "$0")/tap.sh"

# prints WORDS COMMAND...: exit status 0 and WORDS on stdout
prints() {
  words=$1
  shift
  exits 0 "$@" && grep -q "$words" "$work/said" || { cat "$work/said"; return 1; }
}
said() { grep -q "$1" "$work/said" || { cat "$work/said"; return 1; }; }
unsaid() { ! grep "$1" "$work/said"; }

mkdir "$work/stems"
tone "$work/stems/01 Kick.wav" 96000
tone "$work/stems/02 Bass.wav" 96000 0.02
tone "$work/stems/LEAD VOX.wav" 96000 0.08
cp "$work/stems/02 Bass.wav" "$work/stems/02 Bass copy.wav"
sums=$(cat "$work"/stems/*.wav | cksum)
song=$work/song
mix=$song/mix.yaml

# The summary says what mix.yaml says now
says "a copy is muted" prints '^  muted  *02 Bass copy (a copy)$' "$ton" make "$work/stems" -o "$song"
says "the instruments are roles alone" said '^  tracks  *1 without a known role, 2 bass, lead vocal$'
says "every stem is counted" said ': 4 stems, 3.9 s at 48 kHz'
sed -i 's/^    mute: true.*//' "$mix"
says "a mute that was removed" exits 0 "$ton" make "$work/stems" -o "$song"
says "is not told" unsaid '^  muted'
sed -i 's/^  01 Kick:/&\n    mute: true/; s/^    role: lead vocal.*/    role: guitar solo/' "$mix"
says "a mute and a role of one's own" exits 0 "$ton" make "$work/stems" -o "$song"
says "are told" said '^  muted  *01 Kick$'
says "both of them" said '^  tracks  *1 without a known role, 2 bass, guitar solo$'
sed -i '/^  02 Bass copy:/,/^  02 Bass:/{/^  02 Bass:/!d}' "$mix"
says "a track that was removed" exits 0 "$ton" make "$work/stems" -o "$song"
says "does not count" said ': 3 stems, '

says "stems are untouched" test "$(cat "$work"/stems/*.wav | cksum)" = "$sums"
echo "1..$n"
exit $failed
