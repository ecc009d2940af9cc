"""The operator's own SSH key."""

from __future__ import annotations

from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from rigwright.atomic import locked, replace
from rigwright.errors import RigError
from rigwright.remote.keys import held, public_blob
from rigwright.remote.provenance import operator


def public_line(path: Path) -> str:
    """The line for ``authorized_keys`` of the private key at this path, made now if there is none.

    Args:
        path: The private key; its public key is beside it as ``.pub``, or is derived from it.

    Raises:
        RigError: It is not a key, or a login with it needs a typed passphrase.
    """
    public = path.with_name(f"{path.name}.pub")
    if not path.exists():
        return _generate(path, public)
    try:
        key = paramiko.PKey.from_path(path)
    except (paramiko.PasswordRequiredException, TypeError):  # cryptography's TypeError: passphrase not given
        key = None
    except (paramiko.SSHException, OSError, ValueError) as error:
        raise RigError(
            f"is not a private key: {type(error).__name__}",
            file=str(path),
            next_step="pass another one with --key",
        ) from None
    if key:
        return f"{key.get_name()} {key.get_base64()} {operator()}"
    line = _checked(public)
    with held("") as agent:
        if public_blob(str(path)) in agent:
            return line
    raise RigError(
        "the key has a passphrase, and no command of rig prompts for one",
        file=str(path),
        next_step=f"ssh-add {path}, then run again; or pass a key without a passphrase with --key",
    )


def _checked(public: Path) -> str:
    line = public.read_text(encoding="utf-8").strip() if public.exists() else ""
    fields = line.split()
    if len(fields) < 2 or not line.isprintable():  # noqa: PLR2004  type and key
        raise RigError(
            "is not a public key", file=str(public), next_step=f"ssh-keygen -y -f {public.with_suffix('')}"
        )
    return line


def _generate(path: Path, public: Path) -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    line = (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
        + f" {operator()}"
    )
    with locked(path.parent):
        replace(
            path,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.OpenSSH,
                serialization.NoEncryption(),
            ),
        )
        replace(public, f"{line}\n".encode(), mode=0o644)
    return line
