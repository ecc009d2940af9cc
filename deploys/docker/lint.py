"""What every engine runs and no compose file should have: passwords in clear text, Redis without a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Service = Mapping[str, Any]

PASSWORD = re.compile(
    r"(?:^|_)(?:PASS|PASSWD|PASSWORD|SECRET|SECRET_KEY|API_?KEY|PRIVATE_KEY|TOKEN)$", re.IGNORECASE
)
# Bundlers put these into what every browser reads, so they are no secrets.
PUBLIC = ("NEXT_PUBLIC_", "REACT_APP_", "VITE_")
FROM_OUTSIDE = re.compile(r"\$\{\w+(?::?\?[^}]*)?\}|\$\w+")
IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s:/@]*:[^\s/@$]+@", re.IGNORECASE)
OPEN = re.compile(r"(?:^|_)ALLOW_EMPTY_(?:ROOT_)?PASSWORD$", re.IGNORECASE)
NO = ("", "0", "false", "no")
REDIS = ("redis", "redis-stack", "redis-stack-server", "valkey")
MAXMEMORY = re.compile(r"--maxmemory[\s=]+(\d+)(k|kb|m|mb|g|gb)?(?![\w%])", re.IGNORECASE)
# As Redis reads them: https://redis.io/docs/latest/operate/oss_and_stack/management/config/
BYTES = {"": 1, "k": 10**3, "kb": 2**10, "m": 10**6, "mb": 2**20, "g": 10**9, "gb": 2**30}


def passwords(service: Service) -> Iterator[str]:
    """Passwords that stand in the environment or in the command, and databases that need none."""
    for name, value in environment(service).items():
        known = PASSWORD.search(name) and not (OPEN.search(name) or name.upper().startswith(PUBLIC))
        if (known and value and not FROM_OUTSIDE.fullmatch(value)) or IN_URL.search(value):
            yield (
                f"writes the password {name} out: put it into the stack's secrets under that name, "
                "and write env_file: [secrets.env]"
            )
        trusting = name.upper() == "POSTGRES_HOST_AUTH_METHOD" and value.lower() == "trust"
        if trusting or (OPEN.search(name) and value.lower() not in NO):
            yield f"lets every client in by {name}: take it out, and give a password in the stack's secrets"
    if re.search(r"--requirepass[\s=]+(?!\$)\S", command(service)):
        yield "writes the password of --requirepass out: put it into the stack's secrets, and read it there"


def unbounded_redis(service: Service, limit: int | None) -> Iterator[str]:
    """Redis that may grow to its container's limit: the kernel ends it when a save needs memory of its own.

    What a configuration file sets is not checked.
    """
    image = str(service.get("image") or "").rpartition("/")[2]
    words = command(service)
    if re.split("[:@]", image)[0] not in REDIS or limit is None or re.search(r"\.conf\b", words):
        return
    found = MAXMEMORY.search(words)
    maxmemory = int(found[1]) * BYTES[(found[2] or "").lower()] if found else 0
    if not 0 < maxmemory < limit:
        server = "valkey-server" if image.startswith("valkey") else "redis-server"
        yield (
            f"runs Redis with a limit of {limit >> 20} MiB and no maxmemory below it: "
            f"write command: [{server}, --maxmemory, {(limit >> 20) // 2}mb]"
        )


def environment(service: Service) -> Mapping[str, str]:
    """Variables and their values; empty where the value comes from elsewhere."""
    given = service.get("environment") or {}
    if isinstance(given, dict):
        return {str(name): "" if value is None else str(value) for name, value in given.items()}
    pairs = (str(one).partition("=") for one in given)
    return {name: value for name, _, value in pairs}


def command(service: Service) -> str:
    """Entry point and command as one line."""
    parts = (service.get("entrypoint") or "", service.get("command") or "")
    return " ".join(" ".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts)
