"""The rules about addresses that are probed, and their certificates."""

from __future__ import annotations

from collections.abc import Iterator

from rigwright.desired import AlertRule

DAY_SECONDS = 86_400


def rules() -> Iterator[AlertRule]:
    """All of them."""
    yield AlertRule(
        "SiteDown",
        "probe_success == 0",
        120,
        "critical",
        "{{ $labels.instance }} does not respond",
        "No expected response in 10 seconds, as probed from this host.",
        "site-down",
    )
    ends = f"(probe_ssl_earliest_cert_expiry - time()) / {DAY_SECONDS}"
    yield AlertRule(
        "CertificateEnds",
        f"{ends} < 7",
        600,
        "critical",
        "The certificate of {{ $labels.instance }} ends within a week",
        "It has {{ $value | humanize }} days left: its renewal fails.",
        "certificate",
        inhibits=("CertificateEndsSoon",),
    )
    yield AlertRule(
        "CertificateEndsSoon",
        # A third of Let's Encrypt's 45 days of 2028 is 15: renewal should have happened.
        f"{ends} < 14",
        3600,
        "warning",
        "The certificate of {{ $labels.instance }} was not renewed in time",
        "It has {{ $value | humanize }} days left.",
        "certificate",
    )
