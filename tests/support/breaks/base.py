"""What makes the claims about the base false, and those about the toolkit's own part."""

from __future__ import annotations

from tests.support.breaks.model import KEPT, Break, Claims

CRON = "/run/systemd/system/cron.service.d"
METRICS = "/var/lib/prometheus/node-exporter"

_base = Claims("test_base")
_plain = Claims("test_base", "plain")
_accounts = Claims("test_base_accounts")
_own = Claims("test_rigwright")
_STRANGERS = "test_base_accounts::test_only_accounts_of_the_inventory_can_log_in"


def added(claims: Claims, test: str, unit: str, script: str) -> Break:
    """By a command that a unit runs after its own: the file stays wrong however often it is written."""
    folder, program = f"/run/systemd/system/{unit}.d", f"{KEPT}/{test}.sh"
    drop_in = f"[Service]\\nExecStartPost=/bin/sh {program}\\n"
    command = (
        f"mkdir -p {folder}; printf '%s\\n' '{script}' >{program}; "
        f"printf '{drop_in}' >{folder}/rig-break.conf; systemctl daemon-reload; systemctl start {unit} || :"
    )
    undo = (
        f"rm {folder}/rig-break.conf; systemctl daemon-reload; "
        f"systemctl reset-failed {unit} || :; systemctl start {unit}"
    )
    return claims.ran(test, command, undo, touches=unit)


BREAKS = (
    _accounts.ran(
        "test_each_user_has_the_shell_and_groups_of_the_inventory",
        "usermod -s /bin/bash alice",
        "usermod -s /bin/sh alice",
    ),
    _accounts.edited(
        "test_sshd_finds_each_users_keys_and_no_others",
        "/home/alice/.ssh/authorized_keys",
        "s/AAAAINfoDxIb/AAAAINfoDxIc/",
    ),
    _accounts.edited(
        "test_sudo_allows_each_user_the_commands_of_the_inventory",
        "/etc/sudoers.d/rigwright-users",
        's#/usr/bin/id ""#/usr/bin/pwd ""#',
    ),
    _accounts.moded("test_sudos_configuration_is_whole", "/etc/sudoers.d/README", "644"),
    _accounts.ran(
        "test_a_former_user_cannot_log_in",
        "useradd -m -s /bin/bash carol",
        "userdel -r carol 2>/dev/null",
        also=(_STRANGERS,),
        touches="accounts",
    ),
    _accounts.ran(
        "test_only_accounts_of_the_inventory_can_log_in",
        "useradd -M -s /bin/bash mallory",
        "userdel mallory",
        touches="accounts",
    ),
    _base.ran(
        "test_the_clock_the_language_and_the_name_are_as_programs_see_them",
        "ln -sfn /usr/share/zoneinfo/Asia/Tokyo /etc/localtime",
        "ln -sfn /usr/share/zoneinfo/Europe/Berlin /etc/localtime",
    ),
    _base.edited(
        "test_chronyd_uses_the_servers_of_the_inventory_and_opens_no_port",
        "/etc/chrony/rigwright.conf",
        "s/time1/time9/",
        after="systemctl restart chrony",
    ),
    _base.ran(
        "test_the_kernel_runs_with_the_settings_of_the_inventory",
        "sysctl -q -w net.ipv4.conf.all.accept_redirects=1",
        "sysctl -q -w net.ipv4.conf.all.accept_redirects=0",
    ),
    _base.ran(
        "test_the_journal_is_on_disk_and_bounded",
        "printf '[Journal]\\nSystemMaxUse=1G\\n' >/etc/systemd/journald.conf.d/zz.conf",
        "rm /etc/systemd/journald.conf.d/zz.conf",
    ),
    _base.edited(
        "test_logs_are_rotated_weekly_for_the_retention_of_the_inventory",
        "/etc/logrotate.d/00-rigwright",
        "s/rotate 3/rotate 4/",
    ),
    _base.ran(
        "test_updates_are_those_of_the_inventory",
        "echo 'APT::Periodic::Unattended-Upgrade \"1\";' >/etc/apt/apt.conf.d/99-rig-break",
        "rm /etc/apt/apt.conf.d/99-rig-break",
    ),
    _plain.moded("test_unattended_upgrades_reads_its_configuration", "/usr/bin/unattended-upgrade", "644"),
    _base.ran("test_held_packages_are_held", "apt-mark unhold vim-tiny", "apt-mark hold vim-tiny"),
    _base.edited(
        "test_needrestart_never_restarts_what_people_use",
        "/etc/needrestart/conf.d/rigwright.conf",
        "s/\\^redis/^radis/",
    ),
    _base.moded("test_only_root_reads_the_password_of_the_mail_relay", "/etc/msmtprc", "644"),
    _base.unit(
        "test_the_kernel_has_every_rule_of_the_audit_log_and_writes", "disable", "rigwright-audit.service"
    ),
    _base.unit(
        "test_packages_are_compared_with_known_vulnerabilities_by_a_timer",
        "stop",
        "rigwright-vulnerabilities.timer",
    ),
    _base.unit("test_failed_logins_are_counted_every_minute", "stop", "rigwright-metrics.timer"),
    added(
        _base,
        "test_metrics_of_failed_logins_hold_no_user_name",
        "rigwright-metrics.service",
        f'echo "rigwright_failed_logins_total{{user=\\"alice\\"}} 1" >>{METRICS}/rigwright_host.prom',
    ),
    _base.ran(
        "test_systemd_places_each_service_as_in_the_inventory",
        f"mkdir -p {CRON}; printf '[Service]\\nCPUWeight=77\\n' >{CRON}/zz-weight.conf",
        f"rm {CRON}/zz-weight.conf",
        after="systemctl daemon-reload",
    ),
    _base.ran(
        "test_each_service_runs_on_the_cpus_of_the_inventory",
        f"mkdir -p {CRON}; printf '[Service]\\nAllowedCPUs=\\nAllowedCPUs=0\\n' >{CRON}/zz-cpus.conf",
        f"rm {CRON}/zz-cpus.conf",
        after="systemctl daemon-reload",
    ),
    _base.ran(
        "test_every_further_package_is_installed",
        "echo 'tree deinstall' | dpkg --set-selections",
        "echo 'tree install' | dpkg --set-selections",
    ),
    _own.unit("test_recovery_is_enabled_for_the_next_boot", "disable", "rigwright-recover.service"),
    _own.ran(
        "test_no_interrupted_change_is_left",
        "mkdir /var/lib/rigwright/transactions/rig-break",
        "rmdir /var/lib/rigwright/transactions/rig-break",
    ),
    _own.moded("test_only_root_reads_the_toolkits_state", "/var/lib/rigwright", "755"),
    _own.unit("test_the_timer_of_the_nightly_check_is_active", "stop", "rigwright-drift.timer"),
    _own.ran(
        "test_only_root_reads_the_result_of_the_nightly_check",
        f"f=/var/lib/rigwright/drift.json; [ -e $f ] || {{ echo '{{}}' >$f; touch {KEPT}/no-result; }}; "
        "chmod 644 $f",
        f"f=/var/lib/rigwright/drift.json; chmod 600 $f; [ ! -e {KEPT}/no-result ] || rm $f {KEPT}/no-result",
    ),
    _own.loosened(
        "test_every_unit_of_the_toolkit_is_sandboxed", "/etc/systemd/system/rigwright-nginx-logs.service"
    ),
)
