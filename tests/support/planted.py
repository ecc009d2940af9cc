"""What an intruder or a colleague leaves on a host, one example of each class, and the finding that it gives.

Each is one finding of the toolkit's own part. ``SEARCHED`` is found by the search of the nightly check only,
and by ``rig drift`` from then on.
"""

from __future__ import annotations

UNITS = "/etc/systemd/system"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFfBI6sdkrDq2rMKBymDusi8X+W//Dqsl5/mfoHnZR/b eve"
FINGERPRINT = "SHA256:/OEdFJK+NeO/E70+9tGQAGNUjnCkA4KACI+G2AMFkAs"
SERVICE = r"[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target"


def file(path: str, content: str, mode: str = "644") -> str:
    """A command that writes a file."""
    return f"mkdir -p '{path.rpartition('/')[0]}'; printf '{content}\\n' >'{path}'; chmod {mode} '{path}'"


PLANTED: dict[tuple[str, str], str] = {
    ("unit.unmanaged", f"{UNITS}/evil.service"): file(f"{UNITS}/evil.service", SERVICE)
    + "; systemctl enable -q evil.service",
    ("unit.unmanaged", f"{UNITS}/evil.timer"): file(f"{UNITS}/evil.timer", r"[Timer]\nOnBootSec=9"),
    ("unit.unmanaged", "/usr/lib/systemd/system/native.service"): file(
        "/usr/lib/systemd/system/native.service", SERVICE
    ),
    ("unit.unmanaged", "/usr/local/lib/systemd/system/local.service"): file(
        "/usr/local/lib/systemd/system/local.service", SERVICE
    ),
    ("unit.unmanaged", f"{UNITS}/linked.service"): file("/opt/linked.service", SERVICE)
    + f"; ln -s /opt/linked.service {UNITS}/linked.service",
    (
        "unit.unmanaged",
        f"{UNITS}/sysinit.target.wants/debug-shell.service",
    ): "systemctl enable -q debug-shell",
    ("unit.unmanaged", "/home/operator/.config/systemd/user/own.service"): file(
        "/home/operator/.config/systemd/user/own.service", SERVICE
    )
    + "; mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/operator",
    ("unit.override", f"{UNITS}/getty@.service.d/x.conf"): file(
        f"{UNITS}/getty@.service.d/x.conf", r"[Service]\nNice=1"
    ),
    ("hook.unmanaged", "/etc/systemd/system-generators/evil"): file(
        "/etc/systemd/system-generators/evil", r"#!/bin/sh\ntrue", "755"
    ),
    ("hook.unmanaged", "/etc/apt/apt.conf.d/99evil"): file(
        "/etc/apt/apt.conf.d/99evil", r'DPkg::Post-Invoke {"true"; };'
    ),
    ("hook.unmanaged", "/etc/logrotate.d/evil"): file("/etc/logrotate.d/evil", r"/var/log/evil { weekly }"),
    ("cron.unmanaged", "/etc/cron.d/evil"): file("/etc/cron.d/evil", "1 1 1 1 1 root true"),
    ("cron.unmanaged", "/etc/cron.daily/evil"): file("/etc/cron.daily/evil", r"#!/bin/sh\ntrue", "755"),
    ("cron.unmanaged", "/etc/crontab"): "echo '1 1 1 1 1 root true' >>/etc/crontab",
    ("cron.unmanaged", "/var/spool/cron/crontabs/root"): file(
        "/var/spool/cron/crontabs/root", "1 1 1 1 1 true", "600"
    ),
    ("cron.unmanaged", "/var/spool/cron/atjobs/a0000101"): file(
        "/var/spool/cron/atjobs/a0000101", r"#!/bin/sh\ntrue", "700"
    ),
    ("sudo.unmanaged", "/etc/sudoers.d/evil"): file(
        "/etc/sudoers.d/evil", "www-data ALL=(ALL) NOPASSWD: ALL", "440"
    ),
    ("sudo.unmanaged", "/etc/sudoers"): "echo 'games ALL=(ALL) NOPASSWD: ALL' >>/etc/sudoers",
    ("sudo.unmanaged", "/etc/polkit-1/rules.d/00-evil.rules"): file(
        "/etc/polkit-1/rules.d/00-evil.rules", "polkit.addRule(function() { return 1; });"
    ),
    ("account.unmanaged", "list"): "usermod --shell /bin/bash list",
    ("account.unmanaged", "games"): "echo games:guess-me-not | chpasswd",
    ("key.unmanaged", f"root {FINGERPRINT}"): file("/root/.ssh/authorized_keys", KEY, "600"),
    ("key.unmanaged", f"www-data {FINGERPRINT}"): file("/var/www/.ssh/authorized_keys2", KEY),
    ("setuid.unmanaged", "/usr/local/bin/.x"): "cp /bin/true /usr/local/bin/.x; chmod 4755 /usr/local/bin/.x",
    ("setuid.unmanaged", "/home/operator/sg"): "cp /bin/true /home/operator/sg; chmod 2755 /home/operator/sg",
    ("setuid.unmanaged", "/usr/bin/find"): "chmod u+s /usr/bin/find",
    ("capability.unmanaged", "/opt/net"): "cp /bin/true /opt/net; setcap cap_net_raw+ep /opt/net",
    ("pam.unmanaged", "/etc/pam.d/su"): "sed -i '1i auth sufficient pam_permit.so' /etc/pam.d/su",
    ("pam.unmanaged", "/etc/pam.d/common-auth"): (
        "sed -i '1i auth sufficient pam_permit.so' /etc/pam.d/common-auth"
    ),
    ("preload.unmanaged", "/etc/ld.so.preload"): "ls /usr/lib/*/libm.so.6 >/etc/ld.so.preload",
    ("apt.unmanaged", "/etc/apt/sources.list.d/evil.list"): file(
        "/etc/apt/sources.list.d/evil.list", "deb [trusted=yes] http://192.0.2.1/ stable main"
    ),
    ("apt.unmanaged", "/etc/apt/trusted.gpg.d/evil.asc"): file("/etc/apt/trusted.gpg.d/evil.asc", "a key"),
    ("module.unmanaged", "/etc/modules-load.d/evil.conf"): file("/etc/modules-load.d/evil.conf", "dummy"),
    ("module.unmanaged", "/etc/modprobe.d/evil.conf"): file(
        "/etc/modprobe.d/evil.conf", "install dummy /opt/evil"
    ),
    ("startup.unmanaged", "/etc/profile.d/evil.sh"): file("/etc/profile.d/evil.sh", "true"),
    ("startup.unmanaged", "/root/.bash_profile"): file("/root/.bash_profile", "true"),
    ("startup.unmanaged", "/etc/rc.local"): file("/etc/rc.local", r"#!/bin/sh\ntrue", "755"),
    ("udev.unmanaged", "/etc/udev/rules.d/99-evil.rules"): file(
        "/etc/udev/rules.d/99-evil.rules", 'ACTION=="add", RUN+="/opt/evil"'
    ),
    ("package.changed", "/usr/bin/tty"): "printf x >>/usr/bin/tty",
    ("package.changed", "/usr/bin/factor"): "rm /usr/bin/factor",
    ("package.changed", "/etc/deluser.conf"): "echo 'BACKUP = 1' >>/etc/deluser.conf",
}
SEARCHED: dict[tuple[str, str], str] = {
    ("setuid.unmanaged", "/var/lib/a/b/c/d/e/.x"): (
        "mkdir -p /var/lib/a/b/c/d/e; cp /bin/true /var/lib/a/b/c/d/e/.x; chmod 4755 /var/lib/a/b/c/d/e/.x"
    ),
    ("package.changed", "/usr/share/common-licenses/BSD"): "echo >>/usr/share/common-licenses/BSD",
}
HARMLESS = (
    "install -m 600 /etc/skel/.bashrc /root/.bashrc",
    "echo 'root ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-cloud-init-users",
    "printf 'blacklist dummy\\noptions dummy a=1\\n' >/etc/modprobe.d/bans.conf",
    "mkdir -p /root/.ssh; echo '# none' >/root/.ssh/authorized_keys2",
    "printf 'LANG=C.UTF-8\\n' >/etc/environment",
    "touch /etc/cron.d/.hidden /etc/sudoers.d/x~ /etc/apt/sources.list",
)
"""What installers and cloud images make, and what has no effect: no finding."""
