#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Perform the demo song, take it from stems to release, say where it is.
set -eu
build=$1
out=demo/out
rm -rf "$out"
mkdir -p "$out/stems"
if [ ! -x "$build/demo/perform" ]; then
  echo "demo: the performer was not built; libfluidsynth-dev is missing" >&2
  exit 1
fi
echo "performing the song"
"$build/demo/perform" demo/song.yaml "$out/stems"
mkdir -p "$out/song"
cp demo/release.yaml demo/cover.png "$out/song/"
"$build/tonmeister" make "$out/stems" -o "$out/song"
echo
echo "stems     $out/stems"
echo "texts     $out/song/mix.yaml master.yaml release.yaml"
echo "reasons   $out/song/decisions.json master-decisions.json"
echo "release   $out/song/out/release"
