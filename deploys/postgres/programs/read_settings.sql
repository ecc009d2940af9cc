-- Prints the running server's values of some settings.
-- names: the settings in lower case, separated by commas
SELECT coalesce(json_object_agg(name, current_setting(name)), '{}') FROM pg_settings
WHERE lower(name) = ANY (string_to_array(:'names', ','));
