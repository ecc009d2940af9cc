! command -v visudo >/dev/null || visudo -c
