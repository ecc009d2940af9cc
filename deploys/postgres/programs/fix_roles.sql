-- Makes the roles, and gives each its rights, password, settings and groups. Roles are never dropped.
-- roles: JSON, a list of {"name", "attributes": words of ALTER ROLE, "connections", "settings": {}, "member_of": []}
-- passwords: a file for \i that sets `verifiers`, a JSON object of {"verifier": …, "revision": …} by role
-- Nothing of this is logged, or kept in statistics: it holds verifiers.
SET client_min_messages = warning;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\i :passwords
BEGIN;
SELECT format('CREATE ROLE %I', name) FROM json_to_recordset(:'roles') AS role (name text)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I WITH %s CONNECTION LIMIT %s VALID UNTIL ''infinity'' PASSWORD %L', name, attributes,
    connections, :'verifiers'::json #>> ARRAY[name, 'verifier'])
FROM json_to_recordset(:'roles') AS role (name text, attributes text, connections integer) \gexec
SELECT format('ALTER ROLE %I RESET ALL', name) FROM json_to_recordset(:'roles') AS role (name text) \gexec
SELECT format('ALTER ROLE %I SET %I = %L', name, key, value)
FROM json_to_recordset(:'roles') AS role (name text, settings json), json_each_text(settings) \gexec
SELECT format('REVOKE %I FROM %I', g.rolname, r.rolname) FROM pg_auth_members m
JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
JOIN json_to_recordset(:'roles') AS role (name text, member_of json) ON role.name = r.rolname
WHERE g.rolname NOT IN (SELECT json_array_elements_text(member_of)) \gexec
SELECT format('GRANT %I TO %I', granted, name)
FROM json_to_recordset(:'roles') AS role (name text, member_of json), json_array_elements_text(member_of) AS granted \gexec
COMMIT;
