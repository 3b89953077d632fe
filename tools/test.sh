#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# test [--long]: gcc with warnings as errors, clang with the address and
# undefined-behaviour sanitizers, gcc with the thread sanitizer.
# --long adds what takes minutes, clang-tidy among it (`make lint` runs it, too).
set -u
long=${1:-}
failed=0

summary=$(mktemp)
trap 'rm -f "$summary"' EXIT

# run NAME COMMAND...: a meson test run whose counts are added up
run() {
  name=$1
  shift
  echo "== $name"
  if ! "$@" >"$summary.$name" 2>&1; then
    failed=1
    tail -n 60 "$summary.$name"
  fi
  grep -E '^(Ok|Expected Fail|Fail|Unexpected Pass|Skipped|Timeout):' \
    "$summary.$name" | tee -a "$summary"
  rm -f "$summary.$name"
}

# mold links the ninety programs of a build in a fifth of the usual time
export CC_LD=mold CXX_LD=mold

# configure FOLDER OPTIONS...
configure() {
  folder=$1
  shift
  [ -f "$folder/build.ninja" ] ||
    meson setup "$folder" "$@" >"$folder.log" 2>&1 ||
    { tail -n 20 "$folder.log"; exit 1; }
  rm -f "$folder.log"
}

# A compiler takes a fifth of its time for what debuggers read; the address
# sanitizer names lines
CC=gcc CXX=g++ configure build -Dwerror=true -Ddebug=false
ninja -C build >build.log 2>&1 ||
  { grep -E 'error|FAILED' -A 5 build.log | head -n 60; exit 1; }
rm -f build.log
fast="--no-suite tidy --no-suite long"
[ -z "$long" ] || fast="--no-suite tidy"
# shellcheck disable=SC2086
run gcc meson test -C build $fast --print-errorlogs

[ -z "$long" ] || run tidy meson test -C build --suite tidy --print-errorlogs

# The others build what the tests they run need
CC=clang CXX=clang++ configure build-asan -Dwerror=true \
  -Db_sanitize=address,undefined -Db_lundef=false -Dbench=disabled \
  -Ddebug=false -Dc_args=-g1 -Dcpp_args=-g1
ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
  TON_TEST_SHORT=1 run clang-asan-ubsan meson test -C build-asan --no-suite slow \
  --no-suite lint --no-suite figures --no-suite once --timeout-multiplier 5 --print-errorlogs

CC=gcc CXX=g++ configure build-tsan -Db_sanitize=thread -Db_lundef=false \
  -Dbench=disabled -Ddebug=false
TON_OTHERS="$PWD/build/tonmeister $PWD/build-asan/tonmeister" \
  run gcc-tsan meson test -C build-tsan --suite threads \
  --timeout-multiplier 5 --print-errorlogs

sum() {
  awk -v key="$1:" '{ line = $0; sub(/:.*/, ":", line) }
    line == key { n += $NF } END { print n + 0 }' "$summary"
}
echo "$(sum Ok) passed, $(($(sum Fail) + $(sum Timeout) + \
  $(sum 'Unexpected Pass'))) failed, $(sum Skipped) skipped"
exit $failed
