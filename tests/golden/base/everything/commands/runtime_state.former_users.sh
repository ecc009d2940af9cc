python3 -I - carol <<'END'
import json, os, pwd, sys

with open("/etc/shadow") as shadow:
    rows = {line.split(":")[0]: line.split(":") for line in shadow}
found = {}
for name in sys.argv[1:]:
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        found[name] = "shut out"
        continue
    left = []
    if not rows[name][1].startswith(("!", "*")):
        left.append("the password")
    if rows[name][7] != "1":
        left.append("the account")
    if user.pw_shell != "/usr/sbin/nologin":
        left.append("the shell")
    if os.path.lexists(user.pw_dir + "/.ssh/authorized_keys"):
        left.append("keys")
    found[name] = "has " + ", ".join(left) if left else "shut out"
print(json.dumps(found))
END
# carol: shut out
# remediation after_activation:
set -eu
for name in carol; do
    home=$(getent passwd "$name" | cut -d: -f6) || continue
    [ -n "$home" ] || continue
    usermod --lock --expiredate 1 --shell /usr/sbin/nologin --groups '' "$name"
    keys=$home/.ssh/authorized_keys
    if [ -e "$keys" ] || [ -L "$keys" ]; then mv -T "$keys" "$keys.former"; fi
    loginctl terminate-user "$name" 2>/dev/null || :
done
