"""Where one accident is several findings, because runtime state differs then too.

Unreadable runtime state is reported only where nothing else of its subsystem differs, so that the program
that it queries may be broken or missing without a further finding.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Consequence:
    """The runtime state of the subsystem that differs too, when this happens here.

    Attributes:
        where: The end of a path, or a unit.
        how: Which accidents have it, by their names below.
        runtime_state: Its keys differ then; None: its values are another program's defaults, which
            are unknown here, and the accident is left out.
        needed: Ends of paths, and units, without which it is unreadable.
        key: The one that differs; all of them by default.
    """

    where: str
    how: frozenset[str]
    runtime_state: str | None
    needed: tuple[str, ...] = ()
    key: str | None = None

    def is_needed(self, where: str) -> bool:
        """Whether the runtime state is read through this."""
        return any(where.endswith(end) for end in self.needed)


HARMLESS = frozenset({"opened", "owner", "group", "switched"})
"""After these every runtime state is as before."""
CHANGED = frozenset({"appended", "emptied", "link"})
CONSEQUENCES = (
    # journald reads its file when it starts, so it must have been started after any change of it.
    Consequence(
        "/journald.conf.d/rigwright.conf",
        CHANGED | {"closed", "opened", "owner", "group", "removed", "special"},
        "journal",
        key="journald runs with its settings",
    ),
    # Redis's users are known by the digest of the file that they were loaded from.
    Consequence(
        "/users.acl",
        CHANGED,
        "redis users",
        ("/redis/ask", "/administrator.json", "redis-server.service", "valkey-server.service"),
    ),
    # It removes its table when it stops.
    Consequence("rigwright-firewall.service", frozenset({"stopped"}), "nft", ("/firewall.nft",)),
    # Without their files systemd and sshd run with their defaults.
    Consequence("/rigwright-placement.conf", frozenset({"removed", "link"}), None),
    Consequence("/sshd_config.d/00-rigwright.conf", frozenset({"emptied", "removed"}), None),
)
