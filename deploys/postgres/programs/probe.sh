# Succeeds when the running server has read these files, and every line of its access file has a meaning to it.
# programs: the folder of its programs; port; digest: what rigwright.configuration must be
: "${programs:?}" "${port:?}" "${digest:?}"
cd / || exit 1
runuser -u postgres -- "$programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p "$port" -d postgres <<'SQL' |
SELECT current_setting('rigwright.configuration', true) || ' ' || count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL;
SQL
    grep -qx "$digest 0"
