"""Passwords that nginx asks for, upstreams over TLS and sockets, and names beyond ASCII."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.nginx.crypt import crypt, hashed
from deploys.nginx.idn import readable, to_ascii
from deploys.nginx.settings import BasicAuth, BasicUser, NginxSettings, Proxy, Server, Site, Upstream
from deploys.nginx.state import desired
from rigwright.desired import Desired, File
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform
from tests.golden.certificates_scenario import certificates

PASSWORD = "a-long-password-of-a-test"  # noqa: S105  of no account


def user(name: str = "alice", password: str = PASSWORD) -> BasicUser:
    return BasicUser(name=name, password=Secret(name, password))


@pytest.mark.parametrize(
    ("password", "salt", "expected"),
    [
        # As OpenSSL prints them: openssl passwd -6 -salt SALT PASSWORD.
        (
            "Hello world!",
            "saltstring",
            "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
        ),
        (
            "we have a short salt string but not a short password",
            "short",
            "qmfj2meTBr5G2EAGIJ4vjX7RpefsD4JzpEyTAeEUJdzdxlBS6pe8gdMHm5zFftaFSj/2p2bjBwyVS9ZhWpLZt.",
        ),
    ],
)
def test_hashes_are_those_of_the_method(password: str, salt: str, expected: str) -> None:
    assert crypt(password.encode(), salt.encode()) == expected


def test_a_hash_stays_the_same_and_differs_from_user_to_user() -> None:
    one = Secret("one", PASSWORD)
    assert hashed("alice", one) == hashed("alice", Secret("again", PASSWORD))
    assert len({hashed("alice", one), hashed("bob", one), hashed("alice", Secret("x", PASSWORD + "x"))}) == 3


def whole() -> Desired:
    settings = certificates("debian13").nginx
    assert settings
    return desired(settings, Platform("debian13"))


def file(path: str) -> File:
    return next(one for one in whole().files if one.path == path)


def locations() -> dict[str, str]:
    """The body of each location of the site that asks, by its path."""
    parts = file("/etc/nginx/sites-enabled/Asking-1.conf").content.decode().split("    location ")[1:]
    return {part.partition(" {")[0]: part for part in parts}


def test_each_route_asks_for_the_passwords_of_its_own_or_of_the_site() -> None:
    found = locations()
    assert 'auth_basic "Books";' in found["/"]
    assert "auth_basic_user_file /etc/nginx/auth/Asking-1.htpasswd;" in found["/"]
    assert "auth_basic_user_file /etc/nginx/auth/Asking-1.3.htpasswd;" in found["/admin/"]
    assert "auth_basic" not in found["= /health"]
    for path, asks in (("/", True), ("/admin/", True), ("= /health", False)):
        assert ('proxy_set_header Authorization "";' in found[path]) == asks


def test_no_password_is_in_a_file_and_the_hashes_are_secret() -> None:
    every = b"".join(one.content for one in whole().files)
    assert b"not-the-password-of-anybody" not in every
    one = file("/etc/nginx/auth/Asking-1.htpasswd")
    assert (one.mode, one.owner, one.group, one.secret) == (0o640, "root", "www-data", True)
    assert one.content.startswith(b"alice:$6$")


def test_the_certificate_of_an_upstream_is_verified_by_its_name() -> None:
    body = locations()["/"]
    for line in (
        "proxy_pass https://Sealed-1;",
        "proxy_ssl_verify on;",
        "proxy_ssl_name sealed.rig.test;",
        "proxy_ssl_server_name on;",
        "proxy_ssl_trusted_certificate /etc/nginx/upstreams/Sealed-1.ca.pem;",
    ):
        assert line in body
    group = file("/etc/nginx/upstreams/Sealed-1.conf").content.decode()
    assert "server unix:/run/sealed/https.sock weight=1" in group


@pytest.mark.parametrize(
    ("written", "ascii_"),
    [
        ("B\u00fccher.example", "xn--bcher-kva.example"),
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
        ("*.m\u00fcnchen.example", "*.xn--mnchen-3ya.example"),
        ("\u4f8b\u3048.\u30c6\u30b9\u30c8", "xn--r8jz45g.xn--zckzah"),
        ("plain.example", "plain.example"),
    ],
)
def test_a_name_beyond_ascii_is_the_one_of_dns(written: str, ascii_: str) -> None:
    assert to_ascii(written) == ascii_
    assert readable(ascii_) == written.lower()
    name = written if "*" not in written else f"a{written[1:]}"
    site = Site(name="a", domains=[name], routes=[Proxy(upstream="app")])
    assert all(one.isascii() for one in site.domains)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a short password": (lambda: user(password="short"), "16 or more"),  # noqa: S106  of no account
    "two users of one name": (lambda: BasicAuth(users=[user(), user()]), "two are named alice"),
    "a colon in a name": (lambda: user("a:b"), "pattern"),
    "syntax in a realm": (lambda: BasicAuth(users=[user()], realm='a"; b'), "must not hold"),
    "a port and a socket": (lambda: Server(port=1, socket="/run/a.sock"), "either port or socket"),
    "neither": (Server, "either port or socket"),
    "a socket that is hidden from nginx": (lambda: Server(socket="/home/a/b.sock"), "below /run"),
    "a sign in a name": (lambda: domain("\u2603.example"), "may not stand there"),
    "a blank in a name": (lambda: domain("\u00fc .example"), "may not stand there"),
    "one name in two forms": (lambda: domain("b\u00fc.example", "xn--b-eha.example"), "named twice"),
}


def domain(*names: str) -> Site:
    return Site(name="a", domains=[*names], routes=[Proxy(upstream="app")])


@pytest.mark.parametrize("what", REFUSED)
def test_settings_that_cannot_be_meant_are_refused(what: str) -> None:
    make, message = REFUSED[what]
    with pytest.raises(ValidationError, match=message):
        make()


def test_an_upstream_of_sockets_lists_each_once() -> None:
    twice: dict[str, Any] = {"servers": [Server(socket="/run/a.sock"), Server(socket="/run/a.sock")]}
    with pytest.raises(ValidationError, match="listed twice"):
        NginxSettings(upstreams=[Upstream(name="a", **twice)])
