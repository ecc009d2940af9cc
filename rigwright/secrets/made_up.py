"""Secrets that are made up in place of a store's, for a lab host that stands in for a real one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rigwright.secrets import store
from rigwright.secrets.lab import LabSecrets
from rigwright.secrets.value import Secret

WORD = re.compile(rb"[!-~]{1,200}")
ADDRESS = b"://"


@dataclass
class MadeUp:
    """What was read meanwhile.

    Attributes:
        kept: Secrets that are no passwords, such as keys in PEM and addresses with a token: nothing of the
            same shape can be made up. What is made of an inventory must hold none of them in the end.
    """

    kept: list[Secret] = field(default_factory=list)


@contextmanager
def made_up(folder: Path) -> Iterator[MadeUp]:
    """Within, each password of any store is a made-up one, the same in every process with this folder."""
    found, source = MadeUp(), LabSecrets(folder)

    def instead(secret: Secret) -> Secret:
        content = secret.reveal_bytes()
        if WORD.fullmatch(content) and ADDRESS not in content:
            return source[secret.name]
        found.kept.append(secret)
        return secret

    with store.instead(instead):
        yield found
