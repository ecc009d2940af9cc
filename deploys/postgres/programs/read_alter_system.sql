-- Prints the names of what ALTER SYSTEM has set. Values may be secrets, such as the password of a connection.
SELECT coalesce(json_object_agg(name, 'set'), '{}') FROM pg_file_settings
WHERE sourcefile = current_setting('data_directory') || '/postgresql.auto.conf';
