"""Containers, applications, the web server and monitoring in the lab."""

from __future__ import annotations

from deploys.apps.settings import App, AppsSettings
from deploys.docker.settings import DockerSettings, Registry
from deploys.nginx.settings import NginxSettings, SelfSigned
from deploys.prometheus.settings import PrometheusSettings
from deploys.twin.lab import Lab, Notes, changed

MIB = 2**20
INSTANCE_BYTES = 64 * MIB
RETENTION_BYTES = 512 * MIB
REGISTRY = "127.0.0.1:5000"
PORT = 8080
"""Where ``rigwright/lab/programs/stand_in.py`` listens in its container."""


def docker(one: DockerSettings, _lab: Lab, notes: Notes) -> DockerSettings:
    """The distribution's engine, with a registry on loopback and no stack, whose images are elsewhere."""
    if one.packages_from != "distribution":
        notes.add("packages_from", "distribution: Docker's own repository is on the internet")
    if one.stacks:
        names = ", ".join(stack.name for stack in one.stacks)
        notes.add("stacks", f"without {names}: the lab has none of their images")
    if one.cdi:
        notes.add("cdi", "off: a container has no card")
    return changed(
        one,
        packages_from="distribution",
        repository_key=None,
        registry=Registry(),
        registry_mirrors=[],
        stacks=[],
        cdi=False,
    )


def apps(one: AppsSettings, _lab: Lab, notes: Notes) -> AppsSettings:
    """Each application from the registry on loopback, as a stand-in, with little memory."""
    for app in one.apps:
        notes.add(app.name, "a stand-in on port 8080, with 64 MiB for each instance, and all CPUs")
    return changed(one, apps=[_app(app) for app in one.apps])


def _app(one: App) -> App:
    small = [
        changed(
            process,
            command=None,
            port=PORT,
            memory=min(process.memory, INSTANCE_BYTES),
            memory_reservation=None,
            cpus=None,  # a container of the lab has none to divide
        )
        for process in one.processes
    ]
    return changed(one, image=f"{REGISTRY}/{one.image.rpartition('/')[2]}", processes=small)


def nginx(one: NginxSettings, _lab: Lab, notes: Notes) -> NginxSettings:
    """Certificates that it signs itself."""
    signed = [site.name for site in one.sites if not isinstance(site.certificate, SelfSigned)]
    if signed:
        notes.add(
            "sites",
            f"self-signed in {', '.join(signed)}: no authority is reached, and no key leaves its place",
        )
    sites = [changed(site, certificate=SelfSigned()) if site.name in signed else site for site in one.sites]
    return changed(one, sites=sites)


def prometheus(one: PrometheusSettings, _lab: Lab, notes: Notes) -> PrometheusSettings:
    """Nothing outside is probed, and no one outside is notified."""
    if one.watched_urls or one.heartbeat_url:
        notes.add("watched_urls", "none, and no heartbeat: they are on the internet")
    if one.notifies:
        notes.add("", "notifies no receiver: a lab host must raise no alarm")
    return changed(
        one,
        watched_urls=[],
        heartbeat_url=None,
        retention_size=min(one.retention_size, RETENTION_BYTES),
        mail=None,
        slack=None,
        pagerduty=None,
        webhooks=[],
    )
