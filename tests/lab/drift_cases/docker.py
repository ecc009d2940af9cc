"""Docker: its files and units. What happens to containers is in tests/lab/test_docker.py."""

CHANGES = {
    ("file.content", "/etc/docker/daemon.json"): "echo '{\"debug\": true}' >/etc/docker/daemon.json",
    ("unit.state", "rigwright-docker-prune.timer"): "systemctl stop rigwright-docker-prune.timer",
    ("directory.mode", "/etc/rigwright/stacks"): "chmod 755 /etc/rigwright/stacks",
    ("runtime_state.unmanaged", "docker stacks: left"): (
        "mkdir -p /var/lib/rigwright/stacks && echo '{}' >/var/lib/rigwright/stacks/left.json"
    ),
}
