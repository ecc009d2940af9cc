"""Text of this host without what may be a secret: lines of logs, and commands that people ran.

Pure, and with the standard library only. It rather masks too much: a long random word is masked whatever it
is.
"""

from __future__ import annotations

import os
import re
import shlex

MASK = "***"
NAME = (
    r"[\w.-]*(?:passw(?:or)?d|passphrase|passwd|pwd|secret|token|api[_-]?key|credential|authorization|cookie)"
    r"[\w.-]*"
)
NAMED = re.compile(
    rf"(?i)({NAME})([\"']?\s*[=:]\s*|\s+)((?:bearer|basic|digest)\s+)?(\"[^\"]*\"?|'[^']*'?|[^\s,;&]+)"
)
IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
KNOWN_FORMS = re.compile(
    r"\b(?:AKIA|ASIA|gh[opsu]_|glpat-|sk[-_]|xox[abprs]-|eyJ)[\w.-]{8,}|AGE-SECRET-KEY-\w+"
)
LONG = re.compile(r"(?<![\w+/=-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+=-][\w+/=-]{23,}(?![\w+/=-])")
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
    return LONG.sub(MASK, NAMED.sub(rf"\1\2{MASK}", text))


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
