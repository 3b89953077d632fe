# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks need to know of C, in the form that .clang-format gives it:
a function's name and its braces stand in the first column.
"""
import functools
import re
from collections import namedtuple

Function = namedtuple("Function", "name static lines body")

_TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'
                     r"'(?:\\.|[^'\\\n])*'", re.S)
_HEAD = re.compile(r"^(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.S | re.M)


def _blank(match):
    text = match.group()
    if text[0] in "\"'":
        return text
    return "\n" * text.count("\n") or " "


@functools.lru_cache(None)
def without_comments(text):
    """Same lines, comments blank."""
    return _TOKENS.sub(_blank, text)


@functools.lru_cache(None)
def code(text):
    """Same lines, comments and contents of strings blank."""
    return _TOKENS.sub(
        lambda m: '""' if m.group()[0] in "\"'" else _blank(m), text)


@functools.lru_cache(None)
def functions(text):
    """Function definitions of a source."""
    plain = code(text)
    found = []
    for match in _HEAD.finditer(plain):
        before = plain[:match.start()].rstrip().rsplit("\n", 1)[-1]
        found.append(Function(match.group(1), "static" in before.split(),
                              match.group(2).count("\n"), match.group(2)))
    return found


def included(text):
    """Paths of the project's own headers that a source includes."""
    return ["include/" + name if name.startswith("tonmeister/")
            else "src/" + name
            for name in re.findall(r'^ *# *include [<"]([\w./]+\.h)[>"]', text,
                                   re.M)]
