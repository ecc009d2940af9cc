"""Types of single values. None of them lets through what a shell or a configuration file reads as syntax."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field


def _no_alias_of_sudo(name: str) -> str:
    if re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise ValueError(f"{name} would be an alias to sudo, not an account: use small letters too")
    return name


UserName = Annotated[
    str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$"), AfterValidator(_no_alias_of_sudo)
]
AbsolutePath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._+-]+)+$")]
SudoCommand = Annotated[
    str, Field(pattern=r"^(ALL|(/[A-Za-z0-9._@+-]+)+( [A-Za-z0-9/._@+=:,-]+)*)$", max_length=1024)
]
TimeZone = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$")]
Locale = Annotated[str, Field(pattern=r"^(C|[a-z]{2,3}_[A-Z]{2})\.UTF-8$")]
KernelSetting = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_/-]+)+$")]
KernelValue = int | Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:,/|%-]+( [A-Za-z0-9_.:,/|%-]+)*$")]
PackagePattern = Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9.+*?()|\[\]-]*\$?$")]
PackageName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]+$")]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
