#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""page PAGE_MAKER: the report as readers with a phone, a keyboard or a screen
reader meet it.  PAGE_MAKER prints a page.  TAP.
"""
import base64
import hashlib
import html.parser
import re
import subprocess
import sys

VOID = {"meta", "rect", "line", "path"}


class Page(html.parser.HTMLParser):
    """Every element with its attributes, parents and text"""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.elements = []
        self.unbalanced = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": "",
                   "parents": [e["tag"] for e in self.open]}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID and self.open.pop()["tag"] != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag):
        return [e for e in self.elements if e["tag"] == tag]


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else
                        ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def weak_colours(style):
    """Pairs of ink and ground that are hard to read, in both themes"""
    weak = []
    themes = re.findall(r":root \{(.*?)\}", style, re.S)
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", theme))
        for ink in ("ink", "dim", "good", "bad", "a", "b"):
            for ground in ("paper", "card"):
                ratio = contrast(colours[ink], colours[ground])
                if ratio < 4.5:
                    weak.append(f"--{ink} on --{ground}: {ratio:.2f}")
    return weak if len(themes) == 2 else ["there are not two themes"]


def policy_fits(page):
    policy = [e["attrs"]["content"] for e in page.all("meta")
              if e["attrs"].get("http-equiv") == "Content-Security-Policy"]
    digest = hashlib.sha256(page.all("style")[0]["text"].encode()).digest()
    wanted = f"'sha256-{base64.b64encode(digest).decode()}'"
    return len(policy) == 1 and "default-src 'none'" in policy[0] and \
        wanted in policy[0] and "unsafe" not in policy[0]


def small_text(style):
    """Sizes of text below 9 px, at any width"""
    return [s for s in re.findall(r"font(?:-size)?: (\d+)px", style)
            if int(s) < 9]


def columns(page):
    """Each table with the number of its columns"""
    tables = []
    for e in page.elements:
        if e["tag"] == "table":
            tables.append([e, 0, 0])
        elif tables and e["tag"] == "tr":
            tables[-1][1] += 1
        elif tables and e["tag"] in ("th", "td") and tables[-1][1] == 1:
            tables[-1][2] += 1
    return [(table, n) for table, _, n in tables]


def faults(page):
    tags = {e["tag"] for e in page.elements}
    style = page.all("style")[0]["text"]
    targets = {e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]}
    pictures = [e for e in page.all("svg") if "svg" not in e["parents"]]
    yield "tags are closed in order", page.unbalanced or page.open
    yield "no script", tags & {"script", "iframe", "object", "embed", "link"}
    yield "the policy knows our style alone", [] if policy_fits(page) \
        else ["it does not"]
    yield "no handlers, no styles beside the style", [
        (e["tag"], a) for e in page.elements for a in e["attrs"]
        if a.startswith("on") or a == "style"]
    yield "one main, one h1", [t for t in ("main", "h1")
                               if len(page.all(t)) != 1]
    yield "the language is known", [
        1 for e in page.all("html") if not e["attrs"].get("lang")]
    yield "a phone may zoom", [
        e["attrs"] for e in page.all("meta")
        if "scalable" in e["attrs"].get("content", "")]
    yield "every heading of a table has a scope and a text", [
        e for e in page.all("th")
        if e["attrs"].get("scope") not in ("row", "col") or not e["text"]]
    yield "tables scroll where a keyboard reaches them, or become lines", [
        e["attrs"] for e in page.all("div")
        if e["attrs"].get("class") == "wide" and
        (e["attrs"].get("tabindex") != "0" or
         not e["attrs"].get("aria-label"))]
    yield "what is wider than a phone becomes lines there", [
        (e["attrs"], n) for e, n in columns(page)
        if n > 3 and e["attrs"].get("class") != "many"] + (
            [] if ".many tr { display: flex" in style else ["no rule"])
    yield "every other table is one of reasons", [
        e["attrs"] for e in page.all("table")
        if "div" not in e["parents"] and e["attrs"].get("class") != "why"]
    yield "a picture says what it shows", [
        e["attrs"] for e in pictures
        if len(e["attrs"].get("aria-label", "")) < 20 and
        e["attrs"].get("aria-hidden") != "true"]
    yield "links go to what is on the page", [
        e["attrs"]["href"] for e in page.all("a")
        if e["attrs"]["href"][1:] not in targets or
        e["attrs"]["href"][0] != "#"]
    yield "colours can be read", weak_colours(style)
    yield "no text is too small for a phone", small_text(style) + [
        e["attrs"] for e in pictures if "viewBox" in e["attrs"]]
    yield "there is a bar for each track", [] if any(
        "bars" in e["attrs"].get("class", "") for e in page.all("tr")) else \
        ["none"]
    yield "words are explained", [] if page.all("abbr") and page.all("dl") \
        else ["none"]


def main():
    made = subprocess.run(sys.argv[1:], capture_output=True, text=True,
                          check=True)
    checks = list(faults(Page(made.stdout)))
    failed = 0
    print(f"1..{len(checks)}")
    for number, (what, wrong) in enumerate(checks, 1):
        for line in list(wrong)[:5]:
            print(f"# {line}")
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {what}")
    return failed > 0


sys.exit(main())
