"""sshd's directives from settings: one table for the file, the check, and the runtime state."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deploys.ssh.algorithms import Versions
from deploys.ssh.settings import ALL_CIPHERS, ALL_KEY_EXCHANGES, ALL_MACS, SshSettings
from rigwright.errors import RigError

BANNER = "/etc/ssh/rigwright-banner"
HOST_KEY_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "ed25519": ("ssh-ed25519",),
    "rsa": ("rsa-sha2-512", "rsa-sha2-256"),
    "ecdsa": ("ecdsa-sha2-nistp256",),
}
LOOPBACK = "127.0.0.0/8,::1/128"


@dataclass(frozen=True)
class Directive:
    """One line of ``sshd_config``; ``effective`` is what ``sshd -T`` prints for it, if not the value."""

    name: str
    value: str
    effective: str | None = None


def endpoint(address: str, port: int) -> str:
    """Address and port as sshd writes them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def directives(settings: SshSettings, versions: Versions) -> tuple[Directive, ...]:
    """Everything that the drop-in sets, in its order.

    Raises:
        RigError: The host's OpenSSH does not know an algorithm that the settings name.
    """
    return (
        *_listening(settings),
        *_accounts(settings),
        *_ways_in(settings),
        *_limits(settings, versions),
        *_forwarding(settings),
        Directive("LogLevel", settings.log_level),
        *_shown(settings),
        Directive(
            "KexAlgorithms", _chosen("key_exchanges", settings.key_exchanges, ALL_KEY_EXCHANGES, versions)
        ),
        Directive("Ciphers", _chosen("ciphers", settings.ciphers, ALL_CIPHERS, versions)),
        Directive("MACs", _chosen("macs", settings.macs, ALL_MACS, versions)),
    )


def _listening(settings: SshSettings) -> Iterable[Directive]:
    """An address with its port: ``Port`` of another file then opens nothing."""
    yield Directive("AddressFamily", "any")
    for address in settings.listen_addresses:
        for port in settings.ports:
            yield Directive("ListenAddress", endpoint(address, port))


def _accounts(settings: SshSettings) -> Iterable[Directive]:
    if settings.allowed_users:
        yield Directive("AllowUsers", " ".join(settings.allowed_users))
    if settings.allowed_groups:
        yield Directive("AllowGroups", " ".join(settings.allowed_groups))
    if settings.root_login == "key":
        yield Directive("PermitRootLogin", "prohibit-password", effective="without-password")
    else:
        yield Directive("PermitRootLogin", "no")


def _ways_in(settings: SshSettings) -> Iterable[Directive]:  # noqa: ARG001  keys only, whatever is set
    yield Directive("AuthenticationMethods", "publickey")
    yield Directive("PubkeyAuthentication", "yes")
    for name in (
        "PasswordAuthentication",
        "KbdInteractiveAuthentication",
        "PermitEmptyPasswords",
        "HostbasedAuthentication",
        "GSSAPIAuthentication",
        "PermitUserEnvironment",
    ):
        yield Directive(name, "no")
    yield Directive("StrictModes", "yes")


def _limits(settings: SshSettings, versions: Versions) -> Iterable[Directive]:
    yield Directive("MaxAuthTries", str(settings.max_auth_tries))
    yield Directive("LoginGraceTime", str(settings.login_grace_seconds))
    yield Directive("MaxSessions", str(settings.max_sessions))
    # Above its first number sshd refuses anybody at random; one address alone must not get there.
    most = settings.max_pending_logins
    yield Directive("MaxStartups", f"{most // 2}:30:{most}")
    yield Directive("PerSourceMaxStartups", str(settings.max_pending_logins_per_address or most // 3))
    yield Directive("PerSourceNetBlockSize", "32:64")
    yield Directive("ClientAliveInterval", str(settings.client_alive_seconds))
    yield Directive("ClientAliveCountMax", "3")
    if versions.penalties:  # the queries of the toolkit come from there, and never log in
        own = [one for one in settings.listen_addresses if _is_of_this_host(one)]
        yield Directive("PerSourcePenaltyExemptList", ",".join((LOOPBACK, *own)))


def _is_of_this_host(address: str) -> bool:
    """Whether it is one address outside of loopback, from which a query to it then comes."""
    found = ipaddress.ip_address(address)
    return not (found.is_loopback or found.is_unspecified)


def _forwarding(settings: SshSettings) -> Iterable[Directive]:
    yield Directive("AllowTcpForwarding", settings.tcp_forwarding)
    yield Directive("AllowAgentForwarding", "yes" if settings.agent_forwarding else "no")
    for name in ("AllowStreamLocalForwarding", "X11Forwarding", "PermitTunnel", "GatewayPorts"):
        yield Directive(name, "no")


def _shown(settings: SshSettings) -> Iterable[Directive]:
    """What it proves itself with, and what it shows before a login."""
    if settings.host_keys:
        algorithms = (one for kind in settings.host_keys for one in HOST_KEY_ALGORITHMS[kind])
        yield Directive("HostKeyAlgorithms", ",".join(algorithms))
    if settings.banner:
        yield Directive("Banner", BANNER)


GRANTS = {
    "authorizedkeysfile": ".ssh/authorized_keys .ssh/authorized_keys2",
    "authorizedkeyscommand": "none",
    "authorizedprincipalscommand": "none",
    "authorizedprincipalsfile": "none",
    "trustedusercakeys": "none",
    "forcecommand": "none",
    "chrootdirectory": "none",
    "denygroups": "",
    "denyusers": "",
    # Without PAM, sshd takes a locked password for a locked account.
    "usepam": "yes",
}
"""What decides who gets in, and as what, besides the drop-in: all of it as the distribution has it."""


def granted(chosen: Iterable[Directive]) -> tuple[tuple[str, str], ...]:
    """What ``sshd -T`` must print of what lets in or keeps out, where the drop-in does not set it."""
    set_here = {one.name.lower() for one in chosen}
    limits = ((name, "") for name in ("allowgroups", "allowusers") if name not in set_here)
    return (*GRANTS.items(), *limits)


def _chosen(name: str, chosen: Sequence[str], strong: Sequence[str], versions: Versions) -> str:
    unknown = versions.unknown & set(chosen)
    if unknown:
        openssh = ".".join(map(str, versions.openssh))
        raise RigError(
            f"OpenSSH {openssh} does not know {', '.join(sorted(unknown))}",
            setting=f"ssh.{name}",
            next_step="leave it out, or leave the whole setting out",
        )
    return ",".join(chosen or [one for one in strong if one not in versions.unknown])


def effective(chosen: Iterable[Directive]) -> tuple[tuple[str, str], ...]:
    """What ``sshd -T`` must print, by its lower-case names; all values of a name that stands twice."""
    values: dict[str, list[str]] = {}
    for one in chosen:
        shown = one.effective or one.value
        parts = shown.split() if one.name in ("AllowUsers", "AllowGroups") else [shown]
        values.setdefault(one.name.lower(), []).extend(parts)
    return tuple((name, " ".join(sorted(parts))) for name, parts in values.items())
