"""Data that appears beside what is declared, and the finding that drift must report."""

CHANGES = {
    ("file.content", "/etc/rigwright/backup/protected.json"): (
        "echo '[]' >/etc/rigwright/backup/protected.json"
    ),
}
