# SPDX-License-Identifier: GPL-3.0-or-later
"""For each check a small tree, and the files of it that are faulty: a check that
misses them, or names others, is wrong.
"""

SPDX = "// SPDX-License-Identifier: GPL-3.0-or-later\n"
FILE = "/// @file What it is for.\n"
LONG = SPDX + "void\nlong_one(void)\n{\n" + "  f();\n" * 46 + "}\n"

FAULTS = {
    "layers": ("src/base/a.c", {"src/base/a.c": '#include "song/b.h"\n',
                                "src/song/b.h": ""}),
    "licence": ("src/base/a.c", {"src/base/a.c": "int x;\n",
                                 "src/base/b.c": SPDX}),
    "functions": ("src/base/a.c tests/b.c", {"src/base/a.c": LONG,
                                             "tests/b.c": LONG}),
    "file-length": ("src/base/a.c", {"src/base/a.c": SPDX + "\n" * 600,
                                     "src/base/b.c": SPDX + "\n" * 599,
                                     "tests/c.c": SPDX + "\n" * 600}),
    "file-comment": ("src/base/a.c tests/c.c",
                     {"src/base/a.c": SPDX + "int x;\n",
                      "src/base/b.c": SPDX + FILE,
                      "tests/c.c": SPDX + "int x;\n"}),
    "types": ("src/base/a.c src/files/b.h",
              {"src/base/a.c": "typedef struct {\n  int x;\n} Same;\n",
               "src/base/c.c": "typedef struct Other Other;\n",
               "src/base/d.h": "typedef struct Other Other;\n",
               "src/files/b.h": "typedef int (*Same)(void);\n"}),
    "includes": ("src/base/a.h src/base/b.h",
                 {"src/base/a.h": '#include "base/b.h"\n',
                  "src/base/b.h": '#include "base/a.h"\n',
                  "src/base/c.h": '#include "base/a.h"\n'}),
    "circles": ("src/base/a.c src/base/b.c",
                {"src/base/a.c": "void\na(void)\n{\n  b();\n}\n",
                 "src/base/b.c": "void\nb(void)\n{\n  a();\n}\n",
                 "src/base/b.h": "void b(void);\nvoid a(void);\n",
                 "src/base/c.c": "static void\nb(void)\n{\n  a();\n}\n",
                 "src/processors/space/echo.c":
                     "void\ne(void)\n{\n  f();\n}\n",
                 "src/processors/space/echo_tap.c":
                     "void\nf(void)\n{\n  e();\n}\n"}),
    "truncation": ("src/base/a.c src/base/b.c",
                   {"src/base/a.c": '{\n  snprintf(to, n, "%.9s", from);\n}\n',
                    "src/base/b.c": "{\n  strncpy(to, from, n);\n}\n",
                    "src/base/c.c": '{\n  snprintf(to, n, "%d", 3);\n'
                                    '  m = snprintf(to, n, "%s", from);\n}\n'}),
    "skips": ("tests/base/a.c",
              {"tests/base/a.c": "{\n  skip();\n}\n",
               "tests/base/b.c": "{\n  // not skip();\n}\n"}),
}


def missed(checks):
    """Complaints: checks without a planted fault, and faults not found."""
    complaints = [f"no fault is planted for {name}"
                  for name in checks if name not in FAULTS]
    for name, (paths, tree) in FAULTS.items():
        if {at for at, _ in checks[name](tree)} != set(paths.split()):
            complaints.append(f"{name} does not find its planted fault")
    return complaints
