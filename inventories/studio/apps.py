"""Applications of the reference host, whose releases go live without a failed request."""

from deploys.apps.settings import App, AppFile, AppsSettings, Checks, DatabaseUrl, Gate, Process, RedisUrl
from rigwright.secrets import SecretSource

_GIB = 2**30

_SETTINGS = """\
[uploads]
folder = "/uploads"
"""


def apps(secrets: SecretSource) -> AppsSettings:
    """With the secrets of applications out of a store."""
    api = Process(
        name="api",
        command=None,  # or word by word what the container runs, in place of the image's own
        port=8000,  # inside its container
        listen=8000,  # on loopback, where nginx sends its requests
        slots_from=8100,  # on loopback: twice max_instances ports of instances, 8100 to 8105
        instances=2,
        max_instances=3,  # None: as many as instances
        ready_path="/api/ready",  # 200 where it can take requests, with its release in JSON
        gate=Gate(
            field="release",  # the key of that JSON which holds the value of the variable RELEASE
            responses=3,  # so many good ones in a row, and a new instance takes requests
            interval_seconds=0.5,  # so long apart
            timeout_seconds=120,  # else the release ends, and the old one goes on serving
        ),
        memory=4 * _GIB,  # of one instance; counted for two releases
        memory_reservation=2 * _GIB,  # what it is left with when the host runs short; None: nothing
        cpus=2.0,  # None: all of them
        response_seconds=600,  # the longest wait for a response
        websocket_idle_seconds=3600,  # how long a websocket may be silent
        drain_seconds=60,  # for requests under way in an old instance
        websocket_drain_seconds=300,  # and for its websockets
        stop_seconds=10,  # from SIGTERM to SIGKILL
    )
    live = Process(name="live", port=8001, listen=8001, slots_from=8120, memory=_GIB)
    backend = App(
        name="backend",
        image="127.0.0.1:5000/backend",  # without a tag: which version runs is what a release says
        processes=[api, live],
        variables={"LOG_LEVEL": "info"},
        secrets={"SESSION_KEY": secrets["backend_session_key"]},
        urls={
            "DATABASE_URL": DatabaseUrl(role="studio", database="studio", pooled=True),
            "REDIS_URL": RedisUrl(user="backend", database=0),
        },
        files=[AppFile(path="/etc/backend/settings.toml", content=_SETTINGS)],  # read-only, no secrets
        keep_releases=5,  # good ones, to go back to
        checks=Checks(  # before a release, which one that fails refuses
            free_disk="20GB",  # where images and containers lie
            certificate_days=14,  # how long certificates must hold
            alertmanager_port=9093,  # on loopback: no alert may fire
            without=[],  # checks that are never made
        ),
    )
    return AppsSettings(
        apps=[backend],
        max_connections=8000,  # from nginx, at once
    )
