apt-config dump >/dev/null
