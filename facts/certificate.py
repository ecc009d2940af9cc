"""``facts.certificate.Certificates``: certificates in files below a folder by openssl."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra.api.command import StringCommand

from facts import shell
from facts.base import ToolFact, run
from facts.parsers import certificate
from facts.tool_output import ToolOutput


class Certificates(ToolFact):
    """Every file ``*.pem`` or ``*.crt`` below a folder that holds a certificate."""

    def command(self, folder: str = "/etc/nginx/tls") -> StringCommand:
        """``openssl x509`` for each file, as a user who may read them.

        Args:
            folder: Where the files are.
        """
        return run(shell.query("certificates", ("sh", "-c", certificate.SCRIPT, "sh", folder)))

    def read(self, found: Mapping[str, ToolOutput]) -> certificate.Certificates:
        """The certificates."""
        return certificate.from_output(shell.of(found, "certificates"))
