cd /etc/rigwright/stacks/shop && docker compose -p shop -f compose.yaml config -q
