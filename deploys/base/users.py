"""What can be chosen about a user."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.base.keys import PublicKey, key_fields, without_options
from deploys.base.values import AbsolutePath, SudoCommand, UserName
from rigwright.settings.base import Many, Settings

NO_LOGIN = ("/usr/sbin/nologin", "/bin/false", "/usr/bin/false")


class User(Settings):
    """A user who may log in with a key. The password is locked: there is none to guess."""

    name: UserName
    """The login name. One of capitals alone would be an alias to sudo, and is refused."""

    authorized_keys: Many[PublicKey] = ()
    """The public keys that log in; any other key in the user's ``authorized_keys`` is drift.
    RSA keys need 3072 bits. Options may stand before a key, as in sshd(8):
    ``'from="192.0.2.0/24",restrict,command="/usr/bin/rrsync /srv" ssh-ed25519 …'``."""

    groups: Many[UserName] = ()
    """Exactly the groups besides the user's own. One that does not exist is made, as a system group."""

    login_shell: AbsolutePath = "/bin/bash"
    """The login shell, which must be installed."""

    home: AbsolutePath | None = None
    """The home directory, which may exist already: its files stay as they are. None: ``/home/`` and the
    name."""

    uid: Annotated[int, Field(ge=1000, le=59_999)] | None = None
    """The number, where files on other disks depend on it; None: the next free one."""

    sudo: Many[SudoCommand] = ()
    """What the user may run as root without a password: ``"ALL"``, or single commands with exactly these
    arguments. A command without arguments may be run only without any."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        blobs = [key_fields(without_options(key)) for key in self.authorized_keys]
        if len(set(blobs)) < len(blobs):
            raise ValueError(f"authorized_keys of {self.name}: one key is there twice: leave one out")
        for field in ("groups", "sudo"):
            values = getattr(self, field)
            if len(set(values)) < len(values):
                raise ValueError(f"{field} of {self.name}: a value is there twice: leave one out")
        if self.name == "root":
            raise ValueError("users: root is no user to be kept here: give a user sudo=['ALL']")
        if self.name in self.groups:
            raise ValueError(f"groups of {self.name}: the own group is there already: leave it out")
        return self

    @property
    def home_path(self) -> str:
        """The home directory."""
        return self.home or f"/home/{self.name}"

    @property
    def sudo_rules(self) -> tuple[str, ...]:
        """The commands as sudoers takes them: special characters escaped, no arguments but those given."""
        return tuple(_rule(command) for command in self.sudo)


def _rule(command: str) -> str:
    if command == "ALL":
        return command
    program, _, arguments = command.partition(" ")
    for special in ",:=":
        arguments = arguments.replace(special, f"\\{special}")
    return f"{program} {arguments}" if arguments else f'{program} ""'
