# SPDX-License-Identifier: GPL-3.0-or-later
"""For each check a small tree with one fault, and the file it lies in: a check
that misses it cannot fail.
"""

SPDX = "// SPDX-License-Identifier: GPL-3.0-or-later\n"
LONG = SPDX + "void\nlong_one(void)\n{\n" + "  f();\n" * 46 + "}\n"

FAULTS = {
    "layers": ("src/base/a.c", {"src/base/a.c": '#include "song/b.h"\n',
                                "src/song/b.h": ""}),
    "licence": ("src/base/a.c", {"src/base/a.c": "int x;\n",
                                 "src/base/b.c": SPDX}),
    "functions": ("src/base/a.c", {"src/base/a.c": LONG,
                                   "tests/b.c": LONG}),
}


def missed(checks):
    """Complaints: checks without a planted fault, and faults not found."""
    complaints = [f"no fault is planted for {name}"
                  for name in checks if name not in FAULTS]
    for name, (path, tree) in FAULTS.items():
        if {at for at, _ in checks[name](tree)} != {path}:
            complaints.append(f"{name} does not find its planted fault")
    return complaints
