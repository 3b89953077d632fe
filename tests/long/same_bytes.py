#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""same_bytes PROGRAM: one hash of a mix for every block, thread count, cache.

The song has every processor there is, with values off their defaults taken
from the program's own tables, stems at two rates, sends, a key and
automation.  TAP.
"""
import hashlib
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

program = sys.argv[1]


def wav(path, rate, channels, seconds, seed):
    rng = random.Random(seed)
    n = int(rate * seconds) * channels
    data = b"".join(struct.pack("<h", rng.randrange(-12000, 12000))
                    for _ in range(n))
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
        struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * rate * channels,
                    2 * channels, 16) + b"data" +
        struct.pack("<I", len(data)) + data)


def item(processor):
    """The processor a little off every default."""
    values = []
    for param in processor["params"]:
        if param.get("choices") or param["unit"] in ("switch", "choice"):
            continue
        low, high, usual = param["min"], param["max"], param["default"]
        if None in (low, high, usual) or param["symbol"].startswith("band"):
            continue
        value = usual + 0.03 * (high - usual if high > usual else low - usual)
        if isinstance(usual, (int, float)) and high - low > 4:
            values.append(f"{param['symbol']}: {value:.4g}")
    return f"{{{processor['id']}: {{{', '.join(values)}}}}}" if values \
        else processor["id"]


def text(processors):
    lines = ["tempo: 120 bpm", "tracks:"]
    for i, processor in enumerate(processors):
        chain = [item(processor)]
        if processor["id"] == "equaliser":
            chain = ["{equaliser: [{bell: {at: 700 Hz, gain: 4 dB}}, "
                     "{high-shelf: {at: 6 kHz, gain: -3 dB}}]}"]
        lines += [f"  {processor['id']}:", f"    file: stems/{i % 3}.wav",
                  f"    chain: [{', '.join(chain)}]",
                  f"    pan: L{10 + i * 5}", "    sends: {Room: -9 dB}",
                  "    automation: {fader: [[0.1 s, -3 dB], "
                  "[0.9 s, -12 dB, smooth], [1.3 s, 0 dB]]}"]
    lines += ["  ducked:", "    file: stems/0.wav",
              "    chain: [{compressor: {threshold: -40 dB, ratio: 8:1}, "
              "key: gain}]", "buses:", "  Room: {chain: [reverb]}",
              "  Mix: {fader: -12 dB, chain: [limiter]}"]
    return "\n".join(lines) + "\n"


def render(song, block, threads):
    run = subprocess.run(
        [program, "mix", str(song), "--block", str(block), "--threads",
         str(threads), "--quiet"], capture_output=True, text=True)
    if run.returncode:
        print("# " + run.stderr.strip())
        return None
    return hashlib.sha256((song / "out/mix.wav").read_bytes()).hexdigest()


def main():
    tables = json.loads(subprocess.run(
        [program, "help", "all", "--json"], capture_output=True).stdout)
    processors = tables["processors"]
    root = pathlib.Path(tempfile.mkdtemp(prefix="ton-same-"))
    song = root / "song"
    (song / "stems").mkdir(parents=True)
    try:
        wav(song / "stems/0.wav", 48000, 1, 1.6, 1)
        wav(song / "stems/1.wav", 44100, 2, 1.4, 2)
        wav(song / "stems/2.wav", 96000, 1, 1.2, 3)
        (song / "mix.yaml").write_text(text(processors))
        print("1..20", flush=True)
        wanted = render(song, 512, 1)
        made = wanted is not None
        print(f"{'ok' if made else 'not ok'} 1 - a mix of "
              f"{len(processors)} processors: "
              + ", ".join(p["id"] for p in processors))
        n = 1
        for block in (1, 7, 64, 441, 512, 4096):
            for threads in (1, 2, 4):
                n += 1
                same = made and render(song, block, threads) == wanted
                print(f"{'ok' if same else 'not ok'} {n} - "
                      f"block {block}, {threads} threads", flush=True)
        shutil.rmtree(song / ".tonmeister", ignore_errors=True)
        same = made and render(song, 512, 4) == wanted
        print(f"{'ok' if same else 'not ok'} 20 - cold cache")
    finally:
        shutil.rmtree(root)


main()
