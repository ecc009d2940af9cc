"""The web server of any host, over the network and by other programs than those that set it up."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploys.nginx.routes import AnyRoute, LimitedRoute
from deploys.nginx.settings import BasicAuth, FromFiles, Lineage, NginxSettings, Site
from rigwright.inventory.load import Host
from tests.support.web import Web, basic, unverified

HEADERS = (
    *("strict-transport-security", "x-content-type-options", "referrer-policy"),
    *("cross-origin-opener-policy", "permissions-policy"),
)
NOWHERE = "/no-such-path-for-certain"


@pytest.fixture
def http(address: str, nginx: NginxSettings) -> Web:
    return Web(address, nginx.http_port)


@pytest.fixture
def https(address: str, nginx: NginxSettings) -> Web:
    return Web(address, nginx.https_port, unverified())


@pytest.fixture
def sites(nginx: NginxSettings) -> tuple[Site, ...]:
    if not nginx.sites:
        pytest.skip("the inventory has no site for this host")
    return tuple(nginx.sites)


def listening(host: Any) -> set[tuple[str, int]]:
    """Address and port of every socket of nginx's, as the kernel has them."""
    lines = host.check_output("ss -H -lntup").splitlines()
    ends = [line.split()[4] for line in lines if '"nginx"' in line]
    return {(end.rpartition(":")[0].strip("[]"), int(end.rpartition(":")[2])) for end in ends}


@pytest.mark.usefixtures("nginx")
def test_it_runs_and_comes_back_after_a_boot(host: Any) -> None:
    assert host.service("nginx").is_running
    assert host.service("nginx").is_enabled


def test_it_listens_on_the_endpoints_of_the_inventory_alone(host: Any, nginx: NginxSettings) -> None:
    ports = [nginx.http_port, *([nginx.https_port] if nginx.sites else [])]
    public = {(address, port) for address in nginx.listen_addresses for port in ports}
    assert listening(host) == {*public, ("127.0.0.1", nginx.status_port)}


def test_its_status_is_for_the_host_alone(host: Any, address: str, nginx: NginxSettings) -> None:
    url = f"http://127.0.0.1:{nginx.status_port}/stub_status"
    assert "Active connections" in host.check_output(f"curl -fsS {url}")
    with pytest.raises(OSError, match=r"refused|timed out"):  # the latter behind a firewall
        socket.create_connection((address, nginx.status_port), timeout=1.5).close()


def test_its_unit_may_do_little(host: Any, nginx: NginxSettings) -> None:
    """The score of systemd-analyze goes from 0, safe, to 10."""
    output = host.run("systemd-analyze security --no-pager nginx.service").stdout
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", output)
    assert score, output
    assert float(score[1]) < 4
    worker = host.check_output("pgrep -P $(cat /run/nginx.pid) -u www-data").splitlines()[0]
    limit = host.check_output(f"awk '/open files/ {{print $4}}' /proc/{worker}/limits")
    assert int(limit) > nginx.worker_connections


@pytest.mark.usefixtures("nginx")
def test_it_takes_its_configuration_without_a_warning(host: Any) -> None:
    output = host.run("nginx -t")
    assert output.rc == 0
    assert "warn" not in output.stderr


@pytest.mark.usefixtures("nginx")
def test_the_log_is_rotated_by_its_package_every_day(host: Any) -> None:
    output = host.run("logrotate --debug /etc/logrotate.conf").stderr
    assert output.count("considering log /var/log/nginx/access.log") == 1
    timer = host.service("logrotate.timer")
    assert timer.is_enabled
    assert timer.is_running


def test_a_log_that_grows_too_large_is_rotated_within_minutes(host: Any, nginx: NginxSettings) -> None:
    rule = "/usr/local/lib/rigwright/nginx/logrotate.conf"
    assert f"size {nginx.log_max_mib}M" in host.check_output(f"cat {rule}")
    timer = host.service("rigwright-nginx-logs.timer")
    assert timer.is_enabled
    assert timer.is_running


def test_without_a_site_it_welcomes(http: Web, nginx: NginxSettings) -> None:
    if nginx.sites:
        pytest.skip("there are sites")
    reply = http.request("anything.test", "/")
    assert reply.status == 200
    assert b"It works" in reply.body
    assert reply.one("server") == "nginx"


def test_a_request_for_an_unknown_name_gets_no_response(
    described: Host, http: Web, https: Web, sites: tuple[Site, ...]
) -> None:
    with pytest.raises(OSError, match=r"closed connection|reset"):
        http.request("unknown.test", "/")
    if described.rig.platform.os == "ubuntu2204":  # its nginx 1.18 cannot refuse a handshake
        assert https.request("unknown.test", "/").status == 421
    else:
        with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
            https.request("unknown.test", "/")
    assert https.request(sites[0].domains[0], "/", host="unknown.test").status == 421


def test_http_leads_to_https_and_keeps_the_path(
    http: Web, nginx: NginxSettings, sites: tuple[Site, ...]
) -> None:
    port = "" if nginx.https_port == 443 else f":{nginx.https_port}"
    for name in (name for site in sites for name in site.domains):
        reply = http.request(name, "/a/b?c=d")
        assert reply.status == 301
        assert reply.one("location") == f"https://{name}{port}/a/b?c=d"


def test_redirected_names_lead_to_the_first(
    https: Web, nginx: NginxSettings, sites: tuple[Site, ...]
) -> None:
    port = "" if nginx.https_port == 443 else f":{nginx.https_port}"
    for site in sites:
        for name in site.redirected_domains:
            assert https.request(name, "/a?b=c").one("location") == f"https://{site.domains[0]}{port}/a?b=c"


def test_every_response_has_the_security_headers_once(https: Web, sites: tuple[Site, ...]) -> None:
    for site in sites:
        for path in ("/", NOWHERE):
            reply = https.request(site.domains[0], path)
            assert {name: len(reply.all(name)) for name in HEADERS} == dict.fromkeys(HEADERS, 1), path
            assert reply.one("strict-transport-security").startswith(f"max-age={site.hsts_max_age_seconds}")
            assert reply.one("server") == "nginx"


def test_the_certificate_is_for_every_name_of_its_site(
    host: Any, nginx: NginxSettings, sites: tuple[Site, ...]
) -> None:
    """OpenSSL on the host checks what is served, not files."""
    for site in sites:
        for name in site.server_names:
            place = f"-connect 127.0.0.1:{nginx.https_port} -servername {name}"
            command = f"openssl s_client {place} </dev/null 2>/dev/null | openssl x509 -noout"
            assert "does match" in host.check_output(f"{command} -checkhost {name}")
            assert "will not expire" in host.check_output(f"{command} -checkend 86400")


def test_who_gives_no_password_stays_outside_and_the_hashes_are_not_for_everybody(
    host: Any, https: Web, sites: tuple[Site, ...]
) -> None:
    asking = [(site, route) for site in sites for route in site.routes if asked(site, route)]
    if not asking:
        pytest.skip("no site of the inventory asks for a password")
    for site, route in asking:
        auth = asked(site, route)
        assert auth is not None
        path = route.path if route.match == "exact" else f"{route.path}any"
        user = auth.users[0]
        for given, refused in (
            (None, True),
            (f"{user.name}:wrong", True),
            (f"{user.name}:{user.password.reveal()}", False),
        ):
            status = https.request(site.domains[0], path, **basic(given)).status
            assert (status == 401) == refused, (site.name, path, status)
    for line in host.check_output("stat -c '%a %U:%G' /etc/nginx/auth /etc/nginx/auth/*").splitlines():
        assert line in ("750 root:www-data", "640 root:www-data")


def asked(site: Site, route: AnyRoute) -> BasicAuth | None:
    """The passwords that a route asks for."""
    own = route.basic_auth if isinstance(route, LimitedRoute) else "off"
    return None if own == "off" else own or site.basic_auth


@pytest.mark.usefixtures("nginx")
def test_only_root_reads_a_key(host: Any) -> None:
    found = host.run("find /etc/nginx/tls -name '*.pem' -path '*privkey*' -printf '%m %u %p\\n'").stdout
    for line in found.splitlines():
        mode, owner, path = line.split()
        assert (mode, owner) == ("600", "root"), path
    assert host.run("setpriv --reuid=www-data --regid=www-data --clear-groups ls /etc/nginx/tls").rc != 0


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(https: Web, sites: tuple[Site, ...], version: ssl.TLSVersion) -> None:
    context = unverified()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with pytest.raises(ssl.SSLError):
        Web(https.address, https.port, context).request(sites[0].domains[0], "/")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_of_today_is_spoken(
    https: Web, nginx: NginxSettings, sites: tuple[Site, ...], version: ssl.TLSVersion
) -> None:
    """With TLS 1.2 too: ciphers for RSA alone would refuse the ECDSA certificates that ACME gives."""
    if nginx.tls_profile == "modern" and version is ssl.TLSVersion.TLSv1_2:
        pytest.skip("the inventory has TLS 1.3 only")
    context = unverified()
    context.minimum_version = context.maximum_version = version
    for site in sites:
        with Web(https.address, https.port, context).connect(site.domains[0]) as connection:
            assert isinstance(connection, ssl.SSLSocket)
            cipher = connection.cipher()
            assert cipher is not None
            assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]


def test_mozilla_would_choose_the_same_tls(
    address: str, nginx: NginxSettings, sites: tuple[Site, ...]
) -> None:
    """The judge is sslyze with Mozilla's intermediate profile; only self-signing may displease it."""
    targets = {f"{site.domains[0]}:{nginx.https_port}": site for site in sites}
    command = [str(Path(sys.executable).with_name("sslyze")), "--mozilla_config=intermediate"]
    command += [f"{target}{{{address}}}" for target in targets]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    verdicts = output.split("COMPLIANCE AGAINST TLS CONFIGURATION")[1]
    _, *parts = re.split(r"^ +(\S+:\d+): ", verdicts, flags=re.MULTILINE)
    judged = dict(zip(parts[::2], parts[1::2], strict=True))
    assert set(judged) == set(targets), verdicts
    for target, verdict in judged.items():
        issues = set(re.findall(r"^ +\* (\w+):", verdict, re.MULTILINE))
        trusted = isinstance(targets[target].certificate, (FromFiles, Lineage))
        assert issues <= (set() if trusted else {"certificate_path_validation"}), verdict
        assert "OK - Compliant" in verdict or issues


def test_keys_are_exchanged_so_that_no_quantum_computer_reads_them_later(
    host: Any, nginx: NginxSettings, sites: tuple[Site, ...]
) -> None:
    """The group that Mozilla puts first, as soon as the host's OpenSSL knows it."""
    version = re.match(r"OpenSSL (\d+)\.(\d+)", host.check_output("openssl version"))
    assert version
    if (int(version[1]), int(version[2])) < (3, 5):
        pytest.skip("this OpenSSL does not know it")
    place = f"-connect 127.0.0.1:{nginx.https_port} -servername {sites[0].domains[0]}"
    output = host.check_output(f"openssl s_client {place} </dev/null 2>/dev/null")
    assert "Negotiated TLS1.3 group: X25519MLKEM768" in output


def test_http2_is_spoken(host: Any, nginx: NginxSettings, sites: tuple[Site, ...]) -> None:
    name, port = sites[0].domains[0], nginx.https_port
    url = f"--resolve {name}:{port}:127.0.0.1 https://{name}:{port}{NOWHERE}"
    assert host.check_output(f"curl -sk --http2 -o /dev/null -w '%{{http_version}}' {url}") == "2"


def test_http3_is_offered_where_it_is_on(host: Any, nginx: NginxSettings, sites: tuple[Site, ...]) -> None:
    if not nginx.http3:
        pytest.skip("the inventory has no HTTP/3")
    name, port = sites[0].domains[0], nginx.https_port
    url = f"--resolve {name}:{port}:127.0.0.1 https://{name}:{port}{NOWHERE}"
    output = host.check_output(f"curl -sk --http3-only -o /dev/null -D - -w '%{{http_version}}' {url}")
    assert output.endswith("3")
    assert f'h3=":{port}"' in output


def test_the_log_is_json_without_queries(host: Any, http: Web, https: Web, sites: tuple[Site, ...]) -> None:
    name = sites[0].domains[0]
    marker = "logged-path-of-a-test"
    https.request(name, f"/{marker}?token=t0ps3cret", Referer="https://x.test/a?session=t0ps3cret")
    http.request(name, f"/{marker}?token=t0ps3cret")
    lines = host.check_output(f"grep -h {marker} /var/log/nginx/access.log | tail -2").splitlines()
    entries = [json.loads(line) for line in lines]
    assert {entry["path"] for entry in entries} == {f"/{marker}"}
    assert "https://x.test/a" in {entry["referer"] for entry in entries}
    assert all(isinstance(entry["status"], int) for entry in entries)
    assert "t0ps3cret" not in "".join(lines)
