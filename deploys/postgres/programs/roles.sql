-- Prints every role with its rights, memberships and settings, and a digest of its password.
-- It reads the catalog, and not what the program that writes globals.sql prints: what that leaves out would be missed.
SELECT 'role', rolname, to_jsonb(r) - '{oid,rolname,rolpassword,rolvaliduntil}'::text[],
    extract(epoch FROM rolvaliduntil), sha256(rolpassword::bytea)
FROM pg_authid r WHERE rolname !~ '^pg_';
SELECT 'member', roleid::regrole, member::regrole, to_jsonb(m) - '{oid,roleid,member,grantor}'::text[]
FROM pg_auth_members m WHERE pg_get_userbyid(member) !~ '^pg_';
SELECT 'setting', coalesce(d.datname, '-'), CASE setrole WHEN 0 THEN '-' ELSE setrole::regrole::text END, setconfig
FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase;
