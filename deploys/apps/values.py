"""Types of single values. None of them lets through what HAProxy or the engine would read as syntax."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

AppName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
UrlPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/@:+,=-]*$", max_length=200)]
InnerPath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)+$", max_length=200)]
Seconds = Annotated[int, Field(ge=1, le=86_400)]
Word = Annotated[str, Field(min_length=1, max_length=4096)]


def _without_version(value: str) -> str:
    if "@" in value:
        raise ValueError("holds a digest: which version runs is what a release says; write the name alone")
    if ":" in value.rpartition("/")[2]:
        raise ValueError("holds a tag: which version runs is what a release says; write the name alone")
    return value


ImageName = Annotated[
    str,
    AfterValidator(_without_version),
    Field(pattern=r"^[a-z0-9]([a-z0-9.:@/_-]*[a-z0-9])?$", max_length=200),
]
"""A repository of images, such as ``127.0.0.1:5000/web``."""
