"""What counts on a host beside files of others, by the base's programs, over files of a folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploys.base.programs import cloud_init, effective, shut_out, sysctl, users
from deploys.base.settings import BaseSettings
from deploys.base.state import desired
from rigwright.desired.program import python
from rigwright.settings.platform import Platform

TODAY = 20_787
"""2026-11-30, in days since 1970."""


def write(root: Path, path: str, text: str) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


JOURNAL = {"path": "/etc/systemd/journald.conf.d/rigwright.conf", "values": {"Storage": "persistent"}}


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("/etc/systemd/journald.conf", "[Journal]\nStorage=none", "persistent"),
        ("/etc/systemd/journald.conf.d/a.conf", "[Journal]\nStorage=none", "persistent"),
        ("/etc/systemd/journald.conf.d/zz.conf", "[Journal]\nStorage = none", "none"),
        ("/run/systemd/journald.conf.d/zz.conf", "[Journal]\nStorage=volatile", "volatile"),
        ("/usr/lib/systemd/journald.conf.d/zz.conf", "[Journal]\n#Storage=none", "persistent"),
        ("/etc/systemd/journald.conf.d/zz.conf", "[Other]\nStorage=none", "persistent"),
        ("/etc/systemd/journald.conf.d/zz.conf", "[Journal]\nStorage=", ""),
        ("/etc/systemd/journald.conf.d/zz.conf", "\x00\xff\n=\n[Journal\nStorage", "persistent"),
    ],
)
def test_the_last_drop_in_of_the_journal_decides(tmp_path: Path, path: str, text: str, value: str) -> None:
    write(tmp_path, path, text)
    found, decides = effective.journald(JOURNAL, str(tmp_path))["Storage"]
    assert found == value
    assert decides == str(tmp_path) + (JOURNAL["path"] if value == "persistent" else path)  # type: ignore[operator]


def test_a_file_hides_one_of_its_name_in_a_folder_behind_its_own(tmp_path: Path) -> None:
    write(tmp_path, "/usr/lib/systemd/journald.conf.d/zz.conf", "[Journal]\nStorage=none")
    write(tmp_path, "/etc/systemd/journald.conf.d/zz.conf", "")
    assert effective.journald(JOURNAL, str(tmp_path))["Storage"][0] == "persistent"


@pytest.mark.parametrize(
    ("name", "line", "value"),
    [
        ("99-zz.conf", "net.ipv4.tcp_syncookies = 0", "0"),
        ("99-zz.conf", "-net/ipv4/tcp_syncookies=0", "0"),
        ("99-sysctl.conf", "net.ipv4.tcp_syncookies = 0", "1"),
        ("99-zz.conf", "# net.ipv4.tcp_syncookies = 0", "1"),
        ("99-zz.conf", "net.ipv4.tcp_syncookies", "1"),
    ],
)
def test_a_later_file_of_kernel_settings_decides_at_the_next_boot(
    tmp_path: Path, name: str, line: str, value: str
) -> None:
    about = {"path": "/etc/sysctl.d/99-z-rigwright.conf", "values": {"net.ipv4.tcp_syncookies": "1"}}
    write(tmp_path, f"/etc/sysctl.d/{name}", f"{line}\n")
    assert effective.sysctl(about, str(tmp_path))["net.ipv4.tcp_syncookies"][0] == value


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("zz", "rotate 1\ndaily\n", {"rotate": "1", "every": "daily"}),
        ("zz", "/var/log/a.log {\n  rotate 1\n  daily\n}\nmaxage 1 # a\n", {"maxage": "1 # a"}),
        ("zz", "/var/log/a /var/log/b\n{\n  rotate 1\n}\n# rotate 2\n", {}),
        ("00-a", "rotate 1\n", {}),
        ("zz", "}}}{\n\x00 rotate\n", {}),
    ],
)
def test_what_a_later_file_sets_for_every_log_is_found(
    tmp_path: Path, name: str, text: str, found: dict[str, str]
) -> None:
    values = {"every": "weekly", "rotate": "5", "maxage": "30"}
    write(tmp_path, f"/etc/logrotate.d/{name}", text)
    about = {"path": "/etc/logrotate.d/00-rigwright", "values": values}
    shown = {key: value for key, (value, _) in effective.logrotate(about, str(tmp_path)).items()}
    assert shown == {**values, **found}


def test_the_last_file_that_names_an_option_of_apt_is_named(tmp_path: Path) -> None:
    write(tmp_path, "/a", '// Automatic-Reboot "true";\n')
    write(tmp_path, "/b", 'Unattended-Upgrade { Automatic-Reboot "true"; };\n')
    write(tmp_path, "/c", 'Unattended-Upgrade::Automatic-Reboot-Time "04:00";\n')
    files = [str(tmp_path / name) for name in "abc"]
    assert effective.last_naming(files, effective.named("Unattended-Upgrade::Automatic-Reboot")) == files[1]


def test_apt_and_needrestart_are_asked_only_where_our_file_is_in_place(tmp_path: Path) -> None:
    """Else the file differs, and that is the finding."""
    about = {"path": "/own", "sha256": hashlib.sha256(b"mine").hexdigest(), "values": {"restart": "l"}}
    assert effective.needrestart(about, str(tmp_path)) == {}
    write(tmp_path, "/own", "other")
    assert effective.apt(about, str(tmp_path)) == {}
    assert effective.intact({**about, "path": "/own"}, str(tmp_path)) is False
    write(tmp_path, "/own", "mine")
    assert effective.intact(about, str(tmp_path)) is True


def test_a_list_names_what_it_has_more_and_less() -> None:
    found: effective.Found = {"L": (["a", "evil"], "/f"), "S": ("true", "/g")}
    described = dict(effective.described({"L": ["a", "b"], "S": "false", "T": []}, found, "apt"))
    assert described == {"apt L": "with evil, without b (/f)", "apt S": "true (/g)", "apt T": "none"}


def test_the_state_expects_what_the_program_prints_where_nothing_decides_but_ours() -> None:
    """On this machine none of our files is in place."""
    of = desired(BaseSettings(), Platform("debian13"))
    state = next(one for one in of.runtime_states if one.name == "effective settings")
    done = subprocess.run(["sh", "-c", state.command], capture_output=True, text=True, check=True)
    expected = {key: value for key, value in state.expected if not key.startswith(("sysctl", "journald"))}
    assert {key: value for key, value in json.loads(done.stdout).items() if key in expected} == expected
    assert expected["apt APT::Periodic::Enable"] == "1"
    assert expected["apt Unattended-Upgrade::Allowed-Origins"] == "none"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a:!:20000:0:99999:7:::", "no"),
        ("a:!:20000:0::7:::", "no"),
        ("a:!:0:0:99999:7:::", "it must change its password before anything else: chage -d 2026-11-30 a"),
        ("a:$y$:20000:0:60:7:::", "its password expired on 2024-12-03: chage -M -1 a"),
        ("a:$y$:20780:0:60:7:::", "no"),
        ("a:!:20780:0:60:7:::", "from 2027-01-23 on, because its locked password expires: chage -M -1 a"),
        ("a:*:20780:0:99999:7::20000:", "its account expired on 2024-10-04: chage -E -1 a"),
        ("a:*:20780:0:99999:7::20800:", "no"),
        ("a", "no"),
        ("a:!:x:y:z", "no"),
    ],
)
def test_an_account_is_kept_out_by_its_ages(row: str, why: str) -> None:
    assert shut_out.why(row.split(":"), TODAY) == why


@pytest.mark.parametrize(
    ("changed", "most", "ageing"),
    [
        ("20000", "99999", "none"),
        ("20000", "", "none"),
        ("20000", "-1", "none"),
        ("20000", "60", "expires after 60 days"),
        ("0", "99999", "must be changed at the next login"),
    ],
)
def test_a_locked_password_does_not_age(changed: str, most: str, ageing: str) -> None:
    assert users.ageing(["a", "!", changed, "0", most, "7", "", "", ""]) == ageing


def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **files: str) -> dict[str, str]:
    """What cloud-init of these files does with the names."""
    paths = {name: str(tmp_path / name) for name in ("cloud", "user", "own")}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(cloud_init, "CLOUD", paths["cloud"])
    monkeypatch.setattr(cloud_init, "FOLDER", str(tmp_path))
    monkeypatch.setattr(cloud_init, "DATA", (paths["user"],))
    monkeypatch.setattr(cloud_init, "OFF", (str(tmp_path / "off"),))
    monkeypatch.setattr(cloud_init, "OWN", str(tmp_path / "99-own.cfg"))
    return paths


MODULES = """\
users: [default]
cloud_init_modules:
  - seed_random
  - [ update_hostname, always ]
  # in between
  - update_etc_hosts

cloud_config_modules:
  - runcmd
"""


def test_cloud_init_that_rewrites_names_is_named_with_its_file_and_then_left_without_these_modules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paths = cloud(monkeypatch, tmp_path, cloud=MODULES, user="#cloud-config\nmanage_etc_hosts: true\n")
    assert cloud_init.show() == f"rewritten at each boot by cloud-init (manage_etc_hosts in {paths['user']})"
    cloud_init.keep()
    assert cloud_init.show() == "kept"
    assert cloud_init.modules([str(tmp_path / "99-own.cfg")]) == ["seed_random"]


@pytest.mark.parametrize(
    "files",
    [
        {"cloud": MODULES},
        {"cloud": MODULES, "user": "manage_etc_hosts: false\n"},
        {"cloud": "cloud_init_modules:\n  - seed_random\n", "user": "manage_etc_hosts: localhost\n"},
        {"cloud": MODULES, "user": "manage_etc_hosts: true\n", "off": ""},
        {},
    ],
)
def test_cloud_init_that_leaves_names_alone_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, str]
) -> None:
    cloud(monkeypatch, tmp_path, **files)
    assert cloud_init.show() == "kept"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Kernel settings in a folder, with two interfaces, and without IPv6."""
    monkeypatch.setattr(sysctl, "FOLDER", str(tmp_path))
    for name, value in {"all": "0", "default": "0", "lo": "0", "eth0.7": "1"}.items():
        write(tmp_path, f"/net/ipv4/conf/{name}/accept_redirects", f"{value}\n")
        write(tmp_path, f"/net/ipv4/conf/{name}/rp_filter", f"{value}\n")
    return tmp_path


def test_an_interface_that_accepts_what_all_refuses_is_named_and_set(kernel: Path) -> None:
    key = "net.ipv4.conf.all.accept_redirects"
    assert sysctl.value(key, "0") == "0, 1 on eth0.7"
    sysctl.write(key, "0")
    assert sysctl.value(key, "0") == "0"
    assert (kernel / "net/ipv4/conf/eth0.7/accept_redirects").read_text().strip() == "0"


def test_all_alone_counts_where_the_kernel_takes_it_for_every_interface(kernel: Path) -> None:
    assert kernel.is_dir()
    assert sysctl.value("net.ipv4.conf.all.rp_filter", "0") == "0"


def test_a_host_without_ipv6_has_what_is_wanted_of_it(kernel: Path) -> None:
    assert kernel.is_dir()
    key = "net.ipv6.conf.all.accept_redirects"
    assert sysctl.value(key, "0") == "0"
    sysctl.write(key, "0")
    assert not (kernel / "net/ipv6").exists()


def test_every_host_refuses_redirects_and_forged_sources_of_both_versions() -> None:
    of = desired(BaseSettings(), Platform("debian13"))
    expected: dict[str, str] = dict(next(s for s in of.runtime_states if s.name == "sysctl").expected)
    for version in ("ipv4", "ipv6"):
        for name in ("all", "default"):
            assert expected[f"net.{version}.conf.{name}.accept_redirects"] == "0"
    assert expected["net.ipv4.conf.all.rp_filter"] == "2"
    assert expected["net.ipv4.conf.default.log_martians"] == "1"
    (file,) = (one.content.decode() for one in of.files if one.path.startswith("/etc/sysctl.d/"))
    assert "net.ipv6.conf.*.accept_redirects = 0" in file
    assert "net.ipv4.conf.*.rp_filter" not in file


def test_programs_print_json_on_this_machine() -> None:
    def printed(path: str, *arguments: str) -> Any:
        command = python(f"base/programs/{path}", *arguments)
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    assert printed("sysctl.py", "show", "kernel.ostype=Linux", "kernel.no_such_setting=1") == {
        "kernel.ostype": "Linux",
        "kernel.no_such_setting": "",
    }
    assert printed("cloud_init.py", "show").keys() == {"/etc/hosts"}
