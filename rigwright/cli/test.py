"""``rig test``: run the tests of this repository as nox sessions, and say what ran and what could not."""

from __future__ import annotations

import click

from rigwright import console
from rigwright.dev.results import Result, closing, run, sessions, support
from rigwright.errors import Exit
from rigwright.remote import provenance
from rigwright.repository import ROOT

EPILOG = """\b
Examples:
  rig test               what CI runs
  rig test unit lint     two sessions
  sudo rig test nginx    what concerns one subsystem, in about two minutes
  sudo rig test --all    everything, for hours
"""
REPORT = ROOT / "reports" / "support.md"


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[SESSION|SUBSYSTEM]...")
@click.option("--all", "everything", is_flag=True, help="The sessions that take hours too.")
def command(names: tuple[str, ...], everything: bool) -> int:
    """Run the tests of this repository, all or by name; end with what ran and what did not."""
    tags = sessions()
    tiers = [name for name in tags if "tier" in tags[name]]
    known = {*tags, *(tag for one in tags.values() for tag in one if tag not in ("tier", "subsystem"))}
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no session {name}; choose from {', '.join(sorted(known))}")
    chosen = [name for name in tags if {name, *tags[name]} & {*names}]
    if not names:
        chosen = [name for name in tiers if everything or "long" not in tags[name]]
    results = run(chosen, tags)
    left = [name for name in tiers if name not in chosen and not names]
    results += [Result(name, good=True, not_run="takes long: --all") for name in left]
    REPORT.write_text(support(results, provenance.revision()))
    console.echo(console.style(f"\nwhich systems this shows: {REPORT.relative_to(ROOT)}", "dim"))
    console.echo(closing(results))
    return int(Exit.OK if all(one.good for one in results) else Exit.UNKNOWN)
