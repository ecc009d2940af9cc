"""Read a machine's apt sources, and write a lab host's. Pure: text in, text out.

Both formats of sources.list(5) are read, because a machine may have either or both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from rigwright.lab.recipe import Recipe

SUITES: Mapping[str, str] = {
    **dict.fromkeys(
        ("bullseye", "bookworm", "trixie", "forky", "sid", "oldstable", "stable", "testing", "unstable"),
        "debian",
    ),
    **dict.fromkeys(("focal", "jammy", "noble", "plucky", "questing", "resolute"), "ubuntu"),
}


@dataclass(frozen=True)
class Source:
    """One archive that apt reads: ``deb URI SUITE COMPONENTS``."""

    uri: str
    suite: str
    components: tuple[str, ...]


@dataclass(frozen=True)
class Mirrors:
    """Where one distribution's packages and its security updates come from."""

    main: str
    security: str


def parse_one_line(text: str) -> Iterator[Source]:
    """The sources of a file in the one-line format; lines that are none are passed over."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if found:
            yield Source(found[1], found[2], tuple(found[3].split()))


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def parse_deb822(text: str) -> Iterator[Source]:
    """The enabled binary sources of a file in the deb822 format."""
    for stanza in re.split(r"\n(?:[ \t]*\n)+", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {
            "no",
            "false",
        }:
            continue
        components = tuple(fields.get("components", "").split())
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Source(uri, suite, components)


def _of_distribution(source: Source, distribution: str) -> bool:
    """Whether this is the distribution's own archive.

    Other vendors use the code names of Debian and Ubuntu too: the archive's own folder in the path,
    as every mirror keeps it, distinguishes them.
    """
    uri = urlsplit(source.uri)
    folders = {"debian": {"debian", "debian-security"}, "ubuntu": {"ubuntu", "ubuntu-ports"}}[distribution]
    return (
        uri.scheme in {"http", "https"}
        and "main" in source.components
        and SUITES.get(re.split(r"[-/]", source.suite)[0]) == distribution
        and not folders.isdisjoint(uri.path.split("/"))
    )


def mirrors(sources: Iterable[Source], distribution: str) -> Mirrors | None:
    """The machine's mirrors of a distribution, or None if it does not name both of them."""
    own = [source for source in sources if _of_distribution(source, distribution)]
    main = [s.uri for s in own if s.suite in SUITES]
    security = [s.uri for s in own if s.suite.endswith(("-security", "/updates"))]
    return Mirrors(main[0].rstrip("/"), security[0].rstrip("/")) if main and security else None


def render(recipe: Recipe, mirrors: Mirrors) -> str:
    """A lab host's apt sources in deb822: the release, its updates and its security updates."""
    stanzas = (
        (mirrors.main, f"{recipe.suite} {recipe.suite}-updates"),
        (mirrors.security, f"{recipe.suite}-security"),
    )
    return "\n".join(
        f"Types: deb\nURIs: {uri}\nSuites: {suites}\nComponents: {' '.join(recipe.components)}\n"
        f"Signed-By: {recipe.keyring}\n"
        for uri, suites in stanzas
    )
