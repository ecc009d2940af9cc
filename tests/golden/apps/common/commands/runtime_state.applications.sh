python3 -I /usr/local/lib/rigwright/apps/apps.pyz serving
# shop: as recorded
# api: as recorded
# remediation after_activation:
systemctl start rigwright-apps.service
