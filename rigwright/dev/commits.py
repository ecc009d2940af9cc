"""Subjects of commits: the part first, what is done in the imperative, at most 72 characters.

``python -m rigwright.dev.commits FILE`` is git's hook for the message in that file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

LONGEST = 72
"""Characters; what git's own tools show of a subject in 80 columns."""
FORM = re.compile(r"[a-z0-9][\w./-]*(, [a-z0-9][\w./-]*)*: \S")
OWN = re.compile(r"(Merge|Revert|fixup!|squash!|amend!) ")
"""What git writes itself."""


def fault(subject: str) -> str | None:
    """What is wrong with a subject, None if nothing is."""
    if OWN.match(subject):
        return None
    if len(subject) > LONGEST:
        return f"has {len(subject)} characters, at most {LONGEST} are allowed: put the why into the body"
    if not FORM.match(subject):
        return "does not begin with its part, as in 'zfs: warn when ZED is down'"
    if subject.endswith("."):
        return "ends with a full stop"
    return None


def subjects(root: Path) -> list[str] | None:
    """Subjects of all commits since this file exists, merges left out; None without the whole history."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    if git("rev-parse", "--is-shallow-repository") != "false":
        return None
    first = git("log", "--diff-filter=A", "--format=%H", "--", "rigwright/dev/commits.py").split()
    return git("log", "--no-merges", "--format=%s", f"{first[-1]}..HEAD").splitlines() if first else None


def main(message: Path) -> int:
    """Exit code for a message that git is about to use."""
    lines = [line for line in message.read_text().splitlines() if not line.startswith("#")]
    found = fault(next((line for line in lines if line.strip()), ""))
    if found:
        sys.stderr.write(f"the subject of the commit {found}\n")
    return int(found is not None)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
