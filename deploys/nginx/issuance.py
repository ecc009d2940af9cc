"""Certificates: those of files, and those that are made on the host, when one is due and what makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploys.nginx.certificates import Acme, FromFiles, Lineage, SelfSigned
from deploys.nginx.settings import NginxSettings
from deploys.nginx.sites import Site
from rigwright.desired import Check, Desired, Directory, File, Protected, Step, Unit
from rigwright.desired.program import program, shell
from rigwright.desired.render import render

WEBROOT = "/var/www/acme-challenge"
CA_BUNDLE = "/etc/letsencrypt/rigwright-directory-ca.pem"
CREDENTIALS = "/etc/letsencrypt/rigwright-dns.ini"
DROP_IN = "/etc/systemd/system/certbot.service.d/rigwright.conf"
HOOK = "/usr/local/lib/rigwright/nginx/install-certificate"
RENEWED = "/etc/letsencrypt/renewal-hooks/deploy/rigwright-nginx"
"""certbot runs what is there after each renewal, however that was started."""
DAY_SECONDS = 86_400
MONTH_SECONDS = 31 * DAY_SECONDS


@dataclass(frozen=True)
class HostMade:
    """A certificate that the host makes.

    For a site of an authority's only what is missing is made: an expired one may still be renewed.
    """

    site: Site

    @property
    def arguments(self) -> tuple[str, ...]:
        """The certificate as ``self_signed.sh`` takes it.

        The subject is the site's name, because a domain could be longer than the 64 letters that fit. The
        certificate is made again when a third of its lifetime is left.
        """
        certificate = self.site.certificate
        own = isinstance(certificate, SelfSigned)
        days = (
            certificate.lifetime_days if isinstance(certificate, SelfSigned) else SelfSigned().lifetime_days
        )
        names = ",".join(f"DNS:{name}" for name in self.site.server_names)
        return (
            self.site.certificate_folder,
            self.site.name,
            names,
            names if own else "",
            str(days),
            str(days * DAY_SECONDS // 3),
        )


def certificates(nginx: NginxSettings) -> Desired:
    """The certificate of every site, from wherever it comes, and certbot where an authority issues one."""
    certbot = ("certbot",) if nginx.acme else ()
    plugin = ("python3-certbot-dns-rfc2136",) if any(one.dns for one in nginx.acme) else ()
    return Desired(
        "nginx",
        packages=("openssl", *certbot, *plugin),
        files=tuple(_files(nginx)),
        directories=tuple(_directories(nginx)),
        units=tuple(Unit(f"{one}.timer") for one in certbot),
        steps=tuple(_steps(nginx)),
        checks=tuple(_checks(nginx)),
        protects=tuple(_protected(nginx)),
    )


def _protected(nginx: NginxSettings) -> Iterator[Protected]:
    """Certificates, keys, and accounts with authorities. Those of files come from the repository anyway."""
    made = [site.certificate_folder for site in nginx.sites if not isinstance(site.certificate, FromFiles)]
    issued = any(isinstance(site.certificate, (Acme, Lineage)) for site in nginx.sites)
    if paths := dict.fromkeys((*made, *(("/etc/letsencrypt",) if issued else ()))):
        after = (("after", "nginx -t && systemctl reload nginx"),)
        yield Protected("certificates", "files", tuple(paths), MONTH_SECONDS, at_least_files=1, details=after)


def _steps(nginx: NginxSettings) -> Iterator[Step]:
    """Make what is missing: first certificates that let nginx start, then those of the authority."""
    host_made = [HostMade(site) for site in nginx.sites if isinstance(site.certificate, (SelfSigned, Acme))]
    if host_made:
        names = ", ".join(one.site.name for one in host_made)
        arguments = [word for one in host_made for word in one.arguments]
        yield Step(
            f"self-signed certificates of {names}",
            only_if=shell("nginx/programs/self_signed.sh", "due", *arguments),
            command=shell("nginx/programs/self_signed.sh", "make", *arguments),
        )
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
        "ca_bundle": CA_BUNDLE if certificate.ca_bundle else "",
        "credentials": CREDENTIALS if certificate.dns else "",
        "propagation_seconds": str(certificate.dns.propagation_seconds if certificate.dns else ""),
    }
    return Step(
        f"certificate of {site.name} from {certificate.directory_url}",
        only_if=shell("nginx/programs/acme.sh", "due", variables=values),
        command=shell("nginx/programs/acme.sh", "issue", variables=values),
        when="after_probe",
    )


def _files(nginx: NginxSettings) -> Iterator[File]:
    """Certificates from files, and what certbot needs besides itself."""
    for site in nginx.sites:
        if isinstance(site.certificate, FromFiles):
            yield File(f"{site.certificate_folder}/fullchain.pem", site.certificate.certificate.encode())
            key = site.certificate.key.reveal_bytes()
            yield File(f"{site.certificate_folder}/privkey.pem", key, mode=0o600, secret=True)
    lineages = [site.certificate for site in nginx.sites if isinstance(site.certificate, Lineage)]
    if lineages:
        yield File(RENEWED, program("nginx/programs/renewed.sh").encode(), mode=0o755)
    for certificate in nginx.acme[:1]:
        yield File(HOOK, program("nginx/programs/install_certificate.sh").encode(), mode=0o755)
        bundle = CA_BUNDLE if certificate.ca_bundle else None
        yield File(DROP_IN, _drop_in(bundle, lineages))
        if certificate.dns:
            text = render("nginx/_certbot_dns.ini.j2", dns=certificate.dns, key=certificate.dns.key.reveal())
            yield File(CREDENTIALS, text, mode=0o600, secret=True)
        if certificate.ca_bundle:
            yield File(CA_BUNDLE, certificate.ca_bundle.encode())


def _drop_in(bundle: str | None, lineages: list[Lineage]) -> bytes:
    """What the service of certbot may do; the lineages that it renews besides put their proofs elsewhere."""
    webroots = sorted({one.webroot for one in lineages if one.webroot})
    return render("nginx/_certbot_service.conf.j2", ca_bundle=bundle, webroots=webroots)


def _directories(nginx: NginxSettings) -> Iterator[Directory]:
    """Where certificates stand; keys are below a directory that root alone may enter."""
    if nginx.sites:
        yield Directory("/etc/nginx/tls", mode=0o700)
        yield Directory(WEBROOT)
    if any(isinstance(site.certificate, Lineage) for site in nginx.sites):
        yield from map(Directory, ("/etc/letsencrypt", "/etc/letsencrypt/renewal-hooks"))
        yield Directory(RENEWED.rpartition("/")[0])
    for site in nginx.sites:
        if isinstance(site.certificate, Lineage):
            continue
        yield Directory(f"/etc/nginx/tls/{site.name}", mode=0o700)
        yield Directory(site.certificate_folder, mode=0o700)
    if nginx.acme:
        yield Directory(HOOK.rpartition("/")[0])
        yield Directory(DROP_IN.rpartition("/")[0])
    if any(certificate.ca_bundle or certificate.dns for certificate in nginx.acme):
        yield Directory("/etc/letsencrypt")


def _checks(nginx: NginxSettings) -> Iterator[Check]:
    """OpenSSL checks that a certificate is for the site: nginx serves any without an error."""
    for site in nginx.sites:
        if isinstance(site.certificate, (FromFiles, Lineage)):
            names = (name.replace("*", "any") for name in site.server_names)
            path = f"{site.certificate_folder}/fullchain.pem"
            command = shell("nginx/programs/certificate_covers.sh", path, *names)
            yield Check(f"certificate of {site.name}", command)
