"""Alerts arrive: by mail, in Slack and by PagerDuty, when they begin and when they end.

The receivers are stand-ins on the host, which respond as the services do.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase
from typing import Any, cast

import pytest

from deploys.prometheus import state
from deploys.prometheus.settings import Mail, PagerDuty, PrometheusSettings, Slack
from rigwright import lab
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform
from tests.support.authority import Authority
from tests.support.receiver import Receiver
from tests.support.target import Target
from tests.support.waiting import wait_until

SUBMISSION = Path(__file__).resolve().parents[1] / "support" / "submission.py"
RELAY = "mail.rig.test"
PORT, PLAIN_PORT = 5587, 5588
PASSWORD = Secret("mail_password", "Lk4jH7gF9dSa1mNb")
KEY = Secret("pagerduty_key", "0123456789abcdef0123456789abcdef")
SUMMARIES = {"t-one.service has failed", "t-two.service has failed"}
RUNBOOK = "docs/runbooks/unit-failed.md"
TEXTS = (*SUMMARIES, RUNBOOK)
BEGUN, OVER = ("FIRING", "UnitFailed", "studio"), ("RESOLVED", "UnitFailed", "studio")


class Monitored(Target):
    """A host that measures itself every second, and notifies at once."""

    receiver: Receiver

    def prepare(self) -> None:
        """Receivers, and a relay whose certificate the host trusts."""
        self.receiver = Receiver(self)
        authority = Authority()
        issued = authority.issue(RELAY)
        files = {
            "/usr/local/share/ca-certificates/rig.crt": authority.certificate,
            "/root/mail.pem": issued.certificate,
            "/root/mail.key": issued.key,
            "/root/submission.py": SUBMISSION.read_text(),
        }
        for path, text in files.items():
            self.host.run(f"cat >{path}", text.encode())
        self.sh(f"update-ca-certificates 2>/dev/null; echo 127.0.0.1 {RELAY} >>/etc/hosts")
        for port, more in ((PORT, ""), (PLAIN_PORT, "plain")):
            command = f"/root/submission.py {port} /root/mail.pem /root/mail.key /root/mails{port} {more}"
            self.sh(f"touch /root/mails{port}; systemd-run -q --unit=mail{port} python3 {command}")

    def desired(self, **mail: object) -> Desired:
        """Monitoring with every kind of receiver."""
        about = {"relay_port": PORT, **mail}
        settings = PrometheusSettings(
            host_label="studio",
            scrape_interval_seconds=3,
            evaluation_interval_seconds=1,
            longest_wait_seconds=0,
            ignored_file_systems=["overlay", "ramfs", "tmpfs"],
            drift_check=False,
            mail=Mail(
                recipients=["team@rig.test"],
                sender="alerts@rig.test",
                relay=RELAY,
                user="alerts",
                password=PASSWORD,
                **about,  # type: ignore[arg-type]
            ),
            slack=Slack(url=Secret("slack_url", self.receiver.url("slack")), channel="#alerts"),
            pagerduty=PagerDuty(routing_key=KEY, url=self.receiver.url("v2/enqueue")),
            group_wait_seconds=1,
            group_interval_seconds=1,
        )
        return state.desired(settings, Platform(self.host.os), ())

    def connections(self, port: int = PORT) -> list[dict[str, Any]]:
        """What each client of the mail server sent."""
        return [json.loads(line) for line in self.sh(f"cat /root/mails{port}").splitlines()]

    def mails(self, *about: str) -> list[tuple[str, str]]:
        """Subject and text of each mail with these words in its subject."""
        sent = [one["mail"] for one in self.connections() if one["mail"]]
        parsed = [email.message_from_string(one, policy=email.policy.default) for one in sent]
        texts = [(str(one["Subject"]), "".join(_texts(one))) for one in parsed]
        return [one for one in texts if all(word in one[0] for word in about)]

    def messages(self, *about: str) -> list[tuple[str, str]]:
        """Title and text of each message in Slack with these words in its title."""
        parts = (body["attachments"][0] for body in self.receiver.posted("slack"))
        return [(one["title"], one["text"]) for one in parts if all(word in one["title"] for word in about)]

    def events(self) -> list[dict[str, Any]]:
        """What PagerDuty received; none of it was refused."""
        found = self.receiver.posted("v2/enqueue")
        assert None not in found
        return [one for one in found if "t-" in one["payload"]["summary"]]

    def fail(self) -> None:
        """Two units at once, which are one message."""
        self.sh("for name in one two; do systemd-run -q --unit=t-$name false; done")


def _texts(mail: Any) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            yield part.get_content()


@pytest.fixture(scope="module", params=["debian13", "debian12", "ubuntu2404", "ubuntu2204"])
def host(request: pytest.FixtureRequest, exhaustive: bool) -> Iterator[Monitored]:
    system = cast("Os", request.param)
    if system != "debian13" and not exhaustive:
        pytest.skip("only with --exhaustive: the site's tests let each system's amtool read the same file")
    name = f"m-delivery{system.strip(ascii_lowercase)}"
    lab.down(name)
    target = Monitored(lab.up(name, system))
    target.sh("apt-get -qq update")
    target.prepare()
    target.install(target.desired())
    done = target.apply(target.desired())
    assert done.code == 0, done.stdout
    yield target
    lab.down(name)


def test_a_critical_alert_and_its_end_reach_every_receiver_with_our_texts(host: Monitored) -> None:
    host.fail()
    for found in (host.mails, host.messages):
        wait_until(
            lambda found=found: any(all(one in text for one in TEXTS) for _, text in found(*BEGUN)),  # type: ignore[misc]
            60,
        )
    wait_until(lambda: any(_parts(one) == SUMMARIES for one in host.events()))
    host.sh("systemctl reset-failed 't-*'")
    for found in (host.mails, host.messages):
        wait_until(lambda found=found: found(*OVER) != [], 60)  # type: ignore[misc]
        assert RUNBOOK in found(*OVER)[-1][1]
    wait_until(lambda: "resolve" in [one["event_action"] for one in host.events()])


def test_a_mail_goes_by_tls_to_the_recipients_of_the_settings(host: Monitored) -> None:
    sent = [one for one in host.connections() if one["mail"]]
    assert sent
    for one in sent:
        assert one["tls"].startswith("TLSv1.")
        assert base64.b64decode(one["auth"]).decode() == f"\0alerts\0{PASSWORD.reveal()}"
        assert one["to"] == ["team@rig.test"]


def test_slack_gets_what_happened_and_the_runbook(host: Monitored) -> None:
    bodies = host.receiver.posted("slack")
    assert {one["channel"] for one in bodies} == {"#alerts"}
    lines = {line for _, text in host.messages(*BEGUN) for line in text.strip().splitlines()}
    assert lines == {f"{one}: systemd has given up on it. {RUNBOOK}" for one in SUMMARIES}


def test_pagerduty_gets_a_trigger_and_a_resolve_of_the_same_event(host: Monitored) -> None:
    events = host.events()
    assert {one["routing_key"] for one in events} == {KEY.reveal()}
    assert len({one["dedup_key"] for one in events}) == 1
    assert {one["event_action"] for one in events} == {"trigger", "resolve"}
    assert {one["payload"]["severity"] for one in events} == {"critical"}
    assert {one["payload"]["custom_details"]["runbook"] for one in events} == {RUNBOOK}


def test_a_warning_pages_no_one(host: Monitored) -> None:
    host.sh("echo 'no metric {' >/var/lib/prometheus/node-exporter/broken.prom")
    wait_until(lambda: host.messages("TextfileUnreadable") != [], 60)
    wait_until(lambda: host.mails("TextfileUnreadable") != [])
    host.sh("rm /var/lib/prometheus/node-exporter/broken.prom")
    summaries = {one["payload"]["summary"] for one in host.receiver.posted("v2/enqueue")}
    assert not [one for one in summaries if "textfile" in one.lower() or ".prom" in one]


def test_a_relay_without_tls_gets_no_mail_and_no_password(host: Monitored) -> None:
    assert host.apply(host.desired(relay_port=PLAIN_PORT)).code == 0
    before = len(host.messages("UnitFailed"))
    host.fail()
    wait_until(lambda: host.connections(PLAIN_PORT) != [], 60)
    wait_until(lambda: len(host.messages("UnitFailed")) > before)
    host.sh("systemctl reset-failed 't-*'")
    assert {(one["mail"], one["auth"]) for one in host.connections(PLAIN_PORT)} == {(None, None)}


def test_only_root_and_prometheus_read_the_file_with_the_secrets(host: Monitored) -> None:
    read = "runuser -u nobody -- cat /etc/prometheus/alertmanager.yml 2>&1"
    assert "Permission denied" in host.sh(read, check=False)
    listed = host.sh("ps axww -o args; journalctl -u prometheus-alertmanager --no-pager")
    assert not [one for one in (PASSWORD, KEY) if one.reveal() in listed]


def _parts(event: dict[str, Any]) -> set[str]:
    host, _, rest = str(event["payload"]["summary"]).partition(": ")
    assert host == "studio"
    return set(rest.split("; "))
