exec python3 -I -c deploys/prometheus/programs/alertmanager_loaded.py 9093
