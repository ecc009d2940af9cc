"""Who got in and what runs at boot: what packages and installers bring is no finding."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from rigwright.host import boot_units, containers, integrity, known_contents, privileged, who
from rigwright.host.entrances import SHOWN, attempt, bounded
from rigwright.host.packaged import Packages

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFfBI6sdkrDq2rMKBymDusi8X+W//Dqsl5/mfoHnZR/b eve"
FINGERPRINT = "SHA256:/OEdFJK+NeO/E70+9tGQAGNUjnCkA4KACI+G2AMFkAs"
OPERATORS = {"rig"}
DEBSECAN = "test -x /usr/bin/debsecan && /usr/bin/debsecan"
ACCOUNTS = """\
root:x:0:0::/root:/bin/bash
toor:x:0:0::/root:/bin/bash
list:x:38:38::/:/bin/bash
games:x:5:5::/:/usr/sbin/nologin
open:x:6:6::/:/usr/sbin/nologin
daemon:x:1:1::/:/usr/sbin/nologin
rig:x:1000:1000::/home/rig:/bin/bash
eve:x:1001:1001::/home/eve:/bin/bash
broken
odd:x:many:0::/:/bin/sh
"""
MOUNTINFO = """\
1 0 8:1 / / rw,nosuid - ext4 /dev/a rw
2 1 0:5 / /tmp rw,nosuid - tmpfs tmpfs rw
3 1 8:2 / /srv/a\\040b rw - nfs4 host:/ rw
4 1 8:3 / /data rw - xfs /dev/b rw
5 1 8:4 / /over rw,nosuid - ext4 /dev/c rw
6 1 8:4 / /over rw - ext4 /dev/c rw
garbage
"""


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def packages(
    folder: Path, *paths: str, status: bytes = b"", sums: bytes = b"", diverted: str = ""
) -> Packages:
    info = folder / "dpkg" / "info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "web.list").write_bytes(b"\n".join(map(os.fsencode, paths)) + b"\n\xff\xfe\n")
    (info / "web:amd64.md5sums").write_bytes(sums)
    (folder / "dpkg" / "status").write_bytes(status)
    (folder / "dpkg" / "diversions").write_text(diverted)
    (folder / "dpkg" / "statoverride").write_text("root root 4755 /usr/bin/set\nshort\n")
    return Packages(str(folder / "dpkg"), str(folder / "none"))


def test_what_dpkg_writes_is_read_and_garbage_is_passed_over(tmp_path: Path) -> None:
    conf = tmp_path / "a.conf"
    conf.write_bytes(b"one\n")
    status = f"Package: web\nConffiles:\n {conf} {md5(b'one' + bytes([10]))}\n /gone newconffile\n\n".encode()
    found = packages(tmp_path, "/usr/bin/web", "/bin/sh", status=status)
    assert [found.ships(path) for path in ("/usr/bin/web", "/usr/bin/sh", "/usr/bin/other")] == [
        True,
        True,
        False,
    ]
    assert (found.pristine(str(conf)), found.pristine("/gone"), found.pristine("/other")) == (
        True,
        None,
        None,
    )
    conf.write_bytes(b"two\n")
    assert found.pristine(str(conf)) is False
    assert found.overrides == {"/usr/bin/set"}
    assert Packages(str(tmp_path / "nowhere"), str(tmp_path)).ships("/bin/sh") is False


def test_a_diverted_file_is_compared_where_it_lies_and_the_diverters_own_where_it_stands(
    tmp_path: Path,
) -> None:
    sums = b"0" * 32 + b"  usr/bin/pg\n" + b"broken\n\xff\n"
    other = packages(tmp_path / "a", sums=sums, diverted="/usr/bin/pg\n/usr/bin/pg.real\ncommon\n")
    own = packages(tmp_path / "b", sums=sums, diverted="/usr/bin/pg\n/usr/bin/pg.real\nweb\n")
    assert other.sums(integrity.PROGRAMS) == {"/usr/bin/pg.real": "0" * 32}
    assert own.sums(integrity.PROGRAMS) == {"/usr/bin/pg": "0" * 32}


@pytest.mark.parametrize(
    ("rules", "harmless"),
    [
        ("rig ALL=(ALL) NOPASSWD:ALL", True),
        ("# a comment\n%sudo ALL=(ALL:ALL) ALL\nroot ALL=(ALL:ALL) ALL\nDefaults env_reset", True),
        ("www-data ALL=(ALL) NOPASSWD: ALL", False),
        ("rig ALL=(ALL) NOPASSWD:ALL\nALL ALL=(ALL) NOPASSWD: /bin/sh", False),
        ("rig ALL=(ALL) \\\nNOPASSWD:ALL, !/bin/x", False),
        ("@includedir /tmp", False),
        ("#includedir /tmp", False),
        ("", True),
        ("\udcff\udcfe", False),
    ],
)
def test_rules_of_sudo_for_declared_accounts_and_its_own_groups_are_nothing_new(
    tmp_path: Path, rules: str, harmless: bool
) -> None:
    data = os.fsencode(rules)
    assert known_contents.sudo_rules("/etc/sudoers.d/x", data, packages(tmp_path), OPERATORS) is harmless


@pytest.mark.parametrize(
    ("path", "text", "harmless"),
    [
        ("/etc/apt/sources.list", "deb [signed-by=/key.gpg] http://mirror/ trixie main", True),
        ("/etc/apt/sources.list.d/debian.sources", "Types: deb\nSigned-By: /key.gpg", True),
        ("/etc/apt/sources.list", "", True),
        ("/etc/apt/sources.list.d/other.list", "deb http://mirror/ trixie main", False),
        ("/etc/apt/sources.list.d/other.list", "# nothing", True),
        ("/etc/apt/sources.list.d/empty.list", "", True),
        ("/etc/apt/sources.list", "deb [ trusted=yes ] http://mirror/ trixie main", False),
        ("/etc/apt/sources.list", "deb [signed-by=/evil.gpg] http://mirror/ trixie main", False),
        ("/etc/apt/sources.list.d/debian.sources", "Types: deb\nTrusted: yes", False),
        ("/etc/apt/sources.list.d/debian.sources", "Signed-By:\n -----BEGIN PGP PUBLIC", False),
        ("/etc/apt/trusted.gpg.d/x.gpg", "key", False),
    ],
)
def test_a_source_that_a_packages_key_verifies_is_the_distributions_whatever_the_mirror(
    tmp_path: Path, path: str, text: str, harmless: bool
) -> None:
    found = packages(tmp_path, "/key.gpg")
    assert known_contents.apt(path, text.encode(), found, OPERATORS) is harmless


@pytest.mark.parametrize(
    ("judge", "path", "text", "harmless"),
    [
        (known_contents.modules, "/etc/modules", "# none\n", True),
        (known_contents.modules, "/etc/modules", "evil\n", False),
        (
            known_contents.modules,
            "/etc/modprobe.d/a",
            "blacklist a\noptions b c=1\ninstall d /bin/true",
            True,
        ),
        (known_contents.modules, "/etc/modprobe.d/a", "install d /opt/evil", False),
        (known_contents.startup, "/etc/environment", 'PATH="/bin"\nLANG=C', True),
        (known_contents.startup, "/etc/environment", "LD_PRELOAD=/x", False),
        (known_contents.startup, "/root/.bash_login", "# nothing\n", True),
        (known_contents.startup, "/root/.bash_login", "\udcff", False),
        (known_contents.udev, "/etc/udev/rules.d/a", 'ATTR{address}=="0:0", NAME="lan"', True),
        (known_contents.udev, "/etc/udev/rules.d/a", 'ACTION=="add", RUN+="/x"', False),
        (known_contents.hook, "/etc/apt/apt.conf.d/a", 'Acquire::Retries "3";', True),
        (known_contents.hook, "/etc/apt/apt.conf.d/a", 'APT::Update::Pre-Invoke {"/x"};', False),
        (known_contents.cron, "/etc/cron.d/a", "SHELL=/bin/sh\n# none", True),
        (known_contents.cron, "/etc/cron.d/a", "1 1 1 1 1 root /x", False),
        (known_contents.cron, "/etc/cron.d/debsecan", f"1 * * * * daemon {DEBSECAN} --cron", True),
        (known_contents.cron, "/etc/cron.d/debsecan", f"1 * * * * daemon {DEBSECAN}; /opt/evil", False),
        (known_contents.cron, "/etc/cron.d/debsecan", "1 * * * * root /usr/bin/debsecan", False),
        (known_contents.pam, "/etc/pam.d/su", "", False),
        (known_contents.pam, "/etc/pam.d/common-auth", "auth sufficient pam_permit.so", False),
        (known_contents.pam, "/etc/pam.d/common-session", "session [default=1] pam_permit.so", True),
        (known_contents.pam, "/etc/pam.d/common-auth", "auth [default=1] pam_permit.so", False),
    ],
)
def test_what_has_no_effect_is_harmless_and_what_runs_is_not(
    tmp_path: Path, judge: object, path: str, text: str, harmless: bool
) -> None:
    found = packages(tmp_path, "/usr/bin/debsecan")
    assert judge(path, os.fsencode(text), found, OPERATORS) is harmless  # type: ignore[operator]


def test_accounts_that_are_root_or_could_log_in_are_found() -> None:
    accounts = who.accounts(ACCOUNTS)
    secrets = who.passwords("games:$y$x:1\nopen::1\nroot:$y$x:1\ndaemon:*:1\nbroken")
    found = {one["where"] for one in who.strangers(accounts, secrets, OPERATORS, people=True)}
    assert found == {"toor", "list", "games", "open", "eve"}
    alone = {one["where"] for one in who.strangers(accounts, secrets, set(), people=False)}
    assert alone == {"toor", "list", "games", "open"}
    secret = {**secrets, "eve": "set"}
    assert "eve" in {one["where"] for one in who.strangers(accounts, secret, set(), people=False)}


def test_a_key_is_shown_by_its_fingerprint_and_a_refusal_or_a_managed_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    refused = f'command="echo \'Please login as the user \\"rig\\"\'" {KEY}'
    path.write_bytes(f'# {KEY}\n{refused}\nfrom="10.0.0.1" {KEY}\nnothing\n'.encode() + b"\xff\xfe\n")
    (one,) = who.keys(iter([("eve", str(path)), ("eve", str(path)), ("gone", "/none")]), set(), set())
    assert (one["kind"], one["where"]) == ("key.unmanaged", f"eve {FINGERPRINT}")
    assert "AAAA" not in str(one)
    assert list(who.keys(iter([("eve", str(path))]), {str(path)}, set())) == []
    assert list(who.keys(iter([("eve", str(path))]), set(), {"eve"})) == []


def test_programs_with_more_rights_are_found_however_they_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "opt"
    folder.mkdir()
    for name, mode in (("plain", 0o755), ("user", 0o4755), ("group", 0o2755), ("off", 0o4644)):
        (folder / name).write_bytes(b"x")
        (folder / name).chmod(mode)
    odd = os.fsencode(folder) + b"/\xff\n"
    Path(os.fsdecode(odd)).write_bytes(b"x")
    Path(os.fsdecode(odd)).chmod(0o4755)
    (folder / "dangling").symlink_to("nowhere")
    known = packages(tmp_path, f"{folder}/group")
    walked = [one.path for one in privileged.walk(str(folder), 2, set(), [1000])]
    found = {one["where"] for path in [*walked, "/gone"] for one in privileged.judge(path, known)}
    assert found == {f"{folder}/user", f"{folder}/group", os.fsdecode(odd)}
    assert len(walked) == 5
    assert list(privileged.walk(str(folder), 2, set(), [0])) == []


def test_a_known_program_of_a_package_has_its_rights_and_no_others(tmp_path: Path) -> None:
    program = tmp_path / "su"
    program.write_bytes(b"x")
    known = packages(tmp_path, str(program))
    program.chmod(0o4755)
    assert list(privileged.judge(str(program), known)) == []
    program.chmod(0o6755)
    assert [one["actual"] for one in privileged.judge(str(program), known)] == ["6755"]


def test_other_file_systems_and_those_without_set_user_id_are_not_searched() -> None:
    assert privileged.mounts(MOUNTINFO) == {"/tmp", "/srv/a b"}


def test_changed_files_of_packages_are_found_and_read_once(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(b"good")
    bad.write_bytes(b"bad")
    sums = {str(good): md5(b"good"), str(bad): md5(b"good"), "/usr/bin/rig-is-gone": md5(b"")}
    check = integrity.Check({}, limit_bytes=100, limit_seconds=60)
    found = {(one["where"], one["actual"]) for one in check.run(sums, set())}
    assert found == {(str(bad), f"md5:{md5(b'bad')}"), ("/usr/bin/rig-is-gone", "missing")}
    assert (set(check.good), check.complete) == ({str(good)}, True)
    again = integrity.Check(check.good, limit_bytes=0, limit_seconds=60)
    assert [one["where"] for one in again.run({str(good): md5(b"good")}, set())] == []
    assert again.complete
    bounded_check = integrity.Check({}, limit_bytes=0, limit_seconds=60)
    assert list(bounded_check.run({str(good): md5(b"x")}, set())) == []
    assert not bounded_check.complete
    good.write_bytes(b"evil")
    changed = integrity.Check(check.good, limit_bytes=100, limit_seconds=60)
    assert [one["where"] for one in changed.run({str(good): md5(b"good")}, set())] == [str(good)]


def test_units_links_and_drop_ins_that_no_package_ships_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "system"
    (folder / "multi-user.target.wants").mkdir(parents=True)
    (folder / "cron.service.d").mkdir()
    for name in ("own.service", "managed.service", "shipped.timer", "cron.service.d/x.conf", "notes.txt"):
        (folder / name).write_text("[Unit]\n")
    (folder / "multi-user.target.wants" / "own.service").symlink_to(folder / "own.service")
    outside = tmp_path / "away.service"
    outside.write_text("")
    (folder / "multi-user.target.wants" / "away.service").symlink_to(outside)
    (folder / "masked.service").symlink_to("/dev/null")
    (folder / "dangling.service").symlink_to("/nowhere/x.service")
    shipped = packages(tmp_path, f"{folder}/shipped.timer")
    found = {
        one["where"]: one
        for one in boot_units.in_folder(str(folder), shipped, {f"{folder}/managed.service"}, "x")
    }
    assert set(found) == {
        f"{folder}/own.service",
        f"{folder}/multi-user.target.wants/away.service",
        f"{folder}/cron.service.d/x.conf",
    }
    assert "(enabled)" in found[f"{folder}/own.service"]["what"]
    assert found[f"{folder}/cron.service.d/x.conf"]["kind"] == "unit.override"
    assert list(boot_units.in_folder("/nonexistent", shipped, set(), "x")) == []


def test_a_container_of_no_managed_stack_is_found_and_garbage_is_none() -> None:
    labels = {containers.PROJECT: "shop", containers.FOLDER: "/etc/rigwright/stacks/shop"}
    about = {
        "Name": "/shop-web-1",
        "State": {"Running": True},
        "Config": {"Image": "web:1", "Labels": labels},
    }
    managed = {"/etc/rigwright/stacks/shop/compose.yaml"}
    assert containers.described(about, managed)
    assert not containers.described(about, set())
    assert not containers.described({"Config": {"Labels": []}}, managed)
    for made_by, known in ((next(iter(managed)), True), ("/etc/other", False), ([], False), (None, False)):
        own: dict[str, Any] = {"Config": {"Labels": {containers.DESCRIBED: made_by}}}
        assert containers.described(own, managed) is known
    found = containers.item(about, {"Name": "always"}, "/x/abc")
    assert (found["where"], found["actual"]) == ("container shop-web-1", "web:1")
    assert "web:1 runs (restart policy always)" in found["what"]
    assert containers.item({"State": 1, "Config": None}, {}, "/x/abc")["where"] == "container abc"


def test_thousands_of_findings_are_counted_and_a_failed_search_is_reported() -> None:
    one = {"kind": "cron.unmanaged", "where": "/a", "what": "", "actual": None, "changed": None}
    found = list(bounded([{**one, "where": f"/{n}"} for n in range(SHOWN + 5)]))
    assert len(found) == SHOWN + 1
    assert found[-1]["what"] == "5 more findings of the kind cron.unmanaged"

    def fails() -> list[dict[str, object]]:
        raise ValueError("odd")

    (failed,) = attempt("keys", fails)
    assert (failed["kind"], failed["where"]) == ("search.incomplete", "keys")


def test_a_program_gets_its_rights_from_its_package_s_own_script(
    tmp_path: Path,
) -> None:
    info = tmp_path / "info"
    info.mkdir()
    (info / "mailer.postinst").write_text(
        "#!/bin/sh\n\tchmod 2755 /usr/bin/mailer\n# chmod u+s /usr/bin/find\n"
    )
    changes = Packages(str(tmp_path), str(tmp_path)).changes_of_mode
    made = {
        path: privileged.made_by_script(path, changes)
        for path in ("/usr/bin/mailer", "/usr/bin/mail", "/usr/bin/find")
    }
    assert made == {"/usr/bin/mailer": True, "/usr/bin/mail": False, "/usr/bin/find": False}
