# State "armed": units are enabled, started, reloaded, restarted or stopped, and the probes run.

UNIT_SECONDS=600

# How long this change waits for a unit: systemd itself may have no limit for it, or one of an hour.
unit_seconds() {
    seconds=$(sed -n "s/^$1$TAB//p" "$tx/payload/unit-timeouts" 2>/dev/null)
    echo "${seconds:-$UNIT_SECONDS}"
}

# While the host boots, waiting for a unit that itself waits for this one would never end.
control() { for unit_; do :; done; limited "$(unit_seconds "$unit_")" systemctl ${RIGWRIGHT_BOOT:+--no-block} "$@"; }

# systemd does not know a unit whose file was removed, and stopping it would fail.
stopped() { case $(systemctl is-active "$1" 2>/dev/null) in inactive | unknown | "") return 0 ;; *) return 1 ;; esac }

start() {
    systemctl reset-failed "$1" 2>/dev/null
    control start "$1" && printf '%s ' "$1" >>"$tx/started"
}

act() {
    case $3 in
    active) systemctl is-active -q "$1" || { start "$1"; return; } ;;
    *) stopped "$1" || control stop "$1"; return ;;
    esac
    case $4 in
    reload) limited "$(unit_seconds "$1")" systemctl reload "$1" ;;
    restart) limited "$(unit_seconds "$1")" systemctl restart "$1" && printf '%s ' "$1" >>"$tx/started" ;;
    esac
}

reload_manager() {
    [ "$(cat "$tx/payload/daemon-reload")" = no ] || systemctl daemon-reload
}

# Enabling gives such a unit a second name, and systemd forgets a running service that gets one with the next
# reload: it would start another beside it. So it is stopped before, which ends no session of sshd.
gets_alias() { systemctl is-active -q "$1" && systemctl cat "$1" 2>/dev/null | grep -q '^Alias='; }

# Only where it is needed, and with one reload for all units, because systemd then reads every unit again:
# enable and disable do that after each, and twice more for an init script, whose links systemd ignores.
set_enabled() {
    switched=no
    while IFS=$TAB read -r unit enabled active action; do
        case $enabled in
        enabled) switch=enable ;;
        disabled) switch=disable ;;
        *) continue ;;
        esac
        is=$(systemctl is-enabled "$unit" 2>/dev/null)
        case $enabled:$is in
        enabled:enabled | disabled:disabled | disabled: | disabled:not-found) continue ;;
        esac
        switched=yes
        [ "$switch" = disable ] || ! gets_alias "$unit" || control stop "$unit" >>"$tx/out" 2>&1 </dev/null || return 1
        SYSTEMCTL_SKIP_SYSV=1 systemctl "$switch" -q --no-reload "$unit" >>"$tx/out" 2>&1 && continue
        say "could not make $unit $enabled"
        case $is in masked*) say "$unit is masked: systemctl unmask $unit, on the host" ;; esac
        return 1
    done <"$tx/payload/units"
}

# A unit whose own file is removed is disabled before that: afterwards systemd does not know its ExecStop=.
disable_removed() {
    while IFS=$TAB read -r unit enabled active action; do
        [ "$active" = inactive ] || continue
        grep -q "^remove$TAB.*$TAB/etc/systemd/system/$unit\$" "$tx/payload/plan" || continue
        limited "$(unit_seconds "$unit")" systemctl disable -q --now "$unit" >>"$tx/out" 2>&1 </dev/null || return 1
    done <"$tx/payload/units"
}

# A service that its socket started keeps the socket's ports until it stops.
close_sockets() {
    while IFS=$TAB read -r unit enabled active action; do
        case $unit:$active in
        *.socket:inactive) ;;
        *) continue ;;
        esac
        stopped "$unit" || control stop "$unit" "${unit%.socket}.service" >>"$tx/out" 2>&1 </dev/null || return 1
    done <"$tx/payload/units"
}

activate() {
    close_sockets || return 1
    set_enabled || return 1
    if [ "$switched" = yes ]; then systemctl daemon-reload; else reload_manager; fi || return 1
    while IFS=$TAB read -r unit enabled active action; do
        act "$unit" "$enabled" "$active" "$action" >>"$tx/out" 2>&1 </dev/null && continue
        ended=$?
        say "$unit did not take the new files ($action)"
        hung "$ended"
        journalctl -u "$unit" -n 15 --no-pager -o cat >>"$tx/out" 2>/dev/null
        return 1
    done <"$tx/payload/units"
}

probe() {
    for probe in "$tx/payload/probes"/*.sh; do
        [ -e "$probe" ] || continue
        end=$(($(date +%s) + $(cat "${probe%.sh}.timeout")))
        until limited 10 sh "$probe" >"$tx/out" 2>&1 </dev/null; do
            ended=$?
            [ "$(date +%s)" -lt "$end" ] ||
                { say "probe failed: $(cat "${probe%.sh}.name")"; hung "$ended"; return 1; }
            sleep 0.1
        done
    done
}
