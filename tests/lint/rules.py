# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks that only read.  Each takes a tree, path -> text, and returns its
faults as (path, what is wrong).
"""
import re

import c_source

LICENCE = "SPDX-License-Identifier: GPL-3.0-or-later"

# folder: what it may include besides itself
MAY_INCLUDE = {
    "base": "",
    "dsp": "base",
    "processors": "base dsp",
    "files": "base dsp",
    "analysis": "base dsp",
    "engine": "base dsp processors",
    "session": "base dsp processors",
    "assistants": "base dsp analysis session",
    "delivery": "base dsp analysis files session",
    "report": "base dsp analysis files session",
    "song": "base dsp analysis files engine processors session assistants "
            "delivery report",
    "cli": "base report song",
}

MAX_LINES = 45  # of a function's body
MAX_TEST_LINES = 65  # a table of cases belongs to its test


def is_read(path):
    """Files that some check looks at."""
    return path.endswith((".c", ".h", ".cpp", "meson.build", ".py", ".sh")) or \
        (path.startswith("data/") and path.endswith(".yaml")) or \
        path.startswith("tools/")


def is_house(path):
    """The program's own C and C++, without tests and demo."""
    return path.startswith(("src/", "include/")) and \
        path.endswith((".c", ".h", ".cpp"))


def layers(tree):
    faults = []
    for path, text in tree.items():
        if not path.startswith("src/") or not is_house(path):
            continue
        folder = path.split("/")[1]
        allowed = MAY_INCLUDE.get(folder, "").split() + [folder]
        used = set(re.findall(r'^ *# *include "([a-z_]*)/', text, re.M))
        faults += [(path, f"includes from {other}")
                   for other in sorted(used - set(allowed))]
    return faults


def licence(tree):
    return [(path, "has no SPDX line") for path, text in tree.items()
            if LICENCE not in "\n".join(text.split("\n", 2)[:2])]


def functions(tree):
    faults = []
    for path, text in tree.items():
        if not path.endswith((".c", ".h", ".cpp")):
            continue
        limit = MAX_TEST_LINES if path.startswith("tests/") else MAX_LINES
        faults += [(path, f"{f.name} has {f.lines} lines; at most {limit}")
                   for f in c_source.functions(text) if f.lines > limit]
    return faults


def with_includes(tree, path):
    """A header's text and that of all it includes of this project."""
    seen, todo = {}, [path]
    while todo:
        at = todo.pop()
        if at in tree and at not in seen:
            seen[at] = tree[at]
            todo += c_source.included(tree[at])
    return "".join(name + seen[name] for name in sorted(seen))


CHECKS = {"layers": layers, "licence": licence, "functions": functions}
