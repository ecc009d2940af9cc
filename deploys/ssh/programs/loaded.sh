# Prints when sshd had read its files last, in seconds since the epoch: it writes its process id anew after each start
# and each SIGHUP. Fails where there is no such file, as with PidFile none.
stat -c %.6Y /run/sshd.pid
