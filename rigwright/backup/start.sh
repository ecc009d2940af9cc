# Starts a oneshot service, or shows how far it is. Arguments: "start" or "show", the unit.
# start: waits for none. Prints the identity of the run that it started, or of the one that was under way.
# show: prints "state" with its state and its main process's exit code, then each line that the run given as a third
# argument wrote to the journal.
set -eu
verb=$1 unit=$2
property() { systemctl show -p "$1" --value "$unit"; }
case $verb in
    start)
        [ "$(property LoadState)" = loaded ] || { echo "there is no unit $unit: apply the inventory" >&2; exit 1; }
        systemctl reset-failed "$unit" 2>/dev/null || :
        systemctl start --no-block "$unit"
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            [ "$(property ActiveState)" != inactive ] && break
            sleep 0.1
        done
        property InvocationID
        ;;
    show)
        echo "state $(property ActiveState) $(property ExecMainStatus) $(property Result)"
        journalctl --sync 2>/dev/null || :
        journalctl -q -o cat "_SYSTEMD_INVOCATION_ID=$3"
        ;;
    *) exit 64 ;;
esac
