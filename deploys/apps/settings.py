"""What can be chosen about applications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, model_validator
from typing_extensions import Self

from deploys.apps.checks import Checks
from deploys.apps.processes import Gate, Process
from deploys.apps.urls import DatabaseUrl, RedisUrl
from deploys.apps.values import AppName, ImageName, InnerPath, Variable
from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Settings
from rigwright.settings.text_or_file import text_or_file

__all__ = ["App", "AppFile", "AppsSettings", "Checks", "DatabaseUrl", "Gate", "Process", "RedisUrl"]

T = TypeVar("T")
RELEASE = "RELEASE"
"""The variable that names the release to its instances."""
Content = Annotated[str, BeforeValidator(text_or_file("\n", "a configuration file")), Field(min_length=1)]


class AppFile(Settings):
    """A configuration file that each instance sees, read-only. It holds no secret: those are variables."""

    path: InnerPath
    """Where it is inside the container."""

    content: Content
    """Its text, or its path as seen from the repository's root."""


class App(Settings):
    """An application of which releases go live. Which version runs, no inventory says."""

    name: AppName
    """Its name, by which releases and nginx's upstreams refer to it."""

    image: ImageName
    """Its repository of images, without tag and digest, such as ``127.0.0.1:5000/shop``."""

    processes: Annotated[Many[Process], Field(min_length=1)]
    """What it consists of."""

    variables: Mapping[Variable, str] = {}
    """Variables of all its processes. A changed one reaches them by the next release."""

    secrets: Mapping[Variable, Secret] = {}
    """Variables whose values are secrets."""

    urls: Mapping[Variable, DatabaseUrl | RedisUrl] = {}
    """Variables that say where this host's PostgreSQL and Redis are, with their passwords."""

    files: Many[AppFile] = ()
    """Configuration files of all its processes."""

    keep_releases: Annotated[int, Field(ge=2, le=50)] = 5
    """How many good releases are kept to go back to, the one that serves and the previous one among them."""

    checks: Checks = Checks()
    """What must be well on the host before a release begins."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if twice := _repeated(one.name for one in self.processes):
            raise ValueError(f"processes: two are named {twice[0]}: give each a name of its own")
        if twice := _repeated(one.path for one in self.files):
            raise ValueError(f"files: {twice[0]} is there twice: leave one out")
        names = [*self.variables, *self.secrets, *self.urls]
        if twice := _repeated(names):
            raise ValueError(f"variables, secrets and urls: {twice[0]} is there twice: leave one out")
        if RELEASE in names:
            raise ValueError(f"variables: {RELEASE} names the release to the application: take another name")
        return self

    @model_validator(mode="after")
    def _values_fit(self) -> Self:
        given = {**self.variables, **{name: one.reveal() for name, one in self.secrets.items()}}
        if wrong := [name for name, value in given.items() if "\0" in value]:
            raise ValueError(f"variables and secrets: {wrong[0]} holds a zero byte, which no variable can")
        return self

    def process(self, name: str | None) -> Process | None:
        """The process of that name, or the only one that there is; None where neither is there."""
        if name is None:
            return self.processes[0] if len(self.processes) == 1 else None
        return next((one for one in self.processes if one.name == name), None)


class AppsSettings(Settings):
    """Applications of one host, HAProxy that leads requests to them, and their releases."""

    apps: Annotated[Many[App], Field(min_length=1)]
    """The applications."""

    max_connections: Annotated[int, Field(ge=100, le=500_000)] = 8000
    """Connections from nginx that HAProxy takes at once."""

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        if twice := _repeated(one.name for one in self.apps):
            raise ValueError(f"apps: two are named {twice[0]}: give each a name of its own")
        services = [f"{app.name}-{process.name}" for app in self.apps for process in app.processes]
        if twice := _repeated(services):
            raise ValueError(f"apps: {twice[0]} could be a process of two applications: rename one")
        return self

    @model_validator(mode="after")
    def _ports_once(self) -> Self:
        owned = [
            (port, f"{app.name}/{process.name}")
            for app in self.apps
            for process in app.processes
            for port in (process.listen, *(number for _, number in process.slots))
        ]
        for port in _repeated(port for port, _ in owned):
            names = " and ".join(dict.fromkeys(name for number, name in owned if number == port))
            raise ValueError(f"apps: port {port} has two owners, {names}: change listen or slots_from")
        return self


def _repeated(values: Iterable[T]) -> list[T]:
    seen = list(values)
    return [value for value in dict.fromkeys(seen) if seen.count(value) > 1]
