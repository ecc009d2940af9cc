"""Package sources beside the distribution's: a deb822 file, its key, and what may come from there."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from rigwright.desired import Check, Desired, Directory, File, PackageSource
from rigwright.desired.program import shell

SUBSYSTEM = "sources"
WANTED_PRIORITY = 900
OTHER_PRIORITY = 100
"""apt_preferences(5): such a version is installed only where no other source has the package."""
NEVER = -1


def desired(sources: Iterable[PackageSource]) -> Desired | None:
    """Every file that apt reads of these sources; None where there is none.

    A source that its key did not sign, or that cannot be asked, is refused before anything is replaced: else
    a wrong key would be found out by the first installation after it, which may be a security update.

    Raises:
        ValueError: Two sources of one name differ.
    """
    by_name: dict[str, PackageSource] = {}
    for source in sources:
        if by_name.setdefault(source.name, source) != source:
            raise ValueError(f"two package sources are called {source.name} and differ")
    if not by_name:
        return None
    ordered = [source for _, source in sorted(by_name.items())]
    return Desired(
        SUBSYSTEM,
        files=tuple(file for source in ordered for file in _files(source)),
        directories=(Directory("/etc/apt/keyrings"),),
        checks=tuple(_signed(source) for source in ordered),
    )


def _list(source: PackageSource) -> str:
    return f"/etc/apt/sources.list.d/rigwright-{source.name}.sources"


def _signed(source: PackageSource) -> Check:
    command = shell("shared/programs/signed.sh", variables={"path": _list(source)})
    return Check(f"apt with the key of {source.name}", command)


def _files(source: PackageSource) -> list[File]:
    key = f"/etc/apt/keyrings/rigwright-{source.name}.asc"
    return [
        File(key, source.key.encode()),
        File(f"/etc/apt/preferences.d/rigwright-{source.name}", _preferences(source).encode()),
        File(_list(source), _deb822(source, key).encode()),
    ]


def _deb822(source: PackageSource, key: str) -> str:
    fields = {
        "Types": "deb",
        "URIs": source.uri,
        "Suites": source.suite,
        "Components": " ".join(source.components),
        "Signed-By": key,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def _preferences(source: PackageSource) -> str:
    """Only what is named is preferred from there; a host that is not named in the URI is apt's ``""``.

    A pin has a version or an origin, never both, and of those that name a package the first counts.
    """
    origin = f'origin "{urlsplit(source.uri).hostname or ""}"'
    named = " ".join(source.packages)
    pins = [(named, origin, WANTED_PRIORITY)]
    if source.version:
        pins = [(named, f"version {source.version}", WANTED_PRIORITY), (named, origin, NEVER)]
    return "\n".join(
        f"Package: {packages}\nPin: {pin}\nPin-Priority: {priority}\n"
        for packages, pin, priority in (*pins, ("*", origin, OTHER_PRIORITY))
    )
