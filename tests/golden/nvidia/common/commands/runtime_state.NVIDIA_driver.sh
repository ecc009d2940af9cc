deploys/nvidia/programs/query_driver.sh
# module: loaded
# flavour: open
# versions: one
# nouveau: not loaded
# next kernel: has the module
# remediation after_activation:
