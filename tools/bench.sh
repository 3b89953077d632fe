#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# bench BUILD [STEREO.wav]: ratios against named peers, measured in one run.
# Without a file the demo song's master is measured.
set -eu
build=$1
"$(dirname "$0")/peers.sh"
file=${2:-demo/out/song/out/master.wav}
if [ ! -f "$file" ]; then
  "$(dirname "$0")/demo.sh" "$build"
fi
"$build/bench/bench_measure" "$file"
"$build/bench/bench_processors"
if [ -x "$build/bench/bench_peers" ]; then
  "$build/bench/bench_peers"
else
  echo "No plug-ins beside ours: built without lilv-0"
fi
"$(dirname "$0")/../bench/mix.sh" "$build"
"$(dirname "$0")/../bench/master.sh" "$build"
