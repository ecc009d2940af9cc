"""The base of any host, queried through the programs that use it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from deploys.base.settings import BaseSettings, Placement

ONE_NAMESPACE = ("net.ipv4.", "net.ipv6.", "net.core.somaxconn")


def test_the_clock_the_language_and_the_name_are_as_programs_see_them(host: Any, base: BaseSettings) -> None:
    there = host.check_output("TZ=:/etc/localtime date -d @1700000000 '+%F %T %z'")
    named = host.check_output(f"TZ={base.timezone} date -d @1700000000 '+%F %T %z'")
    assert there == named
    locale = host.check_output(". /etc/default/locale && LC_ALL=$LANG locale charmap 2>&1")
    assert locale == "UTF-8"
    assert host.check_output(". /etc/default/locale && echo $LANG") == base.locale
    if base.hostname:
        assert host.check_output("uname -n") == base.hostname.split(".")[0]
        assert host.check_output("hostname --fqdn") == base.hostname


def test_chronyd_uses_the_servers_of_the_inventory_and_opens_no_port(host: Any, base: BaseSettings) -> None:
    assert host.service("chrony").is_running
    assert host.service("chrony").is_enabled
    listening = host.check_output("ss -H -lntup")
    assert '"chronyd"' not in listening
    command = host.check_output("ps -o args= -C chronyd")
    container = host.run("systemd-detect-virt --container --quiet").rc == 0
    assert (" -x" in command) is container
    # The names as they were given; without them the file may name a pool, which is many servers.
    used = re.findall(r"^[\^=#]\S (\S+) ", host.check_output("chronyc -N sources -a"), re.MULTILINE)
    assert set(used) == set(base.time_servers) or not base.time_servers


def test_the_kernel_runs_with_the_settings_of_the_inventory(host: Any, base: BaseSettings) -> None:
    container = host.run("systemd-detect-virt --container --quiet").rc == 0
    skipped = [key for key in base.sysctls if container and not key.startswith(ONE_NAMESPACE)]
    for key, value in base.sysctls.items():
        if key not in skipped:
            path = "/proc/sys/" + key.replace(".", "/")
            assert host.file(path).content_string.split() == str(value).split(), key
    if skipped:
        pytest.skip(f"not applicable in a container, whose kernel is shared: {', '.join(skipped)}")


def test_the_journal_is_on_disk_and_bounded(host: Any, base: BaseSettings) -> None:
    merged = host.check_output("systemd-analyze cat-config systemd/journald.conf")
    last = dict(re.findall(r"^(\w+)=(.*)$", merged, re.MULTILINE))
    assert last["SystemMaxUse"] == str(base.journal_max_size)
    assert last["MaxRetentionSec"] == f"{base.log_retention_days}day"
    assert host.run("journalctl -n 1 --directory=/var/log/journal").rc == 0


def test_logs_are_rotated_weekly_for_the_retention_of_the_inventory(host: Any, base: BaseSettings) -> None:
    """A log that has no rule of its own beyond its path gets the defaults."""
    rule = "/run/rigwright-test.log"
    output = host.check_output(
        f"echo '{rule} {{ }}' >/run/zz-rule && touch {rule} && "
        f"logrotate -d /etc/logrotate.d/00-rigwright /run/zz-rule 2>&1; rm -f /run/zz-rule {rule}"
    )
    weeks = -(-base.log_retention_days // 7)
    assert re.search(rf"rotating pattern: {rule} .*weekly.*\({weeks} rotations\)", output), output


def test_updates_are_those_of_the_inventory(host: Any, base: BaseSettings) -> None:
    dump = host.check_output("apt-config dump")
    output: dict[str, list[str]] = {}
    for key, value in re.findall(r'^(\S+) "(.*)";$', dump, re.MULTILINE):
        output.setdefault(key, []).append(value)
    assert output["APT::Periodic::Unattended-Upgrade"] == [str(int(base.updates.automatic))]
    assert output["Unattended-Upgrade::Package-Blacklist::"] == list(base.updates.held_patterns)
    assert output["Unattended-Upgrade::Automatic-Reboot"] == [str(bool(base.updates.reboot_at)).lower()]
    assert all("ecurity" in one or "ESM" in one for one in output["Unattended-Upgrade::Origins-Pattern::"])
    assert "Unattended-Upgrade::Allowed-Origins::" not in output


def test_unattended_upgrades_reads_its_configuration(host: Any, base: BaseSettings) -> None:
    if not base.updates.automatic:
        pytest.skip("the inventory has no automatic updates for this host")
    output = host.run("unattended-upgrade --dry-run --debug 2>&1 | head -n 20").stdout
    for pattern in base.updates.held_patterns:
        assert pattern in output
    assert "security" in output.lower()


def test_held_packages_are_held(host: Any, base: BaseSettings) -> None:
    assert set(base.updates.held_packages) <= set(host.check_output("apt-mark showhold").split())


def test_needrestart_never_restarts_what_people_use(host: Any, base: BaseSettings) -> None:
    script = (
        "use JSON::PP; our %nrconf; our $LOGPREF = q(); "
        "eval do { local $/; open my $f, q(<), q(/etc/needrestart/needrestart.conf); <$f> }; die $@ if $@; "
        "my $o = $nrconf{override_rc}; print encode_json({mode => $nrconf{restart}, "
        "map { my $u = $_; ($u => (grep { $u =~ $_ && !$o->{$_} } keys %$o) ? 0 : 1) } @ARGV});"
    )
    units = " ".join(f"{name}.service" for name in (*base.updates.never_restarted, "nginx"))
    output = json.loads(host.check_output(f"perl -e '{script}' {units}"))
    assert output.pop("mode") == {"list": "l", "automatic": "a"}[base.updates.restart_services]
    assert output.pop("nginx.service") == 1
    assert set(output.values()) == {0}


def test_only_root_reads_the_password_of_the_mail_relay(host: Any, base: BaseSettings) -> None:
    if base.mail is None:
        pytest.skip("the inventory has no mail relay for this host")
    file = host.file("/etc/msmtprc")
    assert (file.user, file.mode) == ("root", 0o600)
    output = host.check_output("echo | LC_ALL=C msmtp --pretend --account=default someone@example.com")
    assert f"host = {base.mail.host}" in output
    assert "tls_starttls = on" in output
    assert "tls_certcheck = on" in output


def test_the_kernel_has_every_rule_of_the_audit_log_and_writes(host: Any, base: BaseSettings) -> None:
    if base.audit is None:
        pytest.skip("the inventory has no audit log for this host")
    assert host.service("rigwright-audit.service").is_enabled
    if host.run("systemd-detect-virt --container --quiet").rc == 0:
        assert not host.service("auditd").is_running
        assert "audit" not in host.check_output("systemctl list-units --failed --plain --no-legend")
        pytest.skip("not applicable in a container, whose kernel is shared: the audit log")
    loaded = host.check_output("auditctl -l")
    for path in ("/etc/passwd", "/etc/sudoers", "/etc/ssh", *base.audit.watched_paths):
        assert re.search(rf"(-w |path=|dir=){re.escape(path)}\b", loaded), path
    assert "init_module" in loaded
    host.check_output("touch /etc/audit/rigwright-test && rm /etc/audit/rigwright-test")
    # Without a terminal ausearch reads its standard input, unless --input-logs. auditd may be late.
    found = "ausearch --input-logs --key rigwright-rigwright --start recent --file /etc/audit/rigwright-test"
    assert host.run(f"for try in 1 2 3 4 5; do {found} && exit; sleep 1; done; exit 1").rc == 0


def test_packages_are_compared_with_known_vulnerabilities_by_a_timer(host: Any, base: BaseSettings) -> None:
    if base.vulnerabilities is None:
        pytest.skip("the inventory has no scan for this host")
    timer = host.service("rigwright-vulnerabilities.timer")
    assert (timer.is_enabled, timer.is_running) == (True, True)
    assert "REPORT=false" in host.file("/etc/default/debsecan").content_string.splitlines()
    assert host.check_output(
        "systemctl show -p NextElapseUSecRealtime --value rigwright-vulnerabilities.timer"
    )


def test_failed_logins_are_counted_every_minute(
    host: Any,
    base: BaseSettings,  # noqa: ARG001  every base has it
) -> None:
    timer = host.service("rigwright-metrics.timer")
    assert (timer.is_enabled, timer.is_running) == (True, True)


def test_metrics_of_failed_logins_hold_no_user_name(host: Any, base: BaseSettings) -> None:  # noqa: ARG001
    if not host.file("/var/lib/prometheus/node-exporter").is_directory:
        pytest.skip("nothing on this host reads metrics")
    assert host.run("systemctl start rigwright-metrics.service").rc == 0
    age = host.check_output(
        "echo $(($(date +%s) - $(stat -c %Y /var/lib/prometheus/node-exporter/rigwright_host.prom)))"
    )
    assert int(age) < 60
    lines = host.file("/var/lib/prometheus/node-exporter/rigwright_host.prom").content_string.splitlines()
    output = {line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")}
    counted = {f'rigwright_failed_logins_total{{service="{one}"}}' for one in ("login", "sshd", "su", "sudo")}
    upgrades = ("rigwright_upgrades_pending", "rigwright_upgrades_clear_timestamp_seconds")
    assert output == {
        *counted,
        "rigwright_access_reviewed_timestamp_seconds",
        "rigwright_host_metrics_timestamp_seconds",
        "rigwright_package_lists_timestamp_seconds",
        "rigwright_reboot_required",
        *(f'{name}{{kind="{kind}"}}' for name in upgrades for kind in ("security", "other")),
    }


def test_systemd_places_each_service_as_in_the_inventory(host: Any, base: BaseSettings) -> None:
    for placement in base.placements:
        unit = placement.unit.replace("@.", "@rigwright-test.")
        if host.run(f"systemctl cat {unit}").rc:
            continue  # it is not installed, so nothing of it runs
        output = host.check_output(f"systemctl show {unit}")
        bounds = {
            "CPUWeight": placement.cpu_weight,
            "IOWeight": placement.io_weight,
            "MemoryHigh": placement.memory_high and placement.memory_high // 4096 * 4096,
            "MemoryMax": placement.memory_max and placement.memory_max // 4096 * 4096,
        }
        for name, value in bounds.items():
            assert value is None or f"{name}={value}" in output.splitlines()
        _in_the_kernel(host, output, placement)


def numbers(text: str) -> set[int]:
    """The CPUs of ``0-1,4`` or ``0-1 4``."""
    ends = [part.partition("-")[::2] for part in re.split(r"[ ,]+", text.strip()) if part]
    return {cpu for low, high in ends for cpu in range(int(low), int(high or low) + 1)}


def test_each_service_runs_on_the_cpus_of_the_inventory(host: Any, base: BaseSettings) -> None:
    """What systemd holds, and where each process may run: the kernel of a container may not split CPUs."""
    placed = [(one, numbers(one.cpus)) for one in base.placements if one.cpus]
    if not placed:
        pytest.skip("the inventory gives no service CPUs of its own")
    online = numbers(host.check_output("cat /sys/devices/system/cpu/online"))
    for placement, wanted in placed:
        unit = placement.unit.replace("@.", "@rigwright-test.")
        shown = host.check_output(f"systemctl show -p AllowedCPUs -p ControlGroup {unit}")
        held = dict(line.partition("=")[::2] for line in shown.splitlines())
        assert numbers(held["AllowedCPUs"]) == wanted, unit
        group = f"/sys/fs/cgroup{held['ControlGroup']}"
        if not held["ControlGroup"] or not host.file(f"{group}/cpuset.cpus").exists:
            continue
        for pid in host.check_output(f"cat {group}/cgroup.procs").split():
            status = host.run(f"cat /proc/{pid}/status").stdout
            for allowed in re.findall(r"^Cpus_allowed_list:\s*(\S+)$", status, re.MULTILINE):
                assert numbers(allowed) <= (wanted & online or online), (unit, pid)


def _in_the_kernel(host: Any, shown: str, placement: Placement) -> None:
    """The limits of a running unit's control group, where the machine has version 2 of them."""
    values = dict(line.partition("=")[::2] for line in shown.splitlines())
    group = f"/sys/fs/cgroup{values.get('ControlGroup', '')}"
    if placement.memory_max and host.file(f"{group}/memory.max").exists:
        assert int(host.file(f"{group}/memory.max").content_string) == placement.memory_max // 4096 * 4096
    if placement.cpu_percent and host.file(f"{group}/cpu.max").exists:
        quota, period = map(int, host.file(f"{group}/cpu.max").content_string.split())
        assert 100 * quota == placement.cpu_percent * period


def test_every_further_package_is_installed(host: Any, base: BaseSettings) -> None:
    for name in base.packages:
        assert host.package(name).is_installed, name
