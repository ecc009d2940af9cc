"""What the base of a host should be."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.base import runtime_state
from deploys.base.alerts import alerts
from deploys.base.audit_log import with_audit
from deploys.base.mail import Relay
from deploys.base.placement import Placement
from deploys.base.settings import BaseSettings
from deploys.base.versions import VERSIONS
from deploys.base.vulnerabilities import with_scan
from rigwright.desired import Activation, Check, Desired, Directory, File, Login, Probe, Unit
from rigwright.desired.program import program
from rigwright.desired.render import render, render_tree
from rigwright.remote.archive import archive
from rigwright.settings.platform import Platform

JOURNAL = "/etc/systemd/journald.conf.d/rigwright.conf"
MODES = {"/etc/sudoers.d/rigwright-users": 0o440}
CHRONYD = "/usr/local/lib/rigwright/base/chronyd"
CONFIRM_SECONDS = 120
"""Time for the operator's machine to log in anew where the operator's own keys are what changes."""

CHRONY_FILES = (
    "/etc/chrony/rigwright.conf",
    "/etc/systemd/system/chrony.service.d/",
    CHRONYD,
)
METRICS = "/usr/local/lib/rigwright/base/metrics.pyz"
METRICS_TIMER = "rigwright-metrics.timer"


def desired(settings: BaseSettings, platform: Platform) -> Desired:
    """Everything that the base wants of a host of this platform."""
    contents = _contents(settings, platform)
    found = Desired(
        subsystem="base",
        packages=(
            "chrony",
            "logrotate",
            "needrestart",
            "procps",
            "python3",
            "sudo",
            "tzdata",
            "unattended-upgrades",
            *(() if settings.locale == "C.UTF-8" else ("locales",)),
            *(("ca-certificates", "msmtp-mta") if settings.mail else ()),
        ),
        replaces=("systemd-timesyncd",),
        files=(
            *(File(path, content, MODES.get(path, 0o644)) for path, content in sorted(contents.items())),
            File(CHRONYD, program("base/programs/chronyd.sh").encode(), mode=0o755),
            File(METRICS, archive("rigwright.health.metrics")),
            *_keys(settings),
            *_mail(settings.mail),
            *(_placement(placement) for placement in settings.placements),
        ),
        directories=tuple(_directories(settings)),
        units=(Unit("chrony.service"), Unit("unattended-upgrades.service"), Unit(METRICS_TIMER)),
        activations=(
            Activation("chrony.service", reload_on=(), restart_on=CHRONY_FILES),
            Activation(METRICS_TIMER, reload_on=(), restart_on=(f"/etc/systemd/system/{METRICS_TIMER}",)),
        ),
        alerts=tuple(alerts(settings)),
        logins=tuple(_logins(settings)),
        runtime_states=(
            *runtime_state.accounts(settings),
            *runtime_state.system(settings, contents[JOURNAL]),
            *runtime_state.placement(settings),
        ),
        checks=tuple(_checks(settings)),
        probes=(Probe("chronyd", "chronyc -n tracking"),),
        confirm_seconds=CONFIRM_SECONDS if _keeps_operator(settings) else 0,
    )
    scanned = with_scan(found, settings.vulnerabilities, platform)
    return with_audit(scanned, settings.audit, [user.home for user in settings.users])


def _contents(settings: BaseSettings, platform: Platform) -> dict[str, bytes]:
    versions = platform.choose(VERSIONS)
    updates = settings.updates
    return render_tree(
        "base",
        {
            "base": settings,
            "versions": versions,
            "time_servers": settings.time_servers or (versions.time_pool,),
            "time_server_kind": "server" if settings.time_servers else "pool",
            "sysctls": runtime_state.kernel_settings(settings),
            "periodic": int(updates.automatic),
            "reboot": "true" if updates.reboot_at else "false",
            "restart_mode": {"list": "l", "automatic": "a"}[updates.restart_services],
        },
    )


def _keys(settings: BaseSettings) -> Iterator[File]:
    for user in settings.users:
        yield File(
            f"{user.home}/.ssh/authorized_keys",
            render("base/_authorized_keys.j2", user=user),
            mode=0o600,
            owner=user.name,
            group=user.name,
        )


def _logins(settings: BaseSettings) -> Iterator[Login]:
    users = {one.name: Login(one.name, tuple(one.authorized_keys), one.sudo_rules) for one in settings.users}
    yield from (users.get(name) or Login(name) for name in settings.accounted_for)


def _mail(relay: Relay | None) -> Iterator[File]:
    if relay is None:
        return
    yield File("/etc/msmtprc", relay.configuration().encode(), mode=0o600, secret=True)
    yield File("/etc/msmtp-aliases", render("base/_msmtp_aliases.j2", relay=relay))


def _placement(placement: Placement) -> File:
    return File(
        f"/etc/systemd/system/{placement.unit}.d/rigwright-placement.conf",
        render("base/_placement.conf.j2", placement=placement),
    )


def _directories(settings: BaseSettings) -> Iterator[Directory]:
    yield Directory("/etc/systemd/journald.conf.d")
    yield Directory("/etc/systemd/system/chrony.service.d")
    yield Directory("/usr/local/lib/rigwright")
    yield Directory("/usr/local/lib/rigwright/base")
    for placement in settings.placements:
        if placement.unit != "chrony.service":
            yield Directory(f"/etc/systemd/system/{placement.unit}.d")
    for user in settings.users:
        yield Directory(f"{user.home}/.ssh", mode=0o700, owner=user.name, group=user.name)


def _keeps_operator(settings: BaseSettings) -> bool:
    return any(user.name == settings.operator for user in settings.users)


def _checks(settings: BaseSettings) -> Iterator[Check]:
    """Each reads the whole configuration, in which the staged files stand at their real paths."""
    yield Check("visudo -c", "visudo -c -q")
    if settings.operator not in (None, "root"):
        yield Check(
            f"sudo of the operator {settings.operator}",
            f"runuser -u {settings.operator} -- sudo -n true",
        )
    yield Check("apt-config dump", "apt-config dump >/dev/null")
    yield Check("logrotate -d", "logrotate -d /etc/logrotate.d/00-rigwright")
    yield Check("chronyd -p", "/usr/sbin/chronyd -p -f /etc/chrony/rigwright.conf")
    yield Check(
        "needrestart's configuration",
        "perl -e 'our %nrconf; do \"/etc/needrestart/conf.d/rigwright.conf\" or die $@ || $!'",
    )
