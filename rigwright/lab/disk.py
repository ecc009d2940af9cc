"""What a lab host has on its own disk before it first boots: the changes that an installer would make."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from rigwright.lab import machine
from rigwright.lab.recipe import OPERATOR, OPERATOR_UID, S3_PROGRAM
from rigwright.lab.record import HostRecord

OPERATOR_GID = 37  # Debian's base-passwd
SUDOERS = f"{OPERATOR} ALL=(ALL:ALL) NOPASSWD: ALL\n"
KEY_TYPES = ("ed25519", "ecdsa", "rsa")


@dataclass(frozen=True)
class File:
    """A file of the host, by its absolute path there."""

    path: str
    text: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


def new_password() -> str:
    """A password that can be typed."""
    return "-".join(secrets.token_hex(2) for _ in range(3))


def with_password(shadow: str, user: str, crypted: str) -> str:
    """The text of ``/etc/shadow`` with one user's password set."""
    return re.sub(rf"^{user}:[^:]*:", lambda _: f"{user}:{crypted}:", shadow, flags=re.MULTILINE)


def with_member(group: str, name: str, user: str) -> str:
    """The text of ``/etc/group`` or ``/etc/gshadow`` with a user added to a group that has no members."""
    return re.sub(rf"^({name}:.*:)$", rf"\g<1>{user}", group, flags=re.MULTILINE)


def make(host: HostRecord, public_key: str) -> None:
    """Lay out the host's writable layer, from nothing.

    Its SSH host keys are made on the first call and kept on later ones.
    """
    upper = host.folder / "upper"
    for name in ("upper", "work", "docker", "containerd"):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(host.folder / name)
    upper.mkdir()
    image = Path(host.image)
    for file in files(host, public_key):
        _write(upper, image, file)


def host_keys(folder: Path) -> dict[str, str]:
    """A host's SSH keys by file name, private and public; made where the folder has none yet."""
    for kind in KEY_TYPES:
        path = folder / f"ssh_host_{kind}_key"
        if not path.exists():
            new = folder / f".new_{kind}"
            new.unlink(missing_ok=True)
            machine.call(
                "ssh-keygen", "-q", "-N", "", "-C", f"root@{folder.parent.name}", "-t", kind, "-f", str(new)
            )
            new.with_suffix(".pub").rename(path.with_suffix(".pub"))
            new.rename(path)
    return {path.name: path.read_text() for path in sorted(folder.glob("ssh_host_*"))}


def files(host: HostRecord, public_key: str) -> list[File]:
    """What makes the image this host: its name, keys and accounts. SSH host keys are made once, and kept."""
    image = Path(host.image)
    keys = host_keys(host.folder / "ssh")
    found = [
        File("/etc/hostname", f"{host.name}\n"),
        File(
            "/etc/hosts",
            f"127.0.0.1\tlocalhost\n127.0.1.1\t{host.name}\n::1\tlocalhost ip6-localhost ip6-loopback\n",
        ),
        File("/etc/resolv.conf", machine.name_servers()),
        # A machine-id of its own: with an empty one systemd would enable every unit, as on a first boot.
        File("/etc/machine-id", f"{secrets.token_hex(16)}\n", 0o444),
        *(
            File(f"/etc/ssh/{name}", text, 0o644 if name.endswith(".pub") else 0o600)
            for name, text in keys.items()
        ),
    ]
    if host.kind == "s3":
        found.append(File(S3_PROGRAM, Path(__file__).with_name("s3-host.sh").read_text(), 0o755))
    if host.password is None:
        home = f"/home/{OPERATOR}/.ssh"
        return [
            *found,
            File(f"{home}/authorized_keys", public_key, 0o600, OPERATOR_UID, OPERATOR_GID),
            File(f"/etc/sudoers.d/{OPERATOR}", SUDOERS, 0o440),
        ]
    crypted = machine.call(
        "chroot", str(image), "openssl", "passwd", "-6", "-stdin", stdin=f"{host.password}\n"
    ).strip()
    text = {name: (image / "etc" / name).read_text() for name in ("shadow", "group", "gshadow")}
    return [
        *found,
        File("/etc/shadow", with_password(text["shadow"], OPERATOR, crypted), 0o640, 0, 42),
        File("/etc/group", with_member(text["group"], "sudo", OPERATOR)),
        File("/etc/gshadow", with_member(text["gshadow"], "sudo", OPERATOR), 0o640, 0, 42),
    ]


def _write(upper: Path, image: Path, file: File) -> None:
    """Write one file into the layer; its folders there get the mode and owner of those in the image."""
    relative = Path(file.path.lstrip("/"))
    for folder in [*reversed(relative.parents)][1:]:
        if (upper / folder).exists():
            continue
        (upper / folder).mkdir()
        if (image / folder).is_dir():
            like = (image / folder).stat()
            mode, uid, gid = like.st_mode & 0o7777, like.st_uid, like.st_gid
        else:
            mode, uid, gid = 0o700, file.uid, file.gid
        os.chown(upper / folder, uid, gid)
        (upper / folder).chmod(mode)
    target = upper / relative
    target.touch(mode=0o600)
    target.write_text(file.text)
    os.chown(target, file.uid, file.gid)
    target.chmod(file.mode)
