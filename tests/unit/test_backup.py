"""backup: what is declared, by whom, and what the search for undeclared data finds in a folder of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploys import rig as rig_module
from deploys.accepted import AcceptedFinding
from deploys.backup.settings import BackupSettings, ProtectedFiles
from deploys.backup.state import DECLARED, desired
from deploys.rig import Machine, Rig
from inventories.scenarios import defaults, everything
from rigwright.desired import Desired, Protected
from rigwright.repository import ROOT
from rigwright.settings.platform import Platform
from tests.unit.test_docker import compose, stack

PROGRAM = ROOT / "deploys/backup/programs/data.py"
DEBIAN = Platform("debian13")


def declared(one: Desired) -> list[Mapping[str, object]]:
    (content,) = (file.content for file in one.files if file.path == DECLARED)
    found: list[Mapping[str, object]] = json.loads(content)
    return found


def searched(
    protected: list[tuple[str, list[str], int]], patterns: list[str], program: Path = PROGRAM
) -> Mapping[str, str]:
    """What the program prints; its standard error must be empty."""
    given = json.dumps({"protected": protected, "patterns": patterns})
    done = subprocess.run(
        [sys.executable, "-I", str(program), given], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    found: Mapping[str, str] = json.loads(done.stdout)
    return found


def written(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return folder


def test_what_the_subsystems_of_a_host_declare_is_gathered() -> None:
    backup = everything("debian13").of("backup")
    assert backup is not None
    by_name = {str(one["name"]): one for one in declared(backup)}
    assert {*by_name} == {
        "authorities", "configuration", "host keys", "PostgreSQL", "Redis", "registry", "certificates"
    }  # fmt: skip
    assert by_name["PostgreSQL"]["paths"] == ["/var/lib/postgresql/17/main"]
    assert (by_name["Redis"]["paths"], by_name["Redis"]["kind"]) == (["/var/lib/valkey"], "key_value")
    assert by_name["authorities"]["rhythm_seconds"] == 48 * 3600
    assert {one: by_name[one]["rhythm_seconds"] for one in ("configuration", "certificates")} == {
        "configuration": 7 * 86_400,
        "certificates": 31 * 86_400,
    }


def test_it_is_made_before_the_firewall_and_monitoring_which_gather_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The firewall has an earlier place in the order of apply, and gets what backup is all the same."""
    gathered = {}

    def gathers(name: str) -> Callable[[object, object, tuple[Desired, ...]], Desired]:
        def gather(_settings: object, _platform: object, others: tuple[Desired, ...]) -> Desired:
            gathered[name] = [one.subsystem for one in others]
            return Desired(name)

        return gather

    for name in ("firewall", "prometheus"):
        monkeypatch.setattr(rig_module.state(name), "desired", gathers(name))
    names = [one.subsystem for one in defaults("debian13").desired()]
    assert names.index("firewall") < names.index("backup") < names.index("prometheus")
    for name in ("firewall", "prometheus"):
        assert "backup" in gathered[name]
        assert not {"firewall", "prometheus"} & {*gathered[name]}


def test_a_volume_that_a_service_mounts_by_name_is_declared_and_others_are_not() -> None:
    text = compose(
        volumes=["data:/data", "/srv/media:/media:ro", {"type": "volume", "source": "long", "target": "/l"}]
    )
    text += "\nvolumes: {data: {}, long: {name: shop-long}, unused: {}, away: {external: true}}\n"
    assert stack(text).volumes == ("shop_data", "shop-long")


def test_an_external_volume_has_no_project_in_its_name_and_a_variable_is_left_out() -> None:
    text = compose(volumes=["away:/a", "secret:/b"])
    text += '\nvolumes: {away: {external: true}, secret: {name: "${NAME}"}}\n'
    assert stack(text).volumes == ("away",)


def test_two_that_declare_the_same_name_are_refused() -> None:
    others = (Desired("app", protects=(Protected("uploads", "files", ("/srv/a",), 60),)),)
    with pytest.raises(ValueError, match="uploads is declared twice"):
        desired(BackupSettings(files=[ProtectedFiles(name="uploads", paths=["/srv/b"])]), DEBIAN, others)


@pytest.mark.parametrize(
    ("paths", "exclude", "message"),
    [
        (["srv/media"], [], "pattern"),
        (["/srv/media"], ["/srv/other/*.tmp"], "below none of paths"),
        (["/srv/media"], ["/srv/media2/x"], "below none of paths"),
        ([], [], "at least 1"),
    ],
)
def test_paths_that_name_no_data_are_refused(paths: list[str], exclude: list[str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ProtectedFiles(name="media", paths=paths, exclude=exclude)


@pytest.mark.parametrize("path", ["relative", ""])
def test_a_subsystem_cannot_protect_a_relative_path(path: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        Protected("x", "files", (path,), 60)


def test_data_is_accepted_with_an_end_only() -> None:
    def host(until: date | None) -> Rig:
        one = AcceptedFinding(where="data: /srv/old", reason="a copy of the archive", until=until)
        return Rig(machine=Machine(os="debian13", accepted=[one]), backup=BackupSettings())

    assert host(date(2027, 1, 31))
    with pytest.raises(ValidationError, match=r"data: /srv/old is data that nothing protects.*set until"):
        host(None)


def test_what_nothing_declares_is_found_and_what_is_empty_is_not(tmp_path: Path) -> None:
    written(tmp_path, "media/film", "old/deep/er/file", "plain")
    (tmp_path / "empty/below").mkdir(parents=True)
    found = searched([("media", [f"{tmp_path}/media"], 1)], [f"{tmp_path}/*"])
    undeclared = "nothing declares it"
    assert found == {"media": "there", f"{tmp_path}/old": undeclared, f"{tmp_path}/plain": undeclared}


def test_a_part_of_a_folder_that_is_declared_leaves_the_folder_undeclared(tmp_path: Path) -> None:
    written(tmp_path, "media/films/a", "media/cuts/b")
    found = searched([("films", [f"{tmp_path}/media/films"], 1)], [f"{tmp_path}/*"])
    assert found == {"films": "there", f"{tmp_path}/media": "nothing declares it"}


def test_a_path_that_begins_like_a_declared_one_is_another(tmp_path: Path) -> None:
    written(tmp_path, "media/a", "media-old/b")
    found = searched([("media", [f"{tmp_path}/media"], 1)], [f"{tmp_path}/*"])
    assert found == {"media": "there", f"{tmp_path}/media-old": "nothing declares it"}


@pytest.mark.parametrize(("files", "state"), [(0, "there"), (1, "there"), (2, "there"), (3, "missing")])
def test_declared_data_with_fewer_files_than_there_must_be_is_missing(
    tmp_path: Path, files: int, state: str
) -> None:
    written(tmp_path, "media/a", "media/deep/b")
    assert searched([("media", [f"{tmp_path}/media"], files)], []) == {"media": state}


def test_no_success_of_nothing_where_a_file_system_is_not_mounted(tmp_path: Path) -> None:
    """Trap 10: restic backs up an empty mount point, and ends with success."""
    (tmp_path / "media").mkdir()
    assert searched([("media", [f"{tmp_path}/media"], 1)], []) == {"media": "missing"}
    assert searched([("gone", [f"{tmp_path}/gone*"], 0)], []) == {"gone": "missing"}


def test_an_anonymous_volume_is_left_out_and_a_named_one_is_found(tmp_path: Path) -> None:
    written(tmp_path, f"volumes/{'0a' * 32}/_data/x", "volumes/shop_data/_data/x")
    found = searched([], [f"{tmp_path}/volumes/*/_data"])
    assert found == {f"{tmp_path}/volumes/shop_data/_data": "nothing declares it"}


def test_a_link_to_declared_data_is_declared(tmp_path: Path) -> None:
    written(tmp_path, "real/media/a")
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/media").symlink_to(tmp_path / "real/media")
    assert searched([("media", [f"{tmp_path}/real/media"], 1)], [f"{tmp_path}/srv/*"]) == {"media": "there"}


def test_odd_names_and_loops_end_the_search_with_no_error(tmp_path: Path) -> None:
    folder = written(tmp_path, "a b/ü\n", "[x]/y")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    undecodable = os.fsencode(folder) + b"/\xff\xfe"
    with open(undecodable, "w") as file:  # noqa: PTH123  pathlib knows no bytes
        file.write("x")
    found = searched([], [f"{folder}/*", "/nonexistent/*"])
    assert {f"{folder}/a b", f"{folder}/[x]"} <= {*found}
    assert len(found) in (3, 4)


def test_a_folder_deeper_than_the_recursion_of_python_is_searched(tmp_path: Path) -> None:
    depth = sys.getrecursionlimit() + 200
    command = f"cd {tmp_path} && mkdir deep && cd deep && for i in $(seq {depth}); do mkdir a && cd a; done"
    subprocess.run(["sh", "-c", f"{command}; echo x >file"], check=True)
    assert searched([], [f"{tmp_path}/*"]) == {f"{tmp_path}/deep": "nothing declares it"}
    subprocess.run(["rm", "-rf", str(tmp_path / "deep")], check=True)
