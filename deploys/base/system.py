"""Names, time zone and locale of the host, its clock, and its kernel settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploys.base.settings import BaseSettings
from deploys.base.versions import Versions
from rigwright.desired import Activation, Check, Desired, Directory, File, Probe, RuntimeState, Unit
from rigwright.desired.program import program, python, shell
from rigwright.desired.render import render_file

OF_A_NAMESPACE = ("net.ipv4.", "net.ipv6.", "net.core.somaxconn")
"""Kernel settings that each network namespace has for itself, so that a container may set them."""
CONF = ("net.ipv4.conf", "net.ipv6.conf")
EACH = ("accept_redirects", "accept_source_route", "secure_redirects", "send_redirects")
"""As in ``programs/sysctl.py``."""
CHRONYD = "/usr/local/lib/rigwright/base/chronyd"
CHRONY_CONFIGURATION = "/etc/chrony/rigwright.conf"
CHRONY_DROP_INS = "/etc/systemd/system/chrony.service.d"


def clock(settings: BaseSettings, versions: Versions) -> Desired:
    """chrony, in place of systemd's client."""
    sources = settings.time_servers or (versions.time_pool,)
    return Desired(
        "base",
        packages=("chrony",),
        replaces=("systemd-timesyncd",),
        files=(
            render_file(
                "base/etc/chrony/rigwright.conf.j2",
                kind="server" if settings.time_servers else "pool",
                sources=sources,
            ),
            render_file("base/etc/systemd/system/chrony.service.d/rigwright.conf"),
            File(CHRONYD, program("base/programs/chronyd.sh").encode(), mode=0o755),
        ),
        directories=(Directory(CHRONY_DROP_INS),),
        units=(Unit("chrony.service"),),
        activations=(
            Activation(
                "chrony.service",
                reload_on=(),
                restart_on=(CHRONY_CONFIGURATION, f"{CHRONY_DROP_INS}/", CHRONYD),
            ),
        ),
        runtime_states=(_time_sources(sources),),
        checks=(Check("chronyd -p", f"/usr/sbin/chronyd -p -f {CHRONY_CONFIGURATION}"),),
        probes=(Probe("chronyd", "chronyc -n tracking"),),
    )


def _time_sources(sources: Sequence[str]) -> RuntimeState:
    """A pool is one name, however many servers it has."""
    return RuntimeState(
        "chrony",
        shell("base/programs/time_sources.sh"),
        (*((one, "used") for one in dict.fromkeys(sources)), ("sources that are offline", "0")),
        exact=True,
        remediation="systemctl restart chrony.service",
        satisfied_by_restart_of="chrony.service",
    )


def names(settings: BaseSettings) -> Desired:
    """Host names, time zone and locale."""
    charmap_locale = {"charmap_locale": settings.locale.replace("UTF-8", "utf8")}
    values = {
        **charmap_locale,
        "timezone": settings.timezone,
        "locale": settings.locale,
        "hostname": settings.short_hostname or "",
        "hosts_entry": _hosts_entry(settings),
    }
    state = RuntimeState(
        "system",
        shell("base/programs/system.sh", variables=charmap_locale),
        tuple(_names(settings)),
        remediation=shell("base/programs/system_set.sh", variables=values),
    )
    locales = () if settings.locale == "C.UTF-8" else ("locales",)
    states = (state, _cloud_init()) if settings.hostname else (state,)
    return Desired("base", packages=("tzdata", *locales), runtime_states=states)


def _cloud_init() -> RuntimeState:
    """A provider's image may have a program that gives the host another name at each boot."""
    return RuntimeState(
        "cloud-init",
        python("base/programs/cloud_init.py", "show"),
        (("/etc/hosts", "kept"),),
        remediation=python("base/programs/cloud_init.py", "set"),
    )


def _names(settings: BaseSettings) -> Iterator[tuple[str, str]]:
    yield "timezone", settings.timezone
    yield "locale", settings.locale
    yield "locale generated", "true"
    if settings.hostname and settings.short_hostname:
        yield "hostname", settings.short_hostname
        yield "/etc/hostname", settings.short_hostname
        yield "/etc/hosts", _hosts_entry(settings)


def _hosts_entry(settings: BaseSettings) -> str:
    """The names of 127.0.1.1: the full one first, which is what ``hostname --fqdn`` then prints."""
    found = dict.fromkeys((settings.hostname or "", settings.short_hostname or ""))
    return " ".join(name for name in found if name)


def kernel_values(settings: BaseSettings) -> dict[str, str]:
    """The kernel settings by name, with those of interfaces that are made later.

    A bridge of Docker's is made with what stands in ``default``: without it, its ``accept_redirects`` is 1.
    """
    found = {key: str(value) for key, value in settings.sysctls.items()}
    later = {
        f"{folder}.default.{name}": value
        for key, value in found.items()
        for folder, _, name in [key.rpartition(".all.")]
        if folder in CONF and name in EACH
    }
    return dict(sorted({**later, **found}.items()))


def kernel(settings: BaseSettings) -> Desired:
    """Kernel settings: their file, and what the kernel has."""
    found = [*kernel_values(settings).items()]
    wide = [one for one in found if not one[0].startswith(OF_A_NAMESPACE)]
    own = [one for one in found if one not in wide]
    return Desired(
        "base",
        packages=("procps",),
        files=(render_file("base/etc/sysctl.d/99-z-rigwright.conf.j2", sysctls=[*found, *_each(found)]),),
        runtime_states=tuple(_kernel(own, wide)),
    )


def _each(found: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Lines for every interface, where the kernel does not take ``all`` for it.

    One that is older than this file keeps what it was made with, and Linux accepts a redirect that either of
    the two accepts.
    """
    for key, value in found:
        folder, _, name = key.rpartition(".all.")
        if folder in CONF and name in EACH:
            yield f"{folder}.*.{name}", value


def _kernel(own: Sequence[tuple[str, str]], wide: Sequence[tuple[str, str]]) -> Iterator[RuntimeState]:
    """A container may set its own network's settings, and not those of the kernel as a whole."""
    if own:
        yield RuntimeState(
            "sysctl",
            python("base/programs/sysctl.py", "show", *_assignments(own)),
            tuple(own),
            remediation=python("base/programs/sysctl.py", "set", *_assignments(own)),
        )
    if wide:
        yield RuntimeState(
            "kernel",
            shell("base/programs/kernel.sh", "show", *_assignments(wide)),
            (("differing", "none"),),
            remediation=shell("base/programs/kernel.sh", "set", *_assignments(wide)),
        )


def _assignments(settings: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{key}={value}" for key, value in settings]
