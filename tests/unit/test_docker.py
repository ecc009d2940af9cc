"""What Docker's settings refuse, and what they come to mean."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from deploys.docker.settings import AddressPool, DockerSettings, Registry, Stack
from deploys.docker.state import desired
from deploys.docker.versions import PACKAGED
from rigwright.desired import Desired, ScrapeTarget, Socket
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform

KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"


def compose(**more: object) -> str:
    """One fit service, with changes; None takes a key out."""
    service: dict[str, object] = {
        "image": "registry.example.org/web:1.2",
        "restart": "unless-stopped",
        "healthcheck": {"test": ["CMD", "true"]},
        "deploy": {"resources": {"limits": {"cpus": "2", "memory": "512M"}}},
        **more,
    }
    return yaml.safe_dump(
        {"services": {"web": {key: value for key, value in service.items() if value is not None}}}
    )


def stack(text: str = "", **more: object) -> Stack:
    """A stack of that service."""
    return Stack(**{"name": "shop", "compose": text or compose(), **more})  # type: ignore[arg-type]


def rendered(system: str = "debian13", **more: object) -> Desired:
    """What the host should be."""
    return desired(DockerSettings(**more), Platform(system))  # type: ignore[arg-type]


def daemon(**more: object) -> dict[str, Any]:
    """The rendered daemon.json."""
    one = desired(DockerSettings(**more), Platform("debian13"))  # type: ignore[arg-type]
    (file,) = (file for file in one.files if file.path == "/etc/docker/daemon.json")
    found: dict[str, Any] = json.loads(file.content)
    return found


def test_the_engine_is_hardened_by_default() -> None:
    found = daemon()
    assert found["live-restore"] is True
    assert found["no-new-privileges"] is True
    assert found["icc"] is False
    assert found["userland-proxy"] is False
    assert found["log-opts"] == {"max-file": "3", "max-size": "10485760b"}
    assert found["metrics-addr"] == "127.0.0.1:9323"
    assert rendered().scrape_targets == (ScrapeTarget("docker", "127.0.0.1", 9323),)


def test_more_options_are_merged_with_ours() -> None:
    runtimes = {"nvidia": {"path": "nvidia-container-runtime"}}
    found = daemon(daemon_options={"runtimes": runtimes})
    assert found["runtimes"] == runtimes
    assert found["live-restore"] is True


@pytest.mark.parametrize(("key", "named"), [("icc", "inter_container"), ("metrics-addr", "metrics_port")])
def test_an_option_that_has_a_setting_is_refused_with_its_name(key: str, named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        DockerSettings(daemon_options={key: 1})


@pytest.mark.parametrize("key", ["hosts", "iptables"])
def test_options_that_break_the_engine_are_refused(key: str) -> None:
    with pytest.raises(ValidationError, match=f"leave {key} out"):
        DockerSettings(daemon_options={key: 1})


@pytest.mark.parametrize(("base", "length"), [("8.0.0.0/8", 24), ("172.30.1.0/16", 24), ("172.30.0.0/16", 8)])
def test_address_pools_are_private_and_hold_a_network(base: str, length: int) -> None:
    with pytest.raises(ValidationError):
        AddressPool(base=base, prefix_length=length)


def test_the_limits_of_all_containers_count_towards_the_memory_of_the_host() -> None:
    limits = {"replicas": 3, "resources": {"limits": {"cpus": "1", "memory": "512M"}}}
    assert rendered(stacks=[stack(compose(deploy=limits))]).memory_bytes == 3 * 2**29


def test_secrets_are_in_one_file_for_root_alone() -> None:
    secret = Secret("shop_token", "value $with #all")
    one = rendered(stacks=[stack(compose(env_file=["secrets.env"]), secrets={"TOKEN": secret})])
    holds = [file for file in one.files if b"value $with" in file.content]
    assert [(file.path, file.mode, file.secret) for file in holds] == [
        ("/etc/rigwright/stacks/shop/secrets.env", 0o600, True)
    ]
    assert holds[0].content == b"TOKEN='value $with #all'\n"


def test_secrets_that_no_service_reads_or_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValidationError, match="nothing would read them"):
        stack(secrets={"TOKEN": Secret("t", "x")})
    with pytest.raises(ValidationError, match="TOKEN holds a quote") as refused:
        stack(compose(env_file="secrets.env"), secrets={"TOKEN": Secret("t", "it's")})
    assert "it's" not in str(refused.value)


def test_two_stacks_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two are named shop"):
        DockerSettings(stacks=[stack(), stack()])


def test_debian_12_has_no_compose_and_says_what_to_choose() -> None:
    with pytest.raises(RigError, match="without compose 2") as refused:
        rendered("debian12", stacks=[stack()])
    assert 'packages_from="docker"' in str(refused.value)
    assert rendered("debian12").packages == ("curl", "python3", "docker.io")


@pytest.mark.parametrize("system", PACKAGED)
def test_dockers_own_repository_brings_its_packages_and_its_key(system: str) -> None:
    one = rendered(system, packages_from="docker", repository_key=KEY, stacks=[stack()])
    assert {"docker-ce", "docker-ce-cli", "containerd.io", "docker-compose-plugin"} < set(one.packages)
    assert "docker.io" not in one.packages
    (source,) = one.sources
    assert (source.key, source.components) == (KEY, ("stable",))
    assert source.uri.endswith("/debian" if system.startswith("debian") else "/ubuntu")
    assert "docker-ce" in source.packages


def test_a_key_and_the_repository_need_each_other() -> None:
    for given in ({"packages_from": "docker"}, {"repository_key": KEY}):
        with pytest.raises(ValidationError, match="repository_key"):
            DockerSettings(**given)  # type: ignore[arg-type]


def test_the_registry_is_on_loopback() -> None:
    one = rendered(registry=Registry(port=5005))
    (file,) = (file for file in one.files if file.path == "/etc/docker/registry/config.yml")
    assert yaml.safe_load(file.content)["http"]["addr"] == "127.0.0.1:5005"
    assert Socket("127.0.0.1", 5005) in one.sockets


def test_without_a_number_of_days_nothing_is_pruned() -> None:
    one = rendered(prune_after_days=None)
    assert not [unit.name for unit in one.units if "prune" in unit.name]
    assert "rigwright-docker-prune.timer" in {unit.name for unit in rendered().units}


def test_an_engine_that_is_not_measured_leaves_no_target_and_no_rule() -> None:
    assert {rule.name for rule in rendered().alerts} == {
        "DockerContainerUnhealthy",
        "DockerContainersRestart",
    }
    silent = rendered(metrics_port=None)
    assert (silent.scrape_targets, silent.alerts, silent.sockets) == ((), (), ())


def test_devices_by_name_join_other_features_of_the_engine() -> None:
    (file,) = [
        one
        for one in desired(
            DockerSettings(cdi=True, daemon_options={"features": {"buildkit": True}}), Platform("debian13")
        ).files
        if one.path == "/etc/docker/daemon.json"
    ]
    assert json.loads(file.content)["features"] == {"buildkit": True, "cdi": True}


@pytest.mark.parametrize("features", [{"cdi": True}, ["cdi"]])
def test_a_feature_that_has_a_setting_is_refused_among_the_engines_options(features: object) -> None:
    with pytest.raises(ValidationError, match=r"features\.cdi has a setting"):
        DockerSettings(daemon_options={"features": features})


@pytest.mark.parametrize(
    ("record", "pending"),
    [
        (None, True),
        ('{"files": null, "services": {}}', True),
        ('{"files": null, "services": {}, "lacks": {"web": "127.0.0.1:5000/web:1"}}', True),
        ('{"files": "0a1b", "services": {"web": "c2"}}', False),
    ],
)
def test_a_stack_that_never_ran_is_pending_until_it_does(
    tmp_path: Path, record: str | None, pending: bool
) -> None:
    (step,) = rendered(stacks=[stack()]).steps
    if record is not None:
        (tmp_path / "shop.json").write_text(record)
    only_if = step.only_if.replace("/var/lib/rigwright/stacks", str(tmp_path))
    assert str(tmp_path) in only_if
    assert subprocess.run(["sh", "-c", only_if], check=False).returncode == (0 if pending else 1)
    assert step.when == "after_probe", "a failure must leave the engine and the registry"
    assert step.timeout_seconds > stack().wait_seconds
