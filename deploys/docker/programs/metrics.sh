#!/bin/sh
# Exposes to Prometheus, each minute, whether every container that has a health check reports that it is healthy.
# The engine's own count of failed checks holds only those that it could not run, and none that failed.
set -eu
umask 022
metrics=/var/lib/prometheus/node-exporter/rigwright_docker.prom
# A request to its socket would start an engine that an operator stopped.
systemctl is-active -q docker.service || { rm -f "$metrics"; exit 0; }
list() { docker container ls --filter "health=$1" --format '{{.Names}}'; }
healthy=$(list healthy)
unhealthy=$(list unhealthy)
# Behind a comma are names that links of another container gave it.
rows() { printf '%s\n' "$1" | sed -n "s/^\([^,]\{1,\}\).*/rigwright_docker_container_healthy{name=\"\1\"} $2/p"; }
{
    echo "# HELP rigwright_docker_container_healthy Whether a container reports that it is healthy."
    echo "# TYPE rigwright_docker_container_healthy gauge"
    rows "$healthy" 1
    rows "$unhealthy" 0
} >"$metrics.new"
mv -f "$metrics.new" "$metrics"
