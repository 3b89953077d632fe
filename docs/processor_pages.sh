#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# docs/processors.md and its pictures are those of the program.
# usage: processor_pages.sh PROGRAM DOCS
set -eu
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$1" "$made"
if diff -r "$made/processors" "$2/processors" &&
   diff "$made/processors.md" "$2/processors.md"; then
  exit 0
fi
echo "docs/processors.md is out of date: ninja -C build docs/processor_pages &&"
echo "build/docs/processor_pages docs"
exit 1
