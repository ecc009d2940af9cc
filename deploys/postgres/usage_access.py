"""Which clients of a server in use the declared host-based access would refuse. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rigwright.desired.usage import Use

EVERY = "*"
UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104  compared with, never bound
WITHOUT_PASSWORD = ("trust", "peer", "ident")
EVERY_ADDRESS = "all"


@dataclass(frozen=True)
class Admission:
    """A role that may log in: to which databases, and from which networks besides the host itself."""

    role: str
    databases: tuple[str, ...]
    networks: tuple[str, ...]


def access_uses(
    cluster: Mapping[str, Any], logins: Sequence[Admission], *, port: int, listen: Sequence[str]
) -> Iterator[Use]:
    """What clients lose by the port, the addresses, and the lines of the access file."""
    if cluster["port"] != port:
        yield Use(
            "cut", "port", f"port {cluster['port']} becomes {port}: clients must follow, or set postgres.port"
        )
    if gone := _narrowed(cluster["listen"], listen):
        yield Use(
            "cut",
            "listen_addresses",
            f"the server listens on {', '.join(gone)}, and then on {', '.join(listen)} alone: "
            "postgres.listen_addresses keeps it",
        )
    for session in cluster["sessions"]:
        if reason := refused(session, logins, cluster["rules"], listen):
            who = (
                f"{session['role']} in {session['database']}" if session["database"] else str(session["role"])
            )
            where = session["address"] or "the socket"
            yield Use(
                "cut",
                f"sessions of {who} from {where}",
                f"{session['count']} sessions of {who} from {where} are refused from then on: {reason}",
            )
    yield from _rules(cluster["rules"], logins)


def _narrowed(now: str, listen: Sequence[str]) -> list[str]:
    """The addresses on which it listens, and will not."""
    if {*UNSPECIFIED} & {*listen}:
        return []
    names = {"localhost": ("127.0.0.1", "::1")}
    found = [one.strip() for one in now.split(",") if one.strip()]
    if EVERY in found or {*UNSPECIFIED} & {*found}:
        return [EVERY]
    return [one for one in found if not {*names.get(one, (one,))} & {*listen}]


def refused(
    session: Mapping[str, Any],
    logins: Sequence[Admission],
    rules: Sequence[Mapping[str, Any]],
    listen: Sequence[str],
) -> str:
    """Why such a session would not be let in; empty where it would."""
    role, database = session["role"], session["database"]
    own = next((one for one in logins if one.role == role), None)
    if session["standby"]:
        return "no setting describes a standby"
    if role == "postgres":
        return "" if session["address"] is None else "postgres may log in on the host itself only"
    if own is None:
        return f"declare {role} in postgres.roles with a password"
    if database not in own.databases:
        return f"name {role} at {database} in postgres.databases"
    return _refused_by_network(session, own, listen) or _refused_without_password(session, rules)


def _refused_without_password(session: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> str:
    method = _method(session, rules)
    return f"it logs in without a password ({method})" if method in WITHOUT_PASSWORD else ""


def _refused_by_network(session: Mapping[str, Any], own: Admission, listen: Sequence[str]) -> str:
    address = session["address"]
    if address is None or ipaddress.ip_address(address).is_loopback:
        return ""
    if not _within(address, own.networks):
        return f"add {address} to networks of {own.role}"
    if not session["tls"]:
        return "it comes without TLS"
    if all(ipaddress.ip_address(one).is_loopback for one in listen):
        return "postgres.listen_addresses has no address that it reaches"
    return ""


def _within(address: str, networks: Sequence[str]) -> bool:
    one = ipaddress.ip_address(address)
    return any(one in ipaddress.ip_network(network) for network in networks)


def _method(session: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> str:
    """The method of the first line that fits the session."""
    for rule in rules:
        if _names(rule["roles"], session["role"]) and _names(rule["databases"], session["database"]):
            local = rule["type"] == "local"
            if local != (session["address"] is None) or (rule["type"] == "hostssl" and not session["tls"]):
                continue
            network = network_of(rule)
            if local or network is None or ipaddress.ip_address(session["address"]) in network:
                return str(rule["method"])
    return ""


def _names(names: Sequence[str] | None, name: str) -> bool:
    return bool({"all", name} & {*(names or ())})


def network_of(rule: Mapping[str, Any]) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network of a line; None where it is every address, or a name."""
    address, mask = rule["address"], rule["netmask"]
    if not address or address == EVERY_ADDRESS or not mask:
        return None
    bits = int(ipaddress.ip_address(mask)).bit_count()
    return ipaddress.ip_network(f"{address}/{bits}", strict=False)


def _rules(rules: Sequence[Mapping[str, Any]], logins: Sequence[Admission]) -> Iterator[Use]:
    """Lines that let clients of other hosts in, and that no setting replaces."""
    for rule in rules:
        if rule["type"] == "local" or rule["method"] == "reject":
            continue
        network = network_of(rule)
        if network is not None and network.is_loopback:
            continue
        if network is not None and all(_replaced(name, network, logins) for name in rule["roles"] or ()):
            continue
        who, what = ", ".join(rule["roles"] or ()), ", ".join(rule["databases"] or ())
        where = str(network or rule["address"] or "every address")
        yield Use(
            "cut",
            f"pg_hba.conf line {rule['line']}",
            f"line {rule['line']} of pg_hba.conf lets {who} from {where} into {what}, and counts no more: "
            "declare it as networks of postgres.roles",
        )


def _replaced(
    name: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network, logins: Sequence[Admission]
) -> bool:
    for one in (one for one in logins if one.role == name):
        for wide in map(ipaddress.ip_network, one.networks):
            if wide.version == network.version and network.subnet_of(wide):  # type: ignore[arg-type]
                return True
    return False
