name=redis
package=redis-server
user=redis
folder=/etc/redis
deploys/redis/programs/check.sh
