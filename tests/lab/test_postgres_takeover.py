"""A database with clients is taken over: what it costs is said before, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rigwright import lab
from tests.support.in_use import InUse

IMPORTS = """\
from deploys.postgres.settings import Cluster, Database, PostgresSettings, Role
from rigwright.secrets.value import Secret
"""
SETUP = """\
apt-get -qq install -y --no-install-recommends postgresql >&2
pg_dropcluster --stop 17 main
pg_createcluster 17 shop -d /srv/pg/shop -p 5433 --locale C.UTF-8 -o listen_addresses='*' >&2
echo 'hostssl shop shop 10.0.0.0/8 scram-sha-256' >>/etc/postgresql/17/shop/pg_hba.conf
systemctl start postgresql@17-shop
cd /tmp
su postgres -c "psql -p 5433 -q -c \\"create role shop login password 'long enough for us'\\" \\
    -c 'create database shop owner shop' -c 'create table public.kept (n int)'"
su postgres -c "psql -p 5433 -q -d shop -c 'create table orders (n int); insert into orders
    select generate_series(1, 1000);
    alter table orders owner to shop'"
"""
PORT = "postgres=PostgresSettings(port=5433)"
ROLE = 'Role(name="shop", password=Secret("shop", "long enough for us"), networks=["10.0.0.0/8"])'
AS_IT_IS = f"""postgres=PostgresSettings(
    port=5433, listen_addresses=["0.0.0.0"], roles=[{ROLE}], databases=[Database(name="shop", owner="shop")],
    cluster=Cluster(name="shop", data_directory="/srv/pg/shop", checksums=False),
)"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InUse]:
    """A cluster of another name, with its data elsewhere and on another port, and a client from outside."""
    one = InUse.up("t-take-pg13", tmp_path_factory.mktemp("pg"), IMPORTS, SETUP)
    where = f"postgresql://shop:long%20enough%20for%20us@{one.address}:5433/shop?sslmode=require"
    one.start_client(f'test "$(psql -XAtc "table orders" "{where}" | wc -l)" = 1000')
    yield one
    lab.down("t-take-pg13")


def test_the_plan_names_who_uses_it_and_nothing_is_taken(shop: InUse) -> None:
    plan = shop.rig("plan", PORT)
    assert plan.returncode == 2
    assert "cluster 17/shop with its data in /srv/pg/shop is in use on port 5433" in plan.stdout
    assert 'postgres.cluster=Cluster(name="shop")' in plan.stdout
    for adopt in ([], ["--adopt"]):
        refused = shop.rig("apply", PORT, *adopt)
        assert refused.returncode == 1
        assert "would go out of sight; nothing was changed" in refused.stdout
    assert shop.failed() == 0


def test_data_elsewhere_is_not_hidden_even_with_adopt(shop: InUse) -> None:
    named = 'postgres=PostgresSettings(port=5433, cluster=Cluster(name="shop"))'
    refused = shop.rig("apply", named, "--adopt")
    assert refused.returncode == 1
    assert 'set data_directory="/srv/pg/shop" in postgres.cluster' in refused.stdout
    assert shop.failed() == 0


def test_what_clients_lose_needs_adopt(shop: InUse) -> None:
    cluster = 'cluster=Cluster(name="shop", data_directory="/srv/pg/shop")'
    plan = shop.rig("plan", f"postgres=PostgresSettings({cluster})").stdout
    for words in (
        "port 5433 becomes 5432",
        "the server listens on *, and then on 127.0.0.1 alone",
        "database shop (",
        "role shop stays, and cannot log in",
        "lets shop from 10.0.0.0/8 into shop, and counts no more",
        "cluster 17/shop has no checksums and stays so",
        "cluster 17/shop restarts with the new settings",
    ):
        assert words in plan
    refused = shop.rig("apply", f"postgres=PostgresSettings({cluster})")
    assert (refused.returncode, "rig apply --adopt" in refused.stdout) == (1, True)
    assert shop.failed() == 0


def test_described_as_it_is_it_is_adopted_and_its_client_goes_on(shop: InUse) -> None:
    plan = shop.rig("plan", AS_IT_IS).stdout
    assert "restarts with the new settings" in plan
    for lost in ("counts no more", "refused from then on", "cannot log in", "becomes 5432", "checksums"):
        assert lost not in plan
    done = shop.rig("apply", AS_IT_IS, "--adopt")
    assert done.returncode == 0, done.stdout
    assert shop.outages() <= 1, "the one restart that the plan announced"
    shop.failed()
    again = shop.rig("apply", AS_IT_IS)
    assert (again.returncode, "was in sync" in again.stdout) == (0, True), again.stdout
    drift = shop.rig("drift", AS_IT_IS)
    assert drift.returncode == 0, drift.stdout
    lines = shop.target.sh("pg_lsclusters -h")
    assert lines.split()[:6] == ["17", "shop", "5433", "online", "postgres", "/srv/pg/shop"]
    assert len(lines.splitlines()) == 1
