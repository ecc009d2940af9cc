"""Runs plain SQL files on a host's server, with psql's own variables for values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from deploys.postgres.paths import Paths
from rigwright.desired.program import program


@dataclass(frozen=True)
class Script:
    """One file below ``deploys/postgres/programs``.

    Attributes:
        name: Its name without ``.sql``.
        variables: Values by the names of psql's variables; none is a secret, and none has more than one line.
        database: The database that it runs in; None: the one of the script before it, at first ``postgres``.
    """

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    database: str | None = None

    @property
    def text(self) -> str:
        """What psql reads."""
        connect = [f'\\connect "{self.database}"'] if self.database else []
        values = [f"\\set {name} {_quoted(value)}" for name, value in self.variables.items()]
        return "\n".join((*connect, *values, program(f"postgres/programs/{self.name}.sql")))


def run(paths: Paths, *scripts: Script) -> str:
    """A command that runs the scripts one after another in one session, and stops at the first error."""
    return f"{paths.psql} <<'SQL'\n{''.join(script.text for script in scripts)}SQL\n"


def names(values: Iterable[str]) -> str:
    """Names as one value, which a script takes apart at the commas; none of them holds a comma."""
    return ",".join(values)


def _quoted(value: str) -> str:
    if "\n" in value:
        raise ValueError("a variable of psql must be one line")
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
