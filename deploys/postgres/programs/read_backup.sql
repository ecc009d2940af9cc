-- Prints the databases that hold something and that no dump covers, where there are no dumps at all.
SELECT json_build_object('databases without a dump', coalesce(string_agg(datname, ', ' ORDER BY datname), 'none'))
FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres';
