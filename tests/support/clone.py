"""A copy of this repository, as somebody has it who cloned it, with an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AUTHOR = {"GIT_AUTHOR_NAME": "Reader", "GIT_AUTHOR_EMAIL": "reader@example.com"}
COMMITTER = {"GIT_COMMITTER_NAME": "Reader", "GIT_COMMITTER_EMAIL": "reader@example.com"}


class Clone:
    """The copy in ``folder``: the working tree with what is not committed yet, as one commit."""

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve() / "rigwright"
        self.home = folder.resolve() / "home"
        self.home.mkdir(parents=True)
        self._copy()
        self._make_venv()

    @property
    def environment(self) -> dict[str, str]:
        """What the reader's shell has: an own home, no colours, the repository's own ``rig`` only."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "RIG_"))}
        return {
            **kept, **AUTHOR, **COMMITTER, "HOME": str(self.home), "NO_COLOR": "1", "EDITOR": "true",
        }  # fmt: skip

    def run(self, script: str, *, timeout: float = 1800) -> subprocess.CompletedProcess[str]:
        """Run a shell script in the copy; standard error is part of the output."""
        return subprocess.run(
            ["sh", "-euc", script],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=timeout,
        )

    def _copy(self) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            source, target = ROOT / name, self.root / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        done = self.run("git init -q && git add -A && git commit -qm 'Start'")
        assert done.returncode == 0, done.stdout

    def _make_venv(self) -> None:
        """As ``rig`` makes it, with the installed packages lent by the environment of this test."""
        venv = self.root / ".venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        (site,) = venv.glob("lib/python3*/site-packages")
        packages = sysconfig.get_paths()["purelib"]
        (site / "rigwright.pth").write_text(f"{self.root}\n{packages}\n")
        lent = Path(sys.executable).parent
        for script in lent.iterdir():
            text = script.read_bytes()
            if text.startswith(b"\x7fELF") and not script.name.startswith("python"):
                (venv / "bin" / script.name).symlink_to(script)
            if text.startswith(b"#!" + str(lent).encode()) and not (venv / "bin" / script.name).exists():
                (venv / "bin" / script.name).write_bytes(
                    text.replace(str(lent).encode(), bytes(venv / "bin"))
                )
                (venv / "bin" / script.name).chmod(0o755)
        (venv / "rig.made").write_text(f"{self.root}\n{Path(sys.executable).resolve()}\n")
        shutil.copy2(self.root / "requirements.lock", venv / "rig.lock")
        told = self.run("./rig --version").stdout
        assert "making" not in told, f"rig does not take the lent environment for its own: {told}"
