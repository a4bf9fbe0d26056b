"""What deploys: nginx accepts its configuration, containers and pods have no rights, and the files agree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.replicas import CONFIGURATION, START_SECONDS, nginx_path
from gradwalk.settings import unknown
from serving.metrics import Metrics
from tests.browser import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
MANIFESTS = sorted(path for path in KUBERNETES.glob("*/*.yaml") if path.name != "kustomization.yaml")
OF_KUBERNETES = [path for path in MANIFESTS if path.parent.name != "gateway" or path.stem == "network-policy"]
"""The others are of an extension: test_deploy_gateway.py."""


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = load(DEPLOY / "compose.yaml")["services"]
    return found


@pytest.fixture(scope="module")
def replicas(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if name.startswith("replica-")}


def test_nginx_accepts_the_configuration_as_it_is_in_the_containers(tmp_path: Path) -> None:
    command = [nginx_path(), "-t", "-p", str(tmp_path), "-c", str(CONFIGURATION)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_knows_the_replicas_by_their_addresses(replicas: dict[str, Any]) -> None:
    servers = re.findall(r"^server ([\d.]+):8501 ", (DEPLOY / "nginx" / "replicas.conf").read_text(), re.MULTILINE)
    assert servers == [service["networks"]["inside"]["ipv4_address"] for service in replicas.values()]
    assert len(servers) >= 2


def test_containers_have_no_rights_and_bounds(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"].split(":")[0] not in ("0", "root")
        assert service["pids_limit"] > 0
        assert service["mem_limit"]
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"
        assert not service.get("privileged")
        assert "docker.sock" not in json.dumps(service)


def test_only_nginx_is_reached_from_outside_and_replicas_reach_nobody(
    services: dict[str, Any], replicas: dict[str, Any]
) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert all(list(service["networks"]) == ["inside"] for service in replicas.values())
    assert load(DEPLOY / "compose.yaml")["networks"]["inside"]["internal"] is True
    assert set(services["nginx"]["depends_on"]) == set(replicas)


def test_replicas_share_one_secret_and_it_stands_nowhere(replicas: dict[str, Any]) -> None:
    secrets = {service["environment"]["STREAMLIT_SERVER_COOKIE_SECRET"] for service in replicas.values()}
    assert len(secrets) == 1
    assert secrets.pop().startswith("${GRADWALK_COOKIE_SECRET:?")


@pytest.mark.skipif(not shutil.which("docker"), reason="needs docker")
def test_compose_reads_its_file() -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("needs the compose plugin")
    command = ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    environment = {**os.environ, "GRADWALK_COOKIE_SECRET": "x"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", OF_KUBERNETES, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_kubernetes_knows_every_field(path: Path) -> None:
    kubernetes_validate.validate(load(path), "1.37", strict=True)


@pytest.mark.parametrize("part", ["base", "ingress", "gateway"])
def test_a_kustomization_names_every_manifest(part: str) -> None:
    resources = set(load(KUBERNETES / part / "kustomization.yaml")["resources"])
    assert resources - {"../base"} == {path.name for path in MANIFESTS if path.parent.name == part}
    assert ("../base" in resources) == (part != "base")


def test_a_pod_has_no_rights_and_bounds() -> None:
    pod = load(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"].keys() == {"cpu", "memory"}
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_pods_are_found_by_their_labels() -> None:
    found = {path.stem: load(path) for path in MANIFESTS if path.parent.name == "base"}
    labels = found["deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert found["service"]["spec"]["selector"] == labels
    assert found["disruption-budget"]["spec"]["selector"]["matchLabels"] == labels
    for path in KUBERNETES.glob("*/network-policy.yaml"):
        assert load(path)["spec"]["podSelector"]["matchLabels"] == labels
    assert found["autoscaler"]["spec"]["scaleTargetRef"]["name"] == found["deployment"]["metadata"]["name"]
    assert found["autoscaler"]["spec"]["minReplicas"] >= 2


def test_a_busy_event_loop_fails_no_probe() -> None:
    """The longest answer that was measured, on a busy machine, took 7.5 s."""
    (container,) = load(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]["containers"]

    def patience(name: str) -> int:
        probe = container[name]
        assert probe["timeoutSeconds"] >= 10 or name == "startupProbe"
        return int(probe["periodSeconds"] * probe["failureThreshold"])

    assert patience("readinessProbe") >= 30
    assert patience("livenessProbe") >= 180
    assert patience("startupProbe") >= START_SECONDS
    assert container["livenessProbe"]["httpGet"]["path"] == "/_stcore/health", (
        "a full queue is no reason to end a server"
    )


def test_a_pod_that_goes_serves_until_everybody_has_heard_of_it() -> None:
    pod = load(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause >= 5
    assert pod["terminationGracePeriodSeconds"] >= pause + 20


def test_the_autoscaler_hears_of_the_queue_and_of_nothing_else() -> None:
    (metric,) = load(KUBERNETES / "base" / "autoscaler.yaml")["spec"]["metrics"]
    (rule,) = load(KUBERNETES / "prometheus-adapter.yaml")["rules"]["custom"]
    name = metric["pods"]["metric"]["name"]
    assert rule["name"] == {"matches": name, "as": name}
    assert rule["seriesQuery"].startswith(f"{name}{{")
    metrics = Metrics()
    metrics.watch("waiting", "Work that waits for its turn.", lambda: 7.0)
    assert metrics.registry.get_sample_value(name) == 7.0


def test_every_setting_that_is_set_exists(replicas: dict[str, Any]) -> None:
    pod = load(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]["containers"][0]
    names = {entry["name"]: "" for entry in pod["env"]}
    for service in replicas.values():
        names |= service["environment"]
    assert unknown(names) == []


def test_programs_fit_into_the_memory_that_there_is(replicas: dict[str, Any]) -> None:
    pod = load(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]["containers"][0]
    in_pod = {entry["name"]: entry.get("value", "") for entry in pod["env"]}
    limits = [pod["resources"]["limits"]["memory"], *(service["mem_limit"] for service in replicas.values())]
    for environment in [in_pod, *(service["environment"] for service in replicas.values())]:
        names = "PROCESSES", "LONG_PROCESSES", "LONG_WAITING"
        programs = sum(int(environment[f"GRADWALK_{name}"]) for name in names)
        assert programs * int(environment["GRADWALK_PROCESS_MEGABYTES"]) + 800 < 2500
    assert limits == ["2500Mi", "2500m", "2500m"]


def test_the_image_has_every_package_that_the_application_imports() -> None:
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    kept = re.findall(r"^!([a-z]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"} | {"pages"}
    assert packages == set(copied)
    assert packages == set(kept)
