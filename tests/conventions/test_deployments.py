"""What `deploy/` says to Docker, Kubernetes and systemd fits the code: settings, commands, ports, roles."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are in another package, which nothing else needs
from typer.main import get_command

from hub.cli.main import app
from hub.cli.registry import load
from hub.settings import LAUNCHER_VARIABLES, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(
    path for folder in ("compose", "kubernetes", "systemd") for path in (DEPLOY / folder).rglob("*") if path.is_file()
)
ROLES = {"gateway", "router", "processors", "dispatcher", "connectors"}
COMPOSE = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
MANIFESTS: list[dict[str, Any]] = [
    document
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
WORKLOADS = [m for m in MANIFESTS if m["kind"] in {"Deployment", "StatefulSet"}]
OPERATIONS_PORTS = {"router": 8351, "processors": 8352, "dispatcher": 8353, "connectors": 8354}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def default(setting: str) -> Any:
    return Settings.model_fields[setting].default


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_hub_variable_of_a_deployment_is_a_setting(path: Path) -> None:
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields} | LAUNCHER_VARIABLES
    assert set() == set(re.findall(r"\bHUB_[A-Z0-9_]+\b", text(path))) - known


def test_every_value_of_a_deployment_is_one_that_its_setting_takes() -> None:
    sources = [SERVICES["gateway"]["environment"], pairs(DEPLOY / "kubernetes" / "settings.env")]
    sources += [pairs(path) for path in sorted((DEPLOY / "systemd").glob("*.env"))]
    for source in sources:
        Settings.model_validate_strings({name.removeprefix("HUB_").lower(): value for name, value in source.items()})


def pairs(path: Path) -> dict[str, str]:
    """The variables of an environment file."""
    lines = [line for line in text(path).splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def commands() -> Iterator[list[str]]:
    """Every call of `hub` in a deployment, as words after `hub`."""
    for service in SERVICES.values():
        if str(service["image"]).startswith("hub:") and "command" in service:
            yield service["command"]
    for manifest in MANIFESTS:
        for container in containers(manifest):
            if "args" in container:
                yield container["args"]
            for line in container.get("command", [])[2:]:
                yield from (shlex.split(call)[1:] for call in line.split("&&"))
    for path in (DEPLOY / "systemd").glob("*.service"):
        for line in re.findall(r"^ExecStart=/opt/hub/bin/hub (.*)$", text(path), re.MULTILINE):
            yield shlex.split(line.replace("%i", "gateway"))
    for line in re.findall(r"^\s*hub (.*)$", text(DEPLOY / "compose" / "prepare.sh"), re.MULTILINE):
        yield shlex.split(line)


def test_every_command_of_a_deployment_exists() -> None:
    found = list(commands())
    assert ["topics", "apply"] in found
    assert get_command(app).name == "hub"
    for group, name, *_ in found:
        command = load(group)
        assert name in command.commands, f"hub {group} {name}"  # type: ignore[union-attr]  # all of these are groups


def test_every_role_is_deployed_everywhere() -> None:
    assert ROLES <= SERVICES.keys()
    assert sorted(ROLES) == sorted(m["metadata"]["name"] for m in WORKLOADS)
    assert {f"hub@{role}.service" for role in ROLES} == set(
        re.findall(r"hub@\w+\.service", text(DEPLOY / "systemd" / "hub.target"))
    )
    assert ROLES == set(load("run").commands)  # type: ignore[union-attr]  # `run` is a group


def test_every_image_is_pinned() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", text(DEPLOY / "compose" / "Dockerfile"), re.MULTILINE)
    kustomization = next(m for m in MANIFESTS if m["kind"] == "Kustomization")
    images += [f"{image['newName']}:{image['newTag']}" for image in kustomization["images"]]
    assert [] == [image for image in images if not re.fullmatch(r"[\w./-]+:v?\d[\w.-]*\d\w*(-[\w-]+)?", image)]
    named = {container["image"] for manifest in MANIFESTS for container in containers(manifest)}
    assert named == {image["name"] for image in kustomization["images"]}


def test_ports_are_those_of_the_settings() -> None:
    gateway = default("gateway_port")
    assert [f"127.0.0.1:{gateway}:{gateway}"] == SERVICES["gateway"]["ports"]
    assert default("public_url") == COMPOSE["x-settings"]["HUB_PUBLIC_URL"]
    machine = default("kafka_bootstrap").rpartition(":")[2]
    assert [f"127.0.0.1:{machine}:{machine}"] == SERVICES["kafka"]["ports"]
    assert OPERATIONS_PORTS == {
        role: int(pairs(DEPLOY / "systemd" / f"{role}.env")["HUB_METRICS_PORT"]) for role in OPERATIONS_PORTS
    }
    operations = int(pairs(DEPLOY / "kubernetes" / "settings.env")["HUB_METRICS_PORT"])
    for workload in WORKLOADS:
        name = workload["metadata"]["name"]
        port = gateway if name == "gateway" else operations
        (container,) = containers(workload)
        assert [{"name": "http", "containerPort": port}] == container["ports"], name
        assert str(port) == workload["spec"]["template"]["metadata"]["annotations"]["prometheus.io/port"], name


def test_compose_waits_for_engines_and_for_topics_and_tables() -> None:
    for role in ROLES:
        assert {"prepare": {"condition": "service_completed_successfully"}} == SERVICES[role]["depends_on"], role
    for engine, wanted in SERVICES["prepare"]["depends_on"].items():
        assert "service_healthy" == wanted["condition"]
        assert SERVICES[engine]["healthcheck"]["test"][0] == "CMD"


def test_compose_listens_on_this_machine_only_and_names_the_volumes_that_it_uses() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert [] == [port for port in published if not port.startswith("127.0.0.1:")]
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert COMPOSE["volumes"].keys() == {name for name in mounted if not name.startswith(".")}
    assert [] == [name for name in mounted if name.startswith(".") and not (DEPLOY / "compose" / name).exists()]


def test_no_deployment_holds_a_secret() -> None:
    secret = re.compile(r"(PASSWORD|TOKEN)[\"']?\s*[=:][ \t]*[\"']?(?!…)[^\s\"'…]", re.IGNORECASE)
    with_password = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
    found = [
        str(path.relative_to(DEPLOY)) for path in FILES if secret.search(text(path)) or with_password.search(text(path))
    ]
    assert [] == found


def containers(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The containers of a manifest that has pods."""
    found: list[dict[str, Any]] = manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", [])
    return found


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload["metadata"]["name"])
def test_a_role_on_kubernetes_is_watched_limited_and_without_privileges(workload: dict[str, Any]) -> None:
    (container,) = containers(workload)
    pod = workload["spec"]["template"]["spec"]
    labels = workload["spec"]["template"]["metadata"]["labels"]
    assert labels == workload["spec"]["selector"]["matchLabels"] == workload["metadata"]["labels"]
    assert {"path": "/health/live", "port": "http"} == container["livenessProbe"]["httpGet"]
    assert {"path": "/health/ready", "port": "http"} == container["readinessProbe"]["httpGet"]
    assert "memory" in container["resources"]["limits"]
    assert pod["terminationGracePeriodSeconds"] > 10
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert [{"configMapRef": {"name": "hub-settings"}}, {"secretRef": {"name": "hub-secrets"}}] == container["envFrom"]


def test_every_stateful_role_has_its_service_and_a_stable_name() -> None:
    services = {m["metadata"]["name"]: m["spec"] for m in MANIFESTS if m["kind"] == "Service"}
    stateful = [m for m in WORKLOADS if m["kind"] == "StatefulSet"]
    assert {"router", "processors", "dispatcher"} == {m["metadata"]["name"] for m in stateful}
    for workload in stateful:
        name = workload["metadata"]["name"]
        assert "None" == services[workload["spec"]["serviceName"]]["clusterIP"]
        assert services[name]["selector"] == workload["spec"]["selector"]["matchLabels"]
        names = {e["name"]: e["valueFrom"]["fieldRef"]["fieldPath"] for e in containers(workload)[0]["env"]}
        assert {f"HUB_{name.upper()}_INSTANCE": "metadata.name"} == names
    for spec in services.values():
        assert {"http"} == {port["targetPort"] for port in spec["ports"]}


def test_the_kustomization_names_every_manifest() -> None:
    kustomization = next(m for m in MANIFESTS if m["kind"] == "Kustomization")
    others = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert others == set(kustomization["resources"])


def test_systemd_lets_a_role_that_stopped_on_purpose_rest() -> None:
    unit = text(DEPLOY / "systemd" / "hub@.service")
    assert "RestartPreventExitStatus=2 3" in unit
    assert "Requires=hub-prepare.service" in unit
