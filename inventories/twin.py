"""Running lab hosts in place of those of another inventory, for ``rig rehearse``.

``RIG_TWIN_OF`` names the other inventory. Its secrets are made up, its sizes scaled down.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploys.rig import Rig
from deploys.twin import Lab, twin
from deploys.twin.canary import refuse_real_secrets
from rigwright.inventory.load import group, load, ssh_host
from rigwright.lab import hosts as _running_hosts
from rigwright.lab.rehearsal import VARIABLE, lab_name
from rigwright.secrets.made_up import made_up

_MADE_UP = Path(__file__).resolve().parent.parent / ".lab" / "twin"


def _hosts() -> Iterator[tuple[str, dict[str, Any]]]:
    running = {one.name: one for one in _running_hosts()}
    with made_up(_MADE_UP) as secrets:
        originals = load(os.environ.get(VARIABLE, ""))
    for original in originals:
        one = running.get(lab_name(original.name))
        if one is not None and isinstance(original.rig, Rig):
            rig = twin(original.rig, Lab.of(one))
            refuse_real_secrets(rig, secrets.kept)
            yield ssh_host(one.name, rig, **one.reached_by)


twins = group(_hosts(), otherwise="rig rehearse INVENTORY")
