"""Where one accident is several findings, because a reading of the running system then says something else.

A reading that nobody can answer is told only where nothing else of its subsystem differs, so that the program
that it asks may be broken or gone without a further finding.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Consequence:
    """What a reading of the subsystem answers besides, when this happens here.

    Attributes:
        where: The end of a path, or a unit.
        how: Which accidents have it, by their names below.
        reading: All of whose keys are told then; None: what it answers is another program's default, which
            no table here can tell, and the accident is left out.
        asked: Ends of paths, and units, without which the reading is not answered.
    """

    where: str
    how: frozenset[str]
    reading: str | None
    asked: tuple[str, ...] = ()

    def is_asked(self, where: str) -> bool:
        """Whether the reading is answered by this."""
        return any(where.endswith(end) for end in self.asked)


HARMLESS = frozenset({"opened", "owner", "group", "switched"})
"""After these every reading is answered as before."""
CHANGED = frozenset({"appended", "emptied", "link"})
CONSEQUENCES = (
    # journald reads its file when it starts, so it must have been started after any change of it.
    Consequence(
        "/journald.conf.d/rigwright.conf",
        CHANGED | {"closed", "opened", "owner", "group", "removed", "special"},
        "journal",
    ),
    # Redis's users are known by the digest of the file that they were loaded from.
    Consequence(
        "/users.acl",
        CHANGED,
        "redis users",
        ("/redis/ask", "/administrator.json", "redis-server.service", "valkey-server.service"),
    ),
    # It takes its table away when it stops.
    Consequence("rigwright-firewall.service", frozenset({"stopped"}), "nft", ("/firewall.nft",)),
    # Without their files systemd and sshd answer with their defaults.
    Consequence("/rigwright-placement.conf", frozenset({"removed", "link"}), None),
    Consequence("/sshd_config.d/00-rigwright.conf", frozenset({"emptied", "removed"}), None),
)
