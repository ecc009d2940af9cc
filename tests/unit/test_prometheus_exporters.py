"""What subsystems bring to monitoring: exporters, their secrets, and certificates."""

from __future__ import annotations

import pytest

from deploys.nginx.settings import FixedResponse, NginxSettings, Site
from deploys.prometheus.settings import PrometheusSettings
from deploys.rig import Machine, Rig
from rigwright.desired import Socket
from rigwright.desired.exporter import Daemon, Exporter
from tests.unit.test_prometheus import loaded, scraped


def test_nginx_brings_its_exporter_target_and_rules() -> None:
    rig = Rig(
        machine=Machine(os="debian13"),
        nginx=NginxSettings(exporter_port=9113),
        prometheus=PrometheusSettings(),
    )
    nginx, prometheus = rig.of("nginx"), rig.of("prometheus")
    assert nginx
    assert prometheus
    assert "prometheus-nginx-exporter" in nginx.packages
    assert Socket("127.0.0.1", 9113) in nginx.sockets
    assert scraped(prometheus)["nginx"] == ["127.0.0.1:9113"]
    (defaults,) = (one for one in nginx.files if one.path == "/etc/default/prometheus-nginx-exporter")
    assert b"--nginx.scrape-uri=http://127.0.0.1:8090/stub_status" in defaults.content


def test_the_certificates_of_nginx_sites_are_watched_by_their_own_names() -> None:
    site = Site(name="app", domains=["app.test", "b.test"], routes=[FixedResponse(body="a")])
    wild = Site(name="wild", domains=["*.wild.test"], routes=[FixedResponse(body="a")])
    rig = Rig(
        machine=Machine(os="debian13"),
        nginx=NginxSettings(sites=[site, wild], listen_addresses=["::"], https_port=8443),
        prometheus=PrometheusSettings(),
    )
    found = rig.of("prometheus")
    assert found
    assert scraped(found)["certificates"] == ["[::1]:8443", "[::1]:8443"]
    modules = loaded(found, "blackbox.yml")["modules"]
    names = {name: one["tcp"]["tls_config"]["server_name"] for name, one in modules.items()}
    assert names == {"tls_app": "app.test", "tls_wild": "any.wild.test"}
    assert "CertificateEnds" in {rule.name for rule in found.alerts}


def test_nginx_without_an_exporter_brings_neither() -> None:
    rig = Rig(machine=Machine(os="debian13"), nginx=NginxSettings(), prometheus=PrometheusSettings())
    nginx = rig.of("nginx")
    assert nginx
    assert (nginx.scrape_targets, nginx.alerts) == ((), ())
    assert not [name for name in nginx.packages if "exporter" in name]


def test_an_exporters_secrets_are_for_root_only() -> None:
    exporter = Exporter(
        "prometheus-redis-exporter",
        9121,
        environment=(("REDIS_PASSWORD", 'a"b$c\\d`e'),),
        secret=True,
        job="redis",
        up="redis_up",
    )
    found = exporter.part("redis")
    (defaults,) = (file for file in found.files if file.path == "/etc/default/prometheus-redis-exporter")
    assert (defaults.mode, defaults.secret) == (0o600, True)
    assert b'REDIS_PASSWORD="a\\"b\\$c\\\\d\\`e"\n' in defaults.content
    assert not [probe for probe in found.probes if 'a"b' in probe.command]


@pytest.mark.parametrize("word", ["two words", 'a"b', "$HOME", "a\nb"])
def test_an_argument_that_systemd_would_take_apart_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="would take"):
        _ = Daemon("prometheus-toy-exporter", 9999, arguments=(word,)).files
