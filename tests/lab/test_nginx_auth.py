"""Passwords that nginx asks for, upstreams over TLS and sockets, and names beyond ASCII, on a real host."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from deploys.nginx.settings import (
    BasicAuth,
    BasicUser,
    NginxSettings,
    Proxy,
    Server,
    Site,
    Upstream,
    UpstreamTls,
)
from rigwright.secrets.value import Secret
from tests.support.authority import Authority
from tests.support.nginx_target import NginxTarget, nginx_target
from tests.support.waiting import wait_until
from tests.support.web import basic

ALICE, BOB = "alice-of-the-lab-7x3kq", "bob-of-the-lab-9z2mw"
DOMAIN = "xn--bcher-kva.rig.test"
SERVER = """
import http.server, socketserver, ssl, sys
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = f"{sys.argv[1]} {self.headers.get('Authorization')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words): pass
    def address_string(self): return "local"
if sys.argv[1] == "socket":
    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer): pass
    Server(sys.argv[2], Answer).serve_forever()
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3], sys.argv[4])
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
AUTHORITY = Authority()


def settings(*, name: str = "sealed.rig.test", authority: Authority = AUTHORITY) -> NginxSettings:
    """A site that asks on all paths but one; its instances listen on a socket and over TLS."""

    def asking(user: str, password: str) -> BasicAuth:
        return BasicAuth(users=[BasicUser(name=user, password=Secret(user, password))])

    site = Site(
        name="Books-1",
        domains=["b\u00fccher.rig.test"],
        basic_auth=asking("alice", ALICE),
        routes=[
            Proxy(upstream="By-Socket"),
            Proxy(path="/open/", upstream="By-Socket", basic_auth="off"),
            Proxy(path="/sealed/", upstream="sealed", basic_auth=asking("bob", BOB)),
        ],
    )
    tls = UpstreamTls(name=name, ca_bundle=authority.certificate)
    return NginxSettings(
        sites=[site],
        upstreams=[
            Upstream(name="By-Socket", servers=[Server(socket="/run/app/http.sock")]),
            Upstream(name="sealed", servers=[Server(port=9443)], tls=tls),
        ],
    )


@pytest.fixture(scope="module")
def target() -> Iterator[NginxTarget]:
    with nginx_target("n-auth13", "debian13", "ca-certificates", "python3") as host:
        issued = AUTHORITY.issue("sealed.rig.test")
        files = {"/root/server.py": SERVER, "/root/a.pem": issued.certificate, "/root/a.key": issued.key}
        for path, text in files.items():
            host.sh(f"umask 077; printf %s {shlex.quote(text)} >{path}")
        host.sh("install -d -m 755 -o www-data /run/app")
        run = "systemd-run -q --collect --unit"
        host.sh(f"{run} app-socket sh -c 'umask 0; exec python3 /root/server.py socket /run/app/http.sock'")
        host.sh(f"{run} app-tls python3 /root/server.py tls 9443 /root/a.pem /root/a.key")
        wait_until(lambda: host.sh("ss -Hltn sport = :9443; ls /run/app").count("http.sock") == 1)
        done = host.change(settings())
        assert done.code == 0, done
        yield host


def status(target: NginxTarget, path: str, given: str = "") -> tuple[int, bytes]:
    reply = target.web().request(DOMAIN, path, **basic(given))
    return reply.status, reply.body


def test_only_the_right_password_gets_in_and_no_application_sees_it(target: NginxTarget) -> None:
    assert status(target, "/")[0] == 401
    assert status(target, "/", f"alice:{BOB}")[0] == 401
    assert status(target, "/", f"bob:{BOB}")[0] == 401
    assert status(target, "/", f"alice:{ALICE}") == (200, b"socket None")
    assert status(target, "/sealed/", f"alice:{ALICE}")[0] == 401
    assert status(target, "/sealed/", f"bob:{BOB}") == (200, b"tls None")


def test_a_path_that_asks_for_none_passes_on_what_it_gets(target: NginxTarget) -> None:
    assert status(target, "/open/") == (200, b"socket None")
    assert status(target, "/open/", "a:b") == (200, b"socket Basic YTpi")


def test_the_certificate_is_for_the_name_of_dns(target: NginxTarget) -> None:
    assert f"DNS:{DOMAIN}" in target.served(DOMAIN, "ext subjectAltName")


def test_nothing_differs_and_no_password_is_on_the_host(target: NginxTarget) -> None:
    assert target.drift(target.wanted(settings())) == []
    for password in (ALICE, BOB):
        assert target.sh(f"grep -rsl {password} /etc /var/lib/rigwright /var/log || :") == ""
    assert target.sh("runuser -u nobody -- cat /etc/nginx/auth/Books-1.htpasswd 2>&1 || :").endswith("denied")


def test_another_hash_is_drift_that_shows_none(target: NginxTarget) -> None:
    target.sh("echo 'mallory:{PLAIN}x' >>/etc/nginx/auth/Books-1.htpasswd; touch /etc/nginx/auth/more")
    found = target.drift(target.wanted(settings()))
    assert {(one.kind, one.where) for one in found} == {
        ("file.content", "/etc/nginx/auth/Books-1.htpasswd"),
        ("file.unmanaged", "/etc/nginx/auth/more"),
    }
    assert "mallory" not in str(found)
    target.sh("rm /etc/nginx/auth/more")
    assert target.change(settings()).code == 0
    assert status(target, "/", "mallory:x")[0] == 401


def test_an_instance_with_another_certificate_gets_no_request(target: NginxTarget) -> None:
    for other in (settings(authority=Authority()), settings(name="other.rig.test")):
        assert target.change(other).code == 0
        wait_until(lambda: status(target, "/sealed/", f"bob:{BOB}")[0] == 502)
        assert status(target, "/", f"alice:{ALICE}")[0] == 200
    assert target.change(settings()).code == 0
    wait_until(lambda: status(target, "/sealed/", f"bob:{BOB}")[0] == 200)
