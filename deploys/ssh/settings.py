"""What can be chosen about logging in."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.ssh.algorithms import (
    TOOLKIT_CIPHERS,
    TOOLKIT_KEY_EXCHANGES,
    TOOLKIT_MACS,
    Cipher,
    KeyExchange,
    Mac,
)
from rigwright.settings.addresses import Address
from rigwright.settings.base import Many, Port, Settings

HostKey = Literal["ed25519", "rsa", "ecdsa"]
Banner = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[ -~\n]+$")]
Account = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$")]


class SshSettings(Settings):
    """Who may log in, how, and where sshd listens. Keys are the only way in; passwords are never taken."""

    ports: Many[Port] = (22,)
    """TCP ports. To move, have both for one apply, change ``port=`` of ``ssh_host``, then drop the old."""

    listen_addresses: Many[Address] = ("0.0.0.0", "::")  # noqa: S104  a firewall decides who reaches it
    """Addresses of the host; a host without IPv6 has ``["0.0.0.0"]``."""

    allowed_users: Many[Account] = ()
    """Who may log in; empty: every account that has an authorized key."""

    allowed_groups: Many[Account] = ()
    """Groups whose members may log in. With ``allowed_users`` too, one must be in both."""

    root_login: Literal["no", "key"] = "no"
    """Whether root may log in: ``key`` by its keys, ``no`` not at all, so that operators use sudo."""

    max_auth_tries: Annotated[int, Field(ge=2, le=10)] = 4
    """Keys or attempts of one connection (CIS benchmark: 4 at most); an agent with many keys uses them up."""

    login_grace_seconds: Annotated[int, Field(ge=10, le=600)] = 30
    """How long a connection may take to log in."""

    max_sessions: Annotated[int, Field(ge=2, le=1000)] = 10
    """Sessions of one connection."""

    max_pending_logins: Annotated[int, Field(ge=20, le=10_000)] = 60
    """Connections that have not logged in yet; above 10, some are refused at random, above this all."""

    client_alive_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    """A client that misses three keep-alives at this interval is disconnected."""

    tcp_forwarding: Literal["no", "local", "yes"] = "local"
    """Tunnels: ``local`` lets users reach what listens on the host's loopback, such as dashboards."""

    agent_forwarding: bool = False
    """Whether users may use their keys from here on other hosts; root of this host then can too."""

    log_level: Literal["INFO", "VERBOSE"] = "VERBOSE"
    """``VERBOSE`` records which key was used."""

    host_keys: Many[HostKey] = ()
    """Kinds of its own key that sshd proves itself with, in order of preference; empty: all that it has.
    Whoever pinned another kind of this host's keys alone no longer connects."""

    banner: Banner | None = None
    """What every client is shown before it logs in, such as a notice that the law asks for; None: nothing."""

    key_exchanges: Many[KeyExchange] = ()
    """In order of preference; empty: all strong ones that the host's OpenSSH knows."""

    ciphers: Many[Cipher] = ()
    """In order of preference; empty: all strong ones."""

    macs: Many[Mac] = ()
    """In order of preference; empty: all strong ones."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        for name in ("ports", "listen_addresses"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise ValueError(f"{name} must name at least one, and none twice")
        if all(ipaddress.ip_address(address).is_loopback for address in self.listen_addresses):
            raise ValueError("listen_addresses are all loopback: this locks every operator out")
        return self

    @model_validator(mode="after")
    def _host_keys_that_the_toolkit_takes(self) -> Self:
        if len(set(self.host_keys)) < len(self.host_keys):
            raise ValueError("host_keys names a kind twice")
        return self

    @model_validator(mode="after")
    def _toolkit_can_log_in(self) -> Self:
        for name, known in (
            ("key_exchanges", TOOLKIT_KEY_EXCHANGES),
            ("ciphers", TOOLKIT_CIPHERS),
            ("macs", TOOLKIT_MACS),
        ):
            chosen = getattr(self, name)
            if chosen and not known & set(chosen):
                raise ValueError(
                    f"{name} has none that the toolkit's own SSH client supports; add one of "
                    + ", ".join(sorted(known))
                )
        return self


ALL_KEY_EXCHANGES: tuple[str, ...] = get_args(KeyExchange)
ALL_CIPHERS: tuple[str, ...] = get_args(Cipher)
ALL_MACS: tuple[str, ...] = get_args(Mac)
