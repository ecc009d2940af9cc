"""A host is named on the command line as ssh names it, alike in every command; all else is wrong usage."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from rigwright.bootstrap import known_hosts
from rigwright.cli import cli
from rigwright.cli.bootstrap import FingerprintType, way
from rigwright.errors import RigError
from rigwright.remote.destination import Destination, destination, uri
from rigwright.remote.route import Route

UNDERSTOOD = {
    "192.0.2.10": Destination("192.0.2.10"),
    "192.0.2.10:22": Destination("192.0.2.10", None, 22),
    "operator@192.0.2.10": Destination("192.0.2.10", "operator"),
    "operator@web1.example.com:2222": Destination("web1.example.com", "operator", 2222),
    "web1": Destination("web1"),
    "web1.example.com.": Destination("web1.example.com."),
    "2001:db8::10": Destination("2001:db8::10"),
    "::1": Destination("::1"),
    "::ffff:192.0.2.10": Destination("::ffff:192.0.2.10"),
    "fe80::1%eth0": Destination("fe80::1%eth0"),
    "operator@2001:db8::10": Destination("2001:db8::10", "operator"),
    "[2001:db8::10]": Destination("2001:db8::10"),
    "[2001:db8::10]:2222": Destination("2001:db8::10", None, 2222),
    "operator@[2001:db8::10]:2222": Destination("2001:db8::10", "operator", 2222),
    "[web1.example.com]:2222": Destination("web1.example.com", None, 2222),
    "ssh://web1": Destination("web1"),
    "ssh://operator@192.0.2.10:2222": Destination("192.0.2.10", "operator", 2222),
    "ssh://operator@[2001:db8::10]:2222/": Destination("2001:db8::10", "operator", 2222),
    "SSH://web1/": Destination("web1"),
}
REFUSED = (
    *("", "a b", "@web", "web@", "web:0", "web:70000", "web:", "web:ssh", "-oProxyCommand=x y", "-oUser"),
    *("Root@web", "a@b@c", "ssh operator@web", "http://web", "ssh://", "ssh://web/home", "ssh:web", "web/"),
    *("[2001:db8::10", "2001:db8::10]", "[2001:db8::10]22", "2001:db8:::10", "2001:db8::g", "1:2:3"),
    *("300.1.2.3", "192.0.2.10/24", "[192.0.2.999]:22", "web\n", "w\u00e4b"),
)
KNOWN = "bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8"


@pytest.mark.parametrize(("text", "found"), UNDERSTOOD.items(), ids=UNDERSTOOD)
def test_a_host_is_named_as_ssh_names_it(text: str, found: Destination) -> None:
    assert destination(text) == found


@pytest.mark.parametrize("text", REFUSED)
def test_what_names_no_host_is_refused(text: str) -> None:
    with pytest.raises(RigError, match="names no host"):
        destination(text)


@pytest.mark.parametrize("text", ["operator:s3cret@web", "ssh://operator:s3cret@web:22"])
def test_a_password_in_the_name_of_a_host_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(RigError, match="password") as caught:
        destination(text)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("192.0.2.10", "operator", 22), "ssh://operator@192.0.2.10:22"),
        (("fd72::10", "operator", 2222), "ssh://operator@[fd72::10]:2222"),
        (("fe80::1%eth0", "op.er@tor", 22), "ssh://op.er%40tor@[fe80::1%25eth0]:22"),
        (("web1",), "ssh://web1"),
    ],
)
def test_programs_get_an_address_in_brackets_and_escaped(parts: tuple[Any, ...], text: str) -> None:
    assert uri(*parts) == text


@pytest.mark.parametrize("command", ["bootstrap", "init"])
@pytest.mark.parametrize("text", ["web:ssh", "http://web", "[2001:db8::10", "operator:s3cret@web"])
def test_every_command_calls_another_spelling_wrong_usage(command: str, text: str) -> None:
    result = CliRunner().invoke(cli, [command, text], standalone_mode=False)
    assert isinstance(result.exception, click.UsageError)
    assert "[USER@]ADDRESS[:PORT]" in str(result.exception)


@pytest.mark.parametrize(
    ("text", "user", "port", "found"),
    [
        ("operator@web:2222", None, None, ("operator", 2222)),
        ("web", "operator", 2222, ("operator", 2222)),
        ("operator@web:2222", "operator", 2222, ("operator", 2222)),
        ("operator@web", None, None, ("operator", 22)),
    ],
)
def test_bootstrap_takes_user_and_port_from_the_host_or_the_options(
    text: str, user: str | None, port: int | None, found: tuple[str, int]
) -> None:
    route = way(destination(text), user, port)
    assert (route.user, route.port) == found


@pytest.mark.parametrize(("user", "port"), [("root", None), (None, 22)])
def test_bootstrap_refuses_options_that_contradict_the_host(user: str | None, port: int | None) -> None:
    with pytest.raises(click.UsageError, match="contradicts HOST"):
        way(destination("operator@web:2222"), user, port)


@pytest.mark.parametrize(
    "text",
    [
        KNOWN,
        f"SHA256:{KNOWN}",
        f"sha256:{KNOWN}=",
        f"256 SHA256:{KNOWN} root@web1 (ED25519)",
    ],
)
def test_a_fingerprint_is_understood_as_ssh_keygen_shows_it_or_without_its_prefix(text: str) -> None:
    assert FingerprintType().convert(text, None, None) == f"SHA256:{KNOWN}"


@pytest.mark.parametrize(
    "text",
    ["", "XYZ", "MD5:" + ":".join(["0f"] * 16), f"SHA256:{KNOWN[:-1]}", f"SHA256:{KNOWN}x", f"MD5:{KNOWN}"],
)
def test_another_fingerprint_is_wrong_usage(text: str) -> None:
    with pytest.raises(click.UsageError, match="ssh-keygen -l"):
        FingerprintType().convert(text, None, None)


def test_a_name_that_cannot_be_resolved_is_an_error_of_its_spelling() -> None:
    with pytest.raises(RigError, match="cannot be resolved") as caught:
        known_hosts.offered(Route("x", "no-such-host.invalid", 22, "x"), known_hosts.BEST)
    assert "PerSource" not in str(caught.value)
