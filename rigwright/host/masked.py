"""Text of this host without what may be a secret: lines of logs, and commands that people ran.

Pure, and with the standard library only. It rather masks too much: a long random word is masked whatever it
is.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator

MASK = "***"
SECRET = re.compile(
    r"passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key|credential|authorization|cookie",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"(?<![\w.-])([\w.-]+)(?:\\{0,3}[\"']?\s{0,8}[=:]\s{0,8}|(?<=[DdEe])\s{1,8}(?=[\"']))"
    r"|(?<!\S)(--?[\w-]+)\s{1,8}"
)
"""A name before its value: ``NAME=``, ``NAME: ``, ``"NAME": ``, ``PASSWORD '``, ``--NAME ``.

From each place it reads a word once, so that no line takes long, whoever wrote it.
"""
VALUE = re.compile(
    r"(?:(?:bearer|basic|digest)\s+)?(?:\\{0,3}\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|[^\s,;&\"']+)", re.IGNORECASE
)
IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
KNOWN_FORMS = re.compile(
    r"\b(?:AKIA|ASIA|gh[opsu]_|glpat-|sk[-_]|xox[abprs]-|eyJ)[\w.-]{8,}|AGE-SECRET-KEY-\w+"
)
RUN = re.compile(r"(?<![\w+/=-])[\w+/=-]{24,}(?![\w+/=-])")
RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+=-]{24,}|(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[\w+=]{16,}")
"""A part of a word that no person wrote: long, of digits and letters."""
AUDITED = re.compile(r"\b(proctitle|a\d+|exe_args)=(\"[^\"]*\"|\S+)")
"""Arguments of commands in the kernel's audit log, plain or in hexadecimal."""
WORDS = frozenset(
    {
        *(
            "apt",
            "apt-get",
            "aptitude",
            "chmod",
            "chown",
            "cp",
            "dpkg",
            "ip",
            "kill",
            "killall",
            "ln",
            "mkdir",
            "mount",
        ),
        *(
            "mv",
            "nft",
            "pkill",
            "poweroff",
            "reboot",
            "rm",
            "service",
            "shutdown",
            "swapoff",
            "sysctl",
            "systemctl",
            "touch",
            "truncate",
            "umount",
        ),
    }
)
"""Programs whose arguments are shown: none of them takes a secret but as a value of a name."""


def masked(text: str) -> str:
    """The text with passwords, tokens, keys and long random words masked."""
    text = IN_URL.sub(f"{MASK}@", text)
    text = KNOWN_FORMS.sub(MASK, SCHEME.sub(rf"\1 {MASK}", text))
    if "msg=audit(" in text:
        text = AUDITED.sub(rf"\1={MASK}", text)
    return RUN.sub(_run, "".join(_without_values(text)))


def _without_values(text: str) -> Iterator[str]:
    """The text in pieces, with the values of names that stand for a secret masked."""
    done = 0
    for found in NAMED.finditer(text):
        if found.start() < done or not SECRET.search(found[1] or found[2]):
            continue
        if value := VALUE.match(text, found.end()):
            yield text[done : found.end()]
            yield MASK
            done = value.end()
    yield text[done:]


def _run(found: re.Match[str]) -> str:
    """A word whose parts between slashes may be random: of a path these parts alone, else all of it."""
    parts = found[0].split("/")
    if not any(map(RANDOM.fullmatch, parts)):
        return found[0]
    if not found[0].startswith("/"):
        return MASK
    return "/".join(MASK if RANDOM.fullmatch(part) else part for part in parts)


def command(line: str) -> str:
    """A command by its program; with its arguments for programs of :data:`WORDS`, without their values."""
    try:
        words = shlex.split(line) or [line]
    except ValueError:
        words = line.split() or [line]
    program, arguments = os.path.basename(words[0]), words[1:]
    if program not in WORDS:
        return f"{program} …" if arguments else program
    shown = (f"{one.partition('=')[0]}={MASK}" if "=" in one else one for one in arguments)
    return masked(" ".join([program, *shown]))
