runuser -u operator -- sudo -n true
