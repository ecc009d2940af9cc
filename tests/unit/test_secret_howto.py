"""Every command of the how-to runs as it stands there, from top to bottom."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "secrets.md"


def test_the_commands_of_the_page_work_one_after_the_other(tmp_path: Path) -> None:
    rig = tmp_path / "rig"
    call = f'PYTHONPATH={ROOT} exec {sys.executable} -m rigwright secret --directory secrets "$@"'
    rig.write_text(f'#!/bin/sh\n[ "$1" = secret ] && shift\n{call}\n')
    rig.chmod(0o755)
    (tmp_path / "tls.key").write_text("-----BEGIN PRIVATE KEY-----\n")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "EDITOR": "true"}
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    done = subprocess.run(
        ["sh", "-euc", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "could read the values below" in done.stdout
    code = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]
    code = code.replace('Secrets("prod")', 'Secrets("prod", __import__("pathlib").Path("secrets"))')
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(app_password)"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Secret('postgres_app_password')\n", done.stderr
