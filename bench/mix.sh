#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# mix BUILD [SECONDS]: many stems into one 24-bit WAV, beside the programs
# people do it with: the bare sum; then a mix, each stem with a high-pass, four
# bands, a compressor, pan, fader and two sends, four buses with compressors
# and two reverbs; then the way from stems to files.  The ratio is CPU time to
# the first row's.  A peer that is not installed says so.
set -eu
build=$1
seconds=${2:-240}
work=$(mktemp -d "$build/bench-mix.XXXXXX")
work=$(cd "$work" && pwd)
trap 'rm -rf "$work"' EXIT
beside=$build/bench/beside
ton=$build/tonmeister
ours=

# row NAME PEER? COMMAND...: one line of the table; best CPU time of two runs
row() {
  name=$1
  shift
  if ! command -v "$1" >/dev/null; then
    printf '  %-34s not installed\n' "$name"
    return
  fi
  best=
  for again in 1 2; do
    rm -f "$work/out.wav"
    took=$("$beside" "$@") || { printf '  %-34s failed\n' "$name"; return; }
    best=$(printf '%s\n%s\n' "$best" "$took" | grep . | sort -k2 -g | head -n 1)
  done
  set -- $best
  [ -n "$ours" ] || ours=$2
  lufs=
  if [ -f "$work/out.wav" ]; then
    lufs=$("$ton" measure "$work/out.wav" |
      awk '/^ *integrated/ { print $3 " LUFS" }')
    rm -f "$work/out.wav"
  fi
  ratio=$(awk "BEGIN { printf \"%.1f\", $2 / $ours }")
  printf '  %-34s %7.2f s %7.2f CPU-s %6.0f MB %7sx  %s\n' \
    "$name" "$1" "$2" "$3" "$ratio" "$lufs"
}

# row() for a song made anew each time
make_row() {
  name=$1
  shift
  rm -rf "$work/made"
  took=$("$beside" "$@") || { printf '  %-34s failed\n' "$name"; return; }
  set -- $took
  [ -n "$ours" ] || ours=$2
  ratio=$(awk "BEGIN { printf \"%.1f\", $2 / $ours }")
  printf '  %-34s %7.2f s %7.2f CPU-s %6.0f MB %7sx\n' "$name" "$1" "$2" "$3" "$ratio"
}

# The same work in four languages.  Stem i is mono when even. ---------------

pan() { echo $((($1 * 7) % 61 - 30)); }
bus() { echo $((($1 - 1) % 4 + 1)); }

our_text() {
  echo "song: bench"
  echo "rate: 48 kHz"
  echo "tracks:"
  for i in $(seq "$1"); do
    p=$(pan "$i")
    [ "$p" -lt 0 ] && p=L$((-p)) || p=R$p
    cat <<TEXT
  T$i:
    file: $work/s$i.wav
    chain:
      - equaliser:
          - highpass: {at: $((60 + i)) Hz, slope: 12 dB/oct}
          - bell: {at: $((200 + 10 * i)) Hz, gain: -2 dB, q: 1}
          - bell: {at: $((800 + 10 * i)) Hz, gain: 1.5 dB, q: 1}
          - bell: {at: $((3000 + 30 * i)) Hz, gain: 2 dB, q: 1}
          - high-shelf: {at: 9 kHz, gain: 1 dB}
      - compressor: {threshold: -24 dB, ratio: 3:1, attack: 8 ms, release: 120 ms}
    pan: $p
    fader: -24 dB
    to: B$(bus "$i")
    sends: {Plate: -14 dB, Room: -18 dB}
TEXT
  done
  echo "buses:"
  for b in 1 2 3 4; do
    echo "  B$b: {to: Mix, chain: [{compressor: {threshold: -18 dB, ratio: 2:1}}]}"
  done
  echo "  Plate: {to: Mix, chain: [{reverb: {type: plate, decay: 1.6 s}}]}"
  echo "  Room: {to: Mix, chain: [{reverb: {type: room, decay: 0.6 s}}]}"
  echo "  Mix: {}"
}

flat_text() {
  echo "song: flat"
  echo "rate: 48 kHz"
  echo "tracks:"
  for i in $(seq "$1"); do
    printf '  T%s: {file: %s/s%s.wav, pan-law: balance, fader: -24 dB}\n' \
      "$i" "$work" "$i"
  done
  echo "buses:"
  echo "  Mix: {}"
}

ecasound_mix() {
  set -- "$1" ecasound -q -b:1024 -z:mixmode,sum -f:s24_le,2,48000
  n=$1
  shift
  for i in $(seq "$n"); do
    [ $((i % 2)) = 0 ] && c=sc4m || c=sc4
    set -- "$@" -a:t"$i" -i:"$work/s$i.wav" -efh:$((60 + i)) \
      -el:Eq4p,1,$((200 + 10 * i)),0.3,-2,1,$((800 + 10 * i)),0.3,1.5,1,$((3000 + 30 * i)),0.3,2,2,9000,0.3,1 \
      -el:$c,0,8,120,-24,3,3.25,0
    [ $((i % 2)) = 0 ] && set -- "$@" -chcopy:1,2
    set -- "$@" -epp:$((50 + $(pan "$i"))) -ea:6.3 -o:loop,"$i"
    set -- "$@" -a:b"$i",p"$i",r"$i" -i:loop,"$i" -a:p"$i" -ea:20 -a:r"$i" -ea:12.6
  done
  all=plate,room
  for b in 1 2 3 4; do
    set -- "$@" -a:"$(seq "$b" 4 "$n" | awk -v b="$b" '{ printf s "b" $1; s = "," }')" \
      -o:loop,10$b -a:bus$b -i:loop,10$b -el:sc4,0,10,100,-18,2,3.25,0
    all=$all,bus$b
  done
  set -- "$@" -a:"$(seq "$n" | awk '{ printf s "p" $1; s = "," }')" -o:loop,105
  set -- "$@" -a:"$(seq "$n" | awk '{ printf s "r" $1; s = "," }')" -o:loop,106
  set -- "$@" -a:plate -i:loop,105 -el:PlateX2,0.5,0.5,0.5,1
  set -- "$@" -a:room -i:loop,106 -el:PlateX2,0.5,0.2,0.5,1
  set -- "$@" -a:"$all" -o:"$work/out.wav"
  echo "exec $*" >"$work/ecasound.sh"
  row "ecasound, LADSPA (1 thread)" "$@"
}

ffmpeg_mix() {
  n=$1
  graph=
  set -- ffmpeg -v error -y -nostdin -filter_complex_threads 1
  for i in $(seq "$n"); do
    set -- "$@" -i "$work/s$i.wav"
    l=$(awk "BEGIN { printf \"%.4f\", 0.063 * cos((50 + $(pan "$i")) / 100 * 1.5708) }")
    r=$(awk "BEGIN { printf \"%.4f\", 0.063 * sin((50 + $(pan "$i")) / 100 * 1.5708) }")
    right=c1
    [ $((i % 2)) = 0 ] && right=c0
    graph="$graph[$((i - 1)):a]aformat=flt,highpass=f=$((60 + i)),\
equalizer=f=$((200 + 10 * i)):t=q:w=1:g=-2,equalizer=f=$((800 + 10 * i)):t=q:w=1:g=1.5,\
equalizer=f=$((3000 + 30 * i)):t=q:w=1:g=2,highshelf=f=9000:g=1,\
acompressor=threshold=-24dB:ratio=3:attack=8:release=120,\
pan=stereo|c0=$l*c0|c1=$r*$right,asplit=3[b$i][p$i][r$i];"
  done
  for b in 1 2 3 4; do
    ins=
    k=0
    for i in $(seq "$n"); do
      [ "$(bus "$i")" = $b ] && ins="$ins[b$i]" && k=$((k + 1))
    done
    graph="$graph${ins}amix=inputs=$k:normalize=0,acompressor=threshold=-18dB:ratio=2[B$b];"
  done
  plate=
  room=
  for i in $(seq "$n"); do
    plate="$plate[p$i]"
    room="$room[r$i]"
  done
  graph="$graph${plate}amix=inputs=$n:normalize=0,volume=-14dB,ladspa=caps:PlateX2:c=0.5|0.5|0.5|1[P];"
  graph="$graph${room}amix=inputs=$n:normalize=0,volume=-18dB,ladspa=caps:PlateX2:c=0.5|0.2|0.5|1[R];"
  graph="$graph[B1][B2][B3][B4][P][R]amix=inputs=6:normalize=0[out]"
  row "ffmpeg (1 filter thread)" "$@" -filter_complex "$graph" -map '[out]' \
    -c:a pcm_s24le "$work/out.wav"
}

csound_mix() {
  n=$1
  {
    cat <<TEXT
<CsoundSynthesizer>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 2
0dbfs = 1
gaB[] init 8
gaPL, gaPR, gaRL, gaRR init 0
opcode strip, a, ai
  a1, i1 xin
  a1 butterhp a1, 60 + i1
  a1 pareq a1, 200 + 10 * i1, 0.794, 1
  a1 pareq a1, 800 + 10 * i1, 1.189, 1
  a1 pareq a1, 3000 + 30 * i1, 1.259, 1
  a1 pareq a1, 9000, 1.122, 0.707, 2
  a1 dam a1, 0.063, 0.333, 1, 0.008, 0.12
  xout a1
endop
instr 1
  Sfile sprintf "$work/s%d.wav", p4
  if filenchnls(Sfile) == 1 then
    a1 diskin2 Sfile
    a1 strip a1, p4
    aL, aR pan2 a1 * 0.063, p5
  else
    aL, aR diskin2 Sfile
    aL strip aL, p4
    aR strip aR, p4
    aL = aL * 0.063 * cos(p5 * 1.5708)
    aR = aR * 0.063 * sin(p5 * 1.5708)
  endif
  gaB[2 * p6] = gaB[2 * p6] + aL
  gaB[2 * p6 + 1] = gaB[2 * p6 + 1] + aR
  gaPL += aL * 0.2
  gaPR += aR * 0.2
  gaRL += aL * 0.126
  gaRR += aR * 0.126
endin
instr 2
  aL, aR reverbsc gaPL, gaPR, 0.75, 9000
  aL2, aR2 reverbsc gaRL, gaRR, 0.5, 9000
TEXT
    for b in 0 1 2 3; do
      cat <<TEXT
  aBusL$b dam gaB[$((2 * b))], 0.126, 0.5, 1, 0.01, 0.1
  aBusR$b dam gaB[$((2 * b + 1))], 0.126, 0.5, 1, 0.01, 0.1
TEXT
    done
    cat <<TEXT
  outs aL + aL2 + aBusL0 + aBusL1 + aBusL2 + aBusL3, aR + aR2 + aBusR0 + aBusR1 + aBusR2 + aBusR3
  gaPL = 0
  gaPR = 0
  gaRL = 0
  gaRR = 0
  gaB[0] = 0
  gaB[1] = 0
  gaB[2] = 0
  gaB[3] = 0
  gaB[4] = 0
  gaB[5] = 0
  gaB[6] = 0
  gaB[7] = 0
endin
</CsInstruments>
<CsScore>
TEXT
    for i in $(seq "$n"); do
      echo "i1 0 $seconds $i $(awk "BEGIN { print (50 + $(pan "$i")) / 100 }") $(($(bus "$i") - 1))"
    done
    echo "i2 0 $seconds"
    echo "</CsScore>"
    echo "</CsoundSynthesizer>"
  } >"$work/mix.csd"
  row "csound (1 thread)" csound -d -m0 -3 -W -o "$work/out.wav" "$work/mix.csd"
}

ecasound_sum() {
  n=$1
  set -- ecasound -q -b:1024 -z:mixmode,sum -f:s24_le,2,48000
  for i in $(seq "$n"); do
    set -- "$@" -a:t"$i" -i:"$work/s$i.wav"
    [ $((i % 2)) = 0 ] && set -- "$@" -chcopy:1,2
    set -- "$@" -ea:6.3
  done
  row "ecasound" "$@" -a:all -o:"$work/out.wav"
}

sox_sum() {
  n=$1
  set -- sox --single-threaded -m
  for i in $(seq "$n"); do
    set -- "$@" -v 0.063 "$work/s$i.wav"
  done
  row "SoX" "$@" -b 24 "$work/out.wav"
}

mix() {
  ours=
  mkdir -p "$work/song"
  our_text "$1" >"$work/song/mix.yaml"
  echo
  echo "Mix of $1 stems of $seconds s: equaliser, compressor, two sends; 4 buses, 2 reverbs"
  set -- "$1" "$ton" mix "$work/song" --depth 24 -o "$work/out.wav"
  n=$1
  shift
  row "tonmeister, 1 thread" "$@" --threads 1
  row "tonmeister, all cores" "$@"
  row "tonmeister, no lanes, 1 thread" "$@" --one-strip --threads 1
  ecasound_mix "$n"
  csound_mix "$n"
  ffmpeg_mix "$n"
}

sum() {
  ours=
  mkdir -p "$work/flat"
  flat_text "$1" >"$work/flat/mix.yaml"
  echo
  echo "Plain sum of $1 stems of $seconds s"
  row "tonmeister, 1 thread" "$ton" mix "$work/flat" --depth 24 \
    -o "$work/out.wav" --threads 1
  ecasound_sum "$1"
  sox_sum "$1"
}

# The glue people use: a mix, its loudness in two passes, three files
glue() {
  cat <<'TEXT'
set -e
sh "$1/ecasound.sh"
cd "$1"
said=$(ffmpeg -nostdin -hide_banner -i out.wav \
  -af loudnorm=I=-14:TP=-1:LRA=20:print_format=json -f null - 2>&1)
of() { printf '%s' "$said" | awk -F'"' -v k="$1" '$2 == k { print $4 }'; }
mkdir -p made
ffmpeg -v error -y -nostdin -i out.wav -af "loudnorm=I=-14:TP=-1:LRA=20:\
measured_I=$(of input_i):measured_TP=$(of input_tp):\
measured_LRA=$(of input_lra):measured_thresh=$(of input_thresh):\
offset=$(of target_offset)" -ar 48000 -c:a pcm_s24le made/master.wav
ffmpeg -v error -y -nostdin -i made/master.wav made/master.flac
ffmpeg -v error -y -nostdin -i made/master.wav -ar 44100 -c:a pcm_s16le \
  -af aresample=resampler=soxr:dither_method=triangular made/cd.wav
ffmpeg -v error -y -nostdin -i made/master.wav -b:a 320k made/master.mp3
sha256sum made/* >made/SHA256SUMS
TEXT
}

whole() {
  ours=
  echo
  echo "Whole: $1 stems to a mix, a master, WAV 24 and 16, FLAC, MP3"
  mkdir "$work/stems"
  for i in $(seq "$1"); do
    ln "$work/s$i.wav" "$work/stems/"
  done
  make_row "tonmeister make, all cores" "$ton" make "$work/stems" -o "$work/made"
  glue >"$work/glue.sh"
  make_row "ecasound, ffmpeg loudnorm, encoders" sh "$work/glue.sh" "$work"
}

"$build/bench/stems" "$work" 24 "$seconds"
sum 24
mix 24
whole 24
for i in $(seq 25 64); do
  j=$((i % 24))
  [ $j != 0 ] || j=24
  ln "$work/s$j.wav" "$work/s$i.wav"
done
mix 64
