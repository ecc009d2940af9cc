"""Applications with every setting changed.

No lab host has their images, so they are rendered for each system; ``tests/lab/test_apps.py`` has a host of
its own with a stand-in.
"""

from __future__ import annotations

from deploys.apps.settings import App, AppFile, AppsSettings, Checks, DatabaseUrl, Gate, Process, RedisUrl
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

MIB = 2**20

CONTAINERS = False


def everything(os: Os) -> AppsSettings:  # noqa: ARG001  the same on all
    """Two applications: one of two processes with every setting, one of a single process with none."""
    web = Process(
        name="web",
        command=["serve", "--workers=2"],
        port=8080,
        listen=17_000,
        slots_from=17_100,
        instances=2,
        max_instances=3,
        ready_path="/health/ready",
        gate=Gate(field="version.release", responses=5, interval_seconds=1, timeout_seconds=60),
        memory=128 * MIB,
        memory_reservation=64 * MIB,
        cpus=0.5,
        response_seconds=30,
        websocket_idle_seconds=600,
        drain_seconds=20,
        websocket_drain_seconds=60,
        stop_seconds=30,
    )
    live = Process(name="live", port=8081, listen=17_001, slots_from=17_120, memory=64 * MIB)
    shop = App(
        name="shop",
        image="registry.rig.test:5000/team/shop",
        processes=[web, live],
        variables={"LOG_LEVEL": "debug", "GREETING": 'Grüße, "world" $HOME'},
        secrets={"API_KEY": Secret("shop_api_key", "not a secret: a value of the lab")},
        urls={
            "DATABASE_URL": DatabaseUrl(role="studio", database="studio", pooled=False),
            "CACHE_URL": RedisUrl(user="app", database=2),
        },
        files=[AppFile(path="/etc/shop/settings.toml", content="[shop]\nname = 'rig'\n")],
        keep_releases=3,
        checks=Checks(free_disk="10GB", certificate_days=7, alertmanager_port=9094, without=["clock"]),
    )
    api = Process(name="api", port=8000, listen=17_002, slots_from=17_130, memory=64 * MIB)
    return AppsSettings(apps=[shop, App(name="api", image="api", processes=[api])], max_connections=2000)
