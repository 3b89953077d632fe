#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tidy BUILD: clang-tidy over every source of the build.  TAP.

A source found clean is remembered in BUILD/tidy until it, a header or
.clang-tidy changes.  First a fault is planted, and must be found.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

build = pathlib.Path(sys.argv[1]).resolve()
root = pathlib.Path(__file__).resolve().parents[2]
memory = build / "tidy"
memory.mkdir(exist_ok=True)
# A twentieth of the analyzer's usual 225,000 steps a function: what was found in
# this project was found with as many, and a ninth takes half as long again
PATHS = ["--extra-arg=" + word for word in
         ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=11000")]
PLANTED = """int planted(const int *x);
int planted(const int *x) { if (x == 0) return *x; return 0; }
"""


def unique_commands():
    """One command per source, laned sources once; flags clang does not know."""
    entries = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = (build / entry["file"]).resolve()
        if source.suffix == ".c" and root in source.parents \
                and build not in source.parents:
            entries.setdefault(source, entry)
    (memory / "compile_commands.json").write_text(
        json.dumps(list(entries.values())))
    return sorted(entries)


def surroundings():
    digest = hashlib.sha256()
    for path in [root / ".clang-tidy", root / "tests/.clang-tidy", *sorted(root.glob("[!b.]*/**/*.h"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def findings(source):
    run = subprocess.run(
        ["clang-tidy", "--quiet", "-p", memory,
         "--extra-arg=-Wno-unknown-warning-option",
         "--extra-arg=-Wno-ignored-optimization-argument", *PATHS,
         "--header-filter=.*/(src|include|tests|demo|bench)/.*", source],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    found = [line for line in run.stdout.splitlines()
             if "warning:" in line or "error:" in line]
    return found or (["clang-tidy could not run: " + run.stderr[-300:]]
                     if run.returncode else [])


def tidy(source, around):
    name = hashlib.sha256(source.read_bytes() + bytes(source) +
                          around.encode()).hexdigest()
    if (memory / name).exists():
        return []
    found = findings(source)
    if not found:
        (memory / name).touch()
    return found


def planted_fault_is_found():
    source = memory / "planted.c"
    source.write_text(PLANTED)
    found = "\n".join(findings(source))
    return "NullDereference" in found and "braces" in found


def main():
    print("1..2")
    sources = unique_commands()
    planted = planted_fault_is_found()
    print(("ok" if planted else "not ok") + " 1 - a planted fault is found")
    around = surroundings()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda source: tidy(source, around), sources)
        found = sorted({line for result in results for line in result})
    for line in found:
        print("# " + line.replace(str(root) + "/", "")
              .replace(str(build) + "/../", ""))
    print(("not ok" if found else "ok") +
          f" 2 - {len(sources)} sources are tidy")
    return 0 if planted and not found else 1


sys.exit(main())
