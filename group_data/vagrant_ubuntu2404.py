"""What ``pyinfra @vagrant`` does not ask Vagrant: all that inventories/vagrant.py knows of this machine."""

from inventories.scenarios.vagrant import machines as _machines

globals().update(dict(_machines()).get("ubuntu2404", {}))
