# What runs has read these files, and every line of the access file has a meaning to it.
cd / && runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL' | grep -qx '45f4239a66d0d80ba9b23b54467e97e7 0'
SELECT current_setting('rigwright.configuration', true) || ' ' || count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL;
SQL
