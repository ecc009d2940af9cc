exec python3 -I -c deploys/ssh/programs/probe.py rig-<digest of the configuration> 10.0.0.1:22 '[fd00::1]:22'
