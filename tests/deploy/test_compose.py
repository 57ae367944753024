"""compose.yaml and the systemd unit: what a rack relies on, and that every file that they name is there."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[2]
_COMPOSE: dict[str, Any] = yaml.safe_load((_ROOT / "compose.yaml").read_text(encoding="utf-8"))
_SERVICES: dict[str, Any] = _COMPOSE["services"]


def test_a_rack_has_server_prometheus_and_grafana() -> None:
    assert set(_SERVICES) == {"server", "prometheus", "grafana"}


@pytest.mark.parametrize("name", list(_SERVICES))
def test_every_service_comes_back_by_itself_cannot_write_its_root_and_has_no_rights(name: str) -> None:
    service = _SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_server_has_a_gpu_shared_memory_a_volume_and_a_canary() -> None:
    server = _SERVICES["server"]
    (device,) = server["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    assert server["shm_size"] == "2gb"
    assert server["user"] == "10001:10001"
    assert server["volumes"] == ["engines:/var/lib/sideline"]
    assert server["healthcheck"]["test"] == ["CMD", "sideline", "canary"]


def test_ports_are_open_to_this_machine_only_unless_asked() -> None:
    ports = [port for service in _SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert all(re.sub(r"\$\{\w+:-(.*?)\}", r"\1", port).startswith("127.0.0.1:") for port in ports)


def test_the_build_takes_the_arguments_of_the_dockerfile() -> None:
    declared = re.findall(r"^ARG (\w+)", (_ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(_SERVICES["server"]["build"]["args"]) == set(declared)


def test_every_file_that_is_mounted_is_there() -> None:
    mounted = [volume.split(":")[0] for service in _SERVICES.values() for volume in service.get("volumes", ())]
    files = [path for path in mounted if path.startswith("./")]
    assert len(files) == 5
    assert all((_ROOT / path).exists() for path in files)
    assert {path for path in mounted if not path.startswith("./")} == set(_COMPOSE["volumes"])


def test_prometheus_asks_the_server_where_it_tells_its_metrics() -> None:
    jobs = yaml.safe_load((_ROOT / "deploy" / "prometheus.yml").read_text())["scrape_configs"]
    targets = [target for job in jobs for config in job["static_configs"] for target in config["targets"]]
    assert "server:8002" in targets
    assert "8002" in _SERVICES["server"]["expose"]
    (source,) = yaml.safe_load((_ROOT / "deploy/grafana/datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"


def test_the_unit_starts_waits_for_the_canary_and_reloads_by_a_hot_swap() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]  # systemd minds upper and lower case
    unit.read(_ROOT / "deploy" / "sideline.service")
    service = unit["Service"]
    assert "--wait " in service["ExecStart"]
    assert service["ExecReload"].endswith("kill --signal HUP server")
    wait_s = int(re.search(r"--wait-timeout (\d+)", service["ExecStart"]).group(1))
    assert wait_s < int(service["TimeoutStartSec"])
