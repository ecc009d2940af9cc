"""A break: what makes one claim about a host false, and what puts it right again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

KEPT = "/run/rig-breaks"
"""The host's folder for what breaks put aside."""
QUIET = (
    "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
    "s.bind((sys.argv[2], int(sys.argv[3]))); s.listen(); time.sleep(900)"
)


@dataclass(frozen=True)
class Break:
    """What happens to a running host.

    Attributes:
        claim: The claim that it makes false: file and test, ``test_base::test_held_packages_are_held``.
        command: For ``/bin/sh``, as root.
        undo: What puts the host right again.
        also: Claims that cannot hold then either.
        after: What brings changed files into force: run once for all breaks of a batch.
        touches: What no other break may change at once, such as a service that it restarts.
        alone: Nothing else can be queried meanwhile, so the claim is tested by itself.
        scenario: The host that has something to be broken.
    """

    claim: str
    command: str
    undo: str
    also: tuple[str, ...] = ()
    after: str = ""
    touches: str = ""
    alone: bool = False
    scenario: str = "everything"

    @property
    def claims(self) -> frozenset[str]:
        """All that it makes false."""
        return frozenset((self.claim, *self.also))

    def fits(self, others: Sequence[Break]) -> bool:
        """Whether it can happen at once with the others, and each claim shows whose it is."""
        return not any(
            self.alone
            or one.alone
            or self.claims & one.claims
            or (self.touches and self.touches == one.touches)
            for one in others
        )


@dataclass(frozen=True)
class Claims:
    """Makes breaks for the claims of one file."""

    file: str
    scenario: str = "everything"

    def ran(
        self,
        test: str,
        command: str,
        undo: str,
        *,
        also: tuple[str, ...] = (),
        after: str = "",
        touches: str = "",
        alone: bool = False,
    ) -> Break:
        """By commands."""
        claim = f"{self.file}::{test}"
        return Break(claim, command, undo, also, after, touches, alone, self.scenario)

    def edited(
        self,
        test: str,
        path: str,
        expression: str,
        *,
        also: tuple[str, ...] = (),
        after: str = "",
        touches: str = "",
    ) -> Break:
        """By sed on a file, which must change; a shell pattern may stand for its path."""
        kept = f"{KEPT}/{self.file}.{test}"
        command = (
            f"f=$(echo {path}); cp -a $f {kept}; sed -i -E {shlex.quote(expression)} $f; ! cmp -s $f {kept}"
        )
        # Back into the same place: what the file belongs to may hold it open by name.
        return self.ran(test, command, f"mv {kept} $(echo {path})", also=also, after=after, touches=touches)

    def unit(self, test: str, verb: str, name: str) -> Break:
        """By ``stop`` or ``disable`` of a unit."""
        undo = {"stop": "start", "disable": "enable"}[verb]
        return self.ran(test, f"systemctl {verb} -q {name}", f"systemctl {undo} -q {name}")

    def moded(self, test: str, path: str, mode: str) -> Break:
        """By the mode of a file."""
        kept = f"{KEPT}/{self.file}.{test}"
        command = f"stat -c %a {path} >{kept}; chmod {mode} {path}"
        return self.ran(test, command, f"chmod $(cat {kept}) {path}")

    def listened(self, test: str, process: str, port: int) -> Break:
        """By another socket of a process of that name, on every address."""
        named = f"import socket, sys, time; open('/proc/self/comm', 'w').write(sys.argv[1]); {QUIET}"
        unit = f"rig-break-{port}"
        words = f"{process} 0.0.0.0 {port}"
        command = f"systemd-run -q --collect --unit={unit} python3 -c {shlex.quote(named)} {words}"
        wait = f"timeout 20 sh -c 'until ss -Hltn sport = :{port} | grep -q .; do sleep 0.1; done'"
        return self.ran(test, f"{command}; {wait}", f"systemctl stop {unit}")

    def loosened(self, test: str, path: str) -> Break:
        """By a unit file without what confines the unit."""
        kinds = (
            "Ambient|Capability|Device|IPAddress|Lock|Memory|NoNew|Private|Protect|ReadWrite|Remove"
            "|Restrict|SystemCall|UMask"
        )
        return self.edited(test, path, f"/^({kinds})/d", after="systemctl daemon-reload")


def batches(breaks: Sequence[Break]) -> list[list[Break]]:
    """Each break in exactly one batch, and in each batch breaks that do not disturb each other."""
    found: list[list[Break]] = []
    for one in breaks:
        home = next((batch for batch in found if one.fits(batch)), None)
        if home is None:
            found.append([one])
        else:
            home.append(one)
    return found


def script(commands: Sequence[str], after: Sequence[str]) -> str:
    """Every command in a shell of its own, then what brings them into force; it prints those that failed."""
    every = [*commands, *dict.fromkeys(one for one in after if one)]
    lines = [f"mkdir -p {KEPT}"]
    for number, one in enumerate(every):
        quoted = shlex.quote(f"set -e\n{one}")
        run = f"timeout 60 sh -c {quoted} </dev/null >{KEPT}/output 2>&1"
        lines.append(f"{run} || {{ echo {number}; cat {KEPT}/output; }}")
    return "\n".join(lines)


def breaking(batch: Sequence[Break]) -> str:
    """The script that makes all of them happen."""
    return script([one.command for one in batch], [one.after for one in batch])


def undoing(batch: Sequence[Break]) -> str:
    """The script that puts all of them right: the last first, as several may change one file."""
    return script([one.undo for one in reversed(batch)], [one.after for one in batch])
