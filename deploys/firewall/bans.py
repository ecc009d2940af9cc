"""fail2ban: who keeps failing to log in over SSH is shut out, in a table of fail2ban's own."""

from __future__ import annotations

from deploys.firewall.settings import Fail2ban
from rigwright.desired import Activation, Check, Desired, Directory, File, Probe, RuntimeState, Unit
from rigwright.desired.render import render

UNIT = "fail2ban.service"
PATH = "/etc/fail2ban/jail.d/rigwright.local"
READ = """\
for name in maxretry findtime bantime; do
    value=$(fail2ban-client get sshd "$name") || exit 1
    printf '%s"%s": "%s"' "${comma-{}" "$name" "$value"
    comma=', '
done
echo '}'
"""
RELOAD = """\
tries=0
until fail2ban-client ping >/dev/null 2>&1 || [ "$tries" = 20 ]; do
    tries=$((tries + 1))
    sleep 0.5
done
fail2ban-client reload sshd
"""


def desired(settings: Fail2ban | None, others: tuple[Desired, ...]) -> Desired:
    """The part of the firewall that fail2ban is; nothing where it is not wanted."""
    if settings is None:
        return Desired("firewall")
    ports = sorted({socket.port for one in others if one.subsystem == "ssh" for socket in one.sockets}) or [
        22
    ]
    content = render("firewall/_fail2ban.local.j2", fail2ban=settings, ports=ports)
    return Desired(
        "firewall",
        packages=("fail2ban", "python3-systemd"),
        files=(File(PATH, content),),
        directories=(Directory("/etc/fail2ban/jail.d"),),
        units=(Unit(UNIT),),
        activations=(Activation(UNIT, reload_on=("/etc/fail2ban/",)),),
        runtime_states=(
            RuntimeState(
                "fail2ban",
                READ,
                (
                    ("maxretry", str(settings.max_failures)),
                    ("findtime", str(settings.find_seconds)),
                    ("bantime", str(settings.ban_seconds)),
                ),
                remediation=RELOAD,
            ),
        ),
        checks=(Check("fail2ban-client -t", "fail2ban-client -t"),),
        probes=(Probe("fail2ban", "fail2ban-client status sshd"),),
    )
