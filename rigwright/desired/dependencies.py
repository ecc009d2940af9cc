"""Which subsystems need which others on the same host, and what follows for a choice or a failure. Pure.

A subsystem names what it needs in :attr:`Desired.requires`. All need the toolkit's own part, which recovers
an interrupted change, and those with package sources of their own need the part that writes them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rigwright.desired import Desired, package_sources
from rigwright.errors import RigError

TOOLKIT = "rigwright"


@dataclass(frozen=True)
class Choice:
    """What ``--only`` examines of one host.

    Attributes:
        named: The subsystems that were named, as far as the host has them, in the order of apply.
        needed: What those need, which is examined too.
        left: All others, of which nothing is known.
    """

    named: tuple[str, ...]
    needed: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def examined(self) -> tuple[str, ...]:
        """The named and the needed ones."""
        return (*self.needed, *self.named)


def needs(desired: Sequence[Desired]) -> dict[str, tuple[str, ...]]:
    """By subsystem, all that it needs on this host, directly or not, in the order of apply."""
    present = [one.subsystem for one in desired]
    found: dict[str, tuple[str, ...]] = {}
    for one in desired:
        wanted = {name for name in _direct(one) if name in found}
        wanted |= {further for name in wanted for further in found[name]}
        found[one.subsystem] = tuple(name for name in present if name in wanted)
    return found


def _direct(one: Desired) -> set[str]:
    sources = {package_sources.SUBSYSTEM} if one.sources else set()
    return ({TOOLKIT, *one.requires} | sources) - {one.subsystem}


def choose(desired: Sequence[Desired], only: Collection[str]) -> Choice:
    """What of a host is examined where only these subsystems are named."""
    needed = needs(desired)
    present = [one.subsystem for one in desired]
    named = tuple(name for name in present if name in only)
    with_them = {other for name in named for other in needed[name]} - {*named}
    return Choice(
        named,
        tuple(name for name in present if name in with_them),
        tuple(name for name in present if name not in {*named, *with_them}),
    )


def check(only: Sequence[str], hosts: Mapping[str, Iterable[Desired]]) -> None:
    """Refuse a name that no host has, before any is contacted.

    Args:
        only: The names.
        hosts: The desired state of each chosen host.

    Raises:
        RigError: A name is none of a subsystem that one of the hosts has.
    """
    known = list(dict.fromkeys(one.subsystem for desired in hosts.values() for one in desired))
    for name in only:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise RigError(
                f"--only {name} is no subsystem of {', '.join(hosts)}",
                next_step=f"{hint}use one of: {', '.join(known)}",
            )


def held_back(desired: Sequence[Desired], failed: Collection[str]) -> dict[str, str]:
    """By subsystem that did not fail itself, the first of what it needs that did."""
    return {
        name: next(other for other in needed if other in failed)
        for name, needed in needs(desired).items()
        if name not in failed and {*needed} & {*failed}
    }
