"""``rig test``: run the tests of this repository, tier by tier, and say what ran and what could not."""

from __future__ import annotations

import sys

import click

from rigwright import console
from rigwright.errors import Exit
from rigwright.remote import provenance
from rigwright.repository import ROOT
from rigwright.tier import Ran, Tier, other_pythons, support
from rigwright.tier_run import run_all
from rigwright.tiers import TIERS

EPILOG = """\b
Examples:
  rig test               what CI runs
  rig test unit lint     two tiers
  sudo rig test --all    everything, for hours
"""
REPORT = ROOT / "reports" / "support.md"


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[TIER]...")
@click.option("--all", "everything", is_flag=True, help="The tiers that take hours too.")
def command(names: tuple[str, ...], everything: bool) -> int:
    """Run the tests of this repository; print each tier's budget and the time it used."""
    tiers = (*TIERS, *_python_tiers())
    known = {tier.name for tier in tiers}
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no tier {name}; choose from {', '.join(sorted(known))}")
    chosen = [t for t in tiers if (t.name in names if names else t.always or everything)]
    results = run_all(chosen)
    results += [
        Ran(t, good=True, why_not="takes long: --all") for t in tiers if t not in chosen and not names
    ]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(support(results, provenance.revision()))
    _close(results)
    return int(Exit.OK if all(ran.good for ran in results) else Exit.UNKNOWN)


def _python_tiers() -> tuple[Tier, ...]:
    """The unit tests under every other supported Python that is here."""
    current = f"{sys.version_info.major}.{sys.version_info.minor}"
    tiers = []
    for version, python in other_pythons(current).items():
        commands: tuple[tuple[str, ...], ...] = ((str(ROOT / "tests" / "unit-with.sh"), str(python)),)
        claim = "the pure tests under that Python" if python else ""
        tiers.append(Tier(f"python{version}", claim, commands, 120, beside=True))
    return tuple(tiers)


def _close(results: list[Ran]) -> None:
    console.say(console.style("\n== what ran", "bold"))
    for ran in results:
        name = f"{ran.tier.name:<12}"
        if ran.why_not:
            console.say(f"  {name} {console.style('not run', 'yellow')}  {ran.why_not}")
            continue
        word = console.style("passed", "green") if ran.good else console.style("FAILED", "red")
        used = f"{ran.seconds:6.1f} s of {ran.tier.budget_seconds} s"
        late = console.style("  over budget", "yellow") if ran.seconds > ran.tier.budget_seconds else ""
        again = console.style(f", {ran.again} only when run once more", "yellow") if ran.again else ""
        skipped = f", {ran.skipped} skipped" if ran.skipped else ""
        console.say(f"  {name} {word}   {used}  {ran.passed} passed{again}{skipped}{late}")
    console.say(console.style(f"\n  which systems this shows: {REPORT.relative_to(ROOT)}", "dim"))
    broken = sum(not ran.good and not ran.failed and not ran.why_not for ran in results)
    passed, failed = sum(ran.passed for ran in results), sum(ran.failed for ran in results) + broken
    console.say(f"\n{passed} passed, {failed} failed, {sum(ran.skipped for ran in results)} skipped")
    if missing := [ran.tier.name for ran in results if ran.why_not and not ran.good]:
        console.say(f"not run, so nothing is known of them: {', '.join(missing)}; run: sudo ./rig test")
