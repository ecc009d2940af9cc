"""nginx on real hosts while it changes: reloads under load, refused changes, certificates from files."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

from deploys.nginx.settings import FixedResponse, FromFiles, NginxSettings, Site
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.support.authority import Authority, Issued
from tests.support.nginx_target import NginxTarget, nginx_target
from tests.support.waiting import wait_until

NAME = "app.rig.test"


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[NginxTarget]:
    system = cast("Os", request.param)
    with nginx_target(f"t-nginx{system[-2:]}", system) as host:
        yield host


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def site(body: str, issued: Issued | None = None) -> NginxSettings:
    """A site that returns a text."""
    more = {}
    if issued:
        more["certificate"] = FromFiles(certificate=issued.certificate, key=Secret("key", issued.key))
    return NginxSettings(sites=[Site(name="app", domains=[NAME], routes=[FixedResponse(body=body)], **more)])  # type: ignore[arg-type]


def test_ten_thousand_requests_survive_changes(target: NginxTarget) -> None:
    """Each with a connection of its own, while the site's response changes again and again."""
    assert target.change(site("before")).code == 0
    web = target.web()

    def request(_: int) -> bytes:
        reply = web.request(NAME, "/")
        return reply.body if reply.status == 200 else b"failed"

    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(request, number) for number in range(10_000)]
        changed = [target.change(site(f"after {number}")).code for number in range(3)]
        replies = Counter(future.result() for future in sent)
    assert changed == [0, 0, 0]
    assert replies.total() == 10_000
    assert set(replies) <= {b"before", b"after 0", b"after 1", b"after 2"}
    assert len(replies) >= 3


def test_a_port_that_another_program_has_leaves_the_old_state(target: NginxTarget) -> None:
    """``nginx -t`` passes over a port that is taken, so only the start shows it."""
    assert target.change(site("old")).code == 0
    target.sh("systemd-run -q --collect --unit=t-squatter python3 -m http.server 8088")
    target.sh("until ss -Hltn | grep -q :8088; do sleep 0.1; done")
    done = target.change(site("new").model_copy(update={"http_port": 8088}))
    target.sh("systemctl stop t-squatter")
    assert done.code == 23, done.stdout
    assert target.web().request(NAME, "/").body == b"old"
    assert target.drift(target.wanted(site("old"))) == []


def test_a_reload_that_the_master_refuses_is_noticed_and_undone(target: NginxTarget) -> None:
    """A master without any file descriptor left takes the signal, logs an error and goes on as before."""
    assert target.change(site("old")).code == 0
    target.sh("prlimit --pid $(cat /run/nginx.pid) --nofile=12:12")
    done = target.change(site("new"))
    assert done.code == 24, done.stdout
    assert target.web().request(NAME, "/").body == b"old"
    target.sh("systemctl restart nginx")
    assert target.change(site("new")).code == 0


def test_sslyze_with_mozillas_profile_finds_nothing(
    target: NginxTarget, authority: Authority, tmp_path: Path
) -> None:
    assert target.change(site("signed", authority.issue(NAME))).code == 0
    bundle = tmp_path / "ca.pem"
    bundle.write_text(authority.certificate)
    sslyze = str(Path(sys.executable).with_name("sslyze"))
    place = f"{NAME}:443{{{target.host.address}}}"
    command = [sslyze, "--mozilla_config=intermediate", f"--certinfo_ca_file={bundle}", place]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "OK - Compliant" in done.stdout, done.stdout[-2000:]
    assert done.returncode == 0


def test_a_key_that_does_not_fit_changes_nothing(target: NginxTarget, authority: Authority) -> None:
    good = authority.issue(NAME)
    assert target.change(site("good", good)).code == 0
    done = target.change(site("bad", Issued(good.certificate, authority.issue(NAME).key)))
    assert done.code == 22
    assert "key values mismatch" in done.stdout
    assert "PRIVATE KEY" not in done.stdout
    assert target.web().request(NAME, "/").body == b"good"


def test_a_certificate_for_another_name_changes_nothing(target: NginxTarget, authority: Authority) -> None:
    """The server itself would not mind."""
    assert target.change(site("good", authority.issue(NAME))).code == 0
    done = target.change(site("bad", authority.issue("other.rig.test")))
    assert done.code == 22
    assert f"is not for {NAME}" in done.stdout


def test_a_new_certificate_is_served_from_the_reload_on(target: NginxTarget, authority: Authority) -> None:
    assert target.change(site("same", authority.issue(NAME))).code == 0
    first = target.served(NAME, "serial")
    assert target.change(site("same", authority.issue(NAME))).code == 0
    # A worker of before the reload may take one more connection until it has closed its sockets.
    wait_until(lambda: target.served(NAME, "serial") != first)
    assert target.drift(target.wanted(site("same"))) != []


def test_a_changed_name_gets_a_certificate_of_its_own(target: NginxTarget) -> None:
    assert target.change(site("self")).code == 0
    first = target.served(NAME, "serial")
    renamed = NginxSettings(
        sites=[Site(name="app", domains=[NAME, "b.rig.test"], routes=[FixedResponse(body="b")])]
    )
    assert target.change(renamed).code == 0
    wait_until(lambda: target.served("b.rig.test", "serial") != first)
    assert "DNS:b.rig.test" in target.served("b.rig.test", "ext subjectAltName")
    assert target.drift(target.wanted(renamed)) == []
