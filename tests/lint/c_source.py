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


def type_names(text):
    """Names of the types that a source defines, and of its struct tags."""
    plain = code(text)
    names = set(re.findall(r"^(?:typedef )?(?:struct|union|enum) (\w+) \{",
                           plain, re.M))
    for match in re.finditer(r"^typedef (?:struct|union|enum)(?: \w+)? \{.*?"
                             r"^\} (?:\w+\(.*?\) )?(\w+);", plain, re.S | re.M):
        names.add(match.group(1))
    for match in re.finditer(r"^typedef ([^{};]*?);", plain, re.S | re.M):
        names.add(_typedef_name(match.group(1)))
    return names - {None}


def _typedef_name(declaration):
    """The name behind `typedef`; none for a mere `typedef struct X X`."""
    pointer = re.search(r"\(\*\s*(\w+)\)", declaration)
    if pointer:
        return pointer.group(1)
    words = re.findall(r"\w+", re.sub(r"\[.*|__attribute__\(\(.*?\)\)", "",
                                      declaration))
    if len(words) == 3 and words[0] in ("struct", "union", "enum") and \
            words[1] == words[2]:
        return None
    return words[-1]


def words(text):
    return set(re.findall(r"[A-Za-z_]\w*", text))


def circles(edges):
    """Sets of nodes that reach each other; edges: node -> nodes (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            circle = stack[stack.index(node):]
            del stack[-len(circle):]
            if len(circle) > 1:
                found.append(circle)

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found
