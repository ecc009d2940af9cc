"""The running machines of the Vagrantfile: docs/how-to/vagrant.md."""

from pathlib import Path

from inventories.scenarios.vagrant import machines as _running_machines
from rigwright.inventory.load import group

vagrant = group(_running_machines(Path(__file__).resolve().parent.parent), otherwise="vagrant up")
