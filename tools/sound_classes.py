#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make data/sounds.yaml from traits of stems whose roles are known.

    build/tools/sound_traits made/*.flac song/*.wav > traits.tsv
    sound_classes.py traits.tsv ... > data/sounds.yaml
    sound_classes.py --without FOLDER traits.tsv ...   leave a song out

The role of a stem is what the program reads from its name.  Needs numpy.
"""
import csv
import os
import sys

import numpy as np

FAMILIES = {
    "drums": (0.33, "kick snare tom hat overhead room drums percussion shaker"),
    "vocals": (0.25, "lead-vocal backing-vocal"),
    "guitars": (0.14, "electric-guitar lead-guitar acoustic-guitar"),
    "keys": (0.13, "keys organ synth synth-lead pad pluck"),
    "bass": (0.07, "bass"),
    "strings": (0.02, "strings"),
    "wind": (0.03, "brass winds"),
    "effects": (0.03, "effects"),
}
FAMILY = {role.replace("-", " "): family
          for family, (_, roles) in FAMILIES.items() for role in roles.split()}
# names that mislead the program
ROLES = {"BGVOX_ECHO": "backing vocal", "MELODY_GLITCH": "unknown"}
AXES = 10
REAL_WEIGHT = 8.0  # a recorded stem counts as much as so many made ones
ALONE = 0.05       # share of the spreads that counts as independent
MADE = ("made", "voices")  # folders of stems that were made for this


def read(paths, without):
    """Roles, weights and traits of the stems of known roles"""
    roles, weights, traits, names = [], [], [], []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                folder, name = os.path.split(row.pop("file"))
                folder = os.path.basename(folder)
                role = ROLES.get(name.split(".")[0], row["role"])
                del row["role"]
                if role not in FAMILY or folder == without:
                    continue
                names = list(row)
                roles.append(role)
                weights.append(1.0 if folder in MADE else REAL_WEIGHT)
                traits.append([float(v) for v in row.values()])
    return roles, np.array(weights), np.array(traits), names


def fit(roles, weights, traits):
    """Mean and spread of traits, axes on which the classes differ most, and
    where each class lies on them (linear discriminant analysis)"""
    mean = np.average(traits, axis=0, weights=weights)
    spread = np.sqrt(np.average((traits - mean) ** 2, axis=0, weights=weights))
    unusual = np.clip((traits - mean) / spread, -3, 3)
    classes, within = {}, 0
    for role in sorted(set(roles)):
        of_role = [i for i, r in enumerate(roles) if r == role]
        w = weights[of_role]
        classes[role] = np.average(unusual[of_role], axis=0, weights=w)
        rest = unusual[of_role] - classes[role]
        within = within + (rest * w[:, None]).T @ rest
    within /= weights.sum()
    within = (1 - ALONE) * within + ALONE * np.diag(np.diag(within))
    white = np.linalg.cholesky(np.linalg.inv(within)).T
    centres = np.array(list(classes.values())) @ white.T
    _, _, turn = np.linalg.svd(centres - centres.mean(0), full_matrices=False)
    axes = turn[:AXES] @ white
    return mean, spread, axes, {r: axes @ c for r, c in classes.items()}


def numbers(values):
    lines, line = [], ""
    for text in (f"{v:.3f}" for v in values):
        if len(line) + len(text) > 66:
            lines.append(line)
            line = ""
        line += text + ", "
    return "[" + "\n      ".join(
        text.rstrip() for text in lines + [line.rstrip(", ")]) + "]"


def main():
    args = sys.argv[1:]
    without = None
    if args[0] == "--without":
        without, args = args[1], args[2:]
    roles, weights, traits, names = read(args, without)
    mean, spread, axes, classes = fit(roles, weights, traits)
    made = int((weights == 1.0).sum())
    print(f"""# SPDX-License-Identifier: GPL-3.0-or-later
# What the roles of tracks sound like, for names that tell none.  Made by
# tools/sound_classes.py; not to be changed by hand.
#
# mean, spread  of the traits {", ".join(names[:5])},
#               {", ".join(names[5:9])} (octaves re all),
#               {", ".join(names[9:15])},
#               {", ".join(names[15:])}
# axes          combinations of traits, less mean and over spread, on which the
#               kinds of sound differ most; all lie around theirs by 1
# share         of the tracks of songs [P]; at: where a kind lies on the axes
date: 2026-11
source: "{made} parts played on General MIDI soundfonts (FluidR3, TimGM6mb)
  or made of spoken syllables (KLettres, KTuberling), and {len(roles) - made} stems
  of five songs [D]"
mean: {numbers(mean)}
spread: {numbers(spread)}
axes:""")
    for axis in axes:
        print(f"  - weights: {numbers(axis)}")
    print("sounds:")
    for role, at in classes.items():
        share, of_family = FAMILIES[FAMILY[role]]
        print(f"  - role: {role}\n    family: {FAMILY[role]}\n"
              f"    share: {share / len(of_family.split()):.4f}\n"
              f"    at: {numbers(at)}")


if __name__ == "__main__":
    main()
