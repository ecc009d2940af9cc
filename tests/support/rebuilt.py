"""A site with backups of files in a repository of git of its own, which a lost host is built again from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import ROOT
from tests.support.lab_inventory import one_host

MOUNT, PATH = "/mnt/backup", "/mnt/backup/files"
OTHER = "/mnt/other"
"""A remote of rclone's: a folder on another file system."""
REMOTE = f"[elsewhere]\ntype = alias\nremote = {OTHER}\n"
TOOLS = "/usr/local/lib/rigwright/backup"
INVENTORY = '''
"""A host whose files are backed up; the passphrase is from the store."""

from pathlib import Path

from deploys.backup.settings import BackupSettings, Local, ProtectedFiles, Rclone, ResticBackups, Second
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from rigwright.secrets import Secrets

secrets = Secrets("site", Path(__file__).parent / "secrets")
uploads = ProtectedFiles(name="uploads", paths=["/srv/uploads"], hours=1)
restic = ResticBackups(
    repository=Local(path="{path}", mount="{mount}"),
    passphrase=secrets["restic_passphrase"],
)
second = Second(place=Rclone(path="elsewhere:host", configuration=secrets["elsewhere"]))
backup = BackupSettings(files=[uploads], restic=restic, second={second})
'''
RIG = """        Rig(machine=Machine(os=one.os), backup=backup),"""
ACCOUNTS = ("painter", "singer", "writer")
FILL = """
for name in painter singer writer; do
    mkdir -p "/srv/uploads/$name"
    for i in 1 2 3 4 5 6 7 8; do head -c 200000 /dev/urandom >"/srv/uploads/$name/$i"; done
    chown -R "$name:$name" "/srv/uploads/$name"
done
chmod 0640 /srv/uploads/painter/1
"""
SEEN = (
    "cd {folder} && find . -printf '%P %u %g %m %y %s\\n' | sort && find . -type f | sort | xargs sha256sum"
)


class Site:
    """A folder with a repository of git: an inventory and its secrets."""

    def __init__(self, folder: Path, identity: Path) -> None:
        self.folder, self.identity = folder, identity

    @property
    def inventory(self) -> Path:
        """Its one inventory."""
        return self.folder / "inventories" / "site.py"

    @property
    def stores(self) -> Path:
        """Beside it."""
        return self.folder / "inventories" / "secrets"

    @classmethod
    def new(cls, folder: Path, identity: Path, host: str, *, second: bool = False) -> Site:
        """With a passphrase of its own; all is committed."""
        given = {"path": PATH, "mount": MOUNT, "second": "second" if second else "None"}
        site = cls(folder, identity)
        site.stores.mkdir(parents=True)
        site.inventory.write_text(INVENTORY.format(**given) + one_host(host, RIG))
        site.secret("init", "--name", "anna")
        site.secret("generate", "site", "restic_passphrase")
        site.secret("set", "site", "elsewhere", "--kind", "file", stdin=REMOTE)
        git(folder, "init", "--quiet")
        site.commit()
        return site

    def commit(self) -> None:
        """All of it."""
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--message=as it is")

    def secret(self, *words: str, stdin: str = "") -> str:
        """Run ``rig secret`` with its stores, which must succeed."""
        done = self.rig("secret", "--directory", str(self.stores), *words, stdin=stdin)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def backup(self, verb: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``rig backup`` with its inventory."""
        return self.rig("backup", verb, str(self.inventory), *words, stdin=stdin)

    def sheet(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``rig backup sheet`` with its inventory and stores."""
        return self.backup("sheet", "--directory", str(self.stores), *words, stdin=stdin)

    def rig(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``rig`` as its operator."""
        given = {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "RIG_IDENTITY": str(self.identity)}
        command = [sys.executable, "-m", "rigwright", *words]
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **given},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )


def git(folder: Path, *words: str) -> None:
    """Run git there, which must succeed."""
    author = ("-c", "user.name=anna", "-c", "user.email=anna@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", "-C", str(folder), *author, *words], check=True, capture_output=True)


def prepared(name: str, accounts: tuple[str, ...]) -> LabHost:
    """A fresh host with these accounts, in this order, and an empty disk for backups."""
    lab.down(name)
    host = lab.up(name, "debian13")
    for path in (MOUNT, OTHER):
        host.run(f"mkdir -p {path} && mount -t tmpfs -o size=400m {path[5:]} {path}")
    for account in accounts:
        host.run(f"useradd --user-group {account}")
    return host
