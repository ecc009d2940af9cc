separator=
tell() { printf '%s"%s": "%s"' "$separator" "$1" "$(printf %s "$2" | tr -d '"\\')"; separator=', '; }
printf '{'
link=$(readlink /etc/localtime)
zone=${link#*/zoneinfo/}
named=$(cat /etc/timezone 2>/dev/null || printf %s "$zone")
[ "$named" = "$zone" ] || zone="$zone, and /etc/timezone says $named"
tell timezone "$zone"
tell locale "$(sed -n 's/^LANG=//p' /etc/default/locale 2>/dev/null | tail -n 1 | tr -d "\"'")"
tell 'locale generated' "$(locale -a | grep -qixF de_DE.utf8 && echo true || echo false)"
tell hostname "$(hostname)"
tell /etc/hostname "$(cat /etc/hostname 2>/dev/null)"
tell /etc/hosts "$(awk '$1 == "127.0.1.1" { $1 = ""; print substr($0, 2) }' /etc/hosts)"
printf '}\n'
# timezone: Europe/Berlin
# locale: de_DE.UTF-8
# locale generated: true
# hostname: everything
# /etc/hostname: everything
# /etc/hosts: everything.rig.test everything
# remediation after_activation:
set -eu
export LC_ALL=C
put() { cat >"$1.rig-new" && chmod 644 "$1.rig-new" && mv -T "$1.rig-new" "$1"; }
[ -e /usr/share/zoneinfo/Europe/Berlin ] || { echo "there is no time zone Europe/Berlin" >&2; exit 1; }
if [ "$(readlink /etc/localtime)" != /usr/share/zoneinfo/Europe/Berlin ]; then
    ln -sfT /usr/share/zoneinfo/Europe/Berlin /etc/localtime.rig-new
    mv -T /etc/localtime.rig-new /etc/localtime
    systemctl try-restart cron.service 2>/dev/null || :
fi
[ ! -e /etc/timezone ] || echo Europe/Berlin | put /etc/timezone
if ! locale -a | grep -qixF de_DE.utf8; then
    grep -qxF 'de_DE.UTF-8 UTF-8' /etc/locale.gen || echo 'de_DE.UTF-8 UTF-8' >>/etc/locale.gen
    locale-gen >/dev/null
fi
file=$(readlink -m /etc/default/locale)
{ grep -v '^LANG=' "$file" 2>/dev/null || :; echo LANG=de_DE.UTF-8; } | put "$file"
{
    echo '127.0.1.1 everything.rig.test everything'
    awk '$1 != "127.0.1.1"' /etc/hosts
} | put /etc/hosts
echo everything | put /etc/hostname
hostname everything
