"""Users, names, time, kernel settings, logs and updates of the reference host."""

from deploys.base.settings import Audit, BaseSettings, FailedLogins, Placement, Relay, Updates, User
from rigwright.secrets import SecretSource


def base(secrets: SecretSource) -> BaseSettings:
    """With the password at the mail relay out of a store."""
    return BaseSettings(
        operator="operator",  # Rigwright logs in with it: no mistake can take this access away
        users=[
            User(
                name="alice",
                authorized_keys=[  # exactly these may log in; a line of a file such as ~/.ssh/id_ed25519.pub
                    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfoDxIbuzZZCW0pygJglEMXAqioSOUKczxXBlVS1gQm alice",
                ],
                groups=["adm"],  # exactly these besides the own; adm reads logs
                login_shell="/bin/bash",
                home=None,  # None: /home/alice
                uid=None,  # None: the next free one
                sudo=["ALL"],  # or single commands: ["/usr/bin/systemctl restart app.service"]
            ),
        ],
        former_users=[],  # users who left: locked, expired, keys put aside
        known_users=[],  # accounts that are managed elsewhere; any other that could log in is drift
        hostname="studio.example.com",
        timezone="Etc/UTC",
        locale="C.UTF-8",
        time_servers=[],  # empty: the distribution's pool
        sysctls={
            "kernel.dmesg_restrict": 1,  # the kernel's messages are root's
            "kernel.kptr_restrict": 1,  # and so are its addresses
            "net.ipv4.conf.all.accept_redirects": 0,  # no other host changes the routes
            "net.ipv4.conf.default.accept_redirects": 0,
            "net.ipv4.conf.all.send_redirects": 0,
            "net.ipv4.conf.default.send_redirects": 0,
            "net.ipv4.conf.all.accept_source_route": 0,
            "net.ipv4.tcp_syncookies": 1,
        },
        packages=["htop"],  # further packages
        placements=[
            # The first eight cores have the large cache: lscpu --extended
            Placement(
                unit="nginx.service",
                cpus="0-7,16-23",  # None: all
                cpu_weight=200,  # others have 100
                io_weight=200,
                memory_high=None,  # above it its processes are slowed
                memory_max=4 * 2**30,  # a leak ends it, and nothing else
                cpu_percent=None,  # of one CPU: 250 is two and a half
            ),
        ],
        mail=Relay(  # None: the host sends none
            host="smtp.example.com",
            port=587,
            user="studio",
            password=secrets["mail_password"],
            sender="studio@example.com",
            administrator="operator@example.com",  # gets root's mail
            ca_bundle=None,  # the authorities that the system trusts
        ),
        audit=Audit(
            watched_paths=[]
        ),  # log changes of accounts, sudo, ssh, the clock, modules, further paths
        failed_logins=FailedLogins(at_most=50, within_minutes=10),  # more than usual: an alert
        access_review_days=180,  # a review of who has access that is older: an alert
        # VulnerabilityScan(source="https://…") compares the packages with Debian's list, on Debian only.
        vulnerabilities=None,
        journal_max_size=4 * 2**30,  # on disk
        log_retention_days=30,
        updates=Updates(
            automatic=True,  # security updates, every day
            # What stays for a maintenance window; reboot_at="04:30" would let the host reboot by itself,
            # held_packages=["linux-image-generic"] holds back every upgrade of a package.
            held_patterns=[
                "nvidia-",
                "libnvidia-",
                "docker",
                "containerd",
                "postgresql",
            ],
            held_packages=[],
            reboot_at=None,  # never
            restart_services="list",  # or automatic: restart what runs old code after an update
            never_restarted=["containerd", "docker", "nvidia-persistenced", "postgresql", "redis"],
        ),
    )
