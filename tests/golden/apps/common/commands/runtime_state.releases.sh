python3 -I /usr/local/lib/rigwright/apps/apps.pyz released
# shop: has its settings
# api: has its settings
# remediation after_activation:
