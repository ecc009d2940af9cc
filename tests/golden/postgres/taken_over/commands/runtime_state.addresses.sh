port=5432
deploys/postgres/programs/read_listening.sh
# 127.0.0.1:5432: listening
# 172.30.0.1:5432: listening
# remediation after_activation:
systemctl restart postgresql@17-shop.service
