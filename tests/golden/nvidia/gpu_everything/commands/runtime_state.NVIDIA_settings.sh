/usr/local/lib/rigwright/nvidia/tune look
# persistence: Disabled
# power limit in watts: 450
# remediation after_activation:
tune=/usr/local/lib/rigwright/nvidia/tune
persistence=Disabled
verb=stop
deploys/nvidia/programs/apply_settings.sh
