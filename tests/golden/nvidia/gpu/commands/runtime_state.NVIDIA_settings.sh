/usr/local/lib/rigwright/nvidia/tune look
# persistence: Enabled
# remediation after_activation:
tune=/usr/local/lib/rigwright/nvidia/tune
persistence=Enabled
verb=restart
deploys/nvidia/programs/apply_settings.sh
