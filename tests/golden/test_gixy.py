"""gixy-ng, which knows nginx's traps, finds none in what is rendered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rigwright.desired import Desired
from tests.golden.contents import files
from tests.golden.scenarios import CASES, nginx

GIXY = Path(sys.executable).with_name("gixy")


SERVING = [pytest.param(found, id="-".join(case)) for case in CASES if (found := nginx(case)) is not None]


@pytest.mark.parametrize("found", SERVING)
def test_gixy_finds_nothing(found: Desired, tmp_path: Path) -> None:
    for path, content in files(found).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.replace(b"include /etc", f"include {tmp_path}/etc".encode()))
    (tmp_path / "etc/nginx/mime.types").write_text("types { text/html html; }\n")
    main = tmp_path / "etc/nginx/nginx.conf"
    done = subprocess.run([GIXY, "-f", "json", main], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [], done.stdout
    assert done.returncode == 0, done.stderr


def test_gixy_reads_the_sites_too(tmp_path: Path) -> None:
    """A fault in an included file is found, so silence means something."""
    site = tmp_path / "site.conf"
    site.write_text("server { listen 443 ssl; location / { return 302 https://a.test$uri; } }\n")
    main = tmp_path / "nginx.conf"
    main.write_text(f"events {{ }}\nhttp {{ include {tmp_path}/*.conf; }}\n".replace("*", "site"))
    done = subprocess.run([GIXY, "-f", "json", main], capture_output=True, text=True, check=False)
    assert "http_splitting" in done.stdout
    assert done.returncode == 1
