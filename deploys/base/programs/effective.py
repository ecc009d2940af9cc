"""What the host makes of all files that set what ours set: ``effective.py JSON``.

JSON holds {KIND: {"path": our file, "sha256": its digest, "values": {NAME: VALUE}}} for the kinds ``apt``,
``journald``, ``logrotate``, ``needrestart`` and ``sysctl``; a list is a list option of APT. It prints
{"KIND NAME": VALUE}: the wanted value where it counts once our file is in place, else what counts, with the
file that decides.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Found = dict[str, "tuple[str | list[str], str]"]
"""By name: the value that counts, and the file that decides."""
FOLDERS = ("/etc", "/run", "/usr/local/lib", "/usr/lib")
"""In this order the first file of a name hides those of the same name (systemd.syntax(7), sysctl.d(5))."""
NEEDRESTART = "/etc/needrestart/needrestart.conf"
PERL = r"""
our %nrconf; my $file = shift;
eval do { local(@ARGV, $/) = $file; <> }; die $@ if $@;
print "restart=$nrconf{restart}\n";
print "$_=$nrconf{override_rc}{$_}\n" for keys %{$nrconf{override_rc} // {}};
"""
OFTEN = ("hourly", "daily", "weekly", "monthly", "yearly")
TEXT_BYTES = 262144


def text(path: str) -> str:
    """Content of a configuration file; empty where there is none that can be read."""
    try:
        with open(path, "rb") as file:
            return file.read(TEXT_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def output(*command: str) -> str:
    """Standard output of a command; empty where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "replace")


def drop_ins(root: str, folder: str, pattern: str = "*.conf") -> list[str]:
    """Files of a folder such as ``sysctl.d`` in the order in which they are read: the last decides."""
    found: dict[str, str] = {}
    for above in FOLDERS:
        for path in glob.glob(f"{root}{above}/{folder}/{pattern}"):
            found.setdefault(os.path.basename(path), path)
    return [found[name] for name in sorted(found)]


def with_own(paths: list[str], own: str) -> list[str]:
    """The files with ours among them, where it is read once it is there."""
    return sorted({*paths, own}, key=os.path.basename)


def ini(content: str, section: str) -> Iterator[tuple[str, str]]:
    """Names and values of one section, as systemd reads it."""
    inside = False
    for line in map(str.strip, content.splitlines()):
        if line.startswith("["):
            inside = line == f"[{section}]"
        elif inside and "=" in line and line[0] not in "#;":
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()


def kernel_settings(content: str) -> Iterator[tuple[str, str]]:
    """Keys and values of sysctl.d(5), keys with dots."""
    for line in map(str.strip, content.splitlines()):
        key, equals, value = line.partition("=")
        if equals and line[0] not in "#;":
            yield key.strip().lstrip("-").replace("/", "."), " ".join(value.split())


def journald(about: Mapping[str, Any], root: str = "") -> Found:
    """Values of journald.conf(5) and its drop-ins."""
    main = [path for above in FOLDERS if os.path.exists(path := f"{root}{above}/systemd/journald.conf")]
    own = root + about["path"]
    paths = [*main[:1], *with_own(drop_ins(root, "systemd/journald.conf.d"), own)]
    return last(paths, own, about["values"], lambda content: ini(content, "Journal"))


def sysctl(about: Mapping[str, Any], root: str = "") -> Found:
    """Values that the next boot sets."""
    own = root + about["path"]
    return last(with_own(drop_ins(root, "sysctl.d"), own), own, about["values"], kernel_settings)


def last(
    paths: Iterable[str],
    own: str,
    values: Mapping[str, str],
    parsed: Callable[[str], Iterator[tuple[str, str]]],
) -> Found:
    """The last value of each name with its file; ours has the wanted ones, whatever it holds yet."""
    found: Found = {}
    for path in paths:
        pairs = values.items() if path == own else parsed(text(path))
        found.update({name: (value, path) for name, value in pairs if name in values})
    return found


def intact(about: Mapping[str, Any], root: str) -> bool:
    """Whether our file is as it should be; else that is a difference of the file."""
    try:
        with open(root + about["path"], "rb") as file:
            return bool(hashlib.sha256(file.read()).hexdigest() == about["sha256"])
    except OSError:
        return False


def apt(about: Mapping[str, Any], root: str = "") -> Found:
    """Values of all files of apt.conf(5), of which apt itself resolves ``#clear`` and lists."""
    dump = output("apt-config", "dump") if intact(about, root) else ""
    values: dict[str, list[str]] = {}
    for name, value in re.findall(r'^(\S+) "(.*)";$', dump, re.MULTILINE):
        values.setdefault(name.lower(), []).append(value)
    folder = f"{root}/etc/apt/apt.conf.d"
    others = {*glob.glob(f"{folder}/*")} - {root + about["path"]}
    files = [*sorted(others, key=os.path.basename), f"{root}/etc/apt/apt.conf"]
    found: Found = {}
    for name, wanted in about["values"].items() if dump else ():
        listed = values.get(f"{name}::".lower(), [])
        scalar = "".join(values.get(name.lower(), [])[-1:])
        effective = listed or ([scalar] if scalar else []) if isinstance(wanted, list) else scalar or wanted
        found[name] = (effective, last_naming(files, named(name)) or folder)
    return found


def named(option: str) -> re.Pattern[str]:
    """The last part of an option's name as a word; those before it may stand around a block."""
    return re.compile(rf"(?i)(?<![\w-]){re.escape(option.rpartition('::')[2])}(?![\w-])")


def last_naming(files: Iterable[str], word: re.Pattern[str]) -> str:
    """The last of these files in which the word stands outside of comments; empty where it is in none."""
    return ([""] + [path for path in files if word.search(_without_comments(text(path)))])[-1]


def _without_comments(content: str) -> str:
    return re.sub(r"(?m)^\s*(//|#(?!clear)).*$|/\*.*?\*/", "", content)


def needrestart(about: Mapping[str, Any], root: str = "") -> Found:
    """Values of Perl files, by running them as needrestart does; a service is named by how it begins."""
    printed = output("perl", "-e", PERL, root + NEEDRESTART) if intact(about, root) else ""
    rows = dict(line.rpartition("=")[::2] for line in printed.splitlines())
    folder = f"{root}/etc/needrestart/conf.d"
    others = [root + NEEDRESTART, *sorted({*glob.glob(f"{folder}/*.conf")} - {root + about["path"]})]
    found: Found = {}
    for name in about["values"] if rows else ():
        key = name if name == "restart" else f"(?^:^{name})"
        word = re.compile(r"(?<!\w)restart(?!\w)" if name == "restart" else re.escape(name))
        found[name] = (rows.get(key) or "unset", last_naming(others, word) or folder)
    return found


def logrotate(about: Mapping[str, Any], root: str = "") -> Found:
    """Values that a log without a rule of its own gets from the files that are read behind ours.

    What stands outside of all braces in one file holds for those that follow it.
    """
    own = root + about["path"]
    paths = with_own(glob.glob(f"{root}/etc/logrotate.d/*"), own)
    return last(paths[paths.index(own) :], own, about["values"], global_directives)


def global_directives(content: str) -> Iterator[tuple[str, str]]:
    """Names and values outside of braces; how often is one name, whichever word gives it."""
    depth = 0
    for line in map(str.strip, content.splitlines()):
        if line.startswith("#"):
            continue
        words = line.split()
        if depth == 0 and words and not any(mark in line for mark in "{}/"):
            yield ("every", words[0]) if words[0] in OFTEN else (words[0], " ".join(words[1:]))
        depth += line.count("{") - line.count("}")


KINDS: Mapping[str, Callable[[Mapping[str, Any]], Found]] = {
    "apt": apt,
    "journald": journald,
    "logrotate": logrotate,
    "needrestart": needrestart,
    "sysctl": sysctl,
}


def shown(value: str | list[str]) -> str:
    """A value as a finding names it."""
    return (value if isinstance(value, str) else ", ".join(value)) or "none"


def difference(effective: str | list[str], wanted: str | list[str]) -> str:
    """The value that counts; of a list only what it has more and less."""
    if isinstance(effective, str) or isinstance(wanted, str):
        return shown(effective)
    more = [f"with {one}" for one in effective if one not in wanted]
    less = [f"without {one}" for one in wanted if one not in effective]
    return ", ".join([*more, *less]) or "in another order"


def described(wanted: Mapping[str, str | list[str]], found: Found, kind: str) -> Iterator[tuple[str, str]]:
    """Each name of a kind with its value; one that is not known is as wanted: our file is not in place."""
    for name, value in wanted.items():
        effective, decides = found.get(name, (value, ""))
        same = effective == value
        yield f"{kind} {name}", shown(value) if same else f"{difference(effective, value)} ({decides})"


def main(argument: str) -> None:
    """Print what counts."""
    kinds = json.loads(argument).items()
    pairs = (pair for kind, one in kinds for pair in described(one["values"], KINDS[kind](one), kind))
    print(json.dumps(dict(pairs)))


if __name__ == "__main__":
    main(sys.argv[1])
