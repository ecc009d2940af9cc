"""The inventory of a pyinfra process that ``rig apply`` starts: one host, in the groups that it has."""

from rigwright.apply import given as _given

globals().update(_given.groups())
