cat /var/lib/rigwright-backup-files/place.json 2>/dev/null || echo '{}'
# place: https://s3.example.net:8443/studio-backup/studio/files
# reached: yes
# owner: this host
# versioned: yes
# remediation after_activation:
