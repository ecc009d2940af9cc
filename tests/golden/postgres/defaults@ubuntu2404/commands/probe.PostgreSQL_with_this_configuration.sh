# What runs has read these files, and every line of the access file has a meaning to it.
cd / && runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL' | grep -qx '<digest of the configuration> 0'
SELECT current_setting('rigwright.configuration', true) || ' ' || count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL;
SQL
