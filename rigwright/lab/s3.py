"""A lab host that is an S3 endpoint: real storage over TLS, for what is backed up or served from a bucket.

It is a Ceph cluster of one node with a RADOS gateway, made at the host's first boot by ``s3-host.sh``. A
program that only imitates S3 would not do: what it accepts and loses says nothing of real storage.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from rigwright.errors import RigError
from rigwright.lab import inside
from rigwright.lab.record import HostRecord

KEYS: Final = "/etc/rigwright-lab/s3.json"
AUTHORITY: Final = "/etc/rigwright-lab/authority.pem"
REGION: Final = "default"
"""A gateway without zone groups of its own calls it so."""


@dataclass(frozen=True)
class Endpoint:
    """How to use a host's S3.

    Attributes:
        url: ``https://`` and its address; buckets are the first part of the path.
        region: What requests are signed for.
        access_key: Of a user who may make buckets.
        secret_key: Of the same.
        authority: The certificate, as PEM text, that verifies the endpoint's own.
    """

    url: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    authority: str = field(repr=False)


def endpoint(host: HostRecord) -> Endpoint:
    """The endpoint of a running host. Needs root.

    Raises:
        RigError: The host is of another kind, is off, or its storage could not be made.
    """
    if host.kind != "s3":
        raise RigError("has no S3 endpoint", host=host.name, next_step="rig lab up s3 --kind s3")
    texts = [inside.run(host, ["/bin/cat", file]) for file in (KEYS, AUTHORITY)]
    if failed := next((one for one in texts if one.returncode), None):
        raise RigError(
            f"its storage was not made: {failed.stderr.strip()}",
            host=host.name,
            next_step=f"rig lab ssh {host.name} -- sudo journalctl -u rigwright-lab-s3",
        )
    keys = json.loads(texts[0].stdout)
    return Endpoint(
        f"https://{host.address}", REGION, keys["access_key"], keys["secret_key"], texts[1].stdout
    )
