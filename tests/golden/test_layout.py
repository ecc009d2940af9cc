"""Golden files hold each content once, and a missing, stale or different one is named."""

from __future__ import annotations

import pytest

from deploys.rig import Machine, Rig
from rigwright.desired import Check, Desired, File, Probe
from tests.golden.contents import command_name, contents, distinct
from tests.golden.layout import differences, hosts_name, shared
from tests.golden.scenarios import CASES, Case

NGINX = [case for case in CASES if case[0] in {"defaults", "everything", "certificates"}]
NO_SECRETS = Rig(machine=Machine(os="debian13"))


@pytest.mark.parametrize(
    ("cases", "name"),
    [
        (NGINX, "common"),
        ([case for case in NGINX if case[0] == "everything"], "everything"),
        ([case for case in NGINX if case[0] != "certificates"], "defaults+everything"),
        ([("everything", "ubuntu2204"), ("everything", "debian12")], "everything@debian12+ubuntu2204"),
        ([("defaults", "debian12"), ("everything", "debian12")], "defaults+everything@debian12"),
        ([("everything", "debian13"), ("certificates", "debian13")], "certificates,everything@debian13"),
    ],
)
def test_a_folder_names_the_hosts_that_have_its_files(cases: list[Case], name: str) -> None:
    assert hosts_name(cases, NGINX) == name


def test_a_content_is_stored_once_and_what_differs_beside_it() -> None:
    hosts: dict[Case, dict[str, bytes]] = {case: {"a": b"same", "b": b"old"} for case in NGINX}
    hosts["certificates", "debian13"] = {"a": b"same", "b": b"new"}
    assert shared(hosts) == {
        "common/a": b"same",
        "defaults+everything/b": b"old",
        "certificates/b": b"new",
    }


def test_a_file_that_one_host_does_not_have_is_not_common() -> None:
    hosts: dict[Case, dict[str, bytes]] = {case: {"a": b"same"} for case in NGINX}
    hosts["certificates", "debian13"] = {}
    assert shared(hosts) == {"defaults+everything/a": b"same"}


def test_a_missing_a_stale_and_a_different_file_are_named() -> None:
    old = {"nginx/common/a": b"one\n", "nginx/common/b": b"stale\n", "nginx/common/c": b"same\n"}
    new = {"nginx/common/a": b"two\n", "nginx/everything/b": b"new\n", "nginx/common/c": b"same\n"}
    different, stale, missing = differences(old, new)
    assert different.startswith("tests/golden/nginx/common/a differs")
    assert "\n-one\n+two" in different
    assert stale.startswith("tests/golden/nginx/common/b is stale")
    assert missing.startswith("tests/golden/nginx/everything/b is missing")
    assert "\n-stale\n+new" in missing


def test_a_name_of_a_command_needs_no_quotes() -> None:
    assert command_name("needrestart's configuration") == "needrestarts_configuration"
    assert command_name("certificate of a, b from https://c.test:14/dir") == (
        "certificate_of_a_b_from_https_c.test_14_dir"
    )
    assert command_name("postgresql@17-main.service") == "postgresql@17-main.service"


def test_commands_whose_names_differ_by_case_alone_get_a_number() -> None:
    found = list(distinct([("check.sshd_t", "one"), ("check.sshd_T", "two")]))
    assert found == [("check.sshd_t", "one"), ("check.sshd_T.2", "two")]


def test_the_digest_of_a_file_is_its_name() -> None:
    file = File("/etc/a", content=b"a\n")
    check = Check("a", f"echo '{file.sha256}  /etc/a' | sha256sum -c")
    shown = contents(Desired("toy", files=(file,), checks=(check,)), NO_SECRETS)
    assert shown["commands/check.a.sh"] == b"echo '<sha256 of /etc/a>  /etc/a' | sha256sum -c\n"


def test_a_digest_that_a_file_and_a_probe_share_is_masked_and_one_of_the_probe_alone_is_not() -> None:
    def probe(in_file: str, in_probe: str) -> bytes:
        file = File("/etc/a", content=f"return {in_file};\n".encode())
        desired = Desired("toy", files=(file,), probes=(Probe("a", f"grep {in_probe}"),))
        return contents(desired, NO_SECRETS)["commands/probe.a.sh"]

    assert probe("1234567890ab", "1234567890ab") == b"grep <digest of the configuration>\n"
    assert probe("1234567890ab", "1234567890ac") == b"grep 1234567890ac\n"
