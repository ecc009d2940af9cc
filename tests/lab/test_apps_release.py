"""Releases on a real host, under load by a client without retries: none fails, and each kill ends well."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.apps_target import NAME, RECORDS, REPOSITORY, AppsTarget, apps_target, inventory_of
from tests.support.command import rig, rig_json
from tests.support.load import Load
from tests.support.waiting import wait_until

HOST = "d-apps-release"
STEPS = ("planned", "pulled", "started", "ready", "switching", "verified", "draining")
PROGRAM = "/usr/local/lib/rigwright/apps/apps.pyz"


KILL = """
import json, os, sys
while True:
    change = json.load(open(sys.argv[1]))["change"]
    if change and sys.argv[2] in [name for name, _ in change["steps"]]:
        break
os.kill(int(sys.argv[3]), 9)
"""


class Releases:
    """The host, its inventory, and the images that tests release."""

    def __init__(self, target: AppsTarget, folder: Path) -> None:
        self.target = target
        self.inventory = folder / "apps.py"
        self.inventory.write_text(inventory_of(target.host.name))
        self.images = {tag: target.image(tag) for tag in ("1", "2")}

    def image(self, tag: str, **variables: str) -> str:
        """An image of the stand-in, made once."""
        if tag not in self.images:
            self.images[tag] = self.target.image(tag, **variables)
        return self.images[tag]

    def name(self, tag: str) -> str:
        """What instances of an image name themselves by."""
        return self.images[tag].partition("@sha256:")[2][:12]

    def rig(self, verb: str, *words: str) -> tuple[int, str]:
        """Exit code and output of ``rig release``."""
        done = rig("release", verb, str(self.inventory), *words)
        return done.returncode, done.stdout

    def start(self, tag: str) -> tuple[int, str]:
        """Release an image."""
        return self.rig("start", "shop", self.images[tag])

    def known(self) -> dict[str, Any]:
        """What ``rig release status --json`` shows."""
        code, (found,) = rig_json("release", "status", self.inventory)
        assert code in (0, 2), found
        return dict(found)

    def serves(self) -> str:
        """The release that responds."""
        return str(self.target.request()[1].get("release"))

    def running(self) -> set[str]:
        """Containers of the application that run."""
        return {name for name, rest in self.target.containers().items() if rest.endswith("@true")}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    with apps_target(HOST, "debian13") as target:
        found = Releases(target, tmp_path_factory.mktemp("apps"))
        code, output = found.start("1")
        assert code == 0, output
        assert found.serves() == found.name("1")
        yield found


@contextmanager
def declared(releases: Releases, bound: str, value: int) -> Iterator[None]:
    """Another bound of a check, as if it had been applied: no test fills the disk that all hosts share."""
    path, sh = "/etc/rigwright/apps/shop.json", releases.target.sh
    sh(f'cp -a {path} /root/shop.json && sed -i \'s/"{bound}": [0-9]*/"{bound}": {value}/\' {path}')
    yield
    sh(f"mv /root/shop.json {path}")


def other(releases: Releases) -> str:
    """The image of the two that does not serve."""
    return "2" if releases.serves() == releases.name("1") else "1"


def test_no_request_fails_while_versions_change(releases: Releases, *, exhaustive: bool) -> None:
    wanted = 50_000 if exhaustive else 5_000
    with Load(releases.target.host.address, 443, NAME) as load:
        load.until(200, 60)
        for _ in range(8 if exhaustive else 1):
            tag = other(releases)
            code, output = releases.start(tag)
            assert code == 0, output
            assert releases.serves() == releases.name(tag)
        code, output = releases.rig("rollback", "shop")
        assert code == 0, output
        load.until(wanted, 1800)
    assert load.result.failures == []
    assert load.result.requests >= wanted
    assert set(load.result.releases) == {releases.name("1"), releases.name("2")}
    assert load.result.websockets > 20


def test_a_release_shows_its_steps_with_seconds_and_what_is_next(releases: Releases) -> None:
    tag = other(releases)
    code, output = releases.start(tag)
    assert code == 0, output
    shown = re.findall(r"^  (\w+) +([0-9.]+) s$", output, re.MULTILINE)
    assert [name for name, _ in shown] == list(STEPS)
    assert "is live after" in output
    assert "rig release rollback shop" in output
    known = releases.known()
    assert known["live"]["digest"] == releases.images[tag].partition("@")[2]
    assert known["history"][-1]["outcome"] == "live"
    assert releases.target.found() == set()


def test_a_rollback_takes_seconds_and_no_registry(releases: Releases) -> None:
    before, back = releases.serves(), releases.name(other(releases))
    releases.target.sh("systemctl stop docker-registry")
    code, output = releases.rig("rollback", "shop")
    releases.target.sh("systemctl start docker-registry")
    assert code == 0, output
    assert releases.serves() == back
    assert back != before
    steps = dict(releases.known()["history"][-1]["steps"])
    assert set(STEPS) <= set(steps)


@pytest.mark.parametrize(
    ("tag", "variables", "why"),
    [
        ("never", {"NEVER_READY": "1"}, "is not ready after"),
        ("wrong", {"WRONG_VERSION": "1"}, "names 'another'"),
        ("dead", {"PORT": "none"}, "ended by itself"),
    ],
)
def test_a_gate_that_does_not_say_yes_leaves_nothing_of_the_candidate(
    releases: Releases, tag: str, variables: dict[str, str], why: str, *, exhaustive: bool
) -> None:
    if tag == "dead" and not exhaustive:
        pytest.skip("a sample of bad candidates was tried; --exhaustive tries all")
    target = releases.target
    before, states = target.containers(), target.states()
    releases.image(tag, **variables)
    code, output = releases.start(tag)
    assert code == 2, output
    assert why in output
    assert "serving as before" in output
    after = target.containers()
    assert {name for name, rest in before.items() if rest.endswith("true")} == releases.running()
    assert {after[name] for name in releases.running()} <= set(before.values())
    images = target.sh("docker image ls --digests --format '{{.Digest}}'").split()
    assert releases.images[tag].partition("@")[2] not in images
    assert target.states() == states
    assert target.found() == set()


def test_apply_in_the_middle_of_a_release_changes_nothing_of_it(releases: Releases) -> None:
    """Nor does what reconciles at each start of HAProxy."""
    target = releases.target
    tag = other(releases)
    digest = releases.images[tag].partition("@")[2]
    target.sh(f"systemd-run -q --unit=rig-test-release python3 -I {PROGRAM} release shop {digest} mid test")
    target.change()
    target.sh("systemctl start rigwright-apps")
    wait_until(lambda: any(one["id"] == "mid" for one in releases.known()["history"]))
    assert releases.serves() == releases.name(tag)
    assert target.found() == set()


def test_a_second_release_names_who_holds_the_first(releases: Releases) -> None:
    """The first one waits at its gate for a candidate that never opens it."""
    target, unit, before = releases.target, "rigwright-release-shop", releases.serves()
    digest = releases.image("never", NEVER_READY="1").partition("@")[2]
    target.sh(f"systemd-run -q --collect --unit={unit} python3 -I {PROGRAM} release shop {digest} one ann")
    code, output = releases.start(other(releases))
    assert code == 1, output
    assert "is under way, by ann since" in output
    wait_until(lambda: any(one["id"] == "one" for one in releases.known()["history"]))
    assert releases.serves() == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("start", "shop", f"{REPOSITORY}:1"), "has no digest, and a tag may be another image tomorrow"),
        (("start", "shop", "other@sha256:" + "0" * 64), f"is not the image of shop, which is {REPOSITORY}"),
        (("start", "absent", "sha256:" + "0" * 64), "declares the application absent"),
        (("rollback", "shop", "999"), "release 999 is not kept"),
    ],
)
def test_what_names_no_release_starts_none(
    releases: Releases, words: tuple[str, ...], why: str, *, exhaustive: bool
) -> None:
    if words[0] == "start" and not exhaustive:
        pytest.skip("a sample of wrong names was tried; --exhaustive tries all, and the unit tests do")
    before = releases.target.sh(f"cat {RECORDS}/shop.json")
    code, output = releases.rig(*words)
    assert code == 1, output
    assert why in output
    assert releases.target.sh(f"cat {RECORDS}/shop.json") == before


def test_a_plan_checks_what_must_be_well_and_changes_nothing(releases: Releases) -> None:
    target, image = releases.target, releases.images[other(releases)]
    before, record = target.containers(), target.sh(f"cat {RECORDS}/shop.json")
    code, output = releases.rig("plan", "shop", image)
    assert code == 0, output
    for name, verdict in (("image", "good"), ("certificates", "good"), ("backup", "absent")):
        assert re.search(rf"^    {verdict} +{name} ", output, re.MULTILINE), output
    with declared(releases, "free_disk", 10**15):
        assert releases.rig("start", "shop", image, "--dry-run")[0] == 2
        code, output = releases.rig("start", "shop", image)
    assert code == 2, output
    assert "disk: " in output
    assert "docker system df" in output
    assert target.containers() == before
    live = json.loads(record)["live"]
    assert json.loads(target.sh(f"cat {RECORDS}/shop.json"))["live"] == live
    assert target.found() == set()


def test_a_check_is_skipped_by_its_name_alone_and_the_history_says_why(releases: Releases) -> None:
    """A certificate that ends soon fails its check, and that one alone."""
    tag = other(releases)
    image = releases.images[tag]
    with declared(releases, "certificate_days", 36_600):
        code, output = releases.rig("start", "shop", image)
        assert code == 2, output
        assert "certificates: " in output
        code, output = releases.rig("start", "shop", image, "--skip", "certificates", "--reason", "a drill")
        assert code == 0, output
    assert releases.serves() == releases.name(tag)
    assert releases.known()["history"][-1]["skipped"] == {"certificates": "a drill"}
    code, output = releases.rig("start", "shop", image, "--skip", "disc", "--reason", "none")
    assert code == 1, output
    assert "no check is named disc" in output


def test_an_image_that_cannot_be_had_is_refused(releases: Releases) -> None:
    code, output = releases.rig("start", "shop", "sha256:" + "0" * 64)
    assert code == 2, output
    assert "cannot be had" in output
    assert releases.target.found() == set()


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_the_recorded_release_serves(
    releases: Releases, step: str, *, exhaustive: bool
) -> None:
    if step != "switching" and not exhaustive:
        pytest.skip("a sample of the steps was tried; --exhaustive tries all")
    target, tag, before = releases.target, other(releases), releases.serves()
    digest = releases.images[tag].partition("@")[2]
    unit = "rigwright-release-shop"
    with Load(target.host.address, 443, NAME, clients=2) as load:
        load.until(50, 30)
        target.sh(
            f"systemd-run -q --collect --unit={unit} "
            f"--property=ExecStopPost='/usr/bin/python3 -I {PROGRAM} recover shop' "
            f"python3 -I {PROGRAM} release shop {digest} killed-{step} test; "
            f"pid=$(systemctl show -p MainPID --value {unit}); "
            f"timeout 60 python3 -c '{KILL}' {RECORDS}/shop.json {step} $pid"
        )
        wait_until(lambda: any(one["id"] == f"killed-{step}" for one in releases.known()["history"]))
    assert load.result.failures == []
    event = next(one for one in releases.known()["history"] if one["id"] == f"killed-{step}")
    served = releases.name(tag) if event["outcome"] == "live" else before
    assert releases.serves() == served
    if step in ("planned", "pulled", "started"):
        assert event["outcome"] == "refused"
    assert target.found() == set()
