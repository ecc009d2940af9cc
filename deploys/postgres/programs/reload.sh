# Reloads the server and waits until it has read its files; restarts it where one of some settings still waits for that.
# programs: the folder of its programs; port; unit
# restart_for: settings in their own spelling, separated by commas; empty: it is never restarted
set -eu
: "${programs:?}" "${port:?}" "${unit:?}" "${restart_for?}"
cd /
psql() {
    runuser -u postgres -- "$programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p "$port" -d postgres "$@"
}
# A reload is a signal: the server has read its files when a new session shows a later time.
loaded() { psql -c 'SELECT pg_conf_load_time()'; }

before=$(loaded)
systemctl reload "$unit"
for _ in $(seq 100); do
    [ "$(loaded)" = "$before" ] || break
    sleep 0.05
done

[ -n "$restart_for" ] || exit 0
# On the first apply the server has just started with these files: then none waits.
waiting=$(
    psql -v names="$restart_for" <<'SQL'
SELECT count(*) FROM pg_settings WHERE pending_restart AND name = ANY (string_to_array(:'names', ','));
SQL
)
[ "$waiting" = 0 ] || systemctl restart "$unit"
