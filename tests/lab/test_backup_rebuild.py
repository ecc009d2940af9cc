"""A host that is lost with its operator's identity comes back from the sheet and its backups alone."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.backup.bundle import NAME
from rigwright.lab import LabHost
from rigwright.secrets import age, recovery
from tests.support.rebuilt import ACCOUNTS, FILL, MOUNT, OTHER, PATH, SEEN, TOOLS, Site, git, prepared

HOST = "t-rebuild"
PROMISE_SECONDS = 4 * 3600
LISTED = "find {} -type f | sort | xargs sha256sum"
BUSY = "! systemctl list-units --state=activating | grep -q rigwright-backup-"


@pytest.fixture
def host() -> Iterator[LabHost]:
    """Its accounts are numbered in one order."""
    yield prepared(HOST, ACCOUNTS)
    lab.down(HOST)


def quiet(host: LabHost) -> None:
    """No timer adds a backup of its own."""
    host.run("systemctl stop 'rigwright-backup-*.timer'")
    host.run(f"timeout 90 sh -c 'until {BUSY}; do sleep 0.2; done'")


def applied(site: Site, host: LabHost, *left: str) -> None:
    """The first apply, which leaves these differences alone."""
    done = site.rig("apply", str(site.inventory), "--yes")
    assert done.returncode == bool(left), done.stdout + done.stderr
    assert [line.strip()[2:] for line in done.stdout.splitlines() if " ~ " in line] == [*left]
    quiet(host)


def key_of(sheet: str) -> str:
    found = re.search(r"AGE-SECRET-KEY-1\n((?:[ ]*[A-Z0-9 ]+\n){3})", sheet)
    assert found
    return "AGE-SECRET-KEY-1" + "".join(found[1].split())


@dataclass(frozen=True)
class Kept:
    """A site, the key on its sheet, and what its host had."""

    site: Site
    key: str
    before: str


def kept(host: LabHost, folder: Path, *, second: bool = False) -> Kept:
    """A host with a sheet, and backups with a bundle in a place."""
    site = Site.new(folder / "site", folder / "anna", HOST, second=second)
    host.run(FILL)
    applied(site, host)
    before = host.run(SEEN.format(folder="/srv/uploads")).stdout
    made = site.sheet()
    assert made.returncode == 0, made.stderr
    key = key_of(made.stdout)
    site.commit()
    if second:
        # The unit of the copy writes to no folder of the host: a real remote is none.
        host.run(f"{TOOLS}/second copy")
        assert site.backup("bundle").stdout.count("backed up") == 2
    else:
        reported(site, key)
    assert not host.run(f"grep -rl {key[20:50]} /etc /var /usr/local /root /tmp /mnt || :").stdout
    return Kept(site, key, before)


def test_whoever_has_its_disk_reads_and_writes_nothing_until_it_is_adopted(
    host: LabHost, tmp_path: Path
) -> None:
    """The sample of the next one: the same host with another machine id is another host to the repository."""
    found = kept(host, tmp_path)
    host.run("rm -r /srv/uploads && systemd-id128 new >/etc/machine-id")
    listed = host.run(LISTED.format(PATH)).stdout
    assert awaiting(found.site, host) == listed, "it wrote to the other host's repository"
    brought_back(found.site, host, found.before)


def test_from_the_sheet_and_the_disk_alone(
    host: LabHost, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, exhaustive: bool
) -> None:
    """Other account numbers than before; the minutes are printed beside the promise."""
    if not exhaustive:
        pytest.skip("the test before is its sample; --exhaustive runs it")
    found = kept(host, tmp_path)
    disk = host.run(f"tar -C {MOUNT} -c . | base64").stdout.encode()
    lab.down(HOST)
    (tmp_path / "anna").unlink()
    (tmp_path / "site").rename(tmp_path / "burnt")

    started = time.monotonic()
    new = prepared(HOST, ("gardener", *reversed(ACCOUNTS)))
    new.run(f"base64 -d | tar -C {MOUNT} -x", disk)
    again = reopened(new, PATH, found.key, tmp_path)
    listed = new.run(LISTED.format(PATH)).stdout
    mark = "backup: repository of files: owner is another host, wanted this host"
    applied(again, new, "backup: data: uploads is missing, wanted there", mark)
    assert awaiting(again, new) == listed, "it wrote to the lost host's repository"
    brought_back(again, new, found.before)
    with capsys.disabled():
        minutes = (time.monotonic() - started) / 60
        sys.stdout.write(f"\nbuilt again in {minutes:.1f} of {PROMISE_SECONDS / 60:.0f} minutes\n")


def test_from_the_sheet_and_the_second_place_alone(
    host: LabHost, tmp_path: Path, *, exhaustive: bool
) -> None:
    """The disk burnt too; what is in the second place is read, and stays as it is."""
    if not exhaustive:
        pytest.skip("a lost disk is the rarer case; --exhaustive runs it")
    found = kept(host, tmp_path, second=True)
    away = host.run(f"tar -C {OTHER} -c . | base64").stdout.encode()
    lab.down(HOST)
    (tmp_path / "anna").unlink()
    (tmp_path / "site").rename(tmp_path / "burnt")

    new = prepared(HOST, ("gardener", *reversed(ACCOUNTS)))
    new.run(f"base64 -d | tar -C {OTHER} -x", away)
    listed = new.run(LISTED.format(OTHER)).stdout
    again = reopened(new, f"{OTHER}/host", found.key, tmp_path)
    mark = "backup: second place: owner is another host, wanted this host"
    applied(again, new, "backup: data: uploads is missing, wanted there", mark)
    assert new.run(f"{TOOLS}/second copy 2>&1 || :").stdout.count("another host") >= 1
    new.run(f"{TOOLS}/second restore uploads latest /srv/restored")
    assert new.run(SEEN.format(folder="/srv/restored/srv/uploads")).stdout == found.before
    assert new.run(LISTED.format(OTHER)).stdout == listed, "it wrote to the lost host's second place"


def reopened(host: LabHost, place: str, key: str, folder: Path) -> Site:
    """The site, out of the bundle in a place, with the key on the sheet."""
    (identity,) = age.identities(key)
    content = host.run(f"cat {place}/{NAME}").stdout
    (folder / "repository.bundle").write_bytes(age.decrypt(content.encode(), [identity]))
    git(folder, "clone", "--quiet", str(folder / "repository.bundle"), "again")
    again = Site(folder / "again", folder / "eve")
    again.secret("init", "--name", "eve", "--sheet", stdin=key)
    assert recovery.read(again.stores).key == age.public_key(identity)
    again.commit()
    return again


def brought_back(site: Site, host: LabHost, before: str) -> None:
    """Every checksum, owner by name, and then backups of its own."""
    host.run(f"{TOOLS}/restore-files uploads latest /srv/restored")
    assert host.run(SEEN.format(folder="/srv/restored/srv/uploads")).stdout == before
    host.run("mv /srv/restored/srv/uploads /srv/uploads && rm -r /srv/restored")
    host.run(f"{TOOLS}/files-repository adopt")
    for verb in ("now", "verify", "status"):
        done = site.backup(verb)
        assert done.returncode == 0, done.stdout + done.stderr


def reported(site: Site, key: str) -> None:
    """What is missing is a finding until it is there, and a check opens all of it."""
    without = site.backup("status")
    assert without.returncode == 2
    assert "there is none, so that it cannot be built again" in without.stdout
    assert "was never checked" in without.stdout
    done = site.backup("now")
    assert done.returncode == 0, done.stdout + done.stderr
    checked = site.sheet("--check", stdin=key)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "it opens, and so do 1 store in it" in checked.stdout
    site.commit()
    assert "lacks 1 commit:" in site.backup("status").stdout
    assert site.backup("bundle").returncode == 0
    assert site.backup("verify").returncode == 0
    good = site.backup("status")
    assert good.returncode == 0, good.stdout


def awaiting(site: Site, host: LabHost) -> str:
    """What is in the repository after all that would write to it was tried."""
    drift = site.rig("drift", str(site.inventory))
    assert (drift.returncode, "another host" in drift.stdout) == (2, True), drift.stdout
    refused = site.backup("now")
    assert refused.returncode == 1, refused.stdout
    assert "not marked as this host's" in refused.stdout + refused.stderr
    return host.run(LISTED.format(PATH)).stdout
