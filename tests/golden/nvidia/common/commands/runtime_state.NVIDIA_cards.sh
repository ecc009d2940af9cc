deploys/nvidia/programs/query_cards.sh
# on the PCI bus: 10de:2b85
# remediation after_activation:
