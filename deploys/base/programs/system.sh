# Prints time zone, locale and host names as the system has them, as JSON.
# "$charmap_locale" is the locale as `locale -a` writes it, such as en_US.utf8.
: "${charmap_locale:?}"
separator=
field() {
    printf '%s"%s": "%s"' "$separator" "$1" "$(printf %s "$2" | tr -d '\\"')"
    separator=', '
}
printf '{'
link=$(readlink /etc/localtime)
zone=${link#*/zoneinfo/}
named=$(cat /etc/timezone 2>/dev/null || printf %s "$zone")
[ "$named" = "$zone" ] || zone="$zone, and /etc/timezone has $named"
field timezone "$zone"
field locale "$(sed -n 's/^LANG=//p' /etc/default/locale 2>/dev/null | tail -n 1 | tr -d "\"'")"
field 'locale generated' "$(if locale -a | grep -qixF "$charmap_locale"; then echo true; else echo false; fi)"
field hostname "$(hostname)"
field /etc/hostname "$(cat /etc/hostname 2>/dev/null)"
field /etc/hosts "$(awk '$1 == "127.0.1.1" { $1 = ""; print substr($0, 2) }' /etc/hosts)"
printf '}\n'
