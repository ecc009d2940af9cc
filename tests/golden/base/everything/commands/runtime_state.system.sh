charmap_locale=de_DE.utf8
deploys/base/programs/system.sh
# timezone: Europe/Berlin
# locale: de_DE.UTF-8
# locale generated: true
# hostname: everything
# /etc/hostname: everything
# /etc/hosts: everything.rig.test everything
# remediation after_activation:
charmap_locale=de_DE.utf8
timezone=Europe/Berlin
locale=de_DE.UTF-8
hostname=everything
hosts_entry='everything.rig.test everything'
deploys/base/programs/system_set.sh
