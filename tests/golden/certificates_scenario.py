"""What the lab's scenarios leave out, such as private authorities, TLS 1.3 only, and chosen addresses."""

from __future__ import annotations

from deploys.docker.settings import DockerSettings
from deploys.nginx.settings import (
    Acme,
    BasicAuth,
    BasicUser,
    DnsUpdate,
    FromFiles,
    NginxSettings,
    Proxy,
    RateLimit,
    RateZone,
    Server,
    Site,
    Upstream,
    UpstreamTls,
)
from deploys.postgres.settings import CertificateFiles, Pgdg, PostgresSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from inventories.scenarios.base import rebooting
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

NO_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"
NO_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nexample\n-----END CERTIFICATE-----\n"


def certificates(os: Os) -> Rig:
    """A host that has what the lab's scenarios leave out."""
    docker = DockerSettings(packages_from="docker", repository_key=NO_KEY)
    ssh = SshSettings(listen_addresses=["10.0.0.1", "fd00::1"])
    return Rig(
        machine=Machine(os=os),
        base=rebooting(),
        ssh=ssh,
        docker=docker,
        postgres=_postgres(),
        nginx=_nginx(),
    )


def _postgres() -> PostgresSettings:
    files = CertificateFiles(certificate=NO_CERTIFICATE, key=Secret("postgres_key", "not shown"))
    return PostgresSettings(
        version=18,
        pgdg=Pgdg(key=NO_KEY, uri="https://mirror.example.org/postgresql"),
        cpu_threads=32,
        memory=64 * 2**30,
        certificate=files,
        tls_profile="modern",
        backup=None,
        vacuum_at=None,
    )


def _nginx() -> NginxSettings:
    acme = Acme(
        email="operator@example.org",
        directory_url="https://acme.rig.test:14000/dir",
        ca_bundle=NO_CERTIFICATE,
        dns=DnsUpdate(
            server="10.0.0.53",
            port=5353,
            key_name="acme.rig.test",
            key=Secret("dns_key", "bm90IGEgcmVhbCBrZXk="),
            algorithm="HMAC-SHA512",
            propagation_seconds=5,
        ),
    )
    files = FromFiles(certificate=NO_CERTIFICATE, key=Secret("bought_key", "not shown"))
    route = Proxy(upstream="app")
    return NginxSettings(
        sites=[
            Site(
                name="issued",
                domains=["issued.rig.test", "*.issued.rig.test"],
                certificate=acme,
                routes=[route],
            ),
            Site(
                name="bought",
                domains=["bought.rig.test"],
                certificate=files,
                routes=[route],
                rate_limits=[RateLimit(zone="everybody")],
                allowed_networks=["10.0.0.0/8"],
                mode="shed",
            ),
            _asking(),
        ],
        rate_zones=[RateZone(name="everybody", requests_per_second=5)],
        listen_addresses=["10.0.0.1", "fd00::1"],
        upstreams=[
            Upstream(name="app", servers=[Server(port=9001)]),
            Upstream(
                name="Sealed-1",
                servers=[Server(socket="/run/sealed/https.sock")],
                tls=UpstreamTls(name="sealed.rig.test", ca_bundle=NO_CERTIFICATE),
            ),
        ],
        tls_profile="modern",
        gzip=False,
    )


def _asking() -> Site:
    """A site whose name has letters beyond ASCII, and that asks for a password on all paths but two."""
    alice = BasicUser(name="alice", password=Secret("alice", "not-the-password-of-anybody"))
    bob = BasicUser(name="bob@rig.test", password=Secret("bob", "nor-is-this-the-password"))
    return Site(
        name="Asking-1",
        domains=["b\u00fccher.rig.test"],
        basic_auth=BasicAuth(users=[alice], realm="Books"),
        routes=[
            Proxy(upstream="Sealed-1"),
            Proxy(path="/health", match="exact", upstream="Sealed-1", basic_auth="off"),
            Proxy(path="/admin/", upstream="Sealed-1", basic_auth=BasicAuth(users=[bob])),
        ],
    )
