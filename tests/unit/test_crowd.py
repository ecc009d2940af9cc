"""An owned directory with a hundred thousand unmanaged files neither floods a report nor ends an apply."""

from __future__ import annotations

import dataclasses

from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, Directory
from rigwright.drift.preflight import refusal_reason
from rigwright.drift.survey import Surveyed
from rigwright.finding import Finding
from rigwright.host.observe import OTHERS, bounded
from rigwright.observed.model import Observed, ObservedPath, ObservedSubsystem
from rigwright.report import terminal
from tests.unit.test_html import host

FOLDER = "/etc/web/conf.d"
WEB = Desired("web", directories=(Directory(FOLDER, owned=True),))


def test_a_listing_keeps_every_known_name_and_a_bounded_number_of_others() -> None:
    names = [f"{number:06}" for number in range(100_000)]
    known = {f"{FOLDER}/099999", f"{FOLDER}/gone"}
    kept, left = bounded(FOLDER, names, known)
    assert kept == [*names[:OTHERS], "099999"]
    assert left == 100_000 - OTHERS - 1
    assert bounded(FOLDER, names[:OTHERS], known) == (names[:OTHERS], 0)
    assert bounded(FOLDER, None, known) == (None, 0)


def test_what_a_listing_leaves_out_is_one_finding_that_apply_refuses() -> None:
    paths = {FOLDER: ObservedPath("directory", 0o755, "root", "root")}
    own = ObservedSubsystem(paths, {FOLDER: ()}, {}, {}, {}, {}, None, None, more={FOLDER: 99_900})
    observed = Observed("", {"web": own}, {}, {}, busy=False, root=True)
    (finding,) = compare("h", WEB, observed)
    assert (finding.kind, finding.where) == ("file.unmanaged", FOLDER)
    assert "99,900 more files" in finding.summary
    assert "by hand" in str(refusal_reason([finding], adopt=False))


def test_a_report_for_people_shows_twenty_files_of_a_folder_and_counts_the_rest() -> None:
    one = Finding("studio", "web", "file.unmanaged", "", "")
    many = [dataclasses.replace(one, where=f"{FOLDER}/{n}", summary=f"file {n}") for n in range(50)]
    other = dataclasses.replace(one, where="/etc/web/other", summary="the other")
    text = terminal.as_text([Surveyed(host(), (*many, other))])
    assert "file 19" in text
    assert "file 20" not in text
    assert f"… and 30 more in {FOLDER}; --json has them all" in text
    assert "the other" in text
    assert "51 differences" in text
