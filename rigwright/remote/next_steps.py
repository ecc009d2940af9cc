"""Commands that a person types next, whole: with address, account, port, key and pinned host keys."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from rigwright.remote.destination import SSH_PORT
from rigwright.remote.readiness import Account
from rigwright.remote.route import Route
from rigwright.repository import ROOT

KNOWN_HOSTS = ROOT / "inventories" / "known_hosts"
"""Where host keys are pinned, unless an inventory names another file."""


def bootstrap(host: str, data: Mapping[str, Any]) -> str:
    """The command that prepares this host.

    Args:
        host: Its name in the inventory.
        data: Its data, in pyinfra's terms.
    """
    words = ["rig", "bootstrap", alias(host, data)]
    words += ["--user", str(data["ssh_user"])] if data.get("ssh_user") else []
    words += ["--port", str(data["ssh_port"])] if data.get("ssh_port", SSH_PORT) != SSH_PORT else []
    words += ["--key", str(data["ssh_key"])] if data.get("ssh_key") else []
    pinned = str(data.get("ssh_known_hosts_file") or KNOWN_HOSTS)
    words += ["--inventory-known-hosts", pinned] if pinned != str(KNOWN_HOSTS) else []
    return shlex.join(words)


def login(host: str, data: Mapping[str, Any]) -> str:
    """The command that logs in there at a terminal, with OpenSSH's own client."""
    words = ["ssh", "-t"]
    words += ["-p", str(data["ssh_port"])] if data.get("ssh_port", SSH_PORT) != SSH_PORT else []
    words += ["-i", str(data["ssh_key"])] if data.get("ssh_key") else []
    pinned = data.get("ssh_known_hosts_file")
    words += ["-o", f"UserKnownHostsFile={pinned}"] if pinned else []
    address = alias(host, data)
    user = data.get("ssh_user")
    return shlex.join([*words, f"{user}@{address}" if user else address])


def account(host: str, data: Mapping[str, Any]) -> Account:
    """Who logs in to this host, for messages."""
    user = str(data.get("ssh_user") or "the account")
    return Account(host, user, bootstrap(host, data), login(host, data))


def alias(host: str, data: Mapping[str, Any]) -> str:
    """How ssh finds the host: an alias where one leads there, which may go through a jump host."""
    route = (data.get("ssh_paramiko_connect_kwargs") or {}).get("sock")
    return route.name if isinstance(route, Route) else str(data.get("ssh_hostname") or host)
