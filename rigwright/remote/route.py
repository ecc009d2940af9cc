"""How a host is reached: what the inventory states, and for all else the operator's ssh_config.

OpenSSH itself reads the file (``ssh -G``), so Include, Match and every pattern mean what they mean to ssh. A
jump host is passed by OpenSSH too, with its own account, key and agent.
"""

from __future__ import annotations

import getpass
import os
import shlex
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rigwright.errors import RigError
from rigwright.remote.destination import SSH_PORT, destination, uri

CONNECT_TIMEOUT_SECONDS = 10
CONFIG = Path("~/.ssh/config")
"""The file that plain pyinfra reads too."""

DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
"""Names in ``~/.ssh`` that are tried where none is configured."""

_OPENSSH_KEYS = {
    f"id_{kind}" for kind in ("rsa", "ecdsa", "ecdsa_sk", "ed25519", "ed25519_sk", "xmss", "dsa")
}
_NO_PROXY = ("", "none")


@dataclass(frozen=True)
class Route:
    """The way to one host.

    Attributes:
        name: As the inventory or the command line names it, which may be an alias.
        address: Name or address of the host itself.
        port: Of its SSH server.
        user: Who logs in.
        files: Private keys that are configured for it, or their public halves.
        only: No other key is tried.
        agent: Socket of the SSH agent, or ``none``; empty: the environment's.
        proxy: A program whose standard streams are the connection; empty: TCP.
        known_hosts: File with pinned host keys that is configured for it.
    """

    name: str
    address: str
    port: int
    user: str
    files: tuple[str, ...] = ()
    only: bool = False
    agent: str = ""
    proxy: tuple[str, ...] = ()
    known_hosts: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For ``pyinfra INVENTORY debug-inventory``, which prints all data of hosts."""
        return dict(vars(self))

    def connect(self) -> socket.socket:
        """A connection to the SSH server.

        Raises:
            OSError: There is none; the words are those of the jump host's ssh, where one is passed.
        """
        if self.proxy:
            return _through(self.proxy)
        return socket.create_connection((self.address, self.port), CONNECT_TIMEOUT_SECONDS)

    def options(self) -> list[tuple[str, str]]:
        """The same way as options of OpenSSH's own client, which then needs no file."""
        found = [("IdentityFile", path) for path in self.files]
        found += [("IdentitiesOnly", "yes")] if self.only else []
        found += [("IdentityAgent", self.agent)] if self.agent else []
        found += [("ProxyCommand", shlex.join(self.proxy).replace("%", "%%"))] if self.proxy else []
        return found


def resolve(
    name: str, user: str | None = None, port: int | None = None, *, key: str | Path | None = None
) -> Route:
    """The way to a host.

    Args:
        name: An address, a name, or an alias of ssh_config.
        user: Who logs in; as ssh_config or the operator's own name if None.
        port: Of the SSH server; as ssh_config, or 22, if None.
        key: The one private key to use.

    Raises:
        RigError: ssh cannot read its file.
    """
    config = CONFIG.expanduser()
    if config.is_file():
        found = parse(_read(config, name, user, port), name, config)
    else:
        found = Route(name, name, port or SSH_PORT, user or getpass.getuser())
    if key:
        return Route(**{**vars(found), "files": (str(Path(key).expanduser()),), "only": True})
    return found


def of(host: str, data: Mapping[str, Any]) -> Route:
    """The way to a host of an inventory, from its data in pyinfra's terms."""
    route = (data.get("ssh_paramiko_connect_kwargs") or {}).get("sock")
    if isinstance(route, Route):
        return route
    port = data.get("ssh_port")
    return resolve(
        str(data.get("ssh_hostname") or host),
        data.get("ssh_user"),
        int(port) if port else None,
        key=data.get("ssh_key"),
    )


def _read(config: Path, name: str, user: str | None, port: int | None) -> str:
    command = ["ssh", "-G", "-F", str(config)]
    command += ["-l", user] if user else []
    command += ["-p", str(port)] if port else []
    try:
        done = subprocess.run(
            [*command, "--", name], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise RigError(
            "ssh is not installed, and only it can read this", file=str(config), next_step="install OpenSSH"
        ) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise RigError(f"ssh cannot read it: {last}", file=str(config), next_step=f"ssh -G {name}")
    return done.stdout


def parse(text: str, name: str, config: Path) -> Route:
    """The way that ``ssh -G`` prints."""
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        option, _, value = line.partition(" ")
        values.setdefault(option, []).append(value)
    one = {option: found[0] for option, found in values.items()}
    address, port, user = one.get("hostname", name), int(one.get("port", SSH_PORT)), one.get("user", "")
    files = [_absolute(path) for path in _configured(values.get("identityfile", ()))]
    tokens = {"%h": address, "%p": str(port), "%r": user, "%n": name, "%%": "%"}
    return Route(
        name=name,
        address=address,
        port=port,
        user=user or getpass.getuser(),
        files=tuple(files),
        only=one.get("identitiesonly") == "yes",
        agent=_agent(one.get("identityagent", "")),
        proxy=_proxy(one, address, port, config, tokens),
        known_hosts=_known_hosts(one.get("userknownhostsfile", "")),
    )


def _proxy(
    one: Mapping[str, str], address: str, port: int, config: Path, tokens: Mapping[str, str]
) -> tuple[str, ...]:
    command = one.get("proxycommand", "")
    if command.lower() not in _NO_PROXY:
        return ("/bin/sh", "-c", f"exec {_expanded(command, tokens)}")
    jump = one.get("proxyjump", "")
    if jump.lower() in _NO_PROXY:
        return ()
    *earlier, last = jump.split(",")
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    through = ["-J", ",".join(earlier)] if earlier else []
    return ("ssh", "-F", str(config), "-o", "BatchMode=yes", *through, "-W", target, _hop(last))


def _hop(text: str) -> str:
    """``[USER@]HOST[:PORT]`` of ProxyJump as ssh itself takes a destination."""
    try:
        found = destination(text)
    except RigError:
        return text
    return uri(found.address, found.user, found.port)


def _expanded(text: str, tokens: Mapping[str, str]) -> str:
    out, rest = "", text
    while rest:
        before, percent, rest = rest.partition("%")
        token = percent + rest[:1]
        out += before + tokens.get(token, token)
        rest = rest[1:] if percent else ""
    return out


def _agent(text: str) -> str:
    """The agent's socket; a variable of the environment may name it."""
    if text.lower() == "none":
        return "none"
    if text in ("", "SSH_AUTH_SOCK"):
        return ""
    return os.environ.get(text[1:], "none") if text.startswith("$") else _absolute(text)


def _known_hosts(text: str) -> str | None:
    """The first of the files, unless they are OpenSSH's own."""
    files = [Path(_absolute(path)) for path in text.split()]
    if not files or files[0].parts[-2:] == (".ssh", "known_hosts") or text in (os.devnull, "none"):
        return None
    return str(next((file for file in files if file.exists()), files[0]))


def _configured(paths: Sequence[str]) -> Sequence[str]:
    """The keys that the file names; OpenSSH prints its whole list of defaults where it names none."""
    names = {os.path.basename(path) for path in paths}  # noqa: PTH119  as ssh prints them
    return () if len(paths) >= len(DEFAULT_KEYS) and names <= _OPENSSH_KEYS else paths


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111  links stay as they are


def _through(command: Sequence[str]) -> socket.socket:
    """The far end of a program's standard streams, once the server has introduced itself there."""
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryFile() as errors:
        with theirs:
            process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=errors)
        threading.Thread(target=process.wait, daemon=True).start()  # it ends with the connection
        ours.settimeout(CONNECT_TIMEOUT_SECONDS)
        if ours.recv(1, socket.MSG_PEEK):
            return ours
        ours.close()
        process.wait()
        errors.seek(0)
        lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    raise ConnectionError(f"{shlex.join(command)}: {lines[-1] if lines else 'it ended without a word'}")
