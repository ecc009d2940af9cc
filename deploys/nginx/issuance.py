"""Certificates that are made on the host: what tells that one is due, and what makes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from deploys.nginx.certificates import Acme, FromFiles, SelfSigned
from deploys.nginx.settings import NginxSettings
from deploys.nginx.sites import Site
from rigwright.desired import Check, Directory, File, Step
from rigwright.desired.render import render

WEBROOT = "/var/www/acme-challenge"
CA_BUNDLE = "/etc/letsencrypt/rigwright-directory-ca.pem"
DROP_IN = "/etc/systemd/system/certbot.service.d/rigwright.conf"
HOOK = "/usr/local/lib/rigwright/nginx/install-certificate"
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class HostMade:
    """A certificate that the host makes, as its scripts name it: each value quoted for the shell.

    For a site of an authority's only what is missing is made: an expired one may still be renewed.
    """

    site: Site

    @property
    def _own(self) -> SelfSigned | None:
        certificate = self.site.certificate
        return certificate if isinstance(certificate, SelfSigned) else None

    @property
    def folder(self) -> str:
        """Where it stands."""
        return shlex.quote(self.site.certificate_folder)

    @property
    def common_name(self) -> str:
        """Its subject. A domain could be longer than the 64 letters that fit."""
        return shlex.quote(self.site.name)

    @property
    def names(self) -> str:
        """Its domains, as OpenSSL writes them."""
        return shlex.quote(",".join(f"DNS:{name}" for name in self.site.server_names))

    @property
    def exact_names(self) -> str:
        """The domains that it must have; empty when any pair will do."""
        return self.names if self._own else "''"

    @property
    def days(self) -> int:
        """Its lifetime."""
        return (self._own or SelfSigned()).lifetime_days

    @property
    def renew_before_seconds(self) -> int:
        """A third of the lifetime."""
        return self.days * DAY_SECONDS // 3


def steps(nginx: NginxSettings) -> Iterator[Step]:
    """Make what is missing: first certificates that let nginx start, then those of the authority."""
    host_made = [HostMade(site) for site in nginx.sites if not isinstance(site.certificate, FromFiles)]
    if host_made:
        names = ", ".join(one.site.name for one in host_made)
        needed = render("nginx/_self_signed_needed.sh.j2", certificates=host_made).decode()
        command = render("nginx/_self_signed.sh.j2", certificates=host_made).decode()
        yield Step(f"self-signed certificates of {names}", needed, command)
    for site in nginx.sites:
        if isinstance(site.certificate, Acme):
            yield _acme(site, site.certificate)


def _acme(site: Site, certificate: Acme) -> Step:
    values = {
        "folder": site.certificate_folder,
        "lineage": f"rigwright-{site.name}",
        "names": "\n".join(sorted(site.server_names)),
        "domains": ",".join(site.server_names),
        "email": certificate.email,
        "directory_url": certificate.directory_url,
        "webroot": WEBROOT,
        "hook": HOOK,
        "ca_bundle": CA_BUNDLE,
    }
    quoted = {name: shlex.quote(value) for name, value in values.items()}
    private = certificate.ca_bundle is not None
    return Step(
        f"certificate of {site.name} from {certificate.directory_url}",
        only_if=render("nginx/_acme_needed.sh.j2", **quoted).decode(),
        command=render("nginx/_acme.sh.j2", **quoted, private_authority=private).decode(),
        when="after_probe",
    )


def files(nginx: NginxSettings) -> Iterator[File]:
    """Certificates from files, and what certbot needs besides itself."""
    for site in nginx.sites:
        if isinstance(site.certificate, FromFiles):
            yield File(f"{site.certificate_folder}/fullchain.pem", site.certificate.certificate.encode())
            key = site.certificate.key.reveal_bytes()
            yield File(f"{site.certificate_folder}/privkey.pem", key, mode=0o600, secret=True)
    for certificate in nginx.acme[:1]:
        yield File(HOOK, render("nginx/_install_certificate.sh"), mode=0o755)
        bundle = CA_BUNDLE if certificate.ca_bundle else None
        yield File(DROP_IN, render("nginx/_certbot_service.conf.j2", ca_bundle=bundle))
        if certificate.ca_bundle:
            yield File(CA_BUNDLE, certificate.ca_bundle.encode())


def directories(nginx: NginxSettings) -> Iterator[Directory]:
    """Where certificates stand; keys are below a directory that root alone may enter."""
    if nginx.sites:
        yield Directory("/etc/nginx/tls", mode=0o700)
        yield Directory(WEBROOT)
    for site in nginx.sites:
        yield Directory(f"/etc/nginx/tls/{site.name}", mode=0o700)
        yield Directory(site.certificate_folder, mode=0o700)
    if nginx.acme:
        yield Directory(HOOK.rpartition("/")[0])
        yield Directory(DROP_IN.rpartition("/")[0])
    if any(certificate.ca_bundle for certificate in nginx.acme):
        yield Directory("/etc/letsencrypt")


def checks(nginx: NginxSettings) -> Iterator[Check]:
    """OpenSSL says whether a certificate is for the site: nginx serves any without a word."""
    for site in nginx.sites:
        if isinstance(site.certificate, FromFiles):
            values = {"certificate": f"{site.certificate_folder}/fullchain.pem"}
            names = " ".join(shlex.quote(name.replace("*", "any")) for name in site.server_names)
            command = render("nginx/_certificate_covers.sh.j2", **values, names=names).decode()
            yield Check(f"certificate of {site.name}", command)
