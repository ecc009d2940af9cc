"""Medians, promises and the page that ``rig bench`` writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploys.postgres import bench as pgbench
from deploys.postgres.paths import Paths
from deploys.postgres.server import server_settings
from deploys.postgres.settings import PostgresSettings
from rigwright.dev.bench import catalog, measures
from rigwright.dev.bench.markdown import Circumstances, as_json, lines, page, renewed
from rigwright.dev.bench.result import Row, Section, command_budget, promises
from rigwright.errors import RigError

ABOUT = Circumstances("2026-01-31", 2, "a processor", "Linux 6", 0.5, ("pyinfra 3",))
KEPT = Row("`rig a`", "s", (1.0, 9.0, 2.0), limit=2.0)
MISSED = Row("`rig b`", "s", (2.0,), limit=2.0, below=True)
PLAIN = Row("c", "commands", (3, 3, 3))
SECTION = Section("Seconds", "\nBy a clock.\n", (KEPT, MISSED, PLAIN))


def test_one_slow_run_does_not_move_the_figure() -> None:
    assert Row("x", "s", (1.0, 1.1, 60.0, 1.2, 1.05)).median == 1.1


@pytest.mark.parametrize(
    ("limit", "below", "kept"),
    [(2.0, False, True), (2.0, True, False), (1.9, False, False), (None, True, None)],
)
def test_at_most_allows_the_limit_and_below_does_not(
    limit: float | None, below: bool, kept: bool | None
) -> None:
    assert Row("x", "s", (2.0,), limit, below=below).kept is kept


def test_rows_without_a_promise_are_not_counted() -> None:
    assert promises((SECTION, SECTION)) == (2, 4)
    assert promises(()) == (0, 0)


def test_the_budget_is_two_for_each_subsystem_and_five_for_the_run() -> None:
    assert [command_budget(number) for number in (0, 1, 12)] == [5, 7, 29]


def test_the_page_shows_every_run_and_every_broken_promise() -> None:
    written = page((SECTION,), ABOUT)
    assert "| `rig a` | 2.00 s | 1.00 to 9.00 s | 3 | at most 2.00 s | yes |\n" in written
    assert "| `rig b` | 2.00 s | 2.00 s | 1 | below 2.00 s | **no** |\n" in written
    assert "| c | 3 | 3 | 3 |  |  |\n" in written
    assert "\n## Seconds\n\nBy a clock.\n\n| What |" in written
    assert "| Promises kept | 1 of 2 |\n" in written
    assert "2 cores, a processor" in written
    assert "2026-01-31" in written


def test_what_is_measured_anew_replaces_its_part_alone_with_its_date() -> None:
    other = Section("Others", "By hand.", (PLAIN,))
    later = Circumstances("2026-02-28", 2, "a processor", "Linux 6", 0.25, ())
    anew = Section("Seconds", "By a clock.", (KEPT,))
    written = renewed(page((SECTION, other), ABOUT), (anew, Section("More", "So.", (PLAIN,))), later)
    assert [line for line in written.splitlines() if line.startswith("## ")] == [
        "## Seconds", "## Others", "## More",
    ]  # fmt: skip
    assert "`rig b`" not in written
    assert "By a clock.\nMeasured anew on 2026-02-28, apart from the rest" in written
    assert "the load before was 0.25.\n" in written
    assert "| Promises kept | 1 of 1 |\n" in written
    assert "| Measured on | 2026-01-31 |" in written
    assert "## Others\n\nBy hand.\n\n| What |" in written


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    rows = [
        line for line in page((SECTION,), ABOUT).split("## Seconds")[1].splitlines() if line.startswith("|")
    ]
    assert {row.count("|") for row in rows} == {7}


def test_a_terminal_gets_the_verdicts_and_no_markdown() -> None:
    shown = list(lines(SECTION))
    assert [kept for _, kept in shown] == [True, False, None]
    assert "`" not in "".join(line for line, _ in shown)


def test_programs_get_runs_medians_and_verdicts() -> None:
    read = json.loads(as_json((SECTION,), ABOUT))
    assert read["rows"][0] == {
        "title": "Seconds",
        "what": "`rig a`",
        "unit": "s",
        "runs": [1.0, 9.0, 2.0],
        "limit": 2.0,
        "below": False,
        "median": 2.0,
        "kept": True,
    }
    assert read["circumstances"]["cores"] == 2


def test_every_name_of_the_catalog_has_what_runs_for_it() -> None:
    assert [*measures.TOOLKIT] == [*catalog.TOOLKIT]
    assert measures.measure("postgres") is pgbench.measure
    with pytest.raises(KeyError):
        measures.measure("nothing")


def test_a_subsystem_with_a_benchmark_is_listed_by_its_first_line(tmp_path: Path) -> None:
    for name, text in (("toy", '"""How fast it is.\n\nMore.\n"""\n'), ("other", "")):
        (tmp_path / "deploys" / name).mkdir(parents=True)
        (tmp_path / "deploys" / name / "settings.py").touch()
        if text:
            (tmp_path / "deploys" / name / "bench.py").write_text(text)
    assert catalog.subsystems(tmp_path) == {"toy": "How fast it is"}


PGBENCH = """\
pgbench (17.5 (Debian 17.5-1))
starting vacuum...end.
transaction type: <builtin: TPC-B (sort of)>
number of clients: 8
number of transactions actually processed: 5012
number of failed transactions: 0 (0.000%)
latency average = 7.981 ms
initial connection time = 18.012 ms
tps = 1002.381034 (without initial connection time)
"""


def test_a_run_of_pgbench_is_read_from_what_it_prints() -> None:
    assert pgbench.read(PGBENCH) == pgbench.Figures(rate=1002.381034, latency=7.981)


@pytest.mark.parametrize(
    ("there", "instead"),
    [("failed transactions: 0", "failed transactions: 3"), ("tps =", "no"), ("latency average", "no")],
)
def test_a_run_that_did_not_go_through_is_no_figure(there: str, instead: str) -> None:
    with pytest.raises(RigError, match="did not run through"):
        pgbench.read(PGBENCH.replace(there, instead))


def test_ratios_compare_the_runs_of_one_turn() -> None:
    latencies = {
        pgbench.PACKAGED: (4.0, 1.0),
        pgbench.BY_PGTUNE: (2.0, 2.0),
        pgbench.OURS: (2.0, 3.0),
        pgbench.UNWATCHED: (1.0, 1.0),
    }
    figures = {way: [pgbench.Figures(1, one) for one in runs] for way, runs in latencies.items()}
    ratios = {row.what: row.runs for row in pgbench.rows({"w": figures}) if row.unit == "times"}
    assert ratios == {
        "w, latency by Rigwright against as packaged": (0.5, 3.0),
        "w, latency by Rigwright against by pgtune": (1.0, 1.5),
        "w, latency by Rigwright, not watching against as packaged": (0.25, 1.0),
        "w, latency by Rigwright, not watching against by pgtune": (0.5, 0.5),
    }


def test_what_is_measured_as_pgtunes_is_what_the_tuning_claims_to_be() -> None:
    """Worked out by hand there, computed here; huge pages are tried all the same, and cost nothing."""
    settings = PostgresSettings(memory=2 * 2**30, cpu_threads=2, disk="ssd", workload="oltp")
    assert 'memory="2GiB", cpu_threads=2, disk="ssd", workload="oltp"' in pgbench.INVENTORY
    ours = {one.name: one.value for one in server_settings(settings, Paths.of(settings, 17))}
    lines = (line.partition("#")[0].partition("=") for line in pgbench.PGTUNE.splitlines())
    by_pgtune = {name.strip(): value.strip() for name, _, value in lines}
    assert len(by_pgtune) == 15
    differing = {name for name, value in by_pgtune.items() if ours[name] != value}
    assert differing == {"huge_pages"}
