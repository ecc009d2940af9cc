"""What monitoring of a host should be: made from the targets and rules of all its other subsystems."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from deploys.prometheus import rules as own_rules
from deploys.prometheus.daemons import (
    ALERTMANAGER,
    BLACKBOX,
    CONFIGURATION,
    PUSHED,
    RULES,
    TEXTFILES,
    daemons,
)
from deploys.prometheus.settings import PrometheusSettings
from deploys.prometheus.versions import VERSIONS
from deploys.prometheus.views import Routes, groups, jobs, timeout_seconds
from rigwright.desired import AlertRule, Check, Desired, Directory, File, Probe, ScrapeTarget, TlsName
from rigwright.desired.program import python
from rigwright.desired.render import render
from rigwright.settings.platform import Platform

AGGREGATOR = 2


def desired(settings: PrometheusSettings, platform: Platform, others: tuple[Desired, ...]) -> Desired:
    """Everything that a host needs for monitoring what the other subsystems have on it.

    Raises:
        ValueError: Two rules have the same name.
    """
    names = tuple(name for one in others for name in one.tls_names)
    probing = bool(settings.watched_urls or names)
    running = tuple(daemons(settings, probing=probing))
    packages = {daemon.package for daemon, _ in running}
    versions = platform.choose(VERSIONS)
    mine = own_rules.rules(settings, probing=probing)
    targets = (*(target for _, target in running), *(t for one in others for t in one.scrape_targets))
    routes = Routes(settings, _named_once((*_flat(mine), *(a for one in others for a in one.alerts))))
    public = _configuration(settings, targets, mine, others)
    own = Desired(
        subsystem="prometheus",
        packages=("curl",),
        versions=tuple((name, version) for name, version in versions.items() if name in packages),
        files=(
            *(File(path, content) for path, content in sorted(public.items())),
            *([_blackbox(settings, names)] if probing else []),
            _alertmanager(routes),
        ),
        directories=tuple(_directories(settings)),
        scrape_targets=tuple(target for _, target in running),
        alerts=_flat(mine),
        receivers=settings.receivers,
        checks=tuple(_checks(probing=probing)),
        probes=tuple(_probes(settings, digest(public))),
    )
    return Desired.merge(own, *(daemon.part("prometheus") for daemon, _ in running))


def _flat(rules: Mapping[str, tuple[AlertRule, ...]]) -> tuple[AlertRule, ...]:
    return tuple(rule for group in rules.values() for rule in group)


def _named_once(rules: tuple[AlertRule, ...]) -> tuple[AlertRule, ...]:
    names = [rule.name for rule in rules]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two alert rules are called {', '.join(twice)}: give each a name of its own")
    return rules


def _configuration(
    settings: PrometheusSettings,
    targets: tuple[ScrapeTarget, ...],
    mine: Mapping[str, tuple[AlertRule, ...]],
    others: tuple[Desired, ...],
) -> dict[str, bytes]:
    """What Prometheus reads, with the digest by which it shows that it has read it."""
    folder = "prometheus/etc/prometheus"
    by_file = {"prometheus": mine} | {
        one.subsystem: {one.subsystem: one.alerts} for one in others if one.alerts
    }
    contents = {
        f"{RULES}/rigwright-{name}.yml": render(
            f"{folder}/rules.d/_rules.yml.j2", groups=tuple(groups(rules, settings))
        )
        for name, rules in by_file.items()
    }
    contents[CONFIGURATION] = render(
        f"{folder}/prometheus.yml.j2",
        prometheus=settings,
        jobs=jobs(targets),
        names=tuple(name for one in others for name in one.tls_names),
        timeout_seconds=timeout_seconds(settings),
    )
    mark = render(f"{folder}/rules.d/_digest.yml.j2", digest=_hash(contents))
    return {**contents, f"{RULES}/rigwright-digest.yml": mark}


def _hash(contents: Mapping[str, bytes]) -> str:
    parts = [f"{path} {hashlib.sha256(content).hexdigest()}\n" for path, content in sorted(contents.items())]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:32]


def digest(public: Mapping[str, bytes]) -> str:
    """The digest that the running Prometheus must show."""
    return _hash({path: text for path, text in public.items() if not path.endswith("/rigwright-digest.yml")})


def _alertmanager(routes: Routes) -> File:
    content = render(
        "prometheus/etc/prometheus/alertmanager.yml.j2", routes=routes, prometheus=routes.settings
    )
    return File(ALERTMANAGER, content, mode=0o640, group="prometheus", secret=routes.secret)


def _blackbox(settings: PrometheusSettings, names: tuple[TlsName, ...]) -> File:
    template = "prometheus/etc/prometheus/_blackbox.yml.j2"
    return File(BLACKBOX, render(template, prometheus=settings, names=names))


def _directories(settings: PrometheusSettings) -> Iterator[Directory]:
    yield Directory(RULES, owned=True)
    yield Directory(TEXTFILES)
    if settings.pushgateway_port is not None:
        yield Directory(PUSHED, mode=0o750, owner="prometheus", group="prometheus")


def _checks(*, probing: bool) -> Iterator[Check]:
    """Each reads the staged files, those that it includes too."""
    yield Check("promtool check config", f"promtool check config {CONFIGURATION}")
    yield Check("amtool check-config", f"amtool check-config {ALERTMANAGER}")
    if probing:
        command = f"prometheus-blackbox-exporter --config.check --config.file={BLACKBOX}"
        yield Check("blackbox exporter's check", command)


def _probes(settings: PrometheusSettings, running: str) -> Iterator[Probe]:
    """A reload is only a signal: it succeeds when the service then refuses the files."""
    get = "curl -fsS --max-time 5 http://127.0.0.1"
    marked = f'"digest":"{running}"'
    yield Probe(
        "Prometheus with this configuration",
        f"{get}:{settings.prometheus_port}/api/v1/rules?type=record | grep '{marked}' >/dev/null"
        f" && {get}:{settings.prometheus_port}/metrics"
        " | grep -x 'prometheus_config_last_reload_successful 1' >/dev/null",
        timeout_seconds=30,
    )
    yield Probe(
        "Alertmanager with this configuration",
        python("prometheus/programs/alertmanager_loaded.py", str(settings.alertmanager_port)),
        timeout_seconds=30,
    )
    yield Probe(
        "node exporter exposes units",
        # As long as Prometheus waits for an exporter by its default.
        f"curl -fsS --max-time 10 http://127.0.0.1:{settings.node_exporter_port}/metrics"
        " | grep -x 'node_scrape_collector_success{collector=\"systemd\"} 1' >/dev/null",
        timeout_seconds=30,
    )
