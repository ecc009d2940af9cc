exec python3 -I -c deploys/ssh/programs/probe.py rig-<digest of the configuration> 127.0.0.1:22 '[::1]:22'
