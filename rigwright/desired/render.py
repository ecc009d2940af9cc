"""Templates become files: Jinja2, strict about missing names, with a path that is the path on the host."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2

from rigwright.desired.paths import File
from rigwright.errors import RigError
from rigwright.repository import TEMPLATES
from rigwright.secrets import Secret


def _no_secret(value: object) -> object:
    """A secret would be rendered as its mask; ``.reveal()`` passes its value."""
    if isinstance(value, Secret):
        raise jinja2.TemplateRuntimeError(f"{value!r} is a secret: pass its value with .reveal()")
    return value


@cache
def environment(root: Path) -> jinja2.Environment:
    """What renders the templates below ``root``: strict about missing names, and shows no secret."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(root),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_no_secret,
        autoescape=False,  # noqa: S701  these are configuration files, not HTML
    )


def render(template: str, **values: object) -> bytes:
    """The bytes of ``templates/<template>`` with these values.

    Args:
        template: Path below ``templates/``; ``.j2`` is rendered, anything else is copied.
        **values: What the template may name.

    Raises:
        RigError: The template is missing, wrong, or names a value that was not given.
    """
    if not template.endswith(".j2"):
        return (TEMPLATES / template).read_bytes()
    try:
        return environment(TEMPLATES).get_template(template).render(**values).encode()
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"templates/{template}" + (f":{line}" if line else "")
        raise RigError(f"template error: {error}", file=where, next_step="fix the template") from error


def host_path(template: str) -> str:
    """The path on the host that ``<subsystem>/etc/…[.j2]`` is rendered for."""
    return "/" + template.removesuffix(".j2").split("/", 1)[1]


def render_file(template: str, *, mode: int = 0o644, **values: object) -> File:
    """The file that ``templates/<subsystem>/etc/…[.j2]`` stands for, rendered with these values.

    Raises:
        RigError: As :func:`render`.
    """
    return File(host_path(template), render(template, **values), mode=mode)


def render_tree(subsystem: str, values: Mapping[str, object]) -> dict[str, bytes]:
    """Every template of a subsystem, by its path on the host. Names starting with ``_`` are parts."""
    root = TEMPLATES / subsystem
    names = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("_"))
    relative = [str(path.relative_to(TEMPLATES)) for path in names]
    return {host_path(name): render(name, **values) for name in relative}
