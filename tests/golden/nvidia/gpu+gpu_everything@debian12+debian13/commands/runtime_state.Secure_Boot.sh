deploys/nvidia/programs/query_secure_boot.sh
# modules that are compiled here: taken
# remediation after_activation:
