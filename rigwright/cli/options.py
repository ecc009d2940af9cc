"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright.errors import RigError
from rigwright.remote.destination import Destination, destination


class DestinationType(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no type arguments
    """A host as ``ssh`` names it; anything else is wrong usage."""

    name = "host"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Destination:
        """The host that the argument names."""
        try:
            return destination(str(value))
        except RigError as error:
            self.fail(str(error), param, ctx)


DESTINATION = DestinationType()
INVENTORY = click.argument(
    "inventory", type=click.Path(path_type=Path), default=Path("inventories/lab.py"), required=False
)
LIMIT = click.option(
    "--limit", "names", metavar="HOST", multiple=True, help="Only this host; may be repeated."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
HTML = click.option(
    "--html",
    "html",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a report for a browser there, too.",
)
