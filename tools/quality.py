#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: quality.py BUILD [--slow] > docs/quality.md

Runs the tests that measure sound and writes what they measured as a table: one
row per acceptance ID, with the figure that comes nearest to its limit at each
sample rate.  --slow runs the tests that take minutes too.
"""
import collections
import json
import math
import os
import re
import subprocess
import sys

RATES = [44100, 48000, 96000, 192000]
ID = re.compile(r"\b(MET|EQ|DYN|LIM|SAT|SPC|STE|OUT|ENG|TRN|COD)[-_](\d\d)",
                re.I)
MANY = re.compile(ID.pattern + r"((?:[-_](?:to[-_])?\d\d(?!\d))*)", re.I)
NAMES = {"MET": "Meters", "EQ": "Equalisers", "DYN": "Dynamics",
         "LIM": "Limiter", "SAT": "Saturation", "SPC": "Space and modulation",
         "STE": "Stereo", "OUT": "Output", "ENG": "Engine", "COD": "Codecs",
         "TRN": "Translation"}

HEAD = """<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# Quality

Made by `make quality` from what the tests measure; not edited by hand.

Each acceptance figure has an ID and a test of that name. A row shows the
measurement that comes nearest to its limit, at each sample rate at which it is
taken: the value, and in brackets the margin. "Any" is for figures that have no
rate; what must hold to the bit has no value.

Where free plug-ins or programs do the same job, the last two columns show the one
that comes nearest to ours: the same signal and the same measure for both, less is
better. The last part lists every one of them with its settings, and says why where
one is ahead. A compressor counts at equal reduction, and with attack and release that
were found by measuring; a limiter at equal loudness, within 0.3 dB of the ceiling.
"""

Figure = collections.namedtuple("Figure",
                                "what rate value sign limit margin unit")
# One of ours or somebody else's, by the same measure; less is better
Rival = collections.namedtuple("Rival", "what rate unit why who value settings")


def identifiers(text):
    """All IDs of a name: met_15_to_19_sines names five, met_01_02 two."""
    found = MANY.search(text)
    if not found:
        return []
    last = int(found[2])
    numbers = [last]
    for word, number in re.findall(r"[-_](to[-_])?(\d\d)(?!\d)", found[3]):
        numbers += range(last + 1, int(number)) if word else []
        last = int(number)
        numbers.append(last)
    return [f"{found[1].upper()}-{n:02}" for n in numbers]


def programs(build, slow):
    """Command and environment of every test that may measure sound."""
    listed = subprocess.run(["meson", "introspect", "--tests", build],
                            check=True, capture_output=True, text=True)
    measured = re.compile(r"/tests/(processors|analysis|files|engine)/test_")
    left_out = {"conformance", "long"} | (set() if slow else {"slow"})
    for test in json.loads(listed.stdout):
        suites = {suite.split(":")[-1] for suite in test["suite"]}
        if measured.search(test["cmd"][0]) and not suites & left_out:
            yield test["cmd"], {**os.environ, **test["env"],
                                "TON_TEST_FIGURES": "1"}


def figures(output):
    """(ID, Figure) of one program: by the figure's name, else by the test's."""
    waiting = []
    for line in output.splitlines():
        if line.startswith("# FIGURE\t"):
            what, rate, value, sign, limit, margin, unit = \
                line.split("\t")[1:8]
            waiting.append(Figure(what, round(float(rate)), float(value), sign,
                                  float(limit), float(margin), unit))
        elif line.startswith("ok "):
            test = line.split(" - ", 1)[-1]
            for figure in waiting:
                for name in identifiers(figure.what) or identifiers(test):
                    yield name, figure
            for name in [] if waiting else identifiers(test):
                yield name, exact(test)
            waiting = []


def exact(test):
    """What holds to the bit, or does not: a test without a figure."""
    return Figure(MANY.sub("", test).strip("_").replace("_", " "), 0, 0.0, "exact", 0.0, math.inf, "")


def rivals(build):
    """{ID: [Rival]} of everybody who does the same, ours among them."""
    found = collections.defaultdict(list)
    for name in "peer_figures", "program_figures":
        program = os.path.join(build, "bench", name)
        if not os.path.exists(program):
            print(f"quality.py: {name} is not built: lilv-0 or libebur128 is "
                  "missing", file=sys.stderr)
            continue
        print(name, file=sys.stderr)
        ran = subprocess.run([program], check=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
        for line in ran.stdout.splitlines():
            if line.startswith("BESIDE\t"):
                name, what, rate, unit, why, who, value, settings = \
                    line.split("\t")[1:9]
                found[name].append(Rival(what, float(rate), unit, why, who,
                                         float(value), settings))
    return found


def is_ours(rival):
    return rival.who.split(",")[0] == "ours"


def best(group, ours):
    return min((r for r in group if is_ours(r) == ours),
               key=lambda r: r.value, default=None)


def by_measure(found):
    """The rivals of an ID, one list for each measure."""
    groups = {}
    for rival in found:
        groups.setdefault(rival.what, []).append(rival)
    return list(groups.values())


def beside(found):
    """Two cells: the nearest peer, and its figure with ours."""
    pairs = [(best(g, True), best(g, False)) for g in by_measure(found)]
    pairs = [(ours, peer) for ours, peer in pairs if ours and peer]
    if not pairs:
        return ["", ""]
    ours, peer = min(pairs, key=lambda pair: pair[1].value - pair[0].value)
    return [peer.who, f"{number(peer.value)} {peer.unit}; "
                      f"ours {number(ours.value)}"]


def standing(group):
    """Whether the best of ours is ahead, or why it is not."""
    ours, peer = best(group, True), best(group, False)
    if not ours or not peer:
        return "nobody to compare with"
    if number(ours.value) == number(peer.value):
        return "equal"
    if ours.value < peer.value:
        return "ahead"
    if not group[0].why:
        sys.exit(f"quality.py: {peer.who} is ahead in \"{group[0].what}\": say "
                 "why in its row of bench/peer_figures.c, or be ahead")
    return f"BEHIND: {group[0].why}"


def render_rivals(found):
    print("## Beside free plug-ins and programs\n")
    print("| ID | What, less is better | Who | Figure | Settings |")
    print("|---|---|---|---|---|")
    for name in sorted(found):
        for group in by_measure(found[name]):
            first = group[0]
            rate = f"{first.rate / 1000:g} kHz"
            print(f"| {name} | {first.what}, at {rate} | **{standing(group)}** "
                  "| | |")
            for r in group:
                settings = f"`{r.settings.strip()}`" if r.settings.strip() else ""
                print(f"| | | {r.who} | {number(r.value)} {r.unit} "
                      f"| {settings} |")
    print()


def tightness(figure):
    """Margin as a share of the limit: what comes nearest is smallest."""
    return figure.margin / (abs(figure.limit) or 1.0)


def number(x):
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return f"{x:.3g}" if abs(x) < 100 else f"{x:.1f}"


def row(name, found, peers):
    """The figure of an ID that is nearest to its limit, at each rate."""
    what = min(found, key=tightness).what
    same = [f for f in found if f.what == what]
    nearest = min(same, key=tightness)
    at = {r: [f for f in same if f.rate == r] for r in RATES}
    at[0] = [f for f in same if f.rate not in RATES]
    cells = []
    for rate in RATES + [0]:
        figure = min(at[rate], key=tightness, default=None)
        cells.append(f"{number(figure.value)} ({number(figure.margin)})"
                     if figure else "")
    text = ID.sub("", what).strip(" ,:").replace("|", "\\|")
    if nearest.sign == "exact":
        return [name, text, "yes or no", "", "", "", "", "holds",
                *beside(peers)]
    sign = {"near": "near", "<=": "at most", ">=": "at least"}[nearest.sign]
    return [name, text, f"{sign} {number(nearest.limit)} {nearest.unit}".strip(),
            *cells, *beside(peers)]


def render(table, found):
    print(HEAD)
    head = ["ID", "What comes nearest", "Limit", "44.1 kHz", "48 kHz",
            "96 kHz", "192 kHz", "Any", "Nearest peer", "Its figure"]
    for group, title in NAMES.items():
        names = sorted(n for n in table if n.startswith(group + "-"))
        if not names:
            continue
        print(f"## {title}\n")
        print("| " + " | ".join(head) + " |")
        print("|" + "---|" * len(head))
        for name in names:
            print("| " + " | ".join(row(name, table[name], found[name])) + " |")
        print()
    if any(found.values()):
        render_rivals({name: rs for name, rs in found.items() if rs})


def main(build, slow):
    table = collections.defaultdict(list)
    for command, environment in programs(build, slow):
        ran = subprocess.run(command, env=environment, capture_output=True,
                             text=True, errors="replace", cwd=build)
        print(command[0].rsplit("/", 1)[-1], *command[1:], file=sys.stderr)
        if ran.returncode:
            sys.exit(f"quality.py: {' '.join(command)} failed:\n{ran.stderr}")
        for name, figure in figures(ran.stdout + ran.stderr):
            table[name].append(figure)
    render(table, rivals(build))


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--slow"]):
        sys.exit(__doc__)
    main(sys.argv[1], len(sys.argv) == 3)
