"""The receivers of alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Port, Settings

Email = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$")]
EventsUrl = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._/-]*$")]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]


class Mail(Settings):
    """Every alert by mail, through a relay."""

    recipients: Annotated[Many[Email], Field(min_length=1)]
    """Who gets it."""

    sender: Email
    """From whom it is."""

    relay: HostName = "127.0.0.1"
    """The mail server that takes it; the host's own by default, such as a relay on loopback."""

    relay_port: Port = 25
    """TCP port of the relay: 587 for most of those that require a password."""

    require_tls: bool = True
    """Send nothing in clear. False only for a relay on this host, which has no certificate as a rule."""

    user: Annotated[str, Field(pattern=r"^[^\s:\"\\]+$")] | None = None
    """Name to log in with at the relay; None logs in nowhere."""

    password: Secret | None = None
    """The password that belongs to it."""

    @model_validator(mode="after")
    def _user_with_password(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password need each other: give both, or neither")
        return self


class Slack(Settings):
    """Every alert into a channel of Slack, or of what takes the same webhooks."""

    url: Secret
    """The incoming webhook, which is as good as a password."""

    channel: Annotated[str, Field(pattern=r"^[#@][a-z0-9._-]+$")]
    """Where it appears, such as ``"#alerts"``."""


class Webhook(Settings):
    """Every alert as JSON to a program of one's own."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    """How it is called in what the alertmanager counts and logs."""

    url: Secret
    """Where it is posted to; such addresses carry a token as a rule."""


class PagerDuty(Settings):
    """Critical alerts, and no others, page the person on call."""

    routing_key: Secret
    """The integration key of an Events API v2 service."""

    url: EventsUrl = "https://events.pagerduty.com/v2/enqueue"
    """Where events are sent to; ``https://events.eu.pagerduty.com/v2/enqueue`` for an account in the EU."""
