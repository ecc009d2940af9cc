docker compose -p shop stop
