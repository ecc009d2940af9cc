"""What differs in files, links and directories."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime, timezone

from rigwright.compare.view import View
from rigwright.desired import Absent, Desired, Directory, File, Link, unspeakable
from rigwright.finding import By, Finding
from rigwright.observed.model import ObservedSubsystem, Seen

MASK = "(secret)"
OWN = "/var/lib/rigwright/"  # nobody else has anything to write there


def since(seen: Seen) -> datetime | None:
    """When the path was changed last, in UTC."""
    return datetime.fromtimestamp(seen.changed, timezone.utc) if seen.changed else None


def directories(view: View) -> Iterator[Finding]:
    """Missing directories, and those with another mode or owner."""
    for item in view.desired.directories:
        seen = view.seen(item.path)
        if seen.kind != "directory":
            yield from _missing_or_other(view, item, seen)
        else:
            yield from _attributes(view, item, seen)


def _kind(item: File | Link | Directory) -> str:
    kinds = ((File, "file"), (Link, "link"), (Directory, "directory"))
    return next(word for kind, word in kinds if isinstance(item, kind))


def _missing_or_other(view: View, item: File | Link | Directory, seen: Seen) -> Iterator[Finding]:
    word = _kind(item)
    if seen.kind == "absent":
        never = By.REPOSITORY if view.own.applied else By.UNKNOWN
        by = By.HOST if view.applied(item.path) else never
        yield view.finding(f"{word}.missing", item.path, f"{word} {item.path} is missing", by=by)
    else:
        detail = f" ({seen.error})" if seen.error else ""
        yield view.finding(
            f"{word}.kind",
            item.path,
            f"{item.path} is {seen.kind}{detail} and not a {word}",
            since=since(seen),
            by=view.by(item.path, seen),
            refused=not view.applied(item.path) or seen.kind in ("directory", "unreadable"),
        )


def _attributes(view: View, item: File | Directory, seen: Seen) -> Iterator[Finding]:
    word = _kind(item)
    more = {"since": since(seen), "by": By.HOST if view.applied(item.path) else By.UNKNOWN}
    if seen.mode != item.mode:
        yield view.finding(
            f"{word}.mode",
            item.path,
            f"{item.path} has mode {seen.mode:04o}, wanted {item.mode:04o}",
            expected=f"{item.mode:04o}",
            actual=f"{seen.mode:04o}",
            **more,
        )
    if (seen.owner, seen.group) != (item.owner, item.group):
        wanted, found = f"{item.owner}:{item.group}", f"{seen.owner}:{seen.group}"
        yield view.finding(
            f"{word}.owner",
            item.path,
            f"{item.path} belongs to {found}, wanted {wanted}",
            expected=wanted,
            actual=found,
            **more,
        )


def _pristine(view: View, path: str, seen: Seen) -> bool:
    """The file is what its package ships, so it is nobody's work."""
    return seen.md5 is not None and view.whole.conffiles.get(path) == seen.md5


def _ours(view: View, path: str) -> bool:
    return view.applied(path) or path.startswith(OWN)


def file_findings(view: View, file: File) -> Iterator[Finding]:
    """What differs of one file."""
    seen = view.seen(file.path)
    if seen.kind != "file":
        yield from _missing_or_other(view, file, seen)
        return
    if not seen.as_wanted:
        yield view.finding(
            "file.content",
            file.path,
            f"{file.path} differs" + (f" {MASK}" if file.secret else ""),
            diff=_diff(file, seen) if file.shown else (),
            since=since(seen),
            by=view.by(file.path, seen),
            refused=not _ours(view, file.path) and not _pristine(view, file.path, seen),
        )
    yield from _attributes(view, file, seen)


def _diff(file: File, seen: Seen) -> tuple[str, ...]:
    if seen.content is None or b"\0" in seen.content + file.content:
        return ()
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (seen.content, file.content))
    return tuple(difflib.unified_diff(old, new, f"host:{file.path}", f"wanted:{file.path}", lineterm="", n=2))


def link_findings(view: View, link: Link) -> Iterator[Finding]:
    """What differs of one link."""
    seen = view.seen(link.path)
    if seen.kind != "link":
        yield from _missing_or_other(view, link, seen)
    elif seen.target != link.target:
        yield view.finding(
            "link.target",
            link.path,
            f"{link.path} points to {seen.target}, wanted {link.target}",
            expected=link.target,
            actual=seen.target,
            since=since(seen),
            by=view.by(link.path, seen),
            refused=not view.applied(link.path),
        )


def unwanted(desired: Desired, own: ObservedSubsystem) -> list[str]:
    """Paths that exist and should not: of earlier settings, declared absent, or foreign in an owned place."""
    wanted = {*desired.paths, *desired.preserved}
    before = own.applied.get("paths", {}) if own.applied else {}
    listed = (f"{folder}/{name}" for folder, names in own.listings.items() for name in names or ())
    candidates = {*before, *(item.path for item in desired.absent), *listed} - wanted
    return sorted(path for path in candidates if own.paths.get(path, Seen("absent")).kind != "absent")


def unwanted_findings(view: View) -> Iterator[Finding]:
    """Paths that exist and should not."""
    absent = {item.path: item for item in view.desired.absent}
    for path in unwanted(view.desired, view.own):
        seen = view.seen(path)
        if seen.kind == "directory" and view.applied(path):
            continue
        if view.applied(path):
            yield view.finding(
                "file.unwanted",
                path,
                f"{path} is no longer wanted",
                since=since(seen),
                by=view.by(path, seen),
            )
        else:
            strange = unspeakable(path)
            yield view.finding(
                "file.unmanaged",
                path,
                f"{path!r} is nobody's, and its name is one that only a hand can remove"
                if strange
                else f"{path} is nobody's that Rigwright knows",
                since=since(seen),
                by=By.HOST if view.own.applied else By.UNKNOWN,
                refused=_refuse_removal(view, absent.get(path), path, seen),
            )


def _refuse_removal(view: View, absent: Absent | None, path: str, seen: Seen) -> bool:
    if seen.kind == "directory" or unspeakable(path):
        return True
    if absent and absent.package_target and absent.package_target == seen.target:
        return False
    return not view.own.applied and not _pristine(view, path, seen)
