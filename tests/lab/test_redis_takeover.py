"""A Redis with clients is taken over: what it costs is said before, and no key is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rigwright import lab
from tests.support.in_use import InUse

IMPORTS = """\
from deploys.redis.settings import RedisSettings, RedisUser
from rigwright.secrets.value import Secret
"""
PASSWORD = "shop-Gk7vQ2xLw9-long"  # noqa: S105  of this host alone
SETUP = f"""\
apt-get -qq install -y --no-install-recommends redis-server >&2
mkdir -p /srv/redis /etc/systemd/system/redis-server.service.d
chown redis:redis /srv/redis
sed -i -e 's|^dir .*|dir /srv/redis|' -e 's/^bind .*/bind */' -e 's/^databases .*/databases 32/' \\
    -e '/^save /d' /etc/redis/redis.conf
printf '%s\\n' 'requirepass {PASSWORD}' 'save ""' >>/etc/redis/redis.conf
printf '[Service]\\nReadWriteDirectories=-/srv/redis\\n' >/etc/systemd/system/redis-server.service.d/old.conf
systemctl daemon-reload && systemctl restart redis-server
export REDISCLI_AUTH={PASSWORD}
redis-cli set kept all >&2
redis-cli -n 20 set deep all >&2
"""
ADMINISTRATOR = 'administrator_password=Secret("redis_administrator", "admin-Rt5mZ8pKc3-long")'
DEFAULTS = f"redis=RedisSettings({ADMINISTRATOR})"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InUse]:
    """A server with its data elsewhere, which keeps it in memory alone, and a client from outside."""
    one = InUse.up("t-take-redis13", tmp_path_factory.mktemp("redis"), IMPORTS, SETUP)
    where = f"REDISCLI_AUTH={PASSWORD} redis-cli -h {one.address}"
    one.start_client(f'test "$({where} get kept)" = all')
    yield one
    lab.down("t-take-redis13")


def as_it_is(one: InUse) -> str:
    """The settings of this server."""
    user = f'RedisUser(name="default", password=Secret("redis_default", "{PASSWORD}"))'
    where = f'directory="/srv/redis", databases=32, listen_addresses=["127.0.0.1", "{one.address}"]'
    return f"redis=RedisSettings({ADMINISTRATOR}, users=[{user}], {where})"


def test_data_elsewhere_and_databases_are_not_hidden_even_with_adopt(cache: InUse) -> None:
    plan = cache.rig("plan", DEFAULTS)
    assert plan.returncode == 2
    for words in (
        "redis has its data by dir /srv/redis, which /var/lib/redis would hide",
        'set redis.directory="/srv/redis"',
        "set redis.databases=21 or more",
        "redis listens on every address",
        "keeps its keys in memory alone",
        "redis restarts with its data",
    ):
        assert words in plan.stdout
    refused = cache.rig("apply", DEFAULTS, "--adopt")
    assert (refused.returncode, "would go out of sight" in refused.stdout) == (1, True)
    assert cache.failed() == 0


def test_clients_that_are_cut_off_need_adopt(cache: InUse) -> None:
    held = f'redis=RedisSettings({ADMINISTRATOR}, directory="/srv/redis", databases=32)'
    refused = cache.rig("apply", held)
    assert (refused.returncode, "this is in use" in refused.stdout) == (1, True)
    assert cache.failed() == 0


def test_described_as_it_is_it_is_adopted_with_every_key(cache: InUse) -> None:
    done = cache.rig("apply", as_it_is(cache), "--adopt")
    assert done.returncode == 0, done.stdout
    assert cache.outages() <= 1, "the one restart that the plan announced"
    cache.failed()
    assert cache.target.sh(f"REDISCLI_AUTH={PASSWORD} redis-cli -n 20 get deep") == "all"
    again = cache.rig("apply", as_it_is(cache))
    assert (again.returncode, "nothing to change" in again.stdout) == (0, True), again.stdout
    drift = cache.rig("drift", as_it_is(cache))
    assert "old.conf changes redis-server.service" in drift.stdout, "the operator's own drop-in"
    cache.target.sh("rm /etc/systemd/system/redis-server.service.d/old.conf; systemctl daemon-reload")
    drift = cache.rig("drift", as_it_is(cache))
    assert drift.returncode == 0, drift.stdout
