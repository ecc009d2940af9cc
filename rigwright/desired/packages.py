"""Where a subsystem's packages are installed from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PackageSource:
    """Where packages come from that the distribution has not, or not in the desired version.

    Attributes:
        name: Short, such as ``engine``: part of the names of its files.
        uri: Address of the repository.
        suite: Such as ``trixie``, or a path that ends with a slash.
        components: Such as ``main``; empty for a suite that is a path.
        key: OpenPGP public key, ASCII-armoured: only what it signed is taken.
        packages: Names or glob patterns of what is preferred from there; nothing else replaces
            a package of the distribution.
        version: Glob pattern of the only versions of them that are taken, such as ``580.*``; empty for all.
    """

    name: str
    uri: str
    suite: str
    components: tuple[str, ...]
    key: str
    packages: tuple[str, ...]
    version: str = ""
