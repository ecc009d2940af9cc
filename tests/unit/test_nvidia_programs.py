"""The programs of NVIDIA's driver that query a host and set its cards, run here with other tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploys.nvidia.settings import GraphicsClocks, NvidiaSettings
from deploys.nvidia.state import desired
from rigwright.desired import Desired
from rigwright.desired.program import shell
from rigwright.settings.platform import Os, Platform
from tests.support.tools import Tools

RTX_5090, RTX_4090 = "10de:2b85", "10de:2684"
UBUNTU: tuple[Os, ...] = ("ubuntu2204", "ubuntu2404")


def desired_state(os: Os, *gpus: str, **settings: Any) -> Desired:
    return desired(NvidiaSettings(**settings), Platform(os, gpus))


@pytest.mark.parametrize("os", UBUNTU)
def test_what_brings_new_kernels_is_held_with_the_modules_that_are_made_for_one_driver(
    os: Os, tmp_path: Path
) -> None:
    (held,) = [one for one in desired_state(os, RTX_5090).runtime_states if one.name == "NVIDIA kernel holds"]
    assert held.expected == (("what brings new kernels", "held"),)
    tools = Tools(tmp_path, "apt-mark")
    tools.add("dpkg-query", "echo install installed linux-image-generic; echo hold installed linux-generic")
    shown = tools.run("sh", "-c", held.command)
    assert json.loads(shown.stdout) == {"what brings new kernels": "linux-image-generic"}
    (query,) = tools.calls()
    assert query.endswith(" linux-modules-nvidia-580-server-open-generic")
    assert tools.run("sh", "-c", held.remediation).returncode == 0
    assert tools.calls()[1:] == ["apt-mark hold linux-image-generic"]


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({}, []),
        (
            {"power_limit_watts": 300, "graphics_clocks": GraphicsClocks(lowest_mhz=200, highest_mhz=2000)},
            [
                '    limit "$card" 300 "$least" "$most" || return 1',
                '    nvidia-smi -i "$card" -lgc 200,2000 || return 1',
            ],
        ),
    ],
)
def test_every_setting_is_a_line_of_the_program_that_sets_the_cards(
    settings: dict[str, Any], lines: list[str]
) -> None:
    (tune,) = (
        file for file in desired_state("debian12", RTX_4090, **settings).files if file.path.endswith("tune")
    )
    function = tune.content.decode().partition("set_one() {\n")[2].partition("}\n")[0]
    assert function.splitlines() == ['    echo "card $card"', *lines]
    assert (tune.mode, tune.content.decode().startswith("#!/bin/sh\n")) == (0o755, True)


def test_queries_print_their_keys_on_a_machine_without_a_card(tmp_path: Path) -> None:
    tools = Tools(tmp_path)
    for os in ("debian12", "ubuntu2404"):
        for one in desired_state(os, RTX_4090).runtime_states:
            if one.command.endswith("tune look"):
                continue
            found = tools.run("sh", "-c", one.command)
            assert {*json.loads(found.stdout)} in ({key for key, _ in one.expected}, set()), one.name


@pytest.mark.parametrize(
    ("release", "found"), [("6.8.0-31-generic", "prebuilt"), ("6.14.0-2-generic", "prebuilt-hwe")]
)
def test_the_running_kernel_decides_which_modules_fit(tmp_path: Path, release: str, found: str) -> None:
    tools = Tools(tmp_path)
    tools.add("uname", f"echo {release}")
    done = tools.run("sh", "-c", shell("nvidia/programs/query_kernel.sh", "6.8.0"))
    assert json.loads(done.stdout) == {"modules that fit the kernel": found}
