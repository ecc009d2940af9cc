"""``rig init``: write a first inventory of a host."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rigwright.cli.options import DESTINATION
from rigwright.console import echo, note
from rigwright.errors import RigError
from rigwright.init.facts import HostFacts
from rigwright.init.survey import survey, unmet_requirements
from rigwright.init.text import Address, LeftOut, inventory
from rigwright.remote.destination import SSH_PORT, Destination
from rigwright.remote.route import resolve
from rigwright.repository import ROOT

STARTER_MODULE = "deploys.starter"
TEMPLATES = ("web", "gpu", "db", "full")
EXAMPLE = Address("192.0.2.10", "operator")
"""Of a host that is not known yet; the address is reserved for documentation (RFC 5737)."""
PLACEHOLDERS = "Examples, to be changed: os, gpus where there are some; below name, address and user."
KNOWN_HOSTS = ROOT / "inventories" / "known_hosts"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

EPILOG = """\b
Examples:
  rig init operator@192.0.2.10
  rig init operator@192.0.2.10 --template web
  rig init --template db --output inventories/db.py

\b
Exit codes: 0 written, 1 not written
"""


@click.command("init", epilog=EPILOG)
@click.argument("host", metavar="[HOST]", required=False, type=DESTINATION)
@click.option("--template", type=click.Choice(TEMPLATES), help="Have these subsystems, besides those found.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write.  [default: inventories/NAME.py]",
)
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="Your private key.")
@click.option(
    "--inventory-known-hosts",
    "known_hosts",
    type=click.Path(path_type=Path, dir_okay=False),
    default=KNOWN_HOSTS,
    show_default="inventories/known_hosts",
    help="Where the host key is pinned.",
)
def command(
    host: Destination | None, template: str | None, output: Path | None, key: Path | None, known_hosts: Path
) -> None:
    """Write a first inventory of HOST, [USER@]ADDRESS[:PORT], from what is on it.

    HOST is queried, not changed; rig bootstrap prepares it. Without HOST the template is written, for a
    host that is still to come. A file that exists is never overwritten.
    """
    if output:
        _refuse_existing(output)
    if host is None:
        path, text, left_out = _from_template(template or TEMPLATES[0], output)
    else:
        path, text, left_out = _from_host(host, template, output, key, known_hosts)
    _write(path, text)
    echo(f"wrote {path} ({len(text.splitlines())} lines)")
    for one in left_out:
        echo(f"left out {one.name}: {one.why}")
    note(f"next: read docs/how-to/what-to-change-first.md, and run rig plan {path}")


def _from_template(template: str, output: Path | None) -> tuple[Path, str, Sequence[LeftOut]]:
    starter = importlib.import_module(STARTER_MODULE)
    facts: HostFacts = starter.example(template)
    parts, left_out = starter.parts(facts, template, EXAMPLE.user, {})
    title = f"From the template {template} of rig init"
    text = inventory(title, facts, EXAMPLE, parts=parts, left_out=left_out, notes=[PLACEHOLDERS])
    return output or _default_path(facts.name), text, left_out


def _from_host(
    host: Destination, template: str | None, output: Path | None, key: Path | None, known_hosts: Path
) -> tuple[Path, str, Sequence[LeftOut]]:
    starter = importlib.import_module(STARTER_MODULE)
    address = _address(host, key, known_hosts)
    facts = survey(address, known_hosts, starter.QUERIES)
    path = output or _default_path(facts.name)
    _refuse_existing(path)

    def text(unmet: Mapping[str, str]) -> tuple[str, list[LeftOut]]:
        parts, left_out = starter.parts(facts, template, address.user, unmet)
        return inventory("As rig init found it", facts, address, parts=parts, left_out=left_out), left_out

    unmet = unmet_requirements(text({})[0])
    return path, *text(unmet)


def _address(host: Destination, key: Path | None, known_hosts: Path) -> Address:
    return Address(
        host.address,
        resolve(host.address, host.user, host.port).user,
        host.port if host.port != SSH_PORT else None,
        str(key.expanduser().absolute()) if key else None,
        str(known_hosts.absolute()) if known_hosts.absolute() != KNOWN_HOSTS else None,
    )


def _default_path(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise RigError(
            f"the host's name {name!r} names no file",
            next_step="choose the file with --output inventories/NAME.py",
        )
    return Path("inventories") / f"{name}.py"


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise RigError(
            "the file exists and is not overwritten",
            file=str(path),
            next_step="choose another with --output, or move this one away",
        )


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        _refuse_existing(path)
    except OSError as error:
        raise RigError(
            f"cannot be written: {error.strerror}", file=str(path), next_step="choose another with --output"
        ) from error
