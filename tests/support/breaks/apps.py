"""What makes the claims about applications false, on the host of ``tests/lab/test_apps.py``."""

from __future__ import annotations

from tests.support.apps_target import ASK, SOCKET
from tests.support.breaks.model import Claims

_apps = Claims("test_apps", scenario="applications")

SET = f"python3 -c '{ASK}' {SOCKET} 'set server shop-web/{{}} state {{}}'"
RELOAD = "systemctl kill -s USR2 --kill-whom=main haproxy; sleep 2"
"""By a signal: the unit's own reload writes the ports anew that HAProxy takes over."""

WITH_A_RELEASE = (
    _apps.unit("test_haproxy_runs_and_comes_back_after_a_boot", "disable", "haproxy.service"),
    _apps.listened("test_haproxy_listens_on_loopback_alone", "haproxy", 17_999),
    _apps.edited(
        "test_each_instance_that_there_may_be_has_a_slot",
        "/etc/haproxy/haproxy.cfg",
        "s/server b2 127.0.0.1:17103/server b3 127.0.0.1:17104/",
        after=RELOAD,
        touches="haproxy",
    ),
    _apps.ran(
        "test_requests_go_to_the_release_that_is_recorded_and_nowhere_else",
        SET.format("a2", "drain"),
        SET.format("a2", "ready"),
        touches="haproxy",
    ),
    _apps.edited(
        "test_an_application_serves_the_digest_that_is_recorded",
        "/var/lib/rigwright/apps/shop.json",
        's/"sha256:...../"sha256:00000/',
    ),
    _apps.moded(
        "test_only_root_reads_the_secrets_of_applications",
        "/etc/rigwright/apps/shop.secrets.json",
        "644",
    ),
)
"""Breaks of a host whose release has its instances at ``a1`` and ``a2``."""

ELSEWHERE = {
    "test_apps::*": "a release, and so an image: tests/lab/test_apps.py makes each false on its host"
}
