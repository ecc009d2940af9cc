python3 -I -c 'import glob, json, os, re, subprocess, sys

mode, accounts, *pairs = sys.argv[1:]
wanted = dict(pair.split("=", 1) for pair in pairs)
# Its unit takes this folder away while sshd is down, and without it sshd does not even read its files.
os.makedirs("/run/sshd", 0o755, exist_ok=True)


def ask(*where):
    done = subprocess.run(["/usr/sbin/sshd", "-T", *where], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    found = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, []).append(value)
    return {name: " ".join(sorted(found.get(name, ()))) for name in wanted}


def lines(name):
    for path in ["/etc/ssh/sshd_config", *sorted(glob.glob("/etc/ssh/sshd_config.d/*.conf"))]:
        with open(path) as file:
            for number, line in enumerate(file, 1):
                if re.match(rf"\s*({name}|match)\b", line, re.IGNORECASE):
                    yield f"{path}:{number}: {line.strip()}"


seen = [ask(), *(ask("-C", f"user={one},host=192.0.2.1,addr=192.0.2.1") for one in accounts.split(","))]
found = {name: " | ".join(sorted({one[name] for one in seen})) for name in wanted}
if mode == "read":
    print(json.dumps(found))
elif found != wanted:
    for name in wanted:
        if found[name] != wanted[name]:
            print(f"sshd would take {name} {found[name]!r} instead of {wanted[name]!r}, because of one of")
            print(*lines(name), sep="\n")
    sys.exit(1)
' read root,operator,root addressfamily=any 'listenaddress=0.0.0.0:22 0.0.0.0:2222 [::]:22 [::]:2222' 'allowusers=operator root' 'allowgroups=operator root' permitrootlogin=without-password authenticationmethods=publickey pubkeyauthentication=yes passwordauthentication=no kbdinteractiveauthentication=no permitemptypasswords=no hostbasedauthentication=no gssapiauthentication=no permituserenvironment=no strictmodes=yes maxauthtries=3 logingracetime=20 maxsessions=20 maxstartups=10:30:100 clientaliveinterval=30 clientalivecountmax=3 allowtcpforwarding=no allowagentforwarding=yes allowstreamlocalforwarding=no x11forwarding=no permittunnel=no gatewayports=no loglevel=INFO kexalgorithms=curve25519-sha256,curve25519-sha256@libssh.org ciphers=aes256-gcm@openssh.com,aes256-ctr macs=hmac-sha2-512-etm@openssh.com
# addressfamily: any
# listenaddress: 0.0.0.0:22 0.0.0.0:2222 [::]:22 [::]:2222
# allowusers: operator root
# allowgroups: operator root
# permitrootlogin: without-password
# authenticationmethods: publickey
# pubkeyauthentication: yes
# passwordauthentication: no
# kbdinteractiveauthentication: no
# permitemptypasswords: no
# hostbasedauthentication: no
# gssapiauthentication: no
# permituserenvironment: no
# strictmodes: yes
# maxauthtries: 3
# logingracetime: 20
# maxsessions: 20
# maxstartups: 10:30:100
# clientaliveinterval: 30
# clientalivecountmax: 3
# allowtcpforwarding: no
# allowagentforwarding: yes
# allowstreamlocalforwarding: no
# x11forwarding: no
# permittunnel: no
# gatewayports: no
# loglevel: INFO
# kexalgorithms: curve25519-sha256,curve25519-sha256@libssh.org
# ciphers: aes256-gcm@openssh.com,aes256-ctr
# macs: hmac-sha2-512-etm@openssh.com
# remediation after_activation:
