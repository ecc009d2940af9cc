python3 -I - alice bob <<'END'
import grp, json, pwd, sys

with open("/etc/shadow") as shadow:
    rows = {line.split(":")[0]: line.split(":") for line in shadow}
groups = grp.getgrall()
found = {}
for name in sys.argv[1:]:
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        continue
    more = sorted(one.gr_name for one in groups if name in one.gr_mem and one.gr_gid != user.pw_gid)
    password, expires = (rows[name][1], rows[name][7]) if name in rows else ("", "")
    found[name + ".uid"] = user.pw_uid
    found[name + ".home"] = user.pw_dir
    found[name + ".shell"] = user.pw_shell
    found[name + ".groups"] = " ".join(more)
    found[name + ".expires"] = expires or "never"
    found[name + ".password"] = "locked" if password[:1] in ("!", "*") else "set" if password else "empty"
print(json.dumps(found))
END
# alice.uid: 2001
# alice.home: /home/alice
# alice.shell: /bin/sh
# alice.groups: adm render-queue
# alice.expires: never
# alice.password: locked
# bob.home: /home/bob
# bob.shell: /bin/bash
# bob.groups: 
# bob.expires: never
# bob.password: locked
# remediation before_check:
set -eu
say() { echo "$*" >&2; exit 1; }
[ -x /bin/sh ] || say "the shell /bin/sh of alice is not installed"
getent group adm >/dev/null || groupadd --system adm
getent group render-queue >/dev/null || groupadd --system render-queue
getent group alice >/dev/null || groupadd alice
getent passwd alice >/dev/null ||
    useradd --create-home --home-dir /home/alice --gid alice --shell /bin/sh --uid 2001 alice
[ "$(getent passwd alice | cut -d: -f6)" = /home/alice ] || say "alice has another home than /home/alice: move it by hand"
[ "$(id -u alice)" = 2001 ] || say "alice has another uid than 2001: files would change hands, so a person must do it"
usermod --shell /bin/sh --groups 'adm,render-queue' alice
usermod --lock --expiredate '' alice
[ -x /bin/bash ] || say "the shell /bin/bash of bob is not installed"
getent group bob >/dev/null || groupadd bob
getent passwd bob >/dev/null ||
    useradd --create-home --home-dir /home/bob --gid bob --shell /bin/bash bob
[ "$(getent passwd bob | cut -d: -f6)" = /home/bob ] || say "bob has another home than /home/bob: move it by hand"
usermod --shell /bin/bash --groups '' bob
usermod --lock --expiredate '' bob
