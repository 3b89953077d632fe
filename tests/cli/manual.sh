#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# manual PROGRAM: the manual page and the completions know every verb, option
# and processor.  TAP.
set -u
ton=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
failed=0

says() {
  n=$((n + 1))
  local what=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok $n - $what"
  else
    failed=1
    sed 's/^/# /' "$work/out" | head -n 12
    echo "not ok $n - $what"
  fi
}

# each WORD of a list stands in a file
all_in() {
  local file=$1 word missing=0
  while read -r word; do
    grep -qF -e "$word" "$file" || { echo "missing: $word"; missing=1; }
  done
  return $missing
}

verbs=$("$ton" help | sed -n 's/^  \([a-z]*\)  *[A-Z[].*/\1/p')
processors=$("$ton" help all --json | sed -n 's/^ *"id": "\(.*\)",$/\1/p' | tr '\n' ' ')
options=$("$ton" help all | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' | sort -u)

"$ton" help --man >"$work/raw"
sed 's/\\-/-/g' "$work/raw" >"$work/page"
says "there are verbs to look for" test "$(echo "$verbs" | wc -l)" -ge 10
says "there are options to look for" test "$(echo "$options" | wc -l)" -ge 10
says "the manual has every verb" all_in "$work/page" \
  < <(echo "$verbs" | sed 's/^/.SS tonmeister /')
says "the manual has every option" all_in "$work/page" <<<"$options"
says "the manual has every processor" all_in "$work/page" \
  < <(tr ' ' '\n' <<<"$processors" | sed 's/^/.SS /')
if command -v mandoc >/dev/null; then
  says "mandoc finds no error" sh -c "! mandoc -T lint -W warning '$work/raw'"
elif command -v groff >/dev/null; then
  says "groff finds no error" sh -c "! groff -man -ww -z '$work/raw' 2>&1 | grep ."
else
  n=$((n + 1))
  echo "ok $n - the manual as roff # SKIP neither mandoc nor groff is here"
fi

# offers WORDS: what bash would complete for them
offers() {
  COMP_WORDS=(tonmeister "$@")
  COMP_CWORD=$(($# ))
  _tonmeister
  # a word that is two things is offered once
  printf '%s\n' "${COMPREPLY[@]}" | sort -u | paste -sd ' ' -
}
"$ton" help --completion bash >"$work/bash"
. "$work/bash"
says "bash: verbs" test "$(offers ma)" = "make master"
says "bash: options of a verb" test "$(offers mix song --st)" = "--stems"
says "bash: common options too" test "$(offers mix song --th)" = "--threads"
says "bash: help knows processors" test "$(offers help limite)" = "limiter"
says "bash: help knows presets" test "$(offers help 'vocal pl')" = "vocal plate"
says "bash: help knows words" test "$(offers help LUF)" = "LUFS"
says "bash: targets" test "$(offers master song --target spot)" = "spotify"
says "bash: shells" test "$(offers help --completion z)" = "zsh"
says "bash: depths" test "$(offers mix song --depth 2)" = "24"
says "bash: bands of apply" test "$(offers apply in.wav out.wav highp)" = "highpass:"
says "bash: nothing for a number" test -z "$(offers mix song --threads '')"
says "bash: another verb's option is not in the way" test "$(offers measure --target "$work/raw")" = "$work/raw"
touch "$work/song.wav"
says "bash: files" test "$(offers measure "$work/so")" = "$work/song.wav"
"$ton" help --completion fish >"$work/fish"
says "fish: every verb" all_in "$work/fish" < <(echo "$verbs" | sed 's/^/-a /')
"$ton" help --completion zsh >"$work/zsh"
says "fish: targets" grep -q -- "from master' -l target .*'spotify'" "$work/fish"
says "zsh: for tonmeister" grep -q '^#compdef tonmeister' "$work/zsh"
says "no such shell" sh -c "! '$ton' help --completion tcsh"
echo "1..$n"
exit $failed
