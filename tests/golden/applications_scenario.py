"""A host with applications, and all that they name. It is rendered only: no lab host has their images."""

from __future__ import annotations

from deploys.nginx.settings import NginxSettings, Proxy, SelfSigned, Site, Upstream
from deploys.rig import Machine, Rig
from inventories.scenarios import apps, docker, postgres, redis
from rigwright.settings.platform import Os


def applications(os: Os) -> Rig:
    """Applications, their database and cache, and the web server that leads to one of them."""
    site = Site(
        name="shop",
        domains=["shop.rig.test"],
        certificate=SelfSigned(),
        routes=[Proxy(path="/", upstream="shop"), Proxy(path="/live/", upstream="live")],
    )
    cache = redis.everything(os).model_copy(update={"listen_addresses": ("127.0.0.1", "10.99.0.1")})
    return Rig(
        machine=Machine(os=os),
        docker=docker.everything(os),
        postgres=postgres.everything(os),
        redis=cache,
        apps=apps.everything(os),
        nginx=NginxSettings(
            upstreams=[Upstream(name="shop", app="shop/web"), Upstream(name="live", app="shop/live")],
            sites=[site],
        ),
    )
