# Sets time zone, locale and, where "$hostname" is not empty, the host's names.
# "$hosts_entry" holds the names of 127.0.1.1. Exits 1 where there is no such time zone.
set -eu
: "${timezone:?}" "${locale:?}" "${charmap_locale:?}" "${hostname?}" "${hosts_entry?}"
export LC_ALL=C
put() { cat >"$1.rig-new" && chmod 644 "$1.rig-new" && mv -T "$1.rig-new" "$1"; }

zone=/usr/share/zoneinfo/$timezone
[ -e "$zone" ] || {
    echo "there is no time zone $timezone" >&2
    exit 1
}
if [ "$(readlink /etc/localtime)" != "$zone" ]; then
    ln -sfT "$zone" /etc/localtime.rig-new
    mv -T /etc/localtime.rig-new /etc/localtime
    systemctl try-restart cron.service 2>/dev/null || :
fi
[ ! -e /etc/timezone ] || echo "$timezone" | put /etc/timezone

if ! locale -a | grep -qixF "$charmap_locale"; then
    grep -qxF "$locale UTF-8" /etc/locale.gen || echo "$locale UTF-8" >>/etc/locale.gen
    locale-gen >/dev/null
fi
file=$(readlink -m /etc/default/locale)
{
    grep -v '^LANG=' "$file" 2>/dev/null || :
    echo "LANG=$locale"
} | put "$file"

[ -n "$hostname" ] || exit 0
{
    echo "127.0.1.1 $hosts_entry"
    awk '$1 != "127.0.1.1"' /etc/hosts
} | put /etc/hosts
echo "$hostname" | put /etc/hostname
hostname "$hostname"
