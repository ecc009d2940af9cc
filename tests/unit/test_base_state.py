"""The base: what settings become, by concern: updates, mail, placement, alerts, audit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.base.settings import Audit, BaseSettings, FailedLogins, Placement, Relay, Updates, User
from deploys.base.state import desired
from rigwright import repository
from rigwright.desired import AlertRule, Desired, RuntimeState
from rigwright.desired.render import host_path
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform


def wanted(**settings: Any) -> Desired:
    return desired(BaseSettings(**settings), Platform("debian13"))


def state(of: Desired, name: str) -> RuntimeState:
    return next(one for one in of.runtime_states if one.name == name)


@pytest.mark.parametrize(
    ("package", "held"),
    [
        ("nvidia-driver-580-open", True),
        ("libnvidia-compute-580", True),
        ("linux-modules-nvidia-580-server-open-generic", False),
        ("docker-ce", True),
        ("docker.io", True),
        ("containerd.io", True),
        ("postgresql-16", True),
        ("openssl", False),
        ("linux-image-generic", False),
    ],
)
def test_updates_of_drivers_docker_and_postgres_wait_for_a_person(package: str, held: bool) -> None:
    assert any(re.match(pattern, package) for pattern in Updates().held_patterns) is held


def test_no_host_reboots_by_itself_without_a_time_for_it() -> None:
    assert b'Automatic-Reboot "false"' in _file(wanted(), "52rigwright-updates")
    with pytest.raises(ValidationError, match="automatic updates"):
        Updates(automatic=False, reboot_at="04:30")
    with pytest.raises(ValidationError):
        Updates(reboot_at="24:00")


def test_rotations_cover_the_retention() -> None:
    for days, weeks in ((1, 1), (7, 1), (8, 2), (30, 5)):
        assert BaseSettings(log_retention_days=days).rotations == weeks


def _file(of: Desired, end: str) -> bytes:
    return next(file.content for file in of.files if file.path.endswith(end))


def relay(password: str = "secret") -> Relay:  # noqa: S107  of no server
    return Relay(
        host="mail.example.com",
        user="studio",
        password=Secret("mail_password", password),
        sender="studio@example.com",
        administrator="operator@example.com",
    )


def test_the_mail_password_is_in_one_file_that_only_root_reads() -> None:
    of = wanted(mail=relay("private-value"))
    (file,) = [file for file in of.files if b"private-value" in file.content]
    assert (file.path, file.mode, file.owner, file.group) == ("/etc/msmtprc", 0o600, "root", "root")
    assert file.secret
    assert "private-value" not in repr(of)
    lines = file.content.decode().splitlines()
    assert {"host mail.example.com", "port 587", "tls on", "tls_starttls on"} <= set(lines)


@pytest.mark.parametrize("password", ['a"b', "a\\b", "a\nb"])
def test_a_password_that_msmtp_would_read_otherwise_is_refused(password: str) -> None:
    with pytest.raises(RigError, match="msmtp cannot read") as refused:
        wanted(mail=relay(password))
    assert password not in str(refused.value)


def test_a_host_sends_no_mail_without_a_relay() -> None:
    assert "msmtp-mta" not in wanted().packages
    assert not any("msmtp" in file.path for file in wanted().files)


@pytest.mark.parametrize(
    ("cpus", "shown"), [("0-7,16-23", "0-7 16-23"), ("3,1,0", "0-1 3"), ("5", "5"), ("0-3,2-6", "0-6")]
)
def test_cpus_are_compared_as_systemd_shows_them(cpus: str, shown: str) -> None:
    assert Placement(unit="a.service", cpus=cpus).properties == (("AllowedCPUs", shown),)


@pytest.mark.parametrize(
    ("percent", "shown"),
    [
        (7, "70ms"),
        (50, "500ms"),
        (100, "1s"),
        (250, "2.500000s"),
        (6000, "1min"),
        (6450, "1min 4.500000s"),
        (12_800, "2min 8s"),
        (360_100, "1h 1s"),
    ],
)
def test_a_bound_of_cpus_is_compared_as_systemd_shows_it(percent: int, shown: str) -> None:
    one = Placement(unit="a.service", cpu_percent=percent)
    assert one.properties == (("CPUQuota", f"{percent}%"),)
    assert one.shown == (("CPUQuotaPerSecUSec", shown),)


def test_limits_of_memory_are_whole_pages_in_the_file_and_in_what_runs() -> None:
    limits = Placement(unit="db.service", memory_high=10_000_000, memory_max=2**34)
    found = wanted(placements=[limits])
    (file,) = (one for one in found.files if one.path.endswith("rigwright-placement.conf"))
    assert file.path == "/etc/systemd/system/db.service.d/rigwright-placement.conf"
    assert file.content.decode().splitlines()[1:] == [
        "[Service]",
        "MemoryHigh=9998336",
        "MemoryMax=17179869184",
    ]
    assert state(found, "placement").expected == (
        ("db.service MemoryHigh", "9998336"),
        ("db.service MemoryMax", "17179869184"),
    )


def test_further_packages_are_installed() -> None:
    assert {"htop", "strace"} <= set(wanted(packages=["htop", "strace"]).packages)
    for wrong in (["htop", "htop"], ["htop=1"], ["-y"], ["a b"]):
        with pytest.raises(ValidationError):
            BaseSettings(packages=wrong)


@pytest.mark.parametrize(
    "placement",
    [
        {"unit": "a.service"},
        {"unit": "a.service", "memory_max": 100},
        {"unit": "a.service", "memory_max": "1GiB", "memory_high": "2GiB"},
        {"unit": "a.service", "cpu_percent": 0},
        {"unit": "a", "cpus": "1"},
        {"unit": "../a.service", "cpus": "1"},
        {"unit": "a.service", "cpus": "7-3"},
        {"unit": "a.service", "cpus": "9999"},
        {"unit": "a.service", "cpus": "1,"},
        {"unit": "a.service", "cpu_weight": 0},
    ],
)
def test_what_is_no_placement_is_refused(placement: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Placement(**placement)


def test_a_unit_is_placed_once() -> None:
    one = Placement(unit="a.service", cpus="1")
    with pytest.raises(ValidationError, match="twice"):
        BaseSettings(placements=[one, one])


def rule(name: str, **settings: Any) -> AlertRule:
    return next(one for one in wanted(**settings).alerts if one.name == name)


def test_failed_logins_are_an_alert_above_what_is_usual() -> None:
    message = rule("FailedLogins", failed_logins=FailedLogins(at_most=7, within_minutes=3))
    assert message.expr == "sum without (service) (increase(rigwright_failed_logins_total[3m])) > 7"
    assert "in 3 minutes" in message.description
    assert "[10m]" in rule("FailedLogins").expr
    assert rule("FailedLogins").expr.endswith(" > 50")


def test_a_host_that_reboots_by_itself_has_a_day_to_do_it() -> None:
    assert rule("RebootRequired").for_seconds == 3600
    assert rule("RebootRequired", updates=Updates(reboot_at="04:30")).for_seconds == 90_000


@pytest.mark.parametrize("settings", [{"at_most": 0}, {"within_minutes": 1}])
def test_a_bound_that_would_always_or_never_fire_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        FailedLogins(**settings)


def audit_rules(**settings: Any) -> list[str]:
    (found,) = (file for file in wanted(**settings).files if file.path.endswith("60-rigwright.rules"))
    return found.content.decode().splitlines()[1:]


def test_nothing_is_audited_by_default() -> None:
    assert "auditd" not in wanted().packages
    assert not any("audit" in path for path in wanted().paths)


def test_audit_rules_begin_anew_never_end_immutable_and_have_our_keys() -> None:
    first, *others = audit_rules(audit=Audit(watched_paths=["/srv/app"]), users=[User(name="alice")])
    assert first == "-D"
    assert all(re.search(r" -k rigwright-[a-z]+$", line) for line in others), others
    assert len(set(others)) == len(others)
    for line in (
        "-w /etc/shadow -p wa -k rigwright-identity",
        "-w /etc/sudoers.d -p wa -k rigwright-sudo",
        "-w /home/alice/.ssh -p wa -k rigwright-ssh",
        "-w /var/lib/rigwright -p wa -k rigwright-rigwright",
        "-w /srv/app -p wa -k rigwright-watched",
        "-a always,exit -F arch=b64 -S init_module,finit_module,delete_module -k rigwright-modules",
    ):
        assert line in others


def test_as_many_rules_must_be_loaded_as_were_written() -> None:
    """What a kernel left out, or was removed by hand, is not counted."""
    settings = {"audit": Audit(), "users": [User(name="alice")]}
    count = len(audit_rules(**settings)) - 1
    command = state(wanted(**settings), "audit").command
    assert command.startswith(f"count={count}\n")
    assert state(wanted(**settings), "audit").expected == (("differing", "none"),)


@pytest.mark.parametrize("paths", [["/etc/ssh"], ["/srv", "/srv"], ["/srv/a b"], ["srv"]])
def test_a_path_that_is_none_or_is_watched_already_is_refused(paths: list[str]) -> None:
    with pytest.raises(ValidationError):
        Audit(watched_paths=paths)


def test_every_template_becomes_a_file_of_the_host() -> None:
    templates = (repository.TEMPLATES / "base").rglob("*")
    named = [path for path in templates if path.is_file() and not path.name.startswith("_")]
    paths = {host_path(str(path.relative_to(repository.TEMPLATES))) for path in named}
    assert paths <= set(wanted().paths)
