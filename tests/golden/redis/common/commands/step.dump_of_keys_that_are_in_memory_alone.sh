exec python3 -I -c deploys/redis/programs/usage.py save
