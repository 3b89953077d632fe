#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# setup [PACKAGE...]: install what is missing, these too, and say what.
# Debian 12.
set -eu

packages="gcc g++ clang clang-format clang-tidy meson ninja-build pkg-config
  libsndfile1-dev libogg-dev libavformat-dev libavcodec-dev libavutil-dev
  libswresample-dev libtag1-dev libjpeg62-turbo-dev libpng-dev libyaml-dev libfftw3-dev libsoxr-dev
  libjansson-dev libutf8proc-dev libxxhash-dev nettle-dev libcmocka-dev libebur128-dev
  liblilv-dev lv2-dev libwebsockets-dev
  libfluidsynth-dev fluid-soundfont-gm espeak-ng libespeak-ng-dev
  libclang-rt-14-dev mold $*"

missing=""
for package in $packages; do
  if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
      grep -q 'install ok installed'; then
    missing="$missing $package"
  fi
done
[ -n "$missing" ] || exit 0

echo "setup: installing$missing"
run=""
if [ "$(id -u)" != 0 ]; then
  run="sudo"
fi
$run apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq \
  --no-install-recommends $missing >/dev/null
