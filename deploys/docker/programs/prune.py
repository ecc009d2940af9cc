#!/usr/bin/python3
"""prune DAYS: remove every image that was not used by a container, tagged or new within so many days.

Docker's own filter counts from the day on which an image was built: it would remove the one before the last
release, which a rollback needs, on the day of that release. So what is used and what is new is recorded here.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

SEEN = "/var/lib/rigwright/docker-images.json"
DAY_SECONDS = 86400
RELEASES = "rigwright-app/"


def docker(*words: str) -> str:
    """What the command line prints."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


def inspect(kind: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """All that the engine knows of these images or containers."""
    found: list[dict[str, Any]] = json.loads(docker(kind, "inspect", *ids)) if ids else []
    return found


def seen_before() -> dict[str, float]:
    """When each image was last used or new, in seconds of Unix time, by its ID."""
    try:
        with open(SEEN) as file:
            seen: dict[str, float] = json.load(file)
            return seen
    except (OSError, ValueError):
        return {}


def tagged_at(image: Mapping[str, Any]) -> float:
    """When it last got a name, in seconds of Unix time; 0 where the engine does not report it."""
    text = (image.get("Metadata") or {}).get("LastTagTime") or ""
    try:
        return dt.datetime.fromisoformat(text[:19]).replace(tzinfo=dt.timezone.utc).timestamp()
    except ValueError:
        return 0


def last_needed(
    images: Sequence[Mapping[str, Any]], used: set[str], seen: Mapping[str, float], now: float
) -> dict[str, float]:
    """When each image was last used, tagged or new, by its ID."""
    return {
        image["Id"]: now
        if image["Id"] in used
        else max(seen.get(image["Id"], now), min(now, tagged_at(image)))
        for image in images
    }


def kept(image: Mapping[str, Any]) -> bool:
    """Whether a release of an application may go back to it: the releases themselves remove those names."""
    return any(name.startswith(RELEASES) for name in image["RepoTags"] or ())


def remove(image: Mapping[str, Any]) -> None:
    """Remove every name of the image; one that the engine still needs stays."""
    for name in image["RepoTags"] or [image["Id"]]:
        done = subprocess.run(["docker", "image", "rm", name], stdout=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            print("removed", name)


def main(days: int) -> None:
    """Remove what was not needed for so long, and record the rest."""
    now, seen = time.time(), seen_before()
    images = inspect("image", sorted(set(docker("image", "ls", "-aq", "--no-trunc").split())))
    containers = inspect("container", docker("container", "ls", "-aq").split())
    last = last_needed(images, {one["Image"] for one in containers}, seen, now)
    for image in images:
        if now - last[image["Id"]] > days * DAY_SECONDS and not kept(image):
            remove(image)
    with open(SEEN + ".new", "w") as file:
        json.dump(last, file)
    os.rename(SEEN + ".new", SEEN)


if __name__ == "__main__":
    main(int(sys.argv[1]))
