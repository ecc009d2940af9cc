"""What watches the hardware: its program, its sandbox and its timer."""

COLLECTOR = "/usr/local/lib/rigwright/health/collect.pyz"
SERVICE = "/etc/systemd/system/rigwright-health.service"

CHANGES = {
    ("file.content", COLLECTOR): f"echo 'print(1)' >{COLLECTOR}",
    ("file.content", SERVICE): f"echo DevicePolicy=auto >>{SERVICE}",
    ("unit.state", "rigwright-health.timer"): "systemctl stop rigwright-health.timer",
}
