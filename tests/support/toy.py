"""A small service whose every part can be made to fail: its check, its reload, its probe.

It serves, from memory, the content of its files at the last reload.
"""

from __future__ import annotations

from rigwright.desired import Activation, Check, Desired, Directory, File, Link, Probe, Step, Unit

DAEMON = b"""#!/bin/sh
load() { cat /etc/toy/conf.d/*.conf >/run/toy.new && mv /run/toy.new /run/toy; }
trap load HUP
load
while :; do sleep 1 & wait $!; done
"""
UNIT = b"""[Unit]
Description=Toy
[Service]
ExecStart=/usr/local/bin/toyd
ExecReload=/bin/sh -c '! grep -qs refuse-reload /etc/toy/conf.d/*.conf && kill -HUP $MAINPID'
[Install]
WantedBy=multi-user.target
"""
SECRET = b"canary-3f9d2b7c51"


def toy(version: str, *, extra: str = "", content: str = "") -> Desired:
    """The toy in one of its versions.

    Args:
        version: Goes into two files, whose versions must never be mixed; decides which third file there is.
        extra: A line for the included file: ``bad`` is refused by the check, ``refuse-reload`` by the reload.
        content: What the probe expects to read, if not the version: then it fails, after a short time.
    """
    folder = "/etc/toy/conf.d"
    seconds = 2 if content else 20
    return Desired(
        "toy",
        files=(
            File("/usr/local/bin/toyd", DAEMON, mode=0o755),
            File("/etc/systemd/system/toy.service", UNIT),
            File(f"{folder}/1.conf", f"first {version}\n".encode()),
            File(f"{folder}/2.conf", f"second {version}\n{extra}\n".encode()),
            File(f"{folder}/only-{version}.conf", b"\n", owner="daemon", mode=0o640),
            File("/etc/toy/key", SECRET + version.encode(), mode=0o600, secret=True),
        ),
        links=(Link("/etc/toy/current", f"conf.d/only-{version}.conf"),),
        directories=(Directory("/etc/toy"), Directory(folder, owned=True), Directory(f"/etc/toy/{version}")),
        units=(Unit("toy.service"),),
        activations=(Activation("toy.service", restart_on=("/etc/systemd/system/", "/usr/local/")),),
        steps=(Step("salt", "! test -e /etc/toy-salt", "echo salt >/etc/toy-salt"),),
        checks=(Check("the toy", 'test "$(cat /etc/toy/current)" = "" && ! grep -rn bad /etc/toy/conf.d'),),
        probes=(
            Probe("the toy", f"grep -qx 'second {content or version}' /run/toy", timeout_seconds=seconds),
        ),
    )
