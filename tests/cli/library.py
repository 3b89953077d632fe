#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""library.py TONMEISTER BUILD PREFIX LIBDIR EXAMPLE: the installed library.

Installs into a temporary folder, builds the example against it as a stranger
would, mixes a small song with it, and compares with the command's mix.  TAP.
"""
import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import wave

tonmeister, build, prefix, libdir, example = sys.argv[1:]


def write_stem(path, hz):
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(48000)
        w.writeframes(b"".join(
            struct.pack("<h", int(9000 * math.sin(hz * i / 48000 * 6.2832)))
            for i in range(48000)))


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        print(f"# {' '.join(command)}\n# {done.stdout}{done.stderr}".rstrip()
              .replace("\n", "\n# "))
    return done


count = 0
failed = False


def check(good, what):
    global count, failed
    count += 1
    failed |= not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}")


with tempfile.TemporaryDirectory() as folder:
    root = f"{folder}/root"
    song = f"{folder}/song"
    for name, hz in (("Bass", 82.0), ("Lead", 440.0)):
        write_stem(f"{folder}/{name}.wav", hz)
    run(tonmeister, "new", song, f"{folder}/Bass.wav", f"{folder}/Lead.wav")
    run(tonmeister, "mix", song)
    shutil.move(f"{song}/out/mix.wav", f"{folder}/by-command.wav")

    clean = {k: v for k, v in os.environ.items() if k != "TONMEISTER_DATA"}
    installed = run("meson", "install", "-C", build, "--no-rebuild",
                    "--destdir", root, env=clean)
    check(installed.returncode == 0, "installed")
    lib = f"{root}{prefix}/{libdir}"
    found = dict(clean, PKG_CONFIG_PATH=f"{lib}/pkgconfig",
                 PKG_CONFIG_SYSROOT_DIR=root)
    flags = run("pkg-config", "--cflags", "--libs", "tonmeister", env=found)
    built = run("cc", "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                example, "-o", f"{folder}/mix", *flags.stdout.split())
    check(built.returncode == 0, "the example builds with pkg-config's flags")
    at_run = dict(clean, LD_LIBRARY_PATH=lib)
    mixed = run(f"{folder}/mix", song, env=at_run)
    check(mixed.returncode == 0 and "LUFS" in mixed.stdout, "it mixes a song")
    same = (os.path.exists(f"{song}/out/mix.wav")
            and open(f"{song}/out/mix.wav", "rb").read()
            == open(f"{folder}/by-command.wav", "rb").read())
    check(same, "the same bytes as the command's")
    shown = run("nm", "-D", "--defined-only", f"{lib}/libtonmeister.so")
    names = [line.split()[-1] for line in shown.stdout.splitlines()]
    check("ton_song_open" in names and "ton_plan_apply" not in names
          and all(n.startswith("ton_") for n in names),
          "only what the headers promise is visible")
print(f"1..{count}")
sys.exit(failed)
