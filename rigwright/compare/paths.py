"""What differs in files, links and directories."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime, timezone

from rigwright.compare.view import View
from rigwright.desired import Absent, Desired, Directory, File, Link, unrepresentable
from rigwright.finding import By, Finding
from rigwright.observed.model import ObservedPath, ObservedSubsystem

MASK = "(secret)"
OWN = "/var/lib/rigwright/"  # no other program writes there


def since(found: ObservedPath) -> datetime | None:
    """When the path was changed last, in UTC."""
    return datetime.fromtimestamp(found.changed, timezone.utc) if found.changed else None


def directories(view: View) -> Iterator[Finding]:
    """Missing directories, and those with another mode or owner."""
    for item in view.desired.directories:
        found = view.path(item.path)
        if found.kind != "directory":
            yield from _missing_or_other(view, item, found)
        else:
            yield from _attributes(view, item, found)


def _kind(item: File | Link | Directory) -> str:
    kinds = ((File, "file"), (Link, "link"), (Directory, "directory"))
    return next(name for kind, name in kinds if isinstance(item, kind))


def _missing_or_other(view: View, item: File | Link | Directory, found: ObservedPath) -> Iterator[Finding]:
    kind = _kind(item)
    if found.kind == "absent":
        never = By.REPOSITORY if view.own.applied else By.UNKNOWN
        by = By.HOST if view.applied(item.path) else never
        yield view.finding(f"{kind}.missing", item.path, f"{kind} {item.path} is missing", by=by)
    else:
        detail = f" ({found.error})" if found.error else ""
        yield view.finding(
            f"{kind}.kind",
            item.path,
            f"{item.path} is {found.kind}{detail} and not a {kind}",
            since=since(found),
            by=view.by(item.path, found),
            refused=not view.applied(item.path) or found.kind in ("directory", "unreadable"),
        )


def _attributes(view: View, item: File | Directory, found: ObservedPath) -> Iterator[Finding]:
    kind = _kind(item)
    before = view.item(item.path)
    applied = None if before is None or isinstance(before, Link) else before

    def by(*, as_applied: bool) -> By:
        return view.origin(as_applied=as_applied) if view.applied(item.path) else By.UNKNOWN

    if found.mode != item.mode:
        yield view.finding(
            f"{kind}.mode",
            item.path,
            f"{item.path} has mode {found.mode:04o}, wanted {item.mode:04o}",
            expected=f"{item.mode:04o}",
            actual=f"{found.mode:04o}",
            since=since(found),
            by=by(as_applied=applied is not None and applied.mode == found.mode),
        )
    if (found.owner, found.group) != (item.owner, item.group):
        wanted, actual = f"{item.owner}:{item.group}", f"{found.owner}:{found.group}"
        yield view.finding(
            f"{kind}.owner",
            item.path,
            f"{item.path} belongs to {actual}, wanted {wanted}",
            expected=wanted,
            actual=actual,
            since=since(found),
            by=by(as_applied=applied is not None and f"{applied.owner}:{applied.group}" == actual),
        )


def _pristine(view: View, path: str, found: ObservedPath) -> bool:
    """The file is what its package ships, so no one has edited it."""
    return found.md5 is not None and view.whole.conffiles.get(path) == found.md5


def _ours(view: View, path: str) -> bool:
    return view.applied(path) or path.startswith(OWN)


def file_findings(view: View, file: File) -> Iterator[Finding]:
    """What differs of one file."""
    found = view.path(file.path)
    if found.kind != "file":
        yield from _missing_or_other(view, file, found)
        return
    if not found.as_desired:
        yield view.finding(
            "file.content",
            file.path,
            f"{file.path} differs{_size(found)}" + (f" {MASK}" if file.secret else ""),
            diff=_diff(file, found) if file.shown else (),
            since=since(found),
            by=view.by(file.path, found),
            refused=found.size is not None
            or (not _ours(view, file.path) and not _pristine(view, file.path, found)),
        )
    yield from _attributes(view, file, found)


def _size(found: ObservedPath) -> str:
    """Why a file was not read, for its finding. Apply would copy it, so it must be moved away first."""
    too_large = f" (size: {found.size or 0:,} bytes, too large to be read; move it away)"
    return too_large if found.size is not None else ""


def _diff(file: File, found: ObservedPath) -> tuple[str, ...]:
    if found.content is None or b"\0" in found.content + file.content:
        return ()
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (found.content, file.content))
    return tuple(difflib.unified_diff(old, new, f"host:{file.path}", f"wanted:{file.path}", lineterm="", n=2))


def link_findings(view: View, link: Link) -> Iterator[Finding]:
    """What differs of one link."""
    found = view.path(link.path)
    if found.kind != "link":
        yield from _missing_or_other(view, link, found)
    elif found.target != link.target:
        yield view.finding(
            "link.target",
            link.path,
            f"{link.path} points to {found.target}, wanted {link.target}",
            expected=link.target,
            actual=found.target,
            since=since(found),
            by=view.by(link.path, found),
            refused=not view.applied(link.path),
        )


def unwanted(desired: Desired, own: ObservedSubsystem) -> list[str]:
    """Paths that should not exist: of earlier settings, declared absent, unmanaged in an owned directory."""
    wanted = {*desired.paths, *desired.preserved}
    before = own.applied.get("paths", {}) if own.applied else {}
    listed = (f"{folder}/{name}" for folder, names in own.listings.items() for name in names or ())
    candidates = {*before, *(item.path for item in desired.absent), *listed} - wanted
    return sorted(path for path in candidates if own.paths.get(path, ObservedPath("absent")).kind != "absent")


def unwanted_findings(view: View) -> Iterator[Finding]:
    """Paths that exist and should not."""
    absent = {item.path: item for item in view.desired.absent}
    for path in unwanted(view.desired, view.own):
        found = view.path(path)
        if found.kind == "directory" and view.applied(path):
            continue
        if view.applied(path):
            yield view.finding(
                "file.unwanted",
                path,
                f"{path} is not declared any more{_size(found)}",
                since=since(found),
                by=view.by(path, found),
            )
        else:
            by_hand = unrepresentable(path)
            yield view.finding(
                "file.unmanaged",
                path,
                f"{path!r} is not managed by Rigwright, and with this name it must be removed by hand"
                if by_hand
                else f"{path} is not managed by Rigwright{_size(found)}",
                since=since(found),
                by=By.HOST if view.own.applied else By.UNKNOWN,
                refused=_refuse_removal(view, absent.get(path), path, found),
            )


def crowds(view: View) -> Iterator[Finding]:
    """Owned directories with so many unmanaged files that a person must find out where they come from."""
    for folder, count in sorted(view.own.more.items()):
        yield view.finding(
            "file.unmanaged",
            folder,
            f"{count:,} more files in {folder} are not managed by Rigwright: so many must be removed by hand",
            by=By.HOST if view.own.applied else By.UNKNOWN,
            refused=True,
        )


def _refuse_removal(view: View, absent: Absent | None, path: str, found: ObservedPath) -> bool:
    if found.kind == "directory" or unrepresentable(path) or found.size is not None:
        return True
    if absent and absent.package_target and absent.package_target == found.target:
        return False
    return not view.own.applied and not _pristine(view, path, found)
