"""The arguments that the ``rig secret`` commands share."""

from __future__ import annotations

import re
from pathlib import Path

import click

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
INVENTORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def _inventory(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    stem = Path(value).stem if value.endswith(".py") else value
    if not INVENTORY.fullmatch(stem):
        raise click.BadParameter("an inventory is named by its file in inventories/, such as prod")
    return stem


def _name(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    # What was typed here may be a value, so the message does not repeat it.
    if not NAME.fullmatch(value):
        raise click.BadParameter("a name has lower-case letters, digits and _, and starts with a letter")
    return value


inventory_argument = click.argument("inventory", callback=_inventory)
name_argument = click.argument("name", callback=_name)
