cat /var/lib/rigwright-backup/place.json 2>/dev/null || echo '{}'
# place: https://s3.example.com/studio-backup/studio/postgresql
# reached: yes
# owner: this host
# versioned: yes
# remediation after_activation:
