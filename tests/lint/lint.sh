#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint WHAT ROOT: one check over the whole tree, TAP on stdout.
#   format   every C file as .clang-format has it
#   layers   a folder includes only what stands to its left
#   alone    every header compiles by itself
#   licence  every source begins with its SPDX line
set -u
what=$1
root=$2
cd "$root" || exit 1
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

sources() {
  find include src tests bench demo -name '*.[ch]' | sort
}

# folder: what it may include besides itself, the design's table
allowed() {
  case $1 in
    base) echo "base" ;;
    dsp) echo "base dsp" ;;
    processors | files) echo "base dsp $1" ;;
    analysis) echo "base dsp analysis" ;;
    engine) echo "base dsp processors engine" ;;
    session) echo "base dsp processors session" ;;
    assistants) echo "base dsp analysis session assistants" ;;
    delivery | report) echo "base dsp analysis files session $1" ;;
    song) echo "base dsp analysis files engine processors session \
      assistants delivery report song" ;;
    cli) echo "base song cli" ;;
  esac
}

check_layers() {
  for file in $(find src -name '*.[ch]' -o -name '*.cpp' | sort); do
    folder=$(echo "$file" | cut -d/ -f2)
    may=" $(allowed "$folder" | tr -s ' \n' ' ') "
    sed -n 's/^ *# *include "\([a-z_]*\)\/.*/\1/p' "$file" | sort -u |
      while read -r used; do
        case "$may" in
          *" $used "*) ;;
          *) echo "$file includes from $used" ;;
        esac
      done
  done
}

check_format() {
  sources | xargs clang-format --dry-run --Werror 2>&1 | grep 'error:'
}

check_alone() {
  for header in $(find include src -name '*.h' | sort); do
    if ! gcc -std=c17 -fsyntax-only -D_GNU_SOURCE -Iinclude -Isrc -Wno-psabi \
        -x c "$header" 2>"$bad.one"; then
      echo "$header: $(head -n 1 "$bad.one")"
    fi
  done
  rm -f "$bad.one"
}

check_licence() {
  { sources; find src tests bench demo data docs -name 'meson.build' -o \
    -name '*.yaml' -path '*data*' -o -name '*.cpp'; find tools -type f; } |
    sort -u | while read -r file; do
      head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
        echo "$file has no SPDX line"
    done
}

"check_$what" >"$bad"
echo "1..1"
if [ -s "$bad" ]; then
  sed 's/^/# /' "$bad"
  echo "not ok 1 - $what"
  exit 1
fi
echo "ok 1 - $what"
