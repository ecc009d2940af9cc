"""Applications: no scenario of the lab has images, so ``tests/lab/test_apps.py`` makes these on its host."""

from tests.support.apps_target import ASK, SOCKET

CHANGES: dict[tuple[str, str], str] = {}

SET = f"python3 -c '{ASK}' {SOCKET} 'set server shop-web/{{}} state {{}}'"

WITH_A_RELEASE = {
    ("runtime_state.value", "applications: shop"): SET.format("b1", "ready"),
    ("file.content", "/etc/haproxy/haproxy.cfg"): "echo '# mine' >>/etc/haproxy/haproxy.cfg",
    ("file.mode", "/etc/rigwright/apps/shop.secrets.json"): "chmod 644 /etc/rigwright/apps/shop.secrets.json",
    ("file.unmanaged", "/etc/rigwright/apps/left.json"): "echo '{}' >/etc/rigwright/apps/left.json",
    ("unit.enabled", "rigwright-apps.service"): "systemctl disable -q rigwright-apps.service",
}
"""Of a host whose release has its instances at ``a1`` and ``a2``."""
