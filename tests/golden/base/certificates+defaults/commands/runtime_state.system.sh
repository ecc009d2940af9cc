separator=
tell() { printf '%s"%s": "%s"' "$separator" "$1" "$(printf %s "$2" | tr -d '"\\')"; separator=', '; }
printf '{'
link=$(readlink /etc/localtime)
zone=${link#*/zoneinfo/}
named=$(cat /etc/timezone 2>/dev/null || printf %s "$zone")
[ "$named" = "$zone" ] || zone="$zone, and /etc/timezone says $named"
tell timezone "$zone"
tell locale "$(sed -n 's/^LANG=//p' /etc/default/locale 2>/dev/null | tail -n 1 | tr -d "\"'")"
tell 'locale generated' "$(locale -a | grep -qixF C.utf8 && echo true || echo false)"
tell hostname "$(hostname)"
tell /etc/hostname "$(cat /etc/hostname 2>/dev/null)"
tell /etc/hosts "$(awk '$1 == "127.0.1.1" { $1 = ""; print substr($0, 2) }' /etc/hosts)"
printf '}\n'
# timezone: Etc/UTC
# locale: C.UTF-8
# locale generated: true
# remediation after_activation:
set -eu
export LC_ALL=C
put() { cat >"$1.rig-new" && chmod 644 "$1.rig-new" && mv -T "$1.rig-new" "$1"; }
[ -e /usr/share/zoneinfo/Etc/UTC ] || { echo "there is no time zone Etc/UTC" >&2; exit 1; }
if [ "$(readlink /etc/localtime)" != /usr/share/zoneinfo/Etc/UTC ]; then
    ln -sfT /usr/share/zoneinfo/Etc/UTC /etc/localtime.rig-new
    mv -T /etc/localtime.rig-new /etc/localtime
    systemctl try-restart cron.service 2>/dev/null || :
fi
[ ! -e /etc/timezone ] || echo Etc/UTC | put /etc/timezone
if ! locale -a | grep -qixF C.utf8; then
    grep -qxF 'C.UTF-8 UTF-8' /etc/locale.gen || echo 'C.UTF-8 UTF-8' >>/etc/locale.gen
    locale-gen >/dev/null
fi
file=$(readlink -m /etc/default/locale)
{ grep -v '^LANG=' "$file" 2>/dev/null || :; echo LANG=C.UTF-8; } | put "$file"
