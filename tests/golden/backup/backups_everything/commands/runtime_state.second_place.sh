cat /var/lib/rigwright-backup-second/place.json 2>/dev/null || echo '{}'
# place: drive:backups/studio
# reached: yes
# owner: this host
# versioned: not asked
# remediation after_activation:
