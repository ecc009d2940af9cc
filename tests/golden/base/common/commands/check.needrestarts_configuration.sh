perl -e 'our %nrconf; do "/etc/needrestart/conf.d/rigwright.conf" or die $@ || $!'
