"""Bad input: a message that names what to do, an exit code that is not 0, and an unchanged host.

Each case runs through ``rig apply`` and through plain pyinfra.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from rigwright.remote.route import CONNECT_TIMEOUT_SECONDS
from rigwright.secrets import Secret, store
from rigwright.secrets.identity import create_identity
from rigwright.secrets.recipients import Recipient
from tests.support.command import ROOT, pyinfra, rig

INVENTORY = """
from pathlib import Path
from deploys.nginx.certificates import FromFiles
from deploys.nginx.settings import *
from deploys.rig import Machine, Rig
from rigwright.desired import render
from rigwright.inventory.load import group, ssh_host
from rigwright.secrets import Secrets

SITE = {{"name": "app", "domains": ["app.rig.test"]}}
{before}
rig = Rig(machine=Machine(os="{os}"), nginx=NginxSettings({nginx}))
{after}
hosts = group({hosts}, otherwise="add a host")
"""
HOST = (
    '[ssh_host("refused", rig, address="{0.address}", user="{0.user}", key="{0.key}", known_hosts="{known}")]'
)
STATE = (
    "find /etc /usr /var/lib/rigwright /var/lib/dpkg -xdev -type f ! -path '*/rigwright/bin/*'"
    " -printf '%p %s %T@ %m %u\\n' | grep -v 'dpkg/lock' | sort | sha256sum;"
    " systemctl show -p ExecMainPID --value nginx"
)


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A host on which a small site runs."""
    up = lab.up("refused", "debian13")
    yield up
    lab.down("refused")


@pytest.fixture
def inventory(host: LabHost, tmp_path: Path) -> Callable[..., Path]:
    """Write an inventory of the host."""

    def write(
        nginx: str = "",
        *,
        before: str = "",
        after: str = "",
        os: str = "debian13",
        hosts: str = HOST,
        known: str = "",
    ) -> Path:
        path = tmp_path / "inventory.py"
        shown = hosts.format(host, known=known or host.known_hosts)
        path.write_text(INVENTORY.format(nginx=nginx, before=before, after=after, os=os, hosts=shown))
        return path

    return write


@pytest.fixture
def applied(host: LabHost, inventory: Callable[..., Path]) -> str:
    """The state of the host with a good inventory applied."""
    done = rig("apply", inventory())
    assert done.returncode == 0, done.stdout
    return host.run(STATE).stdout


def refused(host: LabHost, path: Path, before: str, *words: str) -> None:
    """Both ways refuse with these words, and the host is what it was."""
    for done in (rig("apply", path), pyinfra(path, "-y")):
        assert done.returncode == 1, done.stdout
        for word in words:
            assert word in done.stdout, f"{word!r} is not in:\n{done.stdout}"
        assert host.run(STATE).stdout == before


ROUTE = 'routes=[Proxy(upstream="app"{})]'
LIMIT = ", rate_limits=[RateLimit(zone='none')]"
UPSTREAM = 'upstreams=[Upstream(name="app", servers=[Server(port=9001)])]'


@pytest.mark.parametrize(
    ("nginx", "words"),
    [
        ("http_prot=80", ["http_prot", "did you mean http_port?"]),
        ("sites=[Site(**SITE, hsts_max_age_seconds='1 year')]", ["hsts_max_age_seconds", "integer"]),
        ("http_port=80, https_port=80", ["same", "port"]),
        ("rate_zones=[RateZone(name='idle', requests_per_second=1)]", ["idle", "no route"]),
        (f"sites=[Site(**SITE, {ROUTE.format('')})]", ["app", "upstream"]),
        (f"{UPSTREAM}, sites=[Site(**SITE, {ROUTE.format(LIMIT)})]", ["none", "rate_zone"]),
        ("sites=[Site(name='app', domains=['a b; return 200'])]", ["domains"]),
    ],
    ids=["misspelt", "wrong-unit", "one-port-twice", "idle-zone", "no-upstream", "no-zone", "injection"],
)
def test_invalid_settings_fail_before_any_connection(
    host: LabHost, inventory: Callable[..., Path], applied: str, nginx: str, words: list[str]
) -> None:
    refused(host, inventory(nginx), applied, "inventory.py", *words)


def test_a_system_that_is_not_supported_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    refused(host, inventory(os="debian11"), applied, "os", "debian12")


def test_a_system_other_than_the_inventory_states_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    refused(host, inventory(os="debian12"), applied, "runs debian13", "states debian12", "machine.os")


def test_a_host_that_runs_something_unsupported_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    host.run("cp -a /usr/lib/os-release /root/ && sed -i s/13/11/ /usr/lib/os-release")
    try:
        before = host.run(STATE).stdout
        refused(host, inventory(), before, "not supported", "Debian 13")
    finally:
        host.run("cp -a /root/os-release /usr/lib/os-release")
    assert applied


def test_a_host_that_is_down_is_refused(host: LabHost, inventory: Callable[..., Path], applied: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    hosts = HOST.replace('address="{0.address}"', f'address="127.0.0.1", port={port}')
    path = inventory(hosts=hosts)
    refused(host, path, applied, "refused")
    assert rig("drift", path).returncode == 1
    assert rig("verify", path).returncode == 1


def test_a_host_key_that_changed_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    other = "AAAAC3NzaC1lZDI1NTE5AAAAIGVwYXJzZSBub3QgdGhlIGtleSBvZiB0aGlzIGhvc3Qh"
    known.write_text(f"{host.address} ssh-ed25519 {other}\n")
    path = inventory(known=str(known))
    refused(host, path, applied, "host key")
    assert "fingerprint" in rig("drift", path).stdout


def test_a_host_key_that_is_not_pinned_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("")
    path = inventory(known=str(known))
    for done in (rig("apply", path), pyinfra(path, "-y")):
        assert done.returncode == 1
    assert f"rig bootstrap {host.address} --user operator" in rig("drift", path).stdout
    assert (known.read_text(), host.run(STATE).stdout) == ("", applied)


CERTIFICATE = (
    "certificate=FromFiles(certificate='-----BEGIN CERTIFICATE-----', key=Secrets('nowhere')['tls_key'])"
)


def test_a_secret_that_is_missing_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    refused(host, inventory(f"sites=[Site(**SITE, {CERTIFICATE})]"), applied, "nowhere", "rig secret")


def test_a_secret_that_we_cannot_decrypt_is_refused(
    host: LabHost,
    inventory: Callable[..., Path],
    applied: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store of another team: it was never encrypted for this operator."""
    theirs = create_identity(tmp_path / "theirs")
    create_identity(tmp_path / "ours")
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "theirs"))
    stores = tmp_path / "secrets"
    store.change_recipients(stores, lambda _: (Recipient("them", theirs),))
    store.change(
        stores / "nowhere.age",
        lambda content: content.with_secret(
            Secret("tls_key", "canary-of-theirs"), "password", datetime.now(timezone.utc)
        ),
    )
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "ours"))
    certificate = CERTIFICATE.replace("Secrets('nowhere')", f"Secrets('nowhere', Path({str(stores)!r}))")
    path = inventory(f"sites=[Site(**SITE, {certificate})]")
    refused(host, path, applied, "nowhere.age", "recipient")
    assert "canary-of-theirs" not in rig("apply", path).stdout


def test_an_address_that_does_not_respond_is_refused_in_bounded_time(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    """A host that is silent, where one that is down refuses: after a few attempts, each of which ends."""
    silent = host.address.rpartition(".")[0] + ".253"
    path = inventory(hosts=HOST.replace("{0.address}", silent))
    with pytest.raises(OSError, match=r"timed out|No route|unreachable"):
        socket.create_connection((silent, 22), timeout=3)
    limit = 16 * CONNECT_TIMEOUT_SECONDS
    for command in ("plan", "drift", "apply", "verify"):
        started = time.monotonic()
        done = rig(command, path)
        assert (done.returncode, "refused" in done.stdout) == (1, True), done.stdout
        assert f"cannot be reached at {silent}" in done.stdout
        assert "check that it is up, and its address" in done.stdout
        assert time.monotonic() - started < limit, command
    assert host.run(STATE).stdout == applied


def test_an_inventory_without_a_host_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    refused(host, inventory(hosts="[]"), applied, "names no host", "add a host")
    assert rig("drift", inventory(hosts="[]")).returncode == 1


def test_a_limit_that_matches_no_host_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str
) -> None:
    """Plain pyinfra calls this a success, which is why ``rig`` checks first."""
    for command in ("apply", "plan", "drift", "verify"):
        done = rig(command, inventory(), "--limit", "nosuch")
        assert (done.returncode, "use one of: refused" in done.stdout) == (1, True), done.stdout
    assert host.run(STATE).stdout == applied


def test_an_inventory_that_does_not_exist_is_refused() -> None:
    done = rig("apply", "inventories/nosuch.py")
    assert (done.returncode, "no such inventory" in done.stdout) == (1, True)


def broken_templates(tmp_path: Path, old: str, new: str) -> str:
    """A line for the inventory that makes a broken copy of the templates the ones that are rendered."""
    copy = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", copy)
    template = copy / "nginx/etc/nginx/nginx.conf.j2"
    text = template.read_text()
    assert old in text
    template.write_text(text.replace(old, new, 1))
    return f"render.TEMPLATES = Path({str(copy)!r})"


def test_a_template_that_names_an_unknown_value_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str, tmp_path: Path
) -> None:
    broken = broken_templates(tmp_path, "worker_connections", "worker_connections {{ nginx.nosuch }};#")
    refused(host, inventory(before=broken), applied, "nginx.conf.j2", "nosuch", "fix the template")


def test_a_directive_that_the_installed_nginx_refuses_is_refused(
    host: LabHost, inventory: Callable[..., Path], applied: str, tmp_path: Path
) -> None:
    broken = broken_templates(tmp_path, "worker_connections", "no_such_directive on; worker_connections")
    refused(
        host,
        inventory(before=broken),
        applied,
        "no_such_directive",
        "nginx -t refused the new files",
        "nothing was changed",
    )


def test_an_unmanaged_file_is_refused_until_it_is_adopted(
    host: LabHost, inventory: Callable[..., Path]
) -> None:
    lab.reset("refused")
    host.run(
        "apt-get install -qy --no-install-recommends nginx >/dev/null 2>&1;"
        " echo '# mine' >>/etc/nginx/nginx.conf"
    )
    host.run("echo 'server_tokens off;' >/etc/nginx/conf.d/mine.conf")
    before = host.run(STATE).stdout
    path = inventory()
    refused(host, path, before, "/etc/nginx/nginx.conf", "/etc/nginx/conf.d/mine.conf", "--adopt")
    lines = " ".join(rig("plan", path).stdout.split())  # long ones are wrapped
    assert lines.count("needs --adopt") == 2
    adopted = rig("apply", path, "--adopt")
    assert adopted.returncode == 0, adopted.stdout
    kept = host.run("grep -rl -e '# mine' -e server_tokens /var/lib/rigwright/saved").stdout.split()
    assert {name.split("-nginx", 1)[1] for name in kept} == {
        "/etc/nginx/nginx.conf",
        "/etc/nginx/conf.d/mine.conf",
    }
