charmap_locale=C.utf8
deploys/base/programs/system.sh
# timezone: Etc/UTC
# locale: C.UTF-8
# locale generated: true
# remediation after_activation:
charmap_locale=C.utf8
timezone=Etc/UTC
locale=C.UTF-8
hostname=''
hosts_entry=''
deploys/base/programs/system_set.sh
