"""What is in use before a first apply is judged purely, needs --adopt, and is never hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from rigwright.compare.usage import usage_findings
from rigwright.desired import Desired, Usage
from rigwright.desired.usage import OpenSocket, Peer, Sockets, Use
from rigwright.drift.preflight import refusal_reason
from rigwright.finding import Finding, Severity
from rigwright.host.observe import without_applied
from rigwright.host.usage import peer_of, usage
from rigwright.observed.model import Observed, ObservedSubsystem, UsageOutput

OTHER = "10.0.0.9"


@dataclass(frozen=True)
class Rows:
    """Judges each row of the output as it stands there."""

    def __call__(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        """Of each row its effect and its place."""
        for effect, where in found["rows"]:
            yield Use(effect, where, f"{where} of {len(sockets.listening)} sockets")


TOY = Desired("toy", usages=(Usage("the toy", "show-toy", Rows()),))


def found(output: UsageOutput | None, applied: Mapping[str, Any] | None = None) -> list[Finding]:
    usages = {} if output is None else {"the toy": output}
    own = ObservedSubsystem({}, {}, {}, {}, {}, {}, applied, None, usages=usages)
    sockets = Sockets((OpenSocket("tcp", "0.0.0.0", 80),))
    return usage_findings(
        "web", [TOY], Observed("", {"toy": own}, {}, {}, busy=False, root=True, sockets=sockets)
    )


def rows(*pairs: tuple[str, str]) -> UsageOutput:
    return UsageOutput({"rows": [list(pair) for pair in pairs]})


def test_a_host_without_use_has_no_finding() -> None:
    assert found(rows()) == []


def test_what_was_applied_already_is_not_asked_again() -> None:
    assert found(rows(("cut", "port")), {"paths": {"/etc/toy": {}}}) == []
    assert len(found(rows(("cut", "port")), {"paths": {}})) == 1, "it was removed, and comes back"


def test_what_is_kept_or_cut_needs_adopt() -> None:
    kept, cut = found(rows(("kept", "old data"), ("cut", "port")))
    assert (kept.kind, kept.severity, kept.refused) == ("usage.kept", Severity.INFO, True)
    assert (cut.kind, cut.severity, cut.refused) == ("usage.cut", Severity.WARNING, True)
    assert cut.summary == "port of 1 sockets"
    refused = refusal_reason([kept, cut], adopt=False)
    assert refused
    assert ("in use" in refused.what, "--adopt" in str(refused.next_step)) == (True, True)
    assert refusal_reason([kept, cut], adopt=True) is None


def test_what_would_be_hidden_is_refused_even_with_adopt() -> None:
    hidden = found(rows(("hidden", "data")))
    for adopt in (False, True):
        refused = refusal_reason(hidden, adopt=adopt)
        assert refused
        assert "would go out of sight; nothing was changed" in refused.what
        assert "inventory" in str(refused.next_step)


@pytest.mark.parametrize(
    "output",
    [
        None,
        UsageOutput(None, "no output within 60 s"),
        UsageOutput({}),
        UsageOutput({"rows": 1}),
        UsageOutput({"rows": [["gone", "x"]]}),
        UsageOutput({"rows": [["cut"]]}),
    ],
)
def test_an_unknown_use_is_never_taken_for_none(output: UsageOutput | None) -> None:
    (finding,) = found(output)
    assert finding.kind == "usage.unknown"
    assert refusal_reason([finding], adopt=True)


def test_files_and_use_are_listed_apart() -> None:
    file = Finding("web", "toy", "file.unmanaged", "/etc/x", "/etc/x is not managed", refused=True)
    text = str(refusal_reason([*found(rows(("cut", "port"))), file], adopt=False))
    assert text.index("this is in use") < text.index("port of") < text.index("these are not managed")


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("echo '{\"a\": 1}'", {"found": {"a": 1}, "error": None}),
        ("echo '[]'", {"found": None, "error": "it printed no JSON object"}),
        ("echo {", {"found": None, "error": "it printed no JSON object"}),
        ("echo no such thing >&2; exit 3", {"found": None, "error": "exit code 3: no such thing"}),
    ],
)
def test_the_output_of_a_command_is_an_object_or_a_reason(command: str, result: dict[str, Any]) -> None:
    assert usage(command) == result


def test_a_usage_runs_only_before_the_first_apply() -> None:
    spec: dict[str, Any] = {"subsystems": {"toy-without-manifest": {"usages": {"x": "true"}}, "old": {}}}
    assert without_applied(spec)
    assert spec["subsystems"] == {"toy-without-manifest": {"usages": {"x": "true"}}, "old": {"usages": {}}}
    assert not without_applied({"subsystems": {"old": {"usages": {}}}})


@pytest.mark.parametrize(
    ("row", "peer"),
    [
        ("0 0 10.0.0.5:5432 10.0.0.9:40100", {"address": "10.0.0.5", "port": 5432, "peer": "10.0.0.9"}),
        (
            "0 0 [::ffff:10.0.0.5]:80 [::ffff:10.0.0.9]:4",
            {"address": "10.0.0.5", "port": 80, "peer": "10.0.0.9"},
        ),
        ("0 0 [fd00::1]:80 [fd00::2]:4", {"address": "fd00::1", "port": 80, "peer": "fd00::2"}),
        ("", None),
        ("0 0 x y", None),
    ],
)
def test_a_connection_is_read_as_ss_prints_it(row: str, peer: dict[str, Any] | None) -> None:
    assert peer_of(row.split()) == peer


def test_clients_of_a_port_are_named_once() -> None:
    peers = (
        Peer("10.0.0.5", 80, "10.0.0.9"),
        Peer("10.0.0.5", 80, "10.0.0.9"),
        Peer("10.0.0.5", 443, "10.0.0.7"),
    )
    assert Sockets(peers=peers).peers_of(80) == ("10.0.0.9",)
