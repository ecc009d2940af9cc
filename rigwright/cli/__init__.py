"""The ``rig`` command line: one module for each command, imported only when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import NoReturn

import click

from rigwright import __version__, console
from rigwright.errors import Exit, RigError
from rigwright.secrets.leftovers import sweep
from rigwright.secrets.process import keep_to_itself

SECTIONS = {
    "Hosts of an inventory": {
        "plan": "Show what apply would change (read-only).",
        "apply": "Bring hosts to their desired state.",
        "verify": "Test the running services of hosts (read-only).",
        "drift": "Compare hosts with the repository (read-only).",
        "accept": "Write what apply leaves on a host to a list that you review.",
        "backup": "Show what is backed up, make a backup, prove that it comes back.",
        "restore": "Bring data of a host back as it was at a time.",
        "release": "Make another version of an application live, see what serves, go back.",
        "health": "Show hardware and system health (read-only).",
        "diagnose": "Show what is wrong, since when, and who did what before (read-only).",
        "access": "Show who can log in, and who of them is declared (read-only).",
        "reboot": "Reboot hosts that need it: drain, reboot, wait, verify.",
        "show": "Show a host's settings, where each was written, and its files.",
        "ssh": "Log in to a host, or run a command on it.",
        "run": "Run a command on many hosts at a time.",
    },
    "New hosts, inventories and secrets": {
        "bootstrap": "Prepare a freshly installed host for all other commands.",
        "init": "Write a first inventory of a host of your own.",
        "secret": "Manage the secrets, encrypted in the repository.",
    },
    "Hosts on this machine, to try it": {
        "up": "Start a lab host, apply the site to it, verify it, and show what to try next.",
        "rehearse": "Try the pending change on a lab host that stands in for a real one.",
        "lab": "Manage Debian and Ubuntu hosts on this machine.",
    },
    "Rigwright itself": {
        "test": "Run the tests of this repository.",
        "bench": "Measure speed and write docs/benchmarks.md.",
        "docs": "Write the generated parts of the documentation.",
        "dev": "Work on Rigwright itself: make the files of a new subsystem.",
    },
}
"""What ``--help`` shows of each command, so that it imports none."""

COMMANDS = {name: what for section in SECTIONS.values() for name, what in section.items()}
WIDEST = max(map(len, COMMANDS))

EPILOG = """\b
Where no inventory is named: RIG_INVENTORY, else inventories/default.py, else the lab hosts.

\b
Exit codes:
  0   done, or in sync
  1   failed, or state unknown
  2   found a difference
  64  wrong usage
"""


class LazyGroup(click.Group):
    """Commands by name; a command's module is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, in the order of the sections."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, imported at this call."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"rigwright.cli.{cmd_name}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"rigwright.cli.{cmd_name}.command is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list that ``--help`` shows, without importing any command."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<{WIDEST}}", what) for name, what in commands.items()])


@click.command(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rig")
def cli() -> None:
    """Take one strong machine from a bare Debian or Ubuntu to production, and keep it there."""


def main() -> NoReturn:
    """Run the command line and exit with one of the codes of :class:`~rigwright.errors.Exit`."""
    console.tolerate()
    keep_to_itself()
    sweep()
    try:
        code = cli.main(prog_name="rig", standalone_mode=False)
    except click.exceptions.Abort:
        console.note("interrupted")
        sys.exit(Exit.UNKNOWN)
    except click.UsageError as error:
        error.show()
        sys.exit(Exit.USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.UNKNOWN)
    except RigError as error:
        console.note(console.style("error: ", "red", stream=sys.stderr) + str(error))
        sys.exit(Exit.UNKNOWN)
    except KeyboardInterrupt:
        console.note("interrupted")
        sys.exit(Exit.UNKNOWN)
    sys.exit(code if isinstance(code, int) else Exit.OK)
