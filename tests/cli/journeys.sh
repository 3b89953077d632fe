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
song=$work/song
mix=$song/mix.yaml

# The summary says what mix.yaml says now
says "a copy is muted" prints '^  muted  *02 Bass copy (a copy)$' "$ton" make "$work/stems" -o "$song"
says "the instruments are roles alone" said '^  tracks  *1 without a known role, 2 bass, lead vocal$'
says "every stem is counted" said ': 4 stems, 3.7 s at 48 kHz'
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


# A stem that was exported again is heard, with the values its track has
cat_song() { cat "$song/stems/$1" | cksum; }
cp "$mix" "$work/before.yaml"
cp "$song/out/mix.wav" "$work/before.wav"
rm "$work/stems/02 Bass.wav"
tone "$work/stems/02 Bass.wav" 96000 0.025
says "an export of another sound" complains 0 '02 Bass.wav has changed and is heard as it is now' "$ton" make "$work/stems" -o "$song"
says "is what the song plays" cmp "$work/stems/02 Bass.wav" "$song/stems/02 Bass.wav"
says "is mixed" sh -c "! cmp -s '$work/before.wav' '$song/out/mix.wav'"
says "up to the release" unsaid 'up to date'
says "the text stays" cmp "$work/before.yaml" "$mix"
says "is told once" sh -c "! '$ton' make '$work/stems' -o '$song' 2>&1 | grep 'has changed'"
tone "$work/again.wav" 96000 0.024
cat "$work/again.wav" >"$work/stems/02 Bass.wav"
says "so is one that was written over the old one" complains 0 '02 Bass.wav has changed' "$ton" make "$work/stems" -o "$song"
says "and it is mixed" sh -c "! grep -q 'up to date' '$work/said'"
rm "$song/stems/01 Kick.wav"
says "a file that the song has lost" exits 0 "$ton" make "$work/stems" -o "$song"
says "is there again" cmp "$work/stems/01 Kick.wav" "$song/stems/01 Kick.wav"
rm "$song/stems/LEAD VOX.wav"
tone "$song/stems/LEAD VOX.wav" 96000 0.06
mine=$(cat_song "LEAD VOX.wav")
says "one that was changed in the song" exits 0 "$ton" make "$work/stems" -o "$song"
rm "$work/stems/LEAD VOX.wav"
tone "$work/stems/LEAD VOX.wav" 96000 0.07
says "and was exported again" complains 0 'LEAD VOX.wav is not heard' "$ton" make "$work/stems" -o "$song"
says "stays as it was changed" test "$(cat_song "LEAD VOX.wav")" = "$mine"
mkdir "$work/stems/A"
cp "$work/stems/01 Kick.wav" "$work/again.wav"
mv "$work/stems/01 Kick.wav" "$work/stems/A"
tone "$work/stems/01 Kick.wav" 96000 0.04
was=$(cat_song "01 Kick.wav")
says "a recording under the name of another one" complains 0 'stems/01 Kick.wav is not in' "$ton" make "$work/stems" -o "$song"
says "does not replace it" test "$(cat_song "01 Kick.wav")" = "$was"
mkdir "$work/begun"
cp "$song"/out/release/*.flac "$work/whole.flac"
head -c 50000 "$work/whole.flac" >"$work/begun/Bass.flac"
says "a broken stem" complains 2 'export it again' "$ton" make "$work/begun" -o "$work/begun-song"
cp "$work/whole.flac" "$work/begun/Bass.flac"
"$ton" make "$work/begun" -o "$work/begun-song" >/dev/null 2>&1
says "is replaced by a whole one" test -s "$work/begun-song/out/release/SHA256SUMS"
mkdir -p "$work/own/stems"
tone "$work/own/stems/Bass.flac" 48000
own=$(cksum <"$work/own/stems/Bass.flac")
says "a file of one's own where a stem is to be" complains 2 'another file of that name is there' "$ton" new "$work/own" "$work/begun"
says "stays" test "$(cksum <"$work/own/stems/Bass.flac")" = "$own"

# What joins or leaves the folder of the recordings is told, what holds nothing is
# left out
mkdir "$work/few"
cp "$work/stems/02 Bass.wav" "$work/few/Bass.wav"
tone "$work/few/Vox.wav" 96000 0.09
tone "$work/few/Empty.wav" 0
: >"$work/few/Nothing.wav"
says "recordings without a sample" complains 3 'recordings without sound are not in the song; export them again: Empty.wav, Nothing.wav' "$ton" make "$work/few" -o "$work/few-song"
says "are named" grep -q 'left out: Empty.wav (holds no sound), Nothing.wav (holds no sound)' "$work/error"
says "the others are the song" said ': 2 stems, '
rm "$work/few/Empty.wav" "$work/few/Nothing.wav"
tone "$work/few/Silent.wav" 96000 0
says "a silent recording" exits 0 "$ton" make "$work/few" -o "$work/silent-song"
mv "$work/few/Vox.wav" "$work/Vox.wav"
says "a recording that is gone is told" complains 0 'few-song/stems/Vox.wav is heard, but its recording is not in .*few any more; .* take its track out of .*mix.yaml' "$ton" make "$work/few" -o "$work/few-song"
says "beside one that is new" grep -q 'Silent.wav is not in .*mix.yaml; give it a track' "$work/error"
cp "$work/Vox.wav" "$work/few/Voice.wav"
says "one that was renamed is not gone" sh -c "'$ton' make '$work/few' -o '$work/few-song' 2>&1 | grep 'any more'; test \$? = 1"

# What breaks off is named, with the second in which it does
mkdir "$work/cut"
cp "$work/stems/01 Kick.wav" "$work/cut/Kick.wav"
head -c 96044 "$work/stems/LEAD VOX.wav" >"$work/cut/Vox.wav"
says "a stem that breaks off: new" complains 0 'Vox.wav breaks off at 0:01.000' "$ton" new "$work/cut-new" "$work/cut"
says "make" complains 0 'Vox.wav breaks off at 0:01.000' "$ton" make "$work/cut" -o "$work/cut-song"
says "mix" complains 0 'Vox.wav breaks off at 0:01.000' "$ton" mix "$work/cut-song"
"$ton" check "$work/cut-song" >"$work/said" 2>"$work/error"
says "check of the song" grep -q 'Vox.wav breaks off at 0:01.000' "$work/error"
says "check of the file" exits 3 "$ton" check "$work/cut/Vox.wav"
says "says where" said 'red  *cut-off  *the file breaks off.* at 0:01.000'
exits 0 "$ton" master "$work/cut/Vox.wav" -o "$work/cut-master.wav"
says "master of the file" grep -q 'breaks off at' "$work/error"
exits 0 "$ton" apply "$work/cut/Vox.wav" "$work/cut-fx.wav" gain
says "apply" grep -q 'breaks off at' "$work/error"
exits 0 "$ton" compare "$work/cut/Vox.wav" "$work/cut/Kick.wav"
says "compare" grep -q 'breaks off at' "$work/error"
exits 0 "$ton" mix "$work/song"
says "a whole file is not" sh -c "! grep 'breaks off' '$work/error'"

# What is not as it should be is told, and ends with exit status 3
cp -r "$song" "$work/solo"
sed -i 's/^  02 Bass:/&\n    solo: true/' "$work/solo/mix.yaml"
says "a solo in a mix is told" complains 0 '02 Bass is on solo' "$ton" mix "$work/solo"
says "before the master" complains 0 '02 Bass is on solo' "$ton" master "$work/solo"
says "before the release" complains 0 '02 Bass is on solo' "$ton" release "$work/solo"
says "is a fault" exits 3 "$ton" check "$work/solo"
says "by its name" said 'red  *solo  *02 Bass is on solo'
says "is a fault for make, too" complains 3 'is not ready for mastering: [0-9] red lights* (.*solo)' "$ton" make "$work/stems" -o "$work/solo"
says "which says which" said 'red  *solo  *02 Bass is on solo'
says "without it" sh -c "sed -i '/solo: true/d' '$work/solo/mix.yaml' && '$ton' make '$work/stems' -o '$work/solo'"
sed -i 's/^  Mix:.*/  Mix: {mute: true}/' "$work/solo/mix.yaml"
says "a silent mix" complains 3 'the mix is silent' "$ton" mix "$work/solo"
says "an artist nobody has named is told" complains 0 'no artist is named' "$ton" release "$song"
sed -i 's/^artist:.*/artist: Anna/' "$song/release.yaml"
exits 0 "$ton" release "$song"
says "one that is named is not" sh -c "! grep 'artist' '$work/error'"
sed -i 's/^artist:.*/artist: "  "/' "$song/release.yaml"
says "a blank artist" complains 2 'release.yaml:[0-9]*:[0-9]*: artist: is blank' "$ton" release "$song"
sed -i 's/^artist:.*/artist: Anna/; s/^title:.*/title: ""/' "$song/release.yaml"
says "a blank title" complains 2 'title: is blank' "$ton" release "$song"

# The columns of a release stand below each other, whatever the letters
sed -i 's/^title:.*/title: Glühwürmchen 夜情/; s/^artist:.*/artist: Anna/' "$song/release.yaml"
says "a title with umlauts" exits 0 "$ton" release "$song"
says "stands in even columns" python3 - "$work/said" <<'END'
import sys, unicodedata
def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
lines = [l for l in open(sys.argv[1], encoding="utf8") if " MB " in l]
sys.exit(len(lines) < 3 or len({columns(l[:l.index(" MB ")]) for l in lines}) != 1)
END

# Nearer to a loud reference is not possible gently, now or later
"$ton" apply "$song/out/mix.wav" "$work/loud.wav" limiter:gain=24dB,ceiling=-1dB >/dev/null 2>&1
rm "$song"/master*
sed -i 's/^title:.*/title: Song/' "$song/release.yaml"
says "three masters of nothing" complains 2 'there is no such file, and no such song' "$ton" master "$work/nothing.wav" --candidates
says "a goal of the assistant's own" exits 0 "$ton" master "$song"
says "gives way to a reference that is too loud" complains 3 'LU short: to be as loud as the references' "$ton" master "$song" --reference "$work/loud.wav"
says "is too loud the second time" complains 3 'LU short: to be as loud as the references' "$ton" master "$song"
says "and its files are not good" complains 3 'master.wav: has .* LUFS instead of' "$ton" release "$song"
says "unless another loudness is asked for" exits 0 "$ton" master "$song" --loudness "-16 LUFS"
says "from then on" exits 0 "$ton" master "$song"
says "and beside a reference, which is told" prints 'stays at -16 LUFS as master.yaml says' "$ton" master "$song" --reference "$work/loud.wav"
says "its files are good, too" exits 0 "$ton" release "$song"

# A reason goes with the value that it explains
"$ton" master "$work/few-song" >/dev/null 2>&1
sed -i 's/^loudness: -14 LUFS/loudness: -18.5 LUFS/' "$work/few-song/master.yaml"
says "a loudness that was changed by hand" grep -q '^loudness: -18.5 LUFS *# Streaming' "$work/few-song/master.yaml"
says "is mastered to" exits 0 "$ton" master "$work/few-song"
says "and is not explained any more" grep -q '^loudness: -18.5 LUFS$' "$work/few-song/master.yaml"

# The master of a file does not take a name that somebody uses
(cd "$work" && mkdir here && cd here && cp "$song/out/mix.wav" "Night Drive.wav" && cp "$song/out/mix.wav" master.wav)
in_here() { (cd "$work/here" && "$@"); }
says "a master without a name" in_here exits 0 "$ton" master "Night Drive.wav"
says "is called after the file" test -s "$work/here/Night Drive (master).wav"
says "another master stays" cmp "$song/out/mix.wav" "$work/here/master.wav"
says "so does this one" in_here complains 2 'is there already; name the result with -o' "$ton" master "Night Drive.wav"
# An amplifier 2.5 ms behind the line, and upside down
mkdir "$work/apart"
python3 - "$work/apart" <<'END'
import math, random, struct, sys
random.seed(1)
x, y = [], 0.0
for i in range(288000):
    t = i % 24000 / 48000
    y += 0.06 * (random.uniform(-1, 1) - y)
    x.append(math.exp(-4 * t) * (y + 0.3 * math.sin(400 * t)))
for name, late, gain in (("Bass DI", 0, 0.5), ("Bass Amp", 120, -0.4)):
    data = b"".join(struct.pack("<f", gain * (x[i - late] if i >= late else 0)
                                + random.uniform(-1e-4, 1e-4))
                    for i in range(len(x)))
    with open("%s/%s.wav" % (sys.argv[1], name), "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt "
                + struct.pack("<IHHIIHH", 16, 3, 1, 48000, 192000, 4, 32)
                + b"data" + struct.pack("<I", len(data)) + data)
END
says "microphones apart" exits 0 "$ton" new "$work/bass" "$work/apart"
says "are brought together" grep -q '^    delay: 2.5[0-9]* ms  # delayed by 2.5 ms, so that it sounds together with Bass Amp' "$work/bass/mix.yaml"
says "with the polarity" grep -q '^    polarity: inverted  # polarity flipped: once' "$work/bass/mix.yaml"
cp "$work/bass/mix.yaml" "$work/bass.before"
says "once more" exits 0 "$ton" mix "$work/bass" --propose
says "they stay there" cmp "$work/bass.before" "$work/bass/mix.yaml"
exits 0 "$ton" make "$work/apart" -o "$work/bass"
says "which is told" said 'repaired  .*early arrival of Bass DI'
says "both of it" said 'repaired  .*polarity of Bass Amp'
says "a tempo without bars" said '^  time  *120 bpm; not sure where bars begin$'
sed -i 's/^tracks:/sections: {verse: 0 s, chorus: 3 s}\n&/' "$work/bass/mix.yaml"
says "and one that is written" prints '^  time  *120 bpm, 2 sections' "$ton" make "$work/apart" -o "$work/bass"

# Three masters side by side, and the texts stay
cp "$song/master.yaml" "$work/master.before"
says "candidates" prints '  integrated loudness  *-16.0[0-9]* *-11.[0-9]* *-9.[0-9]* LUFS' "$ton" master "$song" --candidates
says "have their price on each service" said '  YouTube  *0.0 *-3.0 *-5.0 dB'
says "and what the limiter does" said '  limiter, over 1 dB  *[0-9]* *[0-9]* *[0-9]* % of the time'
says "lie beside the master" test -s "$song/out/master (loud).wav"
says "without a change of the text" cmp "$work/master.before" "$song/master.yaml"
says "take no goal" complains 2 'loudness and files of its own' "$ton" master "$song" --candidates --loudness "-10 LUFS"
says "of a file lie here" in_here exits 0 "$ton" master "Night Drive.wav" --candidates
says "under its name" test -s "$work/here/Night Drive (balanced).wav"
says "which they do not take from another" in_here complains 2 'is there already' "$ton" master "Night Drive.wav" --candidates
says "a service that does not exist" in_here complains 2 'there is no platform "spotfy"; did you mean "Spotify"?' "$ton" master "Night Drive.wav" -o m.wav --simulate spotfy
says "is told before the work" test ! -e "$work/here/m.wav"
says "what services play" in_here prints '  SoundCloud  *plays it as it is: -1' "$ton" master "Night Drive.wav" -o m.wav --simulate spotify --simulate soundcloud
says "lies beside the master" test -s "$work/here/m (Spotify).wav" -a -s "$work/here/m (SoundCloud).wav"
says "unless it is named, and that is told" in_here complains 0 'Night Drive (master).wav was there already and has been replaced' "$ton" master "Night Drive.wav" -o "Night Drive (master).wav"
says "so do mix" in_here complains 0 'master.wav was there already and has been replaced' "$ton" mix "$song" -o master.wav
says "and apply" in_here complains 0 'master.wav was there already and has been replaced' "$ton" apply "Night Drive.wav" master.wav gain:gain=-1dB
says "a new file is not" in_here exits 0 "$ton" apply "Night Drive.wav" new.wav gain:gain=-1dB
says "told" test ! -s "$work/error"

# Messages that say what is wrong, and where
says "neither a file nor a song" complains 2 'nope.wav: there is no such file, and no such song' "$ton" master "$work/nope.wav"
rm "$song"/master*
says "a reference that is not there is blamed itself" complains 2 '^tonmeister: .*none.wav: ' "$ton" master "$song" --reference "$work/none.wav"
says "and nothing is begun" test ! -e "$song/master.yaml"
head -c 19244 "$work/stems/01 Kick.wav" >"$work/blip.wav"
says "a reference of 0.2 s" complains 2 'blip.wav: lasts 0.200 s' "$ton" master "$song" --reference "$work/blip.wav"
"$ton" apply "$work/stems/02 Bass.wav" "$work/soft.wav" gain:gain=-30dB gain:gain=-40dB >/dev/null 2>&1
says "a reference that is too soft" complains 2 'soft.wav: has -[0-9.]* LUFS where it is loudest' "$ton" master "$song" --reference "$work/soft.wav"
says "a role nobody knows is told" sh -c "sed -i 's/role: guitar solo/role: led vocal/' '$mix' && '$ton' mix '$song' 2>&1 | grep 'LEAD VOX has the role \"led vocal\", which is not known; did you mean \"lead vocal\"?'"
says "by check, too" sh -c "'$ton' check '$song' 2>&1 | grep 'which is not known'"
cp "$mix" "$work/mix.yaml"
sed -i '0,/file: .*/s//file: \/dev\/zero/' "$mix"
says "a device is no folder" complains 2 'is a device or a pipe; expected a file' "$ton" mix "$song"
cp "$work/mix.yaml" "$mix"
echo 'track: 11/10' >>"$song/release.yaml"
says "more tracks than there are" complains 2 'track: 11 of 10; the record has fewer tracks' "$ton" release "$song"
sed -i '/^track:/d' "$song/release.yaml"
says "help tells the word lengths" sh -c "'$ton' help release.yaml | grep 'Word length of WAV, FLAC and AIFF: 16 or 24'"
echo 'deliverables: [{cd: {bits: 20}}]' >>"$song/release.yaml"
says "of which 20 is none" complains 2 'bits: expected 16 or 24' "$ton" release "$song"
sed -i '/^deliverables:/d' "$song/release.yaml"
says "a word that is like no other has no near one" complains 2 'nothing is called "nope"; tonmeister help' "$ton" help nope

mkdir "$work/together" && cp "$work/stems/01 Kick.wav" "$work/together"
says "a song in the folder of its recordings" complains 2 'is the folder of the recordings' "$ton" make "$work/together" -o "$work/together/../together"
says "leaves the recordings alone" sh -c "test \"\$(ls '$work/together')\" = '01 Kick.wav'"

# A recording of a song is not written over, whoever names it
sum=$(sha256sum <"$song/stems/LEAD VOX.wav")
says "a master over a song's recording" complains 2 'is a recording of a song (.*) and would be destroyed' "$ton" master "$work/stems/02 Bass.wav" -o "$song/stems/LEAD VOX.wav"
says "an effect over a song's recording" complains 2 'is a recording of a song (.*) and would be destroyed' "$ton" apply "$work/stems/02 Bass.wav" "$song/stems/LEAD VOX.wav" gain:gain=-1dB
says "which is as it was" test "$sum" = "$(sha256sum <"$song/stems/LEAD VOX.wav")"
says "and is not called replaced" sh -c "'$ton' apply '$work/stems/02 Bass.wav' '$song/stems/LEAD VOX.wav' gain 2>&1 | grep replaced; test \$? = 1"

# Nor is any other file that a song is made of: by its own name it has an ending
# that is not written, by a link to it it is known all the same
cp -r "$work/few-song" "$work/kept"
kept=$work/kept
bass="$work/stems/02 Bass.wav"
"$ton" mix "$kept" -q >/dev/null 2>&1
"$ton" master "$kept" -q >/dev/null 2>&1
"$ton" release "$kept" -q >/dev/null 2>&1
cp "$bass" "$kept/reference.wav"
cp "$bass" "$kept/hall.wav"
sed -i 's/^references:.*//' "$kept/master.yaml"
echo 'references: [reference.wav]' >>"$kept/master.yaml"
cp "$kept/reference.wav" "$kept/cover.png"
echo 'cover: cover.png' >>"$kept/release.yaml"
mkdir "$kept/presets" && cp "$kept/mix.yaml" "$kept/presets/own.wav"
files="decisions.json master-decisions.json mix.yaml master.yaml release.yaml cover.png reference.wav presets/own.wav .tonmeister/made"
sums() { (cd "$kept" && sha256sum $files); }
sums >"$work/sums"
says "there is something to lose" test -s "$kept/decisions.json" -a -s "$kept/master-decisions.json"
for file in $files; do
  link="$work/to $(basename "$file").wav"
  ln -s "$kept/$file" "$link"
  says "mix over $file" complains 2 'the name must end in\|would be destroyed' "$ton" mix -q "$kept" -o "$kept/$file"
  says "and by a link" complains 2 'would be destroyed' "$ton" mix -q "$kept" -o "$link"
  says "master over $file" complains 2 'the name must end in\|would be destroyed' "$ton" master -q "$kept" -o "$kept/$file"
  says "the master of a file over it" complains 2 'would be destroyed' "$ton" master -q "$bass" -o "$link"
  says "apply over it" complains 2 'would be destroyed' "$ton" apply -q "$bass" "$link" gain
done
says "all files of the song are as they were" sh -c "cd '$kept' && sha256sum -c --quiet '$work/sums'"
says "what the song has made may be made again" exits 0 "$ton" apply -q "$bass" "$kept/out/mix.wav" gain
says "no sound under the name of a text" complains 2 'the name must end in .wav' "$ton" mix "$kept" -o "$work/new.json"
says "of a file neither" complains 2 'the name must end in .wav' "$ton" master "$bass" -o "$work/new.yaml"
says "nothing is written" test ! -e "$work/new.json" -a ! -e "$work/new.yaml"

# Folders of recordings are buses: no second one is made for the same tracks
mkdir -p "$work/folders/Beat" "$work/folders/Chor"
cp "$work/stems/01 Kick.wav" "$work/folders/Beat/Kick.wav"
cp "$work/stems/02 Bass.wav" "$work/folders/Beat/Snare.wav"
cp "$work/stems/LEAD VOX.wav" "$work/folders/Chor/BV 1.wav"
tone "$work/folders/Chor/BV 2.wav" 96000 0.11
exits 0 "$ton" new "$work/folder-song" "$work/folders"
says "folders are buses" sh -c "grep -q '^  Beat:' '$work/folder-song/mix.yaml' && grep -q '^  Chor:' '$work/folder-song/mix.yaml'"
says "and no bus is empty" sh -c "! grep -E '^  (Drums|Backing Vocals):|go through it' '$work/folder-song/mix.yaml'"

# The cache: made when needed, freed when asked, and no more than is needed
mkdir "$work/coded"
"$ton" apply "$work/stems/LEAD VOX.wav" "$work/coded/VOX.flac" gain:gain=-1dB >/dev/null
exits 0 "$ton" new --flat "$work/coded-song" "$work/coded"
cache=$work/coded-song/.tonmeister/stems
says "a coded stem" exits 0 "$ton" mix "$work/coded-song"
says "is decoded into the cache" sh -c "ls '$cache' | grep -q 'wav$'"
before=$(sha256sum <"$work/coded-song/out/mix.wav")
touch -d '2 hours ago' "$cache/old-48000.wav" && touch "$cache/young-48000.wav"
exits 0 "$ton" mix "$work/coded-song"
says "what no track needs is removed after an hour" sh -c "! test -e '$cache/old-48000.wav' && test -e '$cache/young-48000.wav'"
says "clean says how much there was" prints 'MB of decoded stems removed' "$ton" clean "$work/coded-song"
says "and nothing is left" sh -c "test -z \"\$(ls '$cache')\""
says "JSON of clean" prints '"bytes": 0' "$ton" clean "$work/coded-song" --json
says "the stem is decoded again" exits 0 "$ton" mix "$work/coded-song"
says "to the same bytes" test "$before" = "$(sha256sum <"$work/coded-song/out/mix.wav")"
says "clean of no song" complains 2 'no such song folder' "$ton" clean "$work/nowhere"

"$ton" apply "$work/stems/02 Bass.wav" "$work/rate.wav" gain:gain=-1dB >/dev/null
python3 - "$work/rate.wav" <<'END'
import struct, sys
with open(sys.argv[1], "r+b") as f:
    at = f.read(2000).index(b"fmt ") + 12
    f.seek(at)
    f.write(struct.pack("<I", 44100))
END
says "an answer on a closed output is not given" sh -c "'$ton' measure '$work/stems/02 Bass.wav' >&-; test \$? = 1"

# All that is wrong in a text is told at once, in the order it is read
printf 'tempo: 3\ntracks:\n  A:\n    fadr: 0 dB\n    mute: perhaps\n    file: stems/none.wav\n' >"$work/solo/mix.yaml"
says "a fault at the top" complains 2 'mix.yaml:1:8: tempo: 3 is out of range' "$ton" mix "$work/solo"
sed -i 's/^tempo: 3/tempo: 120/' "$work/solo/mix.yaml"
printf '  B:\n    fader: -3 dBX\n' >>"$work/solo/mix.yaml"
says "the first of many faults" complains 2 'mix.yaml:4:5: "fadr" is not a key of track "A"' "$ton" mix "$work/solo"
faults() { sed -n 's/.*mix.yaml:\([0-9:]*\) .*/\1/p' "$work/error" | tr '\n' ' '; }
says "and the others" test "$(faults)" = '4:5: 5:11: 8:12: '
says "for programs, too" sh -c "'$ton' mix '$work/solo' --json 2>/dev/null | python3 -c 'import json, sys; e = json.load(sys.stdin)[\"error\"]; sys.exit([m.split(\"yaml:\")[1][:5] for m in e[\"more\"]] != [\"5:11:\", \"8:12:\"])'"
sed -i 's/fadr: 0 dB/fader:-3 dB/' "$work/solo/mix.yaml"
says "a colon without a space behind it" complains 2 'mix.yaml:5:9: .*write a space behind the colon above' "$ton" mix "$work/solo"
printf 'tracks:\n  A:\n    fader:-3 dB\n' >"$work/solo/mix.yaml"
says "a colon without a space in a line alone" complains 2 'write a space behind the colon' "$ton" mix "$work/solo"
far=$(printf '%300s' '' | tr ' ' x)
printf "tracks: {A: {file: '$far', fadr: 0 dB}}\n" >"$work/solo/mix.yaml"
says "a fault at the end of a long line" complains 2 'mix.yaml:1:324: "fadr"' "$ton" mix "$work/solo"
at=$(sed -n 's/^\( *\)^$/\1/p' "$work/error" | head -n 1 | tr ' ' .)
says "has its caret below it" grep -q "^${at}fadr: 0 dB" "$work/error"
printf 'tracks:\n  A:\n    volume: -3 dB\n' >"$work/solo/mix.yaml"
says "the word of other programs" complains 2 '"volume" is not a key of track "A"; did you mean "fader"' "$ton" mix "$work/solo"
echo 'year: 2026' >>"$song/release.yaml"
says "a year is a date" complains 2 '"year" is not a key of release.yaml; did you mean "date"' "$ton" release "$song"
sed -i '/^year:/d' "$song/release.yaml"
says "a recorded space that names no recording" complains 0 'convolution does nothing without a file; name one as "impulse"' "$ton" apply "$work/stems/02 Bass.wav" "$work/echo.wav" convolution
says "check of a folder that is no song" complains 2 'is no song: it holds no mix.yaml' "$ton" check "$work/stems"
says "a codec without the rate" complains 2 'OPUS cannot have 44.1 kHz; it can have 48, 24, 16, 12, 8 kHz' "$ton" apply "$work/rate.wav" "$work/rate.opus" gain
says "a note is no time" complains 2 '"1/8" is a note' "$ton" apply "$work/stems/02 Bass.wav" "$work/echo.wav" delay:time=1/8

cp -r "$(dirname "$0")/../../data" "$work/data"
echo 'roles: [' >"$work/data/roles.yaml"
TONMEISTER_DATA=$work/data "$ton" help "lead vocal" >/dev/null 2>"$work/error"
says "a data file with a fault is told once" test "$(grep -c '^tonmeister: .*roles.yaml' "$work/error")" = 1

# What a stranger looks for
helps() { words=$1; shift; "$ton" help "$@" | tr '\n' ' ' | grep -q "$words"; }
says "the bands of a preset can be copied" sh -c "test \$('$ton' help 'hum 50 Hz' | grep -c '^  - notch: ') = 4"
says "help of make says where title, artist and cover come from" helps 'Title, artist and cover stand in SONG/release.yaml' make
says "help of release, too" helps 'a cover.jpg or cover.png in the folder is the cover' release
says "help of mix.yaml shows automation" helps 'such as curves of times and values: {fader: \[\["0:51.4", -3 dB\], ' mix.yaml
says "for programs, too" sh -c "'$ton' help mix.yaml --json | grep -q '\"example\": \"curves'"
bands=$work/bands.wav
says "crossovers in the wrong order are told" complains 0 'bands.wav: multiband: crossover-2 is 300 Hz and works at 1.26 kHz' "$ton" apply "$bass" "$bands" multiband:bands=3,crossover-1=1kHz,crossover-2=300Hz
says "of the imager, too" complains 0 'imager: crossover-2 is 150 Hz and works at 252 Hz' "$ton" apply "$bass" "$bands" imager:bands=3,crossover-1=200Hz,crossover-2=150Hz
says "not those that split no band" sh -c "'$ton' apply '$bass' '$bands' multiband:bands=2,crossover-1=1kHz,crossover-2=300Hz 2>&1 | grep crossover; test \$? = 1"
says "nor those in order" sh -c "'$ton' apply '$bass' '$bands' multiband:bands=4 2>&1 | grep crossover; test \$? = 1"
says "a result that is longer is told" complains 0 'bands.wav is [0-9.]* s longer than' "$ton" apply "$bass" "$bands" delay:time=500ms,feedback=50%
says "one of the same length is not" sh -c "'$ton' apply '$bass' '$bands' gain 2>&1 | grep longer; test \$? = 1"
mkdir "$work/hall"
printf 'tracks:\n  A:\n    file: ../stems/02 Bass.wav\n    chain: [convolution: {impulse: hall.wav}]\n' >"$work/hall/mix.yaml"
printf 'no sound' >"$work/hall/hall.wav"
says "a file of a processor that is no sound" complains 2 'mix.yaml:4:36: .*hall.wav' "$ton" mix "$work/hall"
says "is shown in its line of the text" grep -q '^ *chain: \[convolution: {impulse: hall.wav}\]' "$work/error"
says "with a caret below" grep -q '^ *^$' "$work/error"
ln -f "$song/stems/LEAD VOX.wav" "$work/hard.wav"
ln -sf "$song/stems/LEAD VOX.wav" "$work/soft.wav"
sentence='is a recording of a song (.*LEAD VOX.wav) and would be destroyed; choose another name for the result'
says "a hard link to a recording" complains 2 "hard.wav: $sentence" "$ton" mix "$song" -o "$work/hard.wav"
says "and a symbolic one: one sentence" complains 2 "soft.wav: $sentence" "$ton" apply "$bass" "$work/soft.wav" gain

echo "1..$n"
exit $failed
