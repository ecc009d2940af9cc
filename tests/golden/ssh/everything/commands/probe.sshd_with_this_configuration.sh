exec python3 -I -c deploys/ssh/programs/probe.py rig-<digest of the configuration> '[::1]:22' '[::1]:2222' 127.0.0.1:22 127.0.0.1:2222
