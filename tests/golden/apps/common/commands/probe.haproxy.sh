python3 -I /usr/local/lib/rigwright/apps/apps.pyz ping
