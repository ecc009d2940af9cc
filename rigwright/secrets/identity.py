"""The operator's age identity: the secret key that opens the stores. It stays on the operator's machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from rigwright.atomic import locked, replace
from rigwright.errors import RigError
from rigwright.secrets import age

OWN = "point $RIG_IDENTITY at an identity file of your own"


def identity_path(environment: Mapping[str, str]) -> Path:
    """Where the identity is: ``$RIG_IDENTITY``, else ``~/.config/rigwright/identity``."""
    given = environment.get("RIG_IDENTITY")
    return Path(given) if given else Path.home() / ".config" / "rigwright" / "identity"


def load_identities(path: Path) -> list[age.Identity]:
    """The identities in the file, which has the format of ``age-keygen``.

    Raises:
        RigError: The file is missing, open to others, or no identity file.
    """
    try:
        refused = _refusal(path.stat(), path)
        found = [] if refused else age.identities(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        raise RigError(
            "there is no identity here, so no secret can be read",
            file=str(path),
            next_step="run `rig secret init`, or point $RIG_IDENTITY at your identity file",
        ) from None
    except OSError as error:
        raise RigError(f"cannot be read: {error.strerror}", file=str(path), next_step=OWN) from error
    if refused:
        raise refused
    if not found:
        raise RigError(
            f"holds no usable age identity (a line `{age.IDENTITY_PREFIX}1…`)",
            file=str(path),
            next_step="take it back from your backup; if it is lost, move it away and run `rig secret init`",
        )
    return found


def _refusal(status: os.stat_result, path: Path) -> RigError | None:
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid not in (os.getuid(), 0):
        return RigError(f"belongs to another user (uid {status.st_uid})", file=str(path), next_step=OWN)
    if mode & 0o077:
        return RigError(
            f"the identity is open to other users (mode {mode:04o})",
            file=str(path),
            next_step=f"chmod 600 {path}; if others use this machine, rotate the secrets as well",
        )
    return None


def create_identity(path: Path) -> str:
    """Make an identity, readable by its owner only, and return its public key.

    Raises:
        RigError: There is a file already; it is left alone.
    """
    with locked(path.parent):
        if path.exists():
            raise RigError(
                "exists already", file=str(path), next_step="move it away if you mean to replace it"
            )
        identity = age.new_identity()
        replace(path, f"# public key: {age.public_key(identity)}\n{identity!s}\n".encode())
    return age.public_key(identity)


def public_keys(path: Path) -> list[str]:
    """The public keys of the identities in the file; errors as :func:`load_identities`."""
    return [age.public_key(identity) for identity in load_identities(path)]
