"""What the templates of monitoring name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from deploys.prometheus.settings import PrometheusSettings
from rigwright.desired import AlertRule, ScrapeTarget

SCRAPE_TIMEOUT_SECONDS = 10
# What an alert is about, as far as its labels show. Labels that both lack count as equal.
SAME_THING = ("instance", "device", "mountpoint", "name", "gpu", "pool")


@dataclass(frozen=True)
class Job:
    """The targets of one job."""

    name: str
    targets: tuple[ScrapeTarget, ...]

    @property
    def keeps_labels(self) -> bool:
        """What was pushed names its own job."""
        return self.name == "pushgateway"


def jobs(targets: Iterable[ScrapeTarget]) -> tuple[Job, ...]:
    """The targets by job: Prometheus refuses two jobs of the same name."""
    by_name: dict[str, list[ScrapeTarget]] = {}
    for target in targets:
        by_name.setdefault(target.job, []).append(target)
    return tuple(Job(name, tuple(found)) for name, found in by_name.items())


def timeout_seconds(settings: PrometheusSettings) -> int:
    """Prometheus refuses a time-out that is longer than the interval."""
    return min(SCRAPE_TIMEOUT_SECONDS, settings.scrape_interval_seconds)


@dataclass(frozen=True)
class Rule:
    """A rule under a host's settings."""

    rule: AlertRule
    settings: PrometheusSettings

    @property
    def for_seconds(self) -> int:
        """How long it must hold."""
        longest = self.settings.longest_wait_seconds
        return self.rule.for_seconds if longest is None else min(self.rule.for_seconds, longest)

    @property
    def runbook(self) -> str:
        """Where its page stands."""
        return f"{self.settings.runbooks}/{self.rule.runbook}.md"


def groups(
    rules: Mapping[str, Iterable[AlertRule]], settings: PrometheusSettings
) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """The rules by the name of their group."""
    for name, found in rules.items():
        yield name, tuple(Rule(rule, settings) for rule in found)


@dataclass(frozen=True)
class Routes:
    """How alerts reach their receivers."""

    settings: PrometheusSettings
    rules: tuple[AlertRule, ...]

    @property
    def inhibitions(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Alert, pattern of those that it silences, and the labels that must be equal."""
        return tuple((rule.name, "|".join(rule.inhibits), SAME_THING) for rule in self.rules if rule.inhibits)

    @property
    def secret(self) -> bool:
        """Whether the file holds a secret."""
        mine = self.settings
        password = mine.mail and mine.mail.password
        return bool(mine.slack or mine.pagerduty or mine.webhooks or mine.heartbeat_url or password)
