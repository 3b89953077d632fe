#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""embed.py FOLDER OUT.c: the files of a built page as C; without a folder a page
that says how to get the real one."""
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript",
         ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml",
         ".png": "image/png", ".json": "application/json",
         ".txt": "text/plain; charset=utf-8"}

MISSING = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Tonmeister</title>
<h1>The studio's page was not built</h1>
<p>This program was built from a checkout without npm. Install nodejs and npm, then:
<code>npm --prefix web ci --ignore-scripts</code>, <code>npm --prefix web run build</code>,
<code>make</code>. The tarball of a release has the page in it.</p>
</html>
"""


def files(folder):
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.splitext(name)[1] in TYPES:
                found.append(("/" + os.path.relpath(path, folder), path))
    return sorted(found)


def main():
    folder, out = sys.argv[1:]
    page = [(url, open(path, "rb").read()) for url, path in files(folder)]
    if not any(url == "/index.html" for url, _ in page):
        page = [("/index.html", MISSING)]
    with open(out, "w", encoding="utf-8") as c:
        c.write("// SPDX-License-Identifier: GPL-3.0-or-later\n"
                "/// @file Made by embed.py.\n#include \"server/page.h\"\n")
        for i, (_, data) in enumerate(page):
            body = ",".join(str(b) for b in data) or "0"
            c.write(f"static const unsigned char f{i}[] = {{{body}}};\n")
        c.write("const PageFile page_files[] = {\n")
        for i, (url, data) in enumerate(page):
            kind = TYPES[os.path.splitext(url)[1]]
            c.write(f'  {{"{url}", "{kind}", f{i}, {len(data)}}},\n')
        c.write(f"}};\nconst size_t page_n_files = {len(page)};\n")


main()
