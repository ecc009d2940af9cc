"""Which inventory a command takes where none is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rigwright.inventory.default import default


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "inventories").mkdir(parents=True)
    for name in ("lab", "prod"):
        (folder / "inventories" / f"{name}.py").touch()
    return folder


def test_the_lab_hosts_where_nothing_else_is_named(root: Path) -> None:
    assert default({}, root, root)[0] == Path("inventories/lab.py")
    assert default({"RIG_INVENTORY": ""}, root, root / "docs")[0] == root / "inventories/lab.py"


def test_a_link_in_the_repository_by_the_name_of_what_it_leads_to(root: Path) -> None:
    """Secrets belong to ``prod``, not to ``default``."""
    (root / "inventories" / "default.py").symlink_to("prod.py")
    assert default({}, root, root) == (Path("inventories/prod.py"), "inventories/default.py")


def test_the_environment_beats_the_repository(root: Path, tmp_path: Path) -> None:
    (root / "inventories" / "default.py").symlink_to("lab.py")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for named, folder, path in (
        ("inventories/prod.py", root, Path("inventories/prod.py")),
        ("inventories/prod.py", elsewhere, root / "inventories/prod.py"),
        (str(root / "inventories/prod.py"), elsewhere, root / "inventories/prod.py"),
        ("nosuch.py", elsewhere, Path("nosuch.py")),
    ):
        assert default({"RIG_INVENTORY": named}, root, folder) == (path, "RIG_INVENTORY")
    (elsewhere / "mine.py").touch()
    assert default({"RIG_INVENTORY": "mine.py"}, root, elsewhere)[0] == Path("mine.py")
