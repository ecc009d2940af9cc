! { grep -qsF '"place": "drive:backups/studio"' /var/lib/rigwright-backup-second/place.json && grep -qsE '"owner": "(this host|another host|none)"' /var/lib/rigwright-backup-second/place.json; }
