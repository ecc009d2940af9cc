"""Which subsystems need which others, and what follows for a choice, a refusal and a failure."""

from __future__ import annotations

import pytest

from deploys.dependencies import requires
from deploys.docker.settings import DockerSettings
from deploys.nvidia.settings import ContainerToolkit, NvidiaSettings
from inventories.scenarios import everything
from rigwright.apply.run_state import Run
from rigwright.desired import Desired
from rigwright.desired.dependencies import check, choose, held_back, needs
from rigwright.drift.preflight import fixable, refusals
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.inventory.load import load
from rigwright.repository import ROOT

SITE = (
    Desired("rigwright"),
    Desired("base"),
    Desired("firewall"),
    Desired("disks"),
    Desired("engine", requires=("disks",)),
    Desired("database", requires=("disks",)),
    Desired("web", requires=("engine",)),
)


def finding(subsystem: str, kind: str = "file.content", *, refused: bool = False) -> Finding:
    return Finding("web1", subsystem, kind, "/etc/x", f"{subsystem} differs", refused=refused)


def test_needs_go_all_the_way_and_the_toolkit_comes_first() -> None:
    assert needs(SITE)["web"] == ("rigwright", "disks", "engine")
    assert needs(SITE)["base"] == ("rigwright",)
    assert needs(SITE)["rigwright"] == ()
    assert needs(SITE[4:])["web"] == ("engine",)  # what a host has not, it cannot wait for


def test_a_choice_brings_what_it_needs_and_names_what_it_leaves() -> None:
    choice = choose(SITE, ["web", "base", "nosuch"])
    assert choice.named == ("base", "web")
    assert choice.needed == ("rigwright", "disks", "engine")
    assert choice.left == ("firewall", "database")
    assert choose(SITE, ["nosuch"]).examined == ()


def test_a_name_that_no_host_has_is_an_error_that_names_the_nearest() -> None:
    check(["web", "other"], {"a": SITE, "b": (Desired("other"),)})
    with pytest.raises(RigError, match="--only bse is no subsystem of a") as caught:
        check(["web", "bse"], {"a": SITE})
    assert "did you mean base? use one of: rigwright, base, firewall" in str(caught.value)


@pytest.mark.parametrize(
    ("failed", "held"),
    [
        (["base"], {}),
        (["disks"], {"engine": "disks", "database": "disks", "web": "disks"}),
        (["engine"], {"web": "engine"}),
        (
            ["rigwright"],
            dict.fromkeys(["base", "firewall", "disks", "engine", "database", "web"], "rigwright"),
        ),
    ],
)
def test_only_what_depends_on_the_failed_one_is_held_back(failed: list[str], held: dict[str, str]) -> None:
    assert held_back(SITE, failed) == held


def test_real_hosts_need_few_of_their_subsystems() -> None:
    """With its firewall flushed and base refused, a host still gets its firewall back."""
    needed = needs(everything("debian13").desired())
    assert needed["firewall"] == ("rigwright",)
    assert "base" not in {name for names in needed.values() for name in names}


def test_the_data_services_of_the_reference_host_wait_for_their_datasets() -> None:
    """The database's unit is an instance of the one that the dataset names."""
    (host,) = load(ROOT / "inventories" / "prod.py")
    needed = needs(host.rig.desired())
    assert {name for name, names in needed.items() if "zfs" in names} == {"backup", "postgres", "redis"}


@pytest.mark.parametrize(("in_containers", "needed"), [(True, ("nvidia",)), (False, ())])
def test_an_engine_needs_the_cards_that_it_gives_to_containers(
    in_containers: bool, needed: tuple[str, ...]
) -> None:
    cards = NvidiaSettings.model_construct(
        container_toolkit=ContainerToolkit.model_construct(key="") if in_containers else None
    )
    assert requires(Desired("docker"), None, cards, DockerSettings(cdi=True)) == needed
    assert requires(Desired("base"), None, cards, DockerSettings(cdi=True)) == ()


def test_a_first_apply_is_refused_whole_and_a_later_one_by_subsystem() -> None:
    found = [finding("base", "file.unmanaged", refused=True), finding("firewall")]
    first = refusals(SITE, found, adopt=False, managed=False)
    assert {*first} == {one.subsystem for one in SITE}
    assert fixable(SITE, found, first) == []
    later = refusals(SITE, found, adopt=False, managed=True)
    assert {*later} == {"base"}
    assert fixable(SITE, found, later) == [found[1]]
    assert refusals(SITE, found, adopt=True, managed=False) == {}


def test_an_unmet_requirement_holds_back_its_own_and_what_needs_it() -> None:
    found = [finding("disks", "host.requirement"), finding("database"), finding("base")]
    refused = refusals(SITE, found, adopt=True, managed=True)
    assert {*refused} == {"disks"}
    assert "nothing was changed" not in str(refused["disks"])  # of others something may be
    assert [one.subsystem for one in fixable(SITE, found, refused)] == ["base"]


def test_a_run_goes_on_past_a_failure_and_names_what_it_left_out() -> None:
    run = Run.of(SITE, ())
    run.suspect(["base"], "refused\n  next: do", executing=True)
    run.suspect(["engine"], "it failed", executing=True)
    assert [one.subsystem for one in run.active] == ["rigwright", "firewall", "disks", "database"]
    assert run.reason("web") == "skipped: it needs engine"
    assert run.reason("firewall") is None
    assert run.summary().splitlines() == [
        "not applied: base, engine",
        "  base: refused",
        "      next: do",
        "  engine: it failed",
        "  web: skipped, because it needs engine",
        "  the other 4 were applied, or were in sync",
    ]
    run.clear(["engine"])
    assert run.reason("web") is None


def test_a_plan_suspects_nothing() -> None:
    run = Run.of(SITE, ())
    run.suspect(["base"], "it failed", executing=False)
    assert run.summary() == ""


def test_a_run_of_some_leaves_the_others_alone() -> None:
    run = Run.of(SITE, ("database",))
    assert [one.subsystem for one in run.desired] == ["rigwright", "disks", "database"]
    assert run.reason("web") == "not examined: only others are"
    run.stopped = True
    assert run.reason("database") == "nothing more is applied"
