-- Prints when the server read its files last, in seconds since the epoch.
SELECT extract(epoch FROM pg_conf_load_time());
