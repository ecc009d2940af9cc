cat /var/lib/rigwright-backup-second/place.json 2>/dev/null || echo '{}'
# place: https://s3.example.com/studio-second/studio
# reached: yes
# owner: this host
# versioned: yes
# remediation after_activation:
