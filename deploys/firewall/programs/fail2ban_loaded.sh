# Prints when fail2ban read its files last by its own log, in seconds since the epoch; nothing where it holds no reload.
# A client can have it reload without systemd.
line=$(tac /var/log/fail2ban.log 2>/dev/null | grep -m 1 'fail2ban\.server .*Reload finished') || exit 0
rest=${line#* }
date -d "${line%% *} $(printf %s "${rest%% *}" | tr , .)" +%s.%N
