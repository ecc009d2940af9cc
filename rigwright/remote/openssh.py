"""How the system's own ``ssh`` reaches a host of an inventory: with the same facts as the toolkit. Pure."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from rigwright.remote.next_steps import alias
from rigwright.remote.route import CONNECT_TIMEOUT_SECONDS


def arguments(name: str, data: Mapping[str, Any]) -> list[str]:
    """The ``ssh`` command that logs in, up to and with its destination; a remote command may follow.

    It has what the inventory states, and the operator's own configuration decides the rest: jump hosts,
    agents and aliases work. A host that does not respond is given up as soon as by the other commands; ssh by
    itself waits as long as the kernel, which is two minutes.

    Args:
        name: The host's in the inventory.
        data: Its data, in pyinfra's terms (``ssh_hostname``, ``ssh_key``, …).
    """
    options: dict[str, object] = {"ConnectTimeout": CONNECT_TIMEOUT_SECONDS}
    if known_hosts := data.get("ssh_known_hosts_file"):
        options |= {"UserKnownHostsFile": _quoted(str(known_hosts)), "GlobalKnownHostsFile": "/dev/null"}
    options["StrictHostKeyChecking"] = data.get("ssh_strict_host_key_checking") or "yes"
    if key := data.get("ssh_key"):
        options |= {"IdentityFile": _quoted(str(key)), "IdentitiesOnly": "yes"}
    if data.get("ssh_forward_agent"):
        options["ForwardAgent"] = "yes"
    flags = [f"-o{option}={value}" for option, value in options.items()]
    config = str(data.get("ssh_config_file") or os.devnull)
    file = ["-F", config] if config != os.devnull else []
    user = ["-l", str(data["ssh_user"])] if data.get("ssh_user") else []
    port = ["-p", str(data["ssh_port"])] if data.get("ssh_port") else []
    return ["ssh", *file, *flags, *port, *user, "--", alias(name, data)]


def script(words: Sequence[str]) -> str:
    """What a host's shell runs for these words: one is a script, several are a command and its arguments.

    ``ssh`` itself would join them without their quotes.
    """
    return words[0] if len(words) == 1 else shlex.join(words)


def _quoted(path: str) -> str:
    """A path as ssh_config(5) takes it: several may stand there, and a percent sign begins a token."""
    return '"' + path.replace("%", "%%") + '"'
