"""What can be chosen about mail that the host sends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from deploys.base.values import AbsolutePath
from rigwright.desired import Desired, File
from rigwright.desired.render import render
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.base import Domain, Port, Settings

Email = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)]


class Relay(Settings):
    """A mail server that accepts what root's programs send, over TLS and with a password."""

    host: Domain
    """The server's name, which its certificate must have."""

    port: Port = 587
    """Its TCP port for submission. The connection begins in clear and goes on only after STARTTLS."""

    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+@-]+$", max_length=254)]
    """The account that the host logs in with."""

    password: Secret
    """The password of that user, out of the store: ``Secrets("prod")["mail_password"]``."""

    sender: Email
    """The address that the mail comes from."""

    administrator: Email
    """The address that receives the mail for every account of the host, root above all."""

    ca_bundle: AbsolutePath | None = None
    """Path on the host of the authorities that the server is trusted by; None: the system's."""

    def configuration(self) -> str:
        """The file that msmtp reads, in clear, for root alone.

        A program that sent with this password for others could be made to show it
        (https://bugs.debian.org/944188).

        Raises:
            RigError: msmtp cannot read the password, because it knows no escape in quotation marks.
        """
        password = self.password.reveal()
        if set(password) & set('"\\\r\n'):
            raise RigError(
                "msmtp cannot read a password that holds a quotation mark, a backslash or a line end",
                setting="base.mail.password",
                next_step="have the mail provider give another one",
            )
        lines = {
            "account": "default",
            "host": self.host,
            "port": str(self.port),
            "tls": "on",
            "tls_starttls": "on",
            "tls_trust_file": self.ca_bundle or "/etc/ssl/certs/ca-certificates.crt",
            "auth": "on",
            "user": self.user,
            "password": f'"{password}"',
            "from": self.sender,
            "aliases": "/etc/msmtp-aliases",
            "syslog": "LOG_MAIL",
            "timeout": "30",
        }
        return "# Kept by Rigwright.\n" + "".join(f"{name} {value}\n" for name, value in lines.items())


def mail(relay: Relay | None) -> Desired:
    """What sends mail of root's programs; nothing without a relay."""
    if relay is None:
        return Desired("base")
    return Desired(
        "base",
        packages=("ca-certificates", "msmtp-mta"),
        files=(
            File("/etc/msmtprc", relay.configuration().encode(), mode=0o600, secret=True),
            File("/etc/msmtp-aliases", render("base/_msmtp_aliases.j2", relay=relay)),
        ),
    )
