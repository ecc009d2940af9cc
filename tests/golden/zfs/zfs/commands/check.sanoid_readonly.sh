/usr/sbin/sanoid --take-snapshots --readonly --quiet
