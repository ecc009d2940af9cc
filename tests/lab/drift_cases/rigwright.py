"""The toolkit's own part."""

CHANGES = {
    ("unit.enabled", "rigwright-recover.service"): "systemctl disable -q rigwright-recover",
    ("file.mode", "/var/lib/rigwright/bin/packages.sh"): "chmod 755 /var/lib/rigwright/bin/packages.sh",
}
