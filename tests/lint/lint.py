#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""lint.py text|headers|format BUILD: checks over the whole source tree.  TAP.

text     what can be seen by reading: the checks of CHECKS in rules.py.  First
         a fault is planted for each of them, and must be found.
headers  every header compiles by itself
format   every C file as .clang-format has it

A file that met `headers` or `format` is remembered in BUILD/lint until it, or
what it includes, changes.

lint.py forget: take the files that meet a check by now off the lists in
tests/lint/pending/, which name the files that are still to be mended.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

import planted
import rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("include", "src", "tests", "bench", "demo", "data", "docs", "tools")
PENDING = "tests/lint/pending"


def read_tree():
    """Path -> text of every file that a check looks at."""
    tree = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if rules.is_read(name) and path.is_file():
                tree[name] = path.read_text(encoding="utf-8")
    return tree


def pending_lists():
    """Each list's path -> its lines "check file"."""
    return {path: path.read_text(encoding="utf-8").split("\n")
            for path in sorted((ROOT / PENDING).glob("*.txt"))}


def entry_of(line):
    words = line.split()
    return (words[0], words[1]) if len(words) == 2 and words[0] != "#" else None


def pending():
    return {entry for lines in pending_lists().values()
            for entry in map(entry_of, lines) if entry}


def judge(check, faults, listed):
    """Faults of files that are not listed, and listed files without a fault."""
    excused = {path for name, path in listed if name == check}
    faulty = {path for path, _ in faults}
    return ([f"{path}: {what}" for path, what in faults if path not in excused]
            + [f"{path}: meets `{check}` by now; take it off the list "
               "(tests/lint/lint.py forget)" for path in sorted(excused - faulty)])


def report(results):
    """Print TAP for (name, complaints); exit status."""
    print(f"1..{len(results)}")
    for number, (name, complaints) in enumerate(results, 1):
        for line in complaints:
            print("# " + line)
        print(("not ok" if complaints else "ok") + f" {number} - {name}")
    return 1 if any(complaints for _, complaints in results) else 0


def check_text():
    tree, listed = read_tree(), pending()
    results = [("planted faults are found", planted.missed(rules.CHECKS))]
    unknown = [f"{PENDING}: no check is called {name}"
               for name in sorted({name for name, _ in listed})
               if name not in rules.CHECKS]
    results.append(("the lists of files to be mended", unknown))
    for name, check in rules.CHECKS.items():
        results.append((name, judge(name, check(tree), listed)))
    return report(results)


def forget():
    tree = read_tree()
    faulty = {(name, path) for name, check in rules.CHECKS.items()
              for path, _ in check(tree)}
    for path, lines in pending_lists().items():
        kept = [line for line in lines
                if entry_of(line) is None or entry_of(line) in faulty]
        if any(map(entry_of, kept)):
            path.write_text("\n".join(kept), encoding="utf-8")
        else:
            path.unlink()
    return 0


def complaints_of(command, paths):
    """Lines in which a tool names an error."""
    run = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True,
                         text=True)
    found = [line for line in run.stderr.splitlines() if "error:" in line]
    return found or ([run.stderr[:300]] if run.returncode else [])


def compile_alone(paths):
    return complaints_of(
        ["gcc", "-std=c17", "-fsyntax-only", "-D_GNU_SOURCE", "-Iinclude",
         "-Isrc", "-Wno-psabi", "-x", "c"], paths)


def format_of(paths):
    return complaints_of(["clang-format", "--dry-run", "--Werror",
                          f"--style=file:{ROOT / '.clang-format'}"], paths)


def each_remembered(build, what, paths, key_of, look):
    """Complaints of look() about the paths not yet found clean."""
    memory = pathlib.Path(build) / "lint"
    memory.mkdir(exist_ok=True)
    known = memory / what
    before = set(known.read_text().split()) if known.exists() else set()
    keys = {path: hashlib.sha256((path + key_of(path)).encode()).hexdigest()
            for path in paths}
    todo = [path for path in paths if keys[path] not in before]
    batches = [todo[at:at + 16] for at in range(0, len(todo), 16)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(zip(batches, pool.map(look, batches)))
    dirty = {path for batch, complaints in results if complaints
             for path in batch}
    known.write_text("\n".join(keys[path] for path in paths
                               if path not in dirty))
    return [line for _, complaints in results for line in complaints]


def not_found(look, text):
    """A complaint if look() has none of a header with this text."""
    with tempfile.NamedTemporaryFile("w", suffix=".h") as file:
        file.write(text)
        file.flush()
        return [] if look([file.name]) else ["the planted fault was not found"]


def check_headers(build):
    tree = read_tree()
    headers = [path for path in tree
               if path.endswith(".h") and path.startswith(("include/", "src/"))]
    return report([
        ("a planted fault is found",
         not_found(compile_alone, "uint32_t planted(void);\n")),
        ("headers compile alone",
         each_remembered(build, "headers", headers,
                         lambda path: rules.with_includes(tree, path),
                         compile_alone))])


def check_format(build):
    tree = read_tree()
    style = (ROOT / ".clang-format").read_text(encoding="utf-8")
    sources = [path for path in tree if path.endswith((".c", ".h"))]
    # the examples of docs/, as the tests cut them out
    for path in sorted((pathlib.Path(build) / "tests/processors").glob("*.c")):
        tree[str(path.resolve())] = path.read_text(encoding="utf-8")
        sources.append(str(path.resolve()))
    return report([
        ("a planted fault is found",
         not_found(format_of, "int   planted;\n")),
        ("format", each_remembered(build, "format", sources,
                                   lambda path: style + tree[path],
                                   format_of))])


def main():
    what, *build = sys.argv[1:]
    if what == "headers":
        return check_headers(build[0])
    if what == "format":
        return check_format(build[0])
    return forget() if what == "forget" else check_text()


sys.exit(main())
