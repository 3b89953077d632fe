#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# contract PROGRAM: the promises of the verbs, tried as a stranger would.  TAP.
set -u
. "$(dirname "$0")/tap.sh"

mkdir "$work/stems"
tone "$work/stems/01 Kick.wav" 96000
tone "$work/stems/02 Bass.wav" 96000 0.02
tone "$work/stems/LEAD VOX.wav" 96000 0.08
mkdir "$work/names"
cp "$work/stems/02 Bass.wav" "$work/names/$(printf 'Fl\366te: [dry] #1.wav')"
cp "$work/stems/02 Bass.wav" "$work/names/$(printf 'two\nlines.wav')"
cp "$work/stems/02 Bass.wav" "$work/names/Mix.wav"
cp "$work/stems/02 Bass.wav" "$work/names/Gitarre über.wav"
sums=$(cat "$work"/stems/* | cksum)

says "help" exits 0 "$ton" help
says "help of a verb" exits 0 "$ton" help mix
says "help of a processor" exits 0 "$ton" help compressor
says "help of a preset" exits 0 "$ton" help "vocal plate"
says "help as JSON" json "$ton" help all --json
explains() {
  words=$1
  shift
  exits 0 "$ton" help "$@" && grep -q "$words" "$work/said" || { cat "$work/said"; return 1; }
}
says "help of a word" explains 'how loud a recording is' LUFS
says "however it is written" explains 'how loud a recording is' lufs
says "help of a word of taste" explains '200 and 400 Hz' mud
says "of another" explains 'one band' glue
says "of a near word" explains '200 and 400 Hz' muddy
says "of a band: the word" explains 'lets the highs pass' highpass
says "and its parameters" explains '^  slope' highpass
says "of a word that is a processor too: both" sh -c "'$ton' help limiter | grep -q 'Keeps every peak' && '$ton' help limiter | grep -q '^  ceiling'"
says "of the targets" explains 'spotify *-14 LUFS *-1 dBTP' targets
says "of one target" explains 'spotify *-14 LUFS *-1 dBTP' spotify
says "of a text: its keys" explains '^  tempo' mix.yaml
says "and those below them" explains '^    fader  *Gain after the chain' mix.yaml
says "with range and default" explains '^  *-20 dBTP to 0 dBTP; -1 dBTP' master.yaml
says "of the files of a release" explains '^    bits' release.yaml
says "of all terms" explains '^  sibilance' terms
says "help of a role, in two words" explains 'bus Vocals' lead vocal
says "and of a target that is no role" explains 'LUFS' broadcast
says "help of a tonal profile" explains 'MUSDB' modern
says "help lists the roles" explains '^  lead guitar  *bus Guitars; 2 LU softer' roles
says "help lists the presets" explains "^  vocal plate  *reverb" presets
says "help of a processor names its presets" explains "^Presets: .*vocal plate" reverb
says "help of many bands names the others" explains "the other bands, the same" multiband
says "a role as JSON" sh -c "'$ton' help lead vocal --json | python3 -c 'import json, sys; sys.exit([r[\"name\"] for r in json.load(sys.stdin)[\"roles\"]] != [\"lead vocal\"])'"
says "help of a key" explains 'deliverables (key of release.yaml)' deliverables
says "of a key that is a word, too: both" sh -c "'$ton' help fader | grep -q 'key of mix.yaml' && '$ton' help fader | head -n 1 | grep -qx fader"
says "a role nearly right" complains 2 'did you mean "lead vocal"' "$ton" help led vocal
says "a term nearly right" complains 2 'did you mean "sibilance"' "$ton" help sibilence
says "a target nearly right" complains 2 'did you mean "spotify"' "$ton" help spotfy
says "a band nearly right" complains 2 'did you mean "highpass"' "$ton" help highpas
says "a preset nearly right" complains 2 'did you mean "vocal plate"' "$ton" help "vocal plat"
says "help of a word as JSON" json "$ton" help LUFS --json
says "has that word alone" test "$(grep -c '"term"' "$work/json")" = 1
says "no such verb: nearest" complains 2 'did you mean "mix"' "$ton" mxi
says "no such option: nearest" complains 2 'did you mean --stems' "$ton" mix x --stem
says "too few arguments: usage" complains 2 'expected: tonmeister new' "$ton" new
says "missing file" complains 2 'none.wav' "$ton" measure "$work/none.wav"
: >"$work/empty.wav"
says "empty file" complains 2 'empty' "$ton" measure "$work/empty.wav"
echo text >"$work/text.wav"
says "not an audio file" complains 2 'text.wav' "$ton" measure "$work/text.wav"
says "JSON of a failure: no verb" fails_json 2 "$ton" mxi --json
says "JSON of a failure: wrong option" fails_json 2 "$ton" measure --jsn x --json
says "JSON of a failure: too few words" fails_json 2 "$ton" compare --json
says "JSON of a failure: no such file" fails_json 2 "$ton" check "$work/none.wav" --json
says "JSON of a failure: a folder" fails_json 2 "$ton" apply "$work" "$work/x.wav" gain:gain=1dB --json
says "JSON of a failure: no such processor" fails_json 2 "$ton" help gian --json
says "JSON of a failure: no song" fails_json 2 "$ton" mix "$work/none" --json
says "one file of two is missing: the other is measured" fails_json 2 "$ton" measure "$work/none.wav" "$work/stems/02 Bass.wav" --json
says "it is there" grep -q '"true_peak_dbtp": -' "$work/said"
says "help of one processor as JSON" json "$ton" help compressor --json
says "and of no other" test "$(grep -c '"category"' "$work/json")" = 1
[ ! -w /dev/full ] || says "an answer nobody gets" complains 1 'cannot write the answer' sh -c "'$ton' help >/dev/full"
[ ! -w /dev/full ] || says "not even the version" complains 1 'cannot write the answer' sh -c "'$ton' --version >/dev/full"
says "closed descriptors are not taken by files" sh -c "'$ton' apply '$work/stems/01 Kick.wav' '$work/closed.wav' gain:gain=1dB <&- >&- 2>&-; [ \$? = 0 ] && '$ton' measure '$work/closed.wav'"
exits 2 "$ton" measure --json $(seq 1 4200)
says "no file of 4200 is left out" test "$(grep -c '"path"' "$work/said")" = 4200
refs=$(seq 1 70 | sed 's/.*/--reference none&.wav/')
says "no reference of many is left out" complains 2 'none1.wav' "$ton" master "$work/stems/01 Kick.wav" -o "$work/x.wav" $refs
cp "$work/stems/01 Kick.wav" "$work/-vox.wav"
says "a file that looks like an option: how to write it" complains 2 'write ./-vox.wav' sh -c "cd '$work' && '$(realpath "$ton")' measure -vox.wav"
says "and it is read after --" exits 0 sh -c "cd '$work' && '$(realpath "$ton")' measure -- -vox.wav"
# What a name or a text holds commands nothing
escape=$(printf 'a\033]0;owned\007\033[31m\302\233x\n.wav')
no_escapes() {
  "$@" >"$work/said" 2>&1 </dev/null
  [ -s "$work/said" ] && ! LC_ALL=C grep -q "$(printf '[\033\007\233]')" "$work/said" ||
    { od -c "$work/said" | head -n 8; return 1; }
}
mkdir "$work/escapes"
printf 'tracks:\n  A:\n    file: "\\e]0;owned\\a.wav"\n' >"$work/escapes/mix.yaml"
cp "$work/stems/01 Kick.wav" "$work/$escape"
says "a name on stdout" no_escapes "$ton" measure "$work/$escape"
says "is spelt out" grep -qF 'a\x1B]0;owned\x07\x1B[31m\xC2\x9Bx\x0A.wav' "$work/said"
says "a name in an error" no_escapes "$ton" measure "$work/$escape.none"
says "a name as a stem" no_escapes "$ton" new "$work/escaped" "$work/$escape"
says "a value of a text" no_escapes "$ton" mix "$work/escapes"
printf 'x\033[31m: 1\n' >"$work/escapes/mix.yaml"
says "a line of a text" no_escapes "$ton" mix "$work/escapes"
says "a verb" no_escapes "$ton" "$escape"
says "an option" no_escapes "$ton" mix "--$escape"
says "a processor" no_escapes "$ton" apply a.wav b.wav "$escape"
says "a topic" no_escapes "$ton" help "$escape"
says "measure" exits 0 "$ton" measure "$work/stems/01 Kick.wav"
says "measure as JSON" json "$ton" measure --json "$work/stems/01 Kick.wav"
mkdir "$work/nothing"
says "folder without stems" complains 2 'no audio file' "$ton" make "$work/nothing" -o "$work/none"
says "a file where a song is expected" complains 2 'expected the folder of a song' "$ton" mix "$work/text.wav"
mkdir -p "$work/tree/Drums/Close" "$work/tree/__MACOSX"
cp "$work/stems/01 Kick.wav" "$work/tree/Drums/Close/Kick.wav"
cp "$work/stems/01 Kick.wav" "$work/tree/Drums/._Kick.wav"
cp "$work/stems/02 Bass.wav" "$work/tree/Drums/Snare.wav"
cp "$work/stems/02 Bass.wav" "$work/tree/Bass.wav"
says "folders in a folder of stems" exits 0 "$ton" new "$work/tree-song" "$work/tree"
says "are all read" grep -q '3 stems' "$work/said"
says "are buses" grep -q '^  Drums:' "$work/tree-song/mix.yaml"
says "what is left out is named" grep -q 'left out: Drums/._Kick.wav (hidden), __MACOSX (made by macOS)' "$work/error"
mkdir "$work/mixes"
cp "$work/stems"/*.wav "$work/mixes"
cp "$work/stems/02 Bass.wav" "$work/mixes/02 Bass copy.wav"
tone "$work/mixes/Night Drive - Mixdown.wav" 96000 0.05
says "a finished mix and a copy among the stems" exits 0 "$ton" make "$work/mixes" -o "$work/mixes-song"
says "are muted and named" grep -q 'muted  *02 Bass copy (a copy), Night Drive - Mixdown (a finished mix)' "$work/said"
says "what check says stands at the end" grep -q '^  check ' "$work/said"
says "make again" exits 0 "$ton" make "$work/mixes" -o "$work/mixes-song"
says "has nothing to do" grep -q 'everything is up to date' "$work/said"
touch "$work/mixes-song/mix.yaml" "$work/mixes-song/out/mix.wav"
says "however new the files are" sh -c "'$ton' make '$work/mixes' -o '$work/mixes-song' | grep -q 'everything is up to date'"
says "another loudness" exits 0 "$ton" make "$work/mixes" -o "$work/mixes-song" --loudness "-20 LUFS"
says "masters again, and mixes not" grep -q 'the mix is up to date' "$work/said"
says "as it is asked for" grep -q '^loudness: -20 LUFS' "$work/mixes-song/master.yaml"
sed -i '/^  LEAD VOX:/,/fader/s/^    fader:.*/    fader: -3 dB/' "$work/mixes-song/mix.yaml"
tone "$work/mixes/New Gtr.wav" 96000 0.03
says "an edited text is mixed again" exits 0 "$ton" make "$work/mixes" -o "$work/mixes-song"
says "up to the release" sh -c "! grep -q 'up to date' '$work/said'"
says "the edit stays" grep -q '^    fader: -3 dB' "$work/mixes-song/mix.yaml"
says "a stem that is new is named" grep -q 'New Gtr.wav is not in' "$work/error"
rm -rf "$work/mixes-song/out/release"
says "only the release is missing" sh -c "'$ton' make '$work/mixes' -o '$work/mixes-song' | grep -q 'mix and master are up to date'"
says "make as JSON" json "$ton" make "$work/mixes" -o "$work/mixes-song" --json
says "says where it began" grep -q '"done_from": "nothing"' "$work/json"
says "in the text, too" test "$(grep -c '^    mute: true' "$work/mixes-song/mix.yaml")" = 2
says "a file where stems are expected" complains 2 'expected a folder of stems' "$ton" make "$work/text.wav" -o "$work/none"
mkdir "$work/wide" && printf 'RIFF\044\000\000\000WAVEfmt \020\000\000\000\001\000\004\000\200\273\000\000\000\334\005\000\010\000\020\000data\010\000\000\000\000\000\000\000\000\000\000\000' >"$work/wide/four.wav"
says "a stem of four channels" complains 2 'has 4 channels' "$ton" make "$work/wide" -o "$work/none"
says "of which nothing is left behind" test ! -e "$work/none/mix.yaml"
says "make" exits 0 "$ton" make "$work/stems" -o "$work/song"
says "make for a loudness, as master does" sh -c "'$ton' make '$work/stems' -o '$work/quiet' --loudness '-20 LUFS' -q && grep -q '^loudness: -20 LUFS' '$work/quiet/master.yaml'"
says "make for what there is not" complains 2 'goes from -70' "$ton" make "$work/stems" -o "$work/loud" --loudness "3 LUFS"
says "of which nothing is begun" test ! -e "$work/loud"
says "names of any kind" exits 0 "$ton" new --flat "$work/odd" "$work/names"
says "stand in the text as people write them" grep -q 'Flöte: \[dry\] #1' "$work/odd/mix.yaml"
says "and are found again" exits 0 "$ton" mix "$work/odd"
cp "$work/song/mix.yaml" "$work/before.yaml"
says "make again" exits 0 "$ton" make "$work/stems" -o "$work/song"
says "does not overwrite the text" cmp "$work/before.yaml" "$work/song/mix.yaml"
says "new does not, either" complains 2 'there already' "$ton" new "$work/song" "$work/stems"
for f in mix.yaml master.yaml release.yaml decisions.json out/mix.wav out/master.wav out/release/SHA256SUMS; do
  says "made $f" test -s "$work/song/$f"
done
page=$work/song/out/release/report
says "the report for programs" grep -q '"schema": 1' "$page.json"
says "every checksum is on the page and in the report" sh -c "cut -c1-16 '$work/song/out/release/SHA256SUMS' | while read -r sum; do grep -q \"\$sum\" '$page.html' && grep -q \"\$sum\" '$page.json' || exit 1; done"
cp -r "${TONMEISTER_DATA:-$(dirname "$0")/../../data}" "$work/data"
sed -i 's/raises: yes/raises: perhaps/' "$work/data/platforms.yaml"
says "a table that cannot be read is told, with its line" sh -c "TONMEISTER_DATA='$work/data' '$ton' release '$work/song' >'$work/said' 2>&1; test \$? = 2 && grep -q 'platforms.yaml:[0-9]*:.*perhaps' '$work/said'"
says "the page loads nothing from elsewhere" sh -c "! grep -qE 'src=|href=\"[^#]|url\\(|<script' '$page.html'"
for plot in 'Loudness over time' 'Third octaves' 'Stereo correlation' 'Gain reduction'; do
  says "the page has: $plot" grep -q "$plot" "$page.html"
done
says "an axis has its unit" grep -q '>LUFS</text>' "$page.html"
says "checksums hold" sh -c "cd '$work/song/out/release' && sha256sum -c --quiet SHA256SUMS"
cp "$work/song/release.yaml" "$work/release.yaml"
echo mine >"$work/song/out/release/notes.txt"
before=$(ls "$work/song/out/release"/*.flac)
sed -i 's/^title: .*/title: Another Name/' "$work/song/release.yaml"
says "release under another title" exits 0 "$ton" release "$work/song"
says "the former title is gone" sh -c "[ ! -e '$before' ] && [ -e '$work/song/out/release/Another Name (flac).flac' ]"
echo more >>"$work/song/out/release/Another Name (flac).flac"
cp "$work/release.yaml" "$work/song/release.yaml"
says "release under the first title" exits 0 "$ton" release "$work/song"
says "what a person changed or added stays" sh -c "[ -e '$work/song/out/release/Another Name (flac).flac' ] && [ -e '$work/song/out/release/notes.txt' ] && [ ! -e '$work/song/out/release/Another Name (mp3).mp3' ]"
rm "$work/song/out/release/Another Name (flac).flac"
says "mix as JSON" json "$ton" mix "$work/song" --json
cp "$work/song/out/mix.wav" "$work/first.wav"
says "mix with one thread, small blocks" exits 0 "$ton" mix "$work/song" --threads 1 --block 7
says "same bytes" cmp "$work/first.wav" "$work/song/out/mix.wav"
rm -rf "$work/song/.tonmeister"
says "mix with a cold cache" exits 0 "$ton" mix "$work/song" --threads 4
says "same bytes again" cmp "$work/first.wav" "$work/song/out/mix.wav"
# A person's word, and the rest around it
cp -r "$work/song" "$work/again"
mix=$work/again/mix.yaml
faders() { grep '^    fader:' "$mix" | sed 's/ *#.*//' | tr -d '\n'; }
says "propose again" exits 0 "$ton" mix "$work/again" --propose
says "same text" cmp "$work/song/mix.yaml" "$mix"
before=$(faders)
sed -i -e '/^  LEAD VOX:/,/fader/s/^    fader:.*/    fader: +6.5 dB  # mine\n    lock: [fader]/' \
  -e 's/^  02 Bass:/  # played by Ann\n  02 Bass:/' \
  -e '/^  01 Kick:/,/fader/s/^    fader:.*/&\n    pan: R7/' "$mix"
says "propose around a locked fader" exits 0 "$ton" mix "$work/again" --propose
says "which stays" grep -q '^    fader: +6.5 dB  # mine' "$mix"
says "the others move" test "$(faders)" != "$(echo "$before" | sed 's/\(.*\)fader:.*/\1fader: +6.5 dB/')"
says "comments stay" grep -q '^  # played by Ann' "$mix"
says "a value of one's own stays" grep -q '^    pan: R7' "$mix"
cp "$mix" "$work/kept.yaml"
says "propose a last time" exits 0 "$ton" mix "$work/again" --propose
says "nothing moves any more" cmp "$work/kept.yaml" "$mix"
rm "$work/again/decisions.json"
sed -i 's/^    fader: .*/    fader: -11.5 dB/' "$mix"
says "propose without the records" exits 0 "$ton" mix "$work/again" --propose
says "all that is written is a person's" test "$(grep -c '^    fader: -11.5 dB' "$mix")" = 3
says "mix of 24 bit" exits 0 "$ton" mix "$work/song" --depth 24 -o "$work/24.wav"
says "a third smaller" test "$(($(wc -c <"$work/24.wav") * 4 / 3 / 10000))" -eq "$(($(wc -c <"$work/first.wav") / 10000))"
says "stems" exits 0 "$ton" mix "$work/song" --stems
says "all of this mix" test ! -s "$work/error"
cp "$work/song/out/stems/02 Bass.wav" "$work/song/out/stems/Bass before.wav"
says "a stem of an earlier mix is told" complains 0 'Bass before.wav is not of this mix' "$ton" mix "$work/song" --stems
rm "$work/song/out/stems/Bass before.wav"
# What the program wrote and no longer makes is removed, if nobody changed it
cp -r "$work/song" "$work/renamed"
stems=$work/renamed/out/stems notes=$work/renamed/.tonmeister/written
cp "$stems/02 Bass.wav" "$work/former.wav"
cp "$notes" "$work/former-notes"
rename_track() {
  sed -i "s/^  $1:/  $2:/" "$work/renamed/mix.yaml"
  exits 0 "$ton" mix "$work/renamed" --stems
}
says "a track is renamed" rename_track "02 Bass" "Bass DI"
says "its former stem is gone" sh -c "[ ! -e '$stems/02 Bass.wav' ] && [ -e '$stems/Bass DI.wav' ]"
cp "$work/former.wav" "$stems/02 Bass.wav"
cat "$work/former-notes" >>"$notes"
says "after a run that was killed before it removed it" rename_track "Bass DI" "Bass Amp"
says "both are gone" sh -c "[ ! -e '$stems/02 Bass.wav' ] && [ ! -e '$stems/Bass DI.wav' ]"
echo more >>"$stems/Bass Amp.wav"
says "a stem that somebody changed" rename_track "Bass Amp" "Bass"
says "stays and is told" sh -c "[ -e '$stems/Bass Amp.wav' ] && grep -q 'Bass Amp.wav is not of this mix' '$work/error'"
says "depth that is none" complains 2 'expected 16, 24 or 32' "$ton" mix "$work/song" --depth 20
says "check finds what is wrong" complains 3 'not ready' "$ton" check "$work/stems/01 Kick.wav"
says "a genre that is not there" complains 2 'did you mean "jazz"' "$ton" check "$work/stems/01 Kick.wav" --genre jaz
says "one that is there" complains 3 'not ready' "$ton" check "$work/stems/01 Kick.wav" --genre jazz
says "genres are listed" explains 'classical .* up to 22.4 LU' genres
says "JSON of a goal missed" fails_json 3 "$ton" check "$work/stems/01 Kick.wav" --json
says "compare as JSON" json "$ton" compare --json "$work/first.wav" "$work/stems/02 Bass.wav"
says "compare with itself" exits 0 "$ton" compare "$work/first.wav" "$work/first.wav"
says "no difference, and no -0" sh -c "grep -q 'nothing stands out' '$work/said' && ! grep -q -e '-0[.]0*\( \|$\)' '$work/said'"
says "compare" exits 0 "$ton" compare "$work/first.wav" "$work/stems/02 Bass.wav"
says "apply" exits 0 "$ton" apply "$work/first.wav" "$work/fx.wav" highpass:freq=80Hz compressor:threshold=-20dB,ratio=4
says "an output that would not be what its name says" complains 2 'would be a WAV' "$ton" mix "$work/song" -o "$work/fx.flac"
says "apply writes what the name says" sh -c "for end in flac aiff mp3 ogg; do '$ton' apply '$work/first.wav' '$work/fx.'\$end gain:gain=-3dB && '$ton' measure '$work/fx.'\$end || exit 1; done; test \"\$(head -c 4 '$work/fx.flac')\$(head -c 4 '$work/fx.aiff')\$(head -c 4 '$work/fx.ogg')\" = fLaCFORMOggS"
says "an ending that nothing can write" complains 2 'opus' "$ton" apply "$work/first.wav" "$work/fx.m4a" gain:gain=-3dB
says "apply keeps it mono" sh -c "'$ton' apply '$work/stems/01 Kick.wav' '$work/mono.wav' compressor limiter && '$ton' measure '$work/mono.wav' | grep -q '1 channel,'"
says "apply of a stereo effect" sh -c "'$ton' apply '$work/stems/01 Kick.wav' '$work/wide.wav' gain:gain=-6dB reverb && '$ton' measure '$work/wide.wav' | grep -q '2 channels,'"
says "apply onto itself is refused" complains 2 'is the input' "$ton" apply "$work/fx.wav" "$work/fx.wav" gain:gain=1dB
says "unknown processor" complains 2 'compressor' "$ton" apply "$work/fx.wav" "$work/g.wav" compresor:ratio=4
says "a message says where its words are explained" complains 3 'tonmeister help LU' "$ton" master "$work/first.wav" -o "$work/loud.wav" --loudness "-1 LUFS"
says "unreachable loudness: written, exit 3" complains 3 'short\|over' "$ton" master "$work/first.wav" -o "$work/loud.wav" --loudness "-1 LUFS"
says "the loud master is there" test -s "$work/loud.wav"
says "master again" exits 0 "$ton" master "$work/song"
exits 0 "$ton" master "$work/song" -q
says "a song just made is not outdated" test ! -s "$work/error"
touch "$work/song/out/mix.wav" "$work/song/mix.yaml"
exits 0 "$ton" master "$work/song" -q
says "nor is one that was only touched" test ! -s "$work/error"
cp "$work/song/mix.yaml" "$work/untold.yaml"
sed -i "0,/trim: [^ ]* dB/s//trim: +0.11 dB/" "$work/song/mix.yaml"
says "a mix of another text is not released" complains 2 'mix.yaml has changed .*tonmeister mix .* writes it again' "$ton" release "$work/song"
says "check goes on, and tells it" sh -c "'$ton' check '$work/song' 2>&1 >/dev/null | grep -q 'mix.yaml has changed'"
cp "$work/untold.yaml" "$work/song/mix.yaml"
cp "$work/song/out/mix.wav" "$work/untold.wav"
cp "$work/24.wav" "$work/song/out/mix.wav"
says "nor is a master of another mix" complains 2 'tonmeister master .* writes it again' "$ton" release "$work/song"
cp "$work/untold.wav" "$work/song/out/mix.wav"
cp "$work/song/master.yaml" "$work/first.yaml"
cp "$work/song/out/master.wav" "$work/again.wav"
says "master a third time" exits 0 "$ton" master "$work/song" --threads 1 --block 7
says "same text" cmp "$work/first.yaml" "$work/song/master.yaml"
says "same bytes" cmp "$work/again.wav" "$work/song/out/master.wav"
says "master as JSON" json "$ton" master "$work/song" --json
says "another loudness" exits 0 "$ton" master "$work/song" --loudness "-20 LUFS"
says "stands in the text, with its reason" grep -q '^loudness: -20 LUFS *# asked for' "$work/song/master.yaml"
says "and in the records" python3 -c 'import json, sys
goals = {e["value"] for d in json.load(open(sys.argv[1]))["decisions"]
         for e in d["evidence"] if e["metric"] == "goal"}
sys.exit(goals != {-20})' "$work/song/master-decisions.json"
says "by a reference" exits 0 "$ton" master "$work/song" --reference "$work/24.wav" --amount 20
says "in a style, louder" exits 0 "$ton" master "$work/song" --style warm --intensity high --genre rock
says "which stand in the text" sh -c "grep -q '^style: warm' '$work/song/master.yaml' && grep -q '^intensity: high' '$work/song/master.yaml' && grep -q 'tape: {drive: 2.8 dB}' '$work/song/master.yaml'"
says "to keep the loudness" complains 2 'target keep leaves the level as it is' "$ton" master "$work/song" --loudness keep
says "a style of what is kept" complains 2 'ask for one of the two' "$ton" master "$work/song" --target keep --style warm
says "a style that is not there" complains 2 'did you mean "warm"' "$ton" master "$work/song" --style wram
sed -i 's/^intensity: .*/intensity: huge/' "$work/song/master.yaml"
says "an intensity that is not there" complains 2 'master.yaml:[0-9]*:[0-9]*: there is no intensity "huge"; choose one of low, medium, high' "$ton" master "$work/song"
sed -i '/^intensity: /d; /^style: /d; /^genre: /d' "$work/song/master.yaml"
says "which stands in the text" grep -q '^references: \[.*24.wav' "$work/song/master.yaml"
says "the amount too" grep -q '^amount: 20 %' "$work/song/master.yaml"
printf 'song: X\nloudness: -20 LUFS\nchain:\n  - gain: {gain: -2 dB}   # mine\n  - limiter: {gain: 1 dB}\n' >"$work/song/master.yaml"
says "a chain of one's own" exits 0 "$ton" master "$work/song"
says "is kept" grep -q 'gain: {gain: -2 dB}   # mine' "$work/song/master.yaml"
says "but for the limiter's gain" sh -c "! grep -q 'limiter: {gain: 1 dB}' '$work/song/master.yaml'"
says "and not replaced unasked" complains 2 'chain of your own' "$ton" master "$work/song" --reference "$work/24.wav"
printf 'song: X\nloudness: -20 LUFS\nchain:\n  - gain\n  - limiter   # the last\n' >"$work/song/master.yaml"
says "a limiter without values" exits 0 "$ton" master "$work/song"
says "gets its gain, and keeps its comment" grep -q 'limiter: {gain: .*dB}} *# the last' "$work/song/master.yaml"
printf 'lock: [loudness]\n' >>"$work/song/master.yaml"
says "a locked loudness" complains 2 'has a locked "loudness"' "$ton" master "$work/song" --loudness -9
printf 'song: X\nloudness: -20 LUFS\nchain:\n  - gain: {gain: -2 dB}\n  - limiter: {gain: 1.5 dB}\nlock: [chain/1/limiter/gain, references]\n' >"$work/song/master.yaml"
says "a locked gain of the limiter" exits 3 "$ton" master "$work/song"
says "stays" grep -q 'limiter: {gain: 1.5 dB}' "$work/song/master.yaml"
printf 'song: X\nloudness: keep\nlock: [loudness]\n' >"$work/song/master.yaml"
says "a locked level that is kept" exits 0 "$ton" master "$work/song"
says "stays, too" grep -q '^loudness: keep$' "$work/song/master.yaml"
cp "$work/first.yaml" "$work/song/master.yaml"
says "no such reference" complains 2 'none.wav' "$ton" master "$work/first.wav" -o "$work/m.wav" --reference "$work/none.wav"
says "amount out of range" complains 2 '0 to 100' "$ton" master "$work/first.wav" -o "$work/m.wav" --amount 120
# Whatever is read stays as it is, by any name it is called
ln -s "$work/24.wav" "$work/linked.wav"
ln "$work/song/stems/01 Kick.wav" "$work/second.wav"
says "master onto the mix is refused" complains 2 'is the input' "$ton" master "$work/24.wav" -o "$work/24.wav"
says "master onto the mix by a link is refused" complains 2 'is the input' "$ton" master "$work/24.wav" -o "$work/linked.wav"
says "master onto a reference is refused" complains 2 'is a reference' "$ton" master "$work/24.wav" --reference "$work/first.wav" -o "$work/first.wav"
says "mix onto a stem is refused" complains 2 'is a recording of a song (.*) and would be destroyed' "$ton" mix "$work/song" -o "$work/song/stems/01 Kick.wav"
says "master of a song onto a stem is refused" complains 2 'is a recording of a song (.*) and would be destroyed' "$ton" master "$work/song" -o "$work/song/stems/01 Kick.wav"
says "mix onto a stem by a second name is refused" complains 2 'is a recording of a song (.*) and would be destroyed' "$ton" mix "$work/song" -o "$work/second.wav"
says "and the stem is as it was" cmp "$work/stems/01 Kick.wav" "$work/song/stems/01 Kick.wav"
tone "$work/short.wav" 4800
says "too short for a loudness" complains 2 'lasts 0.100 s' "$ton" master "$work/short.wav" -o "$work/m.wav"
says "nothing was written" test ! -e "$work/m.wav"
sed -i 's/fader:/fadr:/' "$work/song/mix.yaml"
says "misspelt key: line and nearest" complains 2 'mix.yaml:[0-9]*:[0-9]*:.*fader' "$ton" mix "$work/song"
if [ "$(id -u)" != 0 ]; then
  chmod a-w "$work/song/out"
  says "read-only folder" complains 1 'cannot write' "$ton" release "$work/song"
  chmod u+w "$work/song/out"
fi
says "output into no folder" complains 1 'no/x.wav' "$ton" apply "$work/first.wav" "$work/no/x.wav" gain:gain=1dB
says "full disk" complains 1 'cannot write' sh -c "ulimit -f 100; exec '$ton' apply '$work/first.wav' '$work/big.wav' gain:gain=1dB"
says "nothing half-written" no_parts
says "no file under the final name" test ! -e "$work/big.wav"

# pulled out at any moment: the texts and the stems stay, no half file
tone "$work/long.wav" 4800000 &
wait
for delay in 0.02 0.06 0.15; do
  "$ton" apply "$work/long.wav" "$work/killed.wav" reverb >/dev/null 2>&1 &
  pid=$!
  sleep $delay
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  if [ -e "$work/killed.wav" ]; then
    says "killed late: the file is whole" exits 0 "$ton" measure "$work/killed.wav"
    rm -f "$work/killed.wav"
  fi
done
find "$work" -name '.part-*' -delete
"$ton" apply "$work/long.wav" "$work/stopped.wav" reverb reverb reverb >/dev/null 2>&1 &
pid=$!
sleep 0.2
kill -INT $pid 2>/dev/null
wait $pid
status=$?
says "Ctrl-C leaves nothing half-written (exit $status)" no_parts
says "stems are untouched" test "$(cat "$work"/stems/* | cksum)" = "$sums"
echo "1..$n"
exit $failed
