#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# peers: install the programs and plug-ins that ours are compared with.
exec "$(dirname "$0")/setup.sh" ecasound ffmpeg sox csound caps swh-plugins \
  lsp-plugins-lv2 x42-plugins zam-plugins calf-plugins dragonfly-reverb-lv2
