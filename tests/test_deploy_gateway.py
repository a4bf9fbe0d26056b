"""The Gateway API's manifests, checked by hand: no library that is installed knows the schemas of this extension."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.test_deploy import KUBERNETES, load

GATEWAY = KUBERNETES / "gateway"
DURATION = r"([0-9]{1,5}(h|m|s|ms)){1,4}"
"""Of the standard: GEP-2257."""


@pytest.fixture
def gateway() -> dict[str, Any]:
    found: dict[str, Any] = load(GATEWAY / "gateway.yaml")
    return found


@pytest.fixture(params=["route", "redirect"])
def route(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = load(GATEWAY / f"{request.param}.yaml")
    return found


def test_they_are_of_the_stable_version(gateway: dict[str, Any], route: dict[str, Any]) -> None:
    assert (gateway["apiVersion"], gateway["kind"]) == ("gateway.networking.k8s.io/v1", "Gateway")
    assert (route["apiVersion"], route["kind"]) == ("gateway.networking.k8s.io/v1", "HTTPRoute")
    assert gateway.keys() == route.keys() == {"apiVersion", "kind", "metadata", "spec"}


def test_listeners_have_what_they_need(gateway: dict[str, Any]) -> None:
    spec = gateway["spec"]
    assert spec.keys() == {"gatewayClassName", "listeners"}
    for listener in spec["listeners"]:
        assert {"name", "port", "protocol"} <= listener.keys()
        assert listener.keys() <= {"name", "port", "protocol", "hostname", "tls", "allowedRoutes"}
        assert (listener["protocol"] == "HTTPS") == ("tls" in listener)
    names = [listener["name"] for listener in spec["listeners"]]
    assert len(set(names)) == len(names)
    (https,) = [listener for listener in spec["listeners"] if listener["protocol"] == "HTTPS"]
    assert https["tls"]["mode"] == "Terminate"
    assert https["tls"]["certificateRefs"]


def test_a_route_belongs_to_a_listener_and_its_host(gateway: dict[str, Any], route: dict[str, Any]) -> None:
    listeners = {listener["name"]: listener for listener in gateway["spec"]["listeners"]}
    assert route["spec"].keys() == {"parentRefs", "hostnames", "rules"}
    (parent,) = route["spec"]["parentRefs"]
    assert parent["name"] == gateway["metadata"]["name"]
    assert route["spec"]["hostnames"] == [listeners[parent["sectionName"]]["hostname"]]


def test_a_rule_has_what_it_needs_and_nothing_experimental(route: dict[str, Any]) -> None:
    (rule,) = route["spec"]["rules"]
    assert rule.keys() <= {"matches", "filters", "timeouts", "backendRefs"}
    assert ("filters" in rule) != ("backendRefs" in rule)
    for time in rule.get("timeouts", {}).values():
        assert re.fullmatch(DURATION, time)


def test_the_route_leads_to_the_service_whatever_is_asked_for() -> None:
    (rule,) = load(GATEWAY / "route.yaml")["spec"]["rules"]
    service = load(KUBERNETES / "base" / "service.yaml")
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    ports = [port["port"] for port in service["spec"]["ports"]]
    assert rule["backendRefs"] == [{"name": service["metadata"]["name"], "port": ports[0]}]
    assert rule["timeouts"] == {"request": "0s"}, "a page's connection stays open"


def test_the_ingress_and_the_gateway_have_one_host() -> None:
    ingress = load(KUBERNETES / "ingress" / "ingress.yaml")["spec"]
    hosts = {listener["hostname"] for listener in load(GATEWAY / "gateway.yaml")["spec"]["listeners"]}
    assert hosts == {rule["host"] for rule in ingress["rules"]}


def test_sessions_are_a_patch_of_the_route() -> None:
    over = load(KUBERNETES / "gateway-sessions" / "kustomization.yaml")
    (patch,) = over["patches"]
    (operation,) = yaml.safe_load(patch["patch"])
    assert over["resources"] == ["../gateway"]
    route = load(GATEWAY / "route.yaml")
    assert patch["target"] == {"kind": route["kind"], "name": route["metadata"]["name"]}
    assert (operation["op"], operation["path"]) == ("add", "/spec/rules/0/sessionPersistence")
    assert operation["value"]["type"] == "Cookie"
