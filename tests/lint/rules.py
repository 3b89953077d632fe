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
    "render": "base dsp analysis files engine session",
    "import": "base files session",
    "delivery": "base dsp analysis files session render",
    "report": "base dsp analysis files session",
    "song": "base dsp analysis files session render import assistants delivery "
            "report",
    "server": "base song",
    "cli": "base report song server",
}

MAX_LINES = 45  # of a function's body
MAX_FILE_LINES = 600  # of the program's own files


def is_read(path):
    """Files that some check looks at."""
    return path.endswith((".c", ".h", ".cpp", ".md", "meson.build", ".py",
                          ".sh")) or \
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
        faults += [(path, f"{f.name} has {f.lines} lines; at most {MAX_LINES}")
                   for f in c_source.functions(text) if f.lines > MAX_LINES]
    return faults


def file_length(tree):
    return [(path, f"has {n} lines; at most {MAX_FILE_LINES}")
            for path, n in ((path, tree[path].count("\n"))
                            for path in filter(is_house, tree))
            if n > MAX_FILE_LINES]


def with_includes(tree, path):
    """A header's text and that of all it includes of this project."""
    seen, todo = {}, [path]
    while todo:
        at = todo.pop()
        if at in tree and at not in seen:
            seen[at] = tree[at]
            todo += c_source.included(tree[at])
    return "".join(name + seen[name] for name in sorted(seen))


def file_comment(tree):
    """Only a header's guard and what it includes may stand before @file."""
    pattern = re.compile(r"// " + LICENCE + r"\n(?:\s|#.*\n)*"
                         r"(/// @file \S|/\*\*\s+@file\b)")
    sources = [(path, text) for path, text in tree.items()
               if path.endswith((".c", ".h", ".cpp"))]
    for path, text in tree.items():  # and the whole files that docs/ shows
        if path.endswith(".md"):
            sources += [(path, block) for block
                        in re.findall(r"^```c\n(.*?)^```$", text, re.M | re.S)
                        if block.startswith("// " + LICENCE)]
    return [(path, "does not open with /// @file and what it is for")
            for path, text in sources if not pattern.match(text)]


def types(tree):
    """No type name stands twice in the program."""
    places = {}
    for path in filter(is_house, tree):
        for name in c_source.type_names(tree[path]):
            places.setdefault(name, []).append(path)
    return [(path, f"type {name} is also defined in "
             + ", ".join(other for other in paths if other != path))
            for name, paths in sorted(places.items()) if len(paths) > 1
            for path in paths]


def own_parts(circle):
    """Files of one processor: one folder, one first word."""
    first = {re.sub(r"(_[a-z0-9_]*)?$", "", path) for path in circle}
    return len(first) == 1 and first.pop().startswith("src/processors/")


def in_circles(edges, what):
    return [(path, f"is in a circle of {what}: " + ", ".join(circle))
            for circle in c_source.circles(edges) for path in circle]


def includes(tree):
    """No circle of includes."""
    return in_circles({path: set(c_source.included(tree[path]))
                       for path in filter(is_house, tree)}, "includes")


def module(path):
    """A source and its header are one."""
    return path.rsplit(".", 1)[0]


def call_edges(tree):
    """Module -> modules whose functions it names."""
    homes = {}
    for path in filter(is_house, tree):
        for f in c_source.functions(tree[path]):
            if not f.static or path.endswith(".h"):
                homes.setdefault(f.name, set()).add(module(path))
    edges = {}
    for path in filter(is_house, tree):
        text = c_source.code(tree[path])
        if path.endswith(".h"):  # declarations call nothing
            text = " ".join(f.body for f in c_source.functions(tree[path]))
        used = edges.setdefault(module(path), set())
        for name in c_source.words(text) & homes.keys():
            used |= homes[name] - {module(path)}
    return edges


def circles(tree):
    """No circle of calls between files but among one processor's parts."""
    files = {}
    for path in filter(is_house, tree):
        files.setdefault(module(path), []).append(path)
    return [(files[node][0], "is in a circle of calls: " + ", ".join(circle))
            for circle in c_source.circles(call_edges(tree))
            if not own_parts(circle) for node in circle]


UNSAFE = {"strcpy", "strcat", "strncpy", "strncat", "sprintf", "vsprintf"}


def cuts_text(name, before, rest):
    """True for a call that may leave a text cut and tell nobody."""
    if name in UNSAFE:
        return True
    statement = re.search(r"([;{}]|:\n)\s*(\(void\)\s*)?$", before)
    if name not in ("snprintf", "vsnprintf") or not statement:
        return False
    strings = re.match(r'[^"]*?,[^"]*?((?:"(?:\\.|[^"\\])*"\s*)+)', rest)
    return not strings or re.search(r"%[-0-9.*]*s", strings.group(1)) is not None


def truncation(tree):
    """A text that does not fit is an error: snprintf of texts is checked."""
    faults = []
    for path in filter(is_house, tree):
        plain = c_source.without_comments(tree[path])
        for match in re.finditer(r"\b(v?s\w*printf|str\w+)\(", plain):
            start, end = match.span()
            if cuts_text(match.group(1), plain[max(start - 99, 0):start],
                         plain[end:end + 400]):
                line = plain.count("\n", 0, match.start()) + 1
                faults.append((path, f"line {line}: {match.group(1)} may cut a "
                               "text and tell nobody; see base/string.h"))
    return faults


def skips(tree):
    """What cannot run says so and passes; cmocka's skip() is a failure."""
    return [(path, "skip() is counted as a failure; see tests/expect.h")
            for path, text in tree.items() if path.startswith("tests/")
            and path.endswith(".c")
            and re.search(r"\bskip\(\);", c_source.without_comments(text))]


CHECKS = {"layers": layers, "licence": licence, "functions": functions,
          "file-length": file_length,
          "file-comment": file_comment, "types": types, "includes": includes,
          "circles": circles, "truncation": truncation, "skips": skips}
