"""The machines of the Vagrantfile that are up right now: docs/how-to/vagrant.md."""

from pathlib import Path

from inventories.scenarios.vagrant import machines as _machines_that_are_up
from rigwright.inventory.load import group

vagrant = group(_machines_that_are_up(Path(__file__).resolve().parent.parent), otherwise="vagrant up")
