"""What makes a lab VM: QEMU's command line, and the files that make the image this host."""

from __future__ import annotations

import io
import json
import socket
import tarfile
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from rigwright.errors import RigError
from rigwright.lab import qemu, vm
from rigwright.lab.disk import File
from rigwright.lab.fault import FAULTS
from rigwright.lab.json_lines import conversation
from rigwright.lab.recipe import RECIPES, VM_RECIPES, BuildEnvironment, image_name, recipe_of

MACHINE = qemu.Machine(
    name="box",
    machine_id="0" * 32,
    mac="02:72:69:67:00:0a",
    tap="riglab10",
    folder=Path("/lab/box"),
    image=Path("/images/one"),
    accelerator="tcg",
    attach=Path("/attach.sh"),
)


def after(flag: str) -> list[str]:
    """What stands behind each of these flags."""
    return [word for before, word in pairwise(qemu.command(MACHINE)) if before == flag]


def test_every_disk_has_a_serial_number_and_a_file_of_its_own() -> None:
    serials = [word.split("serial=")[1] for word in after("-device") if "serial=" in word]
    assert serials == ["RIGLAB-NVME0", "RIGLAB-NVME1", "RIGLAB-SATA0"]
    files = [word.split("file.filename=")[1].split(",")[0] for word in after("-blockdev")]
    assert files == [f"/lab/box/{name}" for name in ("system.qcow2", "nvme0.img", "nvme1.img", "sata0.img")]


def test_what_faults_name_is_there() -> None:
    ids = {part for word in after("-device") for part in word.split(",") if part[:3] == "id="}
    assert {"id=nvme0", "id=nvme1", "id=nvme1-port", "id=net0"} <= ids
    assert len(FAULTS) == 7


def test_the_accelerator_that_was_found_is_the_only_one() -> None:
    assert [word.split(",")[0] for word in after("-accel")] == ["tcg"]
    assert "kvm" in qemu.processor("kvm")


def test_the_archive_keeps_modes_owners_and_folders_of_users() -> None:
    found = vm.archive(
        [
            File("/etc/hostname", "box\n"),
            File("/home/operator/.ssh/authorized_keys", "key\n", 0o600, 1000, 37),
        ]
    )
    with tarfile.open(fileobj=io.BytesIO(found)) as tar:
        entries = {entry.name: (entry.isdir(), entry.mode, entry.uid, entry.gid) for entry in tar}
        assert entries == {
            "etc/hostname": (False, 0o644, 0, 0),
            "home/operator/.ssh": (True, 0o700, 1000, 37),
            "home/operator/.ssh/authorized_keys": (False, 0o600, 1000, 37),
        }
        content = tar.extractfile("etc/hostname")
        assert content
        assert content.read() == b"box\n"


def test_a_vm_has_an_image_of_its_own_beside_the_containers() -> None:
    nothing = BuildEnvironment("", (), ())
    container, machine = (image_name(recipe_of("debian13", kind), nothing) for kind in ("container", "vm"))
    assert container.startswith("debian13-")
    assert machine.startswith("vm-debian13-")
    assert {*RECIPES["debian13"].packages} < {*VM_RECIPES["debian13"].packages}
    with pytest.raises(RigError, match="there is no vm of debian12"):
        recipe_of("debian12", "vm")


def test_a_conversation_passes_over_events_and_tells_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "monitor"
    answers = [
        b'\xff{"event": "SHUTDOWN"}\n{"return": {"status": "running"}}\n',
        b'{"error": {"class": "DeviceNotFound", "desc": "Device \'sda\' not found"}}\n',
    ]
    asked: list[object] = []

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            for answer in answers:
                asked.append(json.loads(lines.readline()))
                connection.sendall(answer)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        server = threading.Thread(target=serve, args=(listening,))
        server.start()
        with conversation(path, 5) as monitor:
            assert monitor.ask("query-status") == {"status": "running"}
            with pytest.raises(RigError, match="device_del was refused: Device 'sda' not found"):
                monitor.ask("device_del", {"id": "sda"})
        server.join()
    assert asked == [{"execute": "query-status"}, {"execute": "device_del", "arguments": {"id": "sda"}}]


def test_nobody_at_the_socket_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(RigError) as caught, conversation(tmp_path / "agent", 1):
        pass
    assert caught.value.file == str(tmp_path / "agent")
