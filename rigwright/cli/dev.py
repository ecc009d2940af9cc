"""``rig dev``: what only people who develop Rigwright use."""

from __future__ import annotations

import importlib
import subprocess
import sys

import click

from rigwright.cli.docs import RIG_MODULE
from rigwright.console import say, style
from rigwright.dev.subsystem.files import REFERENCE, RIG, Subsystem, files, registered
from rigwright.errors import Exit, RigError
from rigwright.repository import ROOT

EPILOG = """\b
Examples:
  rig dev new motd
  rig dev new motd --file /etc/motd.d/rigwright --summary "a line for everybody who logs in"

\b
Exit codes: 0 written, 1 it exists already or could not be written
"""


@click.group(name="dev")
def command() -> None:
    """Work on Rigwright itself."""


@command.command(epilog=EPILOG)
@click.argument("name")
@click.option("--file", "path", metavar="PATH", help="The file on the host that it starts with.")
@click.option("--summary", default="what it is", help="What it is, in a few words.")
def new(name: str, path: str | None, summary: str) -> int:
    """Make every file of a new subsystem: settings, state, template, tests, scenario, page."""
    try:
        subsystem = Subsystem(name, path or f"/etc/{name}/rigwright.conf", summary)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    made = files(subsystem)
    if existing := [one for one in made if (ROOT / one).exists()]:
        raise RigError("it exists already", file=existing[0], next_step="choose another name")
    rig, reference = ((ROOT / one).read_text() for one in (RIG, REFERENCE))
    changed = registered(subsystem, rig, reference, before=_applied_last())
    for file, text in {**made, **changed}.items():
        target = ROOT / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        say(f"{style('new    ' if file in made else 'changed', 'green')}  {file}")
    return _generate()


def _applied_last() -> tuple[str, ...]:
    """The subsystems at the end that are made from all the others: a new one comes before them."""
    rig = importlib.import_module(RIG_MODULE)
    names = rig.subsystems()
    first = next(n for n in range(len(names), 0, -1) if not rig.is_aggregator(names[n - 1]))
    return tuple(names[first:])


def _generate() -> int:
    """Write generated pages and golden files, in a process that knows the new subsystem."""
    commands = (["-m", "rigwright", "docs"], ["-m", "tests.golden.regenerate"])
    for arguments in commands:
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False)
        if done.returncode:
            return int(Exit.UNKNOWN)
    return int(Exit.OK)
