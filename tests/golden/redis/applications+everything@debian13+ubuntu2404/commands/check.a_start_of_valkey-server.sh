name=valkey
package=valkey-server
user=valkey
folder=/etc/valkey
deploys/redis/programs/check.sh
