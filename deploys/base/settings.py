"""What can be chosen about the base of a host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.base.audit import Audit
from deploys.base.keys import gives_a_shell
from deploys.base.logins import FailedLogins
from deploys.base.mail import Relay
from deploys.base.placement import Placement
from deploys.base.updates import Updates
from deploys.base.users import NO_LOGIN, User
from deploys.base.values import KernelSetting, KernelValue, Locale, PackageName, TimeZone, UserName
from deploys.base.vulnerabilities import VulnerabilityScan
from rigwright.settings.base import Domain, Many, Settings, Size

__all__ = [
    "Audit",
    "BaseSettings",
    "FailedLogins",
    "Placement",
    "Relay",
    "Updates",
    "User",
    "VulnerabilityScan",
]

HARDENED: Mapping[str, int | str] = {
    "kernel.dmesg_restrict": 1,
    "kernel.kptr_restrict": 1,
    "net.ipv4.conf.all.accept_redirects": 0,
    "net.ipv4.conf.default.accept_redirects": 0,
    "net.ipv4.conf.all.send_redirects": 0,
    "net.ipv4.conf.default.send_redirects": 0,
    "net.ipv4.conf.all.accept_source_route": 0,
    "net.ipv4.conf.default.accept_source_route": 0,
    "net.ipv4.conf.all.rp_filter": 2,
    "net.ipv4.conf.default.rp_filter": 2,
    "net.ipv4.conf.all.log_martians": 1,
    "net.ipv4.conf.default.log_martians": 1,
    "net.ipv4.tcp_syncookies": 1,
    "net.ipv6.conf.all.accept_redirects": 0,
    "net.ipv6.conf.default.accept_redirects": 0,
    "net.ipv6.conf.all.accept_source_route": 0,
    "net.ipv6.conf.default.accept_source_route": 0,
}
"""CIS benchmark for Debian 12, 3.3, but for ``rp_filter``: 1 (strict, RFC 3704) drops packets of a host with
two uplinks, operators' too, so it is 2 (loose) here."""


class BaseSettings(Settings):
    """What every host needs. With no settings at all it keeps time, bounds logs, and updates itself."""

    operator: UserName | None = None
    """The account that Rigwright logs in with (``ssh_host(user=…)``). No change passes that would take its
    sudo away; where it stands in ``users``, a new login must succeed before a change stays."""

    users: Many[User] = ()
    """Who may log in."""

    former_users: Many[UserName] = ()
    """Who may not any more: the account is locked and expired, its keys are put aside, its files stay."""

    known_users: Many[UserName] = ()
    """Accounts that are managed elsewhere, such as an application's. Any other account that could log in is
    reported as drift, and left for an operator to decide."""

    hostname: Domain | None = None
    """The host's name, with or without its domain; None leaves it as it is."""

    timezone: TimeZone = "Etc/UTC"
    """A name below ``/usr/share/zoneinfo``."""

    locale: Locale = "C.UTF-8"
    """The default language of programs; it is generated where needed."""

    time_servers: Many[Domain] = ()
    """NTP servers that chrony uses; empty: the distribution's pool."""

    sysctls: Mapping[KernelSetting, KernelValue] = HARDENED
    """Kernel settings, in place of these: ``{**HARDENED, "net.ipv4.conf.all.rp_filter": 1}`` changes one.
    Redirects and source routes that ``all`` refuses are refused on every interface. Those of a kernel that is
    shared with others, as in a container, are written but not set there, and verify names them as not
    applicable."""

    journal_max_size: Size = 2**30
    """Disk space for the journal, at most."""

    log_retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """How long the journal and rotated log files are kept."""

    updates: Updates = Updates()
    """Updates of packages."""

    packages: Many[PackageName] = ()
    """Further packages of the distribution that the host has, such as ``htop``. One that is taken out of
    the list stays installed."""

    placements: Many[Placement] = ()
    """CPUs, shares and limits of services. Taken at once by what runs, and with it by every later start."""

    mail: Relay | None = None
    """Where mail of root's programs goes, such as of updates and timers; None: it sends none."""

    audit: Audit | None = None
    """The kernel logs changes of what decides about access; None: it does not. Off by default: the kernel
    has one such log, which other programs may use, and it grows with every change."""

    vulnerabilities: VulnerabilityScan | None = None
    """Compare the installed packages every six hours with Debian's list of vulnerabilities, where
    ``prometheus`` is on the host; None: only pending security updates are reported. Debian only."""

    failed_logins: FailedLogins = FailedLogins()
    """When failed logins are an alert, where ``prometheus`` is on the host."""

    access_review_days: Annotated[int, Field(ge=1, le=3650)] | None = 180
    """How old the last review of who has access (``rig access --reviewed``) may be before it is an alert;
    PCI DSS 4.0 requires one every six months (7.2.4). None: there is no such alert."""

    @model_validator(mode="after")
    def _each_account_once(self) -> Self:
        roles = {
            "users": [user.name for user in self.users],
            "former_users": list(self.former_users),
            "known_users": list(self.known_users),
        }
        names = [name for some in roles.values() for name in some]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} is in {' and '.join(roles)} twice: leave it in one")
        units = [placement.unit for placement in self.placements]
        if twice := sorted({unit for unit in units if units.count(unit) > 1}):
            raise ValueError(f"placements: {', '.join(twice)} is there twice: leave one out")
        numbers = [user.uid for user in self.users if user.uid is not None]
        if twice := sorted({str(uid) for uid in numbers if numbers.count(uid) > 1}):
            raise ValueError(f"users: two have the uid {', '.join(twice)}: give each its own")
        homes = [user.home_path for user in self.users]
        if twice := sorted({home for home in homes if homes.count(home) > 1}):
            raise ValueError(f"users: two have the home {', '.join(twice)}: give each its own")
        if twice := sorted({name for name in self.packages if self.packages.count(name) > 1}):
            raise ValueError(f"packages: {', '.join(twice)} is there twice: leave one out")
        return self

    @model_validator(mode="after")
    def _operator_keeps_access(self) -> Self:
        if self.operator in self.former_users:
            raise ValueError(
                f"former_users: {self.operator} is the operator that Rigwright logs in as: name another first"
            )
        for user in self.users:
            if user.name == self.operator and not (
                "ALL" in user.sudo
                and any(map(gives_a_shell, user.authorized_keys))
                and user.login_shell not in NO_LOGIN
            ):
                raise ValueError(
                    f"users: {user.name} is the operator that Rigwright logs in as, "
                    "and needs sudo=['ALL'], authorized_keys without command= and a shell"
                )
        return self

    @property
    def short_hostname(self) -> str | None:
        """The first label, which the kernel gets."""
        return self.hostname.partition(".")[0] if self.hostname else None

    @property
    def accounted_for(self) -> tuple[str, ...]:
        """Names of accounts that are known to log in."""
        operator = (self.operator,) if self.operator else ()
        return tuple(sorted({*operator, *self.known_users, *(user.name for user in self.users)}))

    @property
    def managed_elsewhere(self) -> tuple[str, ...]:
        """Of those the names of accounts that no apply changes."""
        own = {user.name for user in self.users}
        return tuple(name for name in self.accounted_for if name not in own)

    @property
    def rotations(self) -> int:
        """Weekly rotations that cover the retention."""
        return -(-self.log_retention_days // 7)
