"""A regular expression of a setting in plain words, derived from the expression itself."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# The parser of regular expressions was a module of its own before Python 3.11.
_parser: Any = getattr(re, "_parser", None) or importlib.import_module("sre_parse")

KNOWN = {
    r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": (
        "a domain such as www.example.com or *.example.com: lower-case letters, digits and -, at most 63 "
        "between two dots, and no - beside a dot"
    ),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time from 00:00 to 23:59, with two digits each",
    r"^(C|[a-z]{2,3}_[A-Z]{2})\.UTF-8$": "C.UTF-8, or a language and a country such as de_DE.UTF-8",
}
"""Expressions that no list of their parts makes clear."""

_RANGES = {
    ("a", "z"): "lower-case letters",
    ("A", "Z"): "capital letters",
    ("0", "9"): "digits",
    ("!", "~"): "visible ASCII characters",
}
_NAMES = {" ": "blanks", "\t": "tabs", "\n": "line ends", ",": "commas", '"': "double quotes"}
_CATEGORIES = {
    "CATEGORY_DIGIT": "digits",
    "CATEGORY_WORD": "letters, digits, _",
    "CATEGORY_SPACE": "blanks",
    "CATEGORY_NOT_SPACE": "characters other than blanks",
}
_UNBOUNDED = _parser.MAXREPEAT


def pattern_words(pattern: str) -> str:
    """What a text must be to match, such as ``one of capital letters, then up to 31 of digits, _``."""
    return KNOWN.get(pattern) or _sequence(list(_parser.parse(pattern)))


def _sequence(items: Sequence[Any]) -> str:
    parts: list[str] = []
    literal = ""
    for name, value in ((str(item[0]), item[1]) for item in items):
        if name == "LITERAL":
            literal += chr(value)
            continue
        if name == "BRANCH" and all(str(one[0]) == "LITERAL" for branch in value[1] for one in branch):
            words = " or ".join(_quoted(literal + _text(branch)) for branch in value[1])
            literal = ""
        else:
            words = _one(name, value)
        parts += [_quoted(literal)] if literal else []
        parts += [words] if words else []
        literal = ""
    return ", then ".join([*parts, _quoted(literal)] if literal else parts)


def _text(literals: Iterable[Any]) -> str:
    return "".join(chr(one[1]) for one in literals)


def _quoted(text: str) -> str:
    return f"“{text}”"


def _one(name: str, value: Any) -> str:
    describers: dict[str, Callable[[], str]] = {
        "LITERAL": lambda: _quoted(chr(value)),
        "IN": lambda: f"one of {_class(value)}",
        "MAX_REPEAT": lambda: _repeated(*value),
        "MIN_REPEAT": lambda: _repeated(*value),
        "SUBPATTERN": lambda: _sequence(list(value[-1])),
        "BRANCH": lambda: " or ".join(f"({_sequence(list(one)) or 'nothing'})" for one in value[1]),
        "NOT_LITERAL": lambda: f"anything but {_quoted(chr(value))}",
        "ASSERT": lambda: f"followed by {_sequence(list(value[1]))}",
        "ASSERT_NOT": lambda: f"not followed by {_sequence(list(value[1]))}",
        "ANY": lambda: "any character",
    }
    return describers.get(name, str)()  # what is left are its two ends


def _repeated(least: int, most: Any, items: Any) -> str:
    (item, *more) = list(items)
    name, value = str(item[0]), item[1]
    optional = (least, most) == (0, 1)
    if more or name not in ("IN", "LITERAL", "NOT_LITERAL", "ANY"):
        words = _sequence(list(items))
        return f"optionally ({words})" if optional else f"{_times(least, most)} ({words})"
    if optional:
        return f"optionally {_one(name, value)}"
    return f"{_count(least, most)} of {_class(value) if name == 'IN' else _one(name, value)}"


def _count(least: int, most: Any) -> str:
    if most == _UNBOUNDED:
        return {0: "any number", 1: "one or more"}.get(least, f"{least} or more")
    if least == most:
        return str(least)
    return f"up to {most}" if least == 0 else f"{least} to {most}"


def _times(least: int, most: Any) -> str:
    if most == _UNBOUNDED:
        return {0: "any number of times", 1: "once or more often"}.get(least, f"{least} or more times")
    return f"{_count(least, most)} times"


def _class(items: Iterable[Any]) -> str:
    found = [(str(name), value) for name, value in items]
    negated = bool(found) and found[0][0] == "NEGATE"
    words = list(dict.fromkeys(_member(name, value) for name, value in found if name != "NEGATE"))
    if {"lower-case letters", "capital letters"} <= {*words}:
        words = ["letters", *(word for word in words if not word.endswith(" letters"))]
    return f"{'anything but ' if negated else ''}{', '.join(words)}"


def _member(name: str, value: Any) -> str:
    if name == "RANGE":
        first, last = chr(value[0]), chr(value[1])
        return _RANGES.get((first, last), f"{first} to {last}")
    if name == "CATEGORY":
        return _CATEGORIES.get(str(value), "certain characters")
    return _NAMES.get(chr(value), chr(value))
