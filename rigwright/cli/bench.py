"""``rig bench``: measure speed on lab hosts, and write what came out."""

from __future__ import annotations

import click

from rigwright import console
from rigwright.cli.lab import become_root
from rigwright.cli.options import JSON
from rigwright.dev.bench.markdown import as_json as as_json_text
from rigwright.dev.bench.markdown import lines, page, renewed
from rigwright.dev.bench.result import Section, promises
from rigwright.errors import Exit
from rigwright.repository import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
NAMES = (
    "commands",
    "drift",
    "site",
    "fleet",
    "nodelay",
    "converge",
    "start",
    "health",
    "metrics",
    "snapshots",
    "postgres",
)
LATENCIES = (0, 50, 100)
COLOURS = {True: "green", False: "red", None: "dim"}

EPILOG = """\b
Measures:
  commands   SSH commands of a run in sync, counted on the host
  drift      the drift check, near and far
  site       the whole site in sync by plain pyinfra, near and far
  fleet      the drift check of ten hosts at once
  nodelay    with and without TCP_NODELAY
  converge   the first converge, against the bare installation of the same packages
  start      how long the command line takes to begin
  health     one look at a host's health, near and far
  metrics    processor and memory of a run of the hardware's metrics
  snapshots  looks at a VM's pool with none and with 5,000
  postgres   the database server as packaged, by pgtune and as tuned here, by pgbench

\b
Examples:
  rig bench                     everything, about half an hour; writes docs/benchmarks.md
  rig bench --quick             an impression: each thing once, at 0 and 50 ms
  rig bench drift --runs 9      one measure
  rig bench drift --write       one measure, into the page, which says that it is younger

\b
Exit codes: 0 every promise is kept, 2 one is not, 1 could not measure
"""


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...", type=click.Choice(NAMES))
@click.option("--quick", is_flag=True, help="Each thing once, and less far; writes nothing.")
@click.option("--runs", type=click.IntRange(3), default=5, show_default=True, help="Runs of each thing.")
@click.option("--write", is_flag=True, help="Renew only what was named in docs/benchmarks.md.")
@JSON
def command(names: tuple[str, ...], quick: bool, runs: int, write: bool, as_json: bool) -> int:
    """Measure speed and write docs/benchmarks.md.

    Figures are medians. Makes the lab hosts bench13, everything-bench, eleven more and a VM, and takes them
    away again. The page is written when everything was measured, or with --write.
    """
    become_root()
    from rigwright.dev.bench.ground import Ground
    from rigwright.dev.bench.measures import MEASURES, circumstances

    about = circumstances()
    sections: list[Section] = []
    with Ground(1 if quick else runs, LATENCIES[:2] if quick else LATENCIES) as ground:
        for name in names or NAMES:
            with console.Progress(f"measuring {name}"):
                sections.append(MEASURES[name](ground))
            if not as_json:
                show(sections[-1])
    found = tuple(sections)
    if as_json:
        console.say(as_json_text(found, about))
    if (write or not names) and not quick:
        PAGE.write_text(renewed(PAGE.read_text(), found, about) if names else page(found, about))
        console.note(f"written: {PAGE.relative_to(ROOT)}")
    kept, of = promises(found)
    if of and not as_json:
        console.say(f"\n{kept} of {of} promises kept")
    return int(Exit.OK if kept == of else Exit.CHANGES)


def show(section: Section) -> None:
    """One section as a person reads it."""
    console.say(console.style(f"\n{section.title}", "bold"))
    for line, kept in lines(section):
        console.say("  " + console.style(line, COLOURS[kept]))
