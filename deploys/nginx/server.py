"""What all sites share: the service, its packages and hardening, and the configuration of ``http``."""

from __future__ import annotations

from deploys.nginx.settings import NginxSettings
from deploys.nginx.versions import Versions
from rigwright.desired import Absent, Activation, Check, Desired, Directory, Drain, Unit
from rigwright.desired.render import render_file

UNIT = "nginx.service"
DROP_INS = f"/etc/systemd/system/{UNIT}.d"
OWNED = ("conf.d", "includes", "pages", "sites-enabled", "upstreams")
BROTLI = ("libnginx-mod-http-brotli-filter", "libnginx-mod-http-brotli-static")
QUIT_MARGIN_SECONDS = 10
LONGEST_DRAIN_SECONDS = 240
"""A websocket may stay for as long as the settings let it; no reboot waits that long."""
FOLDER = "/etc/nginx/"
LISTENS = ("http", "http_default", "https", "https_default")
RESTART_ON = (f"{DROP_INS}/", *(f"/etc/nginx/includes/listen_{name}.conf" for name in LISTENS))
WORKERS = "nginx: worker process"
TEMPLATES = (
    "etc/nginx/nginx.conf.j2",
    "etc/nginx/conf.d/compression.conf.j2",
    "etc/nginx/conf.d/default_server.conf.j2",
    "etc/nginx/conf.d/log.conf",
    "etc/nginx/conf.d/proxy.conf.j2",
    "etc/nginx/conf.d/real_ip.conf.j2",
    "etc/nginx/includes/acme_challenge.conf",
    "etc/nginx/includes/proxy.conf",
    "etc/systemd/system/nginx.service.d/hardening.conf.j2",
    "var/www/welcome/index.html",
)


def server(settings: NginxSettings, versions: Versions) -> Desired:
    """The web server without its sites."""
    return Desired(
        "nginx",
        packages=("logrotate", "nginx", *(BROTLI if settings.brotli else ())),
        versions=versions.prefixes,
        files=tuple(render_file(f"nginx/{path}", nginx=settings, versions=versions) for path in TEMPLATES),
        directories=(
            *(Directory(f"/etc/nginx/{name}", owned=True) for name in OWNED),
            Directory(DROP_INS),
            Directory("/var/www/welcome", owned=True),
        ),
        absent=(
            Absent("/etc/nginx/sites-enabled/default", package_target="/etc/nginx/sites-available/default"),
        ),
        units=(Unit(UNIT),),
        activations=(
            Activation(UNIT, reload_on=(FOLDER,), restart_on=RESTART_ON, reads=(FOLDER,), workers=WORKERS),
        ),
        checks=(Check("nginx -t", "nginx -t -q"),),
        drains=(_drain(settings),),
        proxy_networks=tuple(settings.trusted_proxies),
    )


def _drain(settings: NginxSettings) -> Drain:
    """It takes no new request and finishes those in flight; its unit alone cuts them off after 5 s."""
    wait = f"while systemctl -q is-active {UNIT}; do sleep 0.1; done"
    # --kill-whom= of newer systemds is a name that Ubuntu 22.04 does not know.
    quit_ = f"systemctl kill --kill-who=main --signal=QUIT {UNIT}"
    limit = min(settings.worker_shutdown_timeout_seconds + QUIT_MARGIN_SECONDS, LONGEST_DRAIN_SECONDS)
    return Drain(UNIT, "nginx: finish requests in flight", f"{quit_} && {wait}", "entry", limit)
