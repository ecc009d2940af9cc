"""``rig show``: what a host should be, from the inventory alone."""

from __future__ import annotations

import difflib

import click

from rigwright import console
from rigwright.cli.options import JSON, inventory_first
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import load, only
from rigwright.report import document, show
from rigwright.settings.origin import recorded

EPILOG = """\b
Examples:
  rig show inventories/prod.py studio           every setting, and the names of all files
  rig show inventories/prod.py studio base      one subsystem, with the content of its files
  rig show studio base --json | jq -r '.subsystems[].settings[] | select(.source != "default")'

\b
Exit codes: 0 shown, 1 the inventory, the host or the subsystem is not there
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, required=True, metavar="[INVENTORY] NAME [SUBSYSTEM]")
@JSON
def command(words: tuple[str, ...], as_json: bool) -> int:
    """Show the settings of a host, where each was written, and the files that they become.

    It contacts no host, and shows no secret.
    """
    inventory, names = inventory_first(words)
    if len(names) not in (1, 2):
        raise click.UsageError("name one host, and one of its subsystems at most")
    with recorded():
        host = only(load(inventory), names[0])
    every = show.shown(host)
    chosen = [one for one in every if one.name in names[1:]] if names[1:] else list(every)
    if not chosen:
        known = [one.name for one in every]
        near = difflib.get_close_matches(names[1], known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise RigError(
            f"it has no {names[1]}", host=host.name, next_step=f"{hint}use one of: {', '.join(known)}"
        )
    if as_json:
        found = show.ShowDocument(
            exit=int(Exit.OK),
            name=host.name,
            groups=tuple(dict.fromkeys(host.groups)),
            subsystems=tuple(chosen),
        )
        console.echo(document.as_json(found))
    else:
        console.echo(show.as_text(host, chosen, files=len(names) > 1))
    return int(Exit.OK)
