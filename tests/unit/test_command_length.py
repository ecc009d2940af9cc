"""Every command fits into what Linux takes of one argument, with room for what is added."""

from __future__ import annotations

import subprocess

import pytest

from rigwright.remote import commands

MAX_ARG_STRLEN = 131_072
"""Linux, include/uapi/linux/binfmts.h: 32 pages of 4 KiB."""


@pytest.mark.parametrize(
    "argv", [commands.observe(), commands.hardware(), commands.access(), commands.health(1)]
)
def test_no_argument_is_near_the_limit(argv: list[str]) -> None:
    assert max(map(len, argv)) < MAX_ARG_STRLEN // 2


def test_what_is_packed_runs() -> None:
    argv = commands.observe()
    query = '{"subsystems": {}, "unmanaged": false, "packages": []}'
    done = subprocess.run(argv, input=query, capture_output=True, text=True, check=False)
    assert "os_release" in done.stdout, done.stderr[-2000:]
