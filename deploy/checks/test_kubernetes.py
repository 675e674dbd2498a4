"""deploy/kubernetes and deploy/argocd."""

import re
import shutil
import subprocess

import pytest
import yaml
from install_manifest import INSTALL, install_manifest
from objects import (
    DEPLOY,
    OVERLAYS,
    REPOSITORY,
    application,
    build,
    of_kind,
    overlay,
    pod_templates,
    schema_error,
    title,
    version,
)
from pod_security import violations
from prometheus_rule import ALERTS, prometheus_rule

every_overlay = pytest.mark.parametrize("name", OVERLAYS)

# Who makes what no overlay holds: the README says so.
MADE_BY_HAND = {"reconcile-token", "reconcile-clients"}


def desired_state(name: str) -> dict:
    """The desired-state file of an overlay's ConfigMap."""
    config = [thing for thing in of_kind(overlay(name), "ConfigMap") if "reconcile-config" in title(thing)]
    assert len(config) == 1 and len(config[0]["data"]) == 1
    return yaml.safe_load(next(iter(config[0]["data"].values())))


def test_there_is_an_overlay_for_each_way_to_run_it():
    assert OVERLAYS == ["homelab", "job", "minimal"]


@every_overlay
def test_every_object_is_as_its_schema_wants_it(name):
    assert [error for thing in overlay(name) if (error := schema_error(thing))] == []


def test_the_base_builds_by_itself():
    assert [error for thing in build("base") if (error := schema_error(thing))] == []


def test_the_application_is_as_its_schema_wants_it_and_leads_to_an_overlay():
    assert schema_error(application()) is None
    source = REPOSITORY / application()["spec"]["source"]["path"]
    assert (source / "kustomization.yaml").exists()


@every_overlay
def test_every_pod_passes_pod_security_restricted(name):
    templates = list(pod_templates(overlay(name)))
    assert templates
    for workload, template in templates:
        assert violations(template) == [], title(workload)


@every_overlay
def test_every_pod_is_user_1000_and_writes_nowhere(name):
    for workload, template in pod_templates(overlay(name)):
        context = template["spec"]["securityContext"]
        assert [context[field] for field in ("runAsUser", "runAsGroup", "fsGroup")] == [1000] * 3, title(workload)
        for container in template["spec"]["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert all(mount["readOnly"] for mount in container["volumeMounts"])
            assert set(container["resources"]) == {"requests", "limits"}


@every_overlay
def test_objects_are_there_once_and_have_a_namespace(name):
    titles = [title(thing) for thing in overlay(name)]
    assert len(set(titles)) == len(titles)
    assert all(thing["metadata"].get("namespace") for thing in overlay(name))


@every_overlay
def test_what_pods_refer_to_is_there(name):
    objects = overlay(name)
    there = {(thing["kind"], thing["metadata"]["name"]) for thing in objects}
    there |= {("Secret", thing["spec"]["target"]["name"]) for thing in of_kind(objects, "ExternalSecret")}
    if name != "homelab":
        there |= {("Secret", secret) for secret in MADE_BY_HAND}
    for workload, template in pod_templates(objects):
        pod = template["spec"]
        assert ("ServiceAccount", pod["serviceAccountName"]) in there
        for volume in pod["volumes"]:
            if "configMap" in volume:
                assert ("ConfigMap", volume["configMap"]["name"]) in there, title(workload)
            else:
                assert ("Secret", volume["secret"]["secretName"]) in there, title(workload)
        for container in pod["containers"]:
            for source in container["envFrom"]:
                assert ("ConfigMap", source["configMapRef"]["name"]) in there
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            assert mounts == {volume["name"] for volume in pod["volumes"]}


@every_overlay
def test_selectors_find_the_pods(name):
    objects = overlay(name)
    labels = [template["metadata"]["labels"] for _, template in pod_templates(objects)]
    for thing in of_kind(objects, "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec = thing["spec"]
        selector = spec.get("podSelector") or spec["selector"]
        wanted = selector.get("matchLabels", selector)
        assert any(wanted.items() <= found.items() for found in labels), title(thing)


def test_prometheus_finds_the_service_and_calls_the_job_as_the_alerts_do():
    objects = overlay("homelab")
    (monitor,) = of_kind(objects, "ServiceMonitor")
    (service,) = of_kind(objects, "Service")
    labels = service["metadata"]["labels"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert labels[monitor["spec"]["jobLabel"]] == "reconcile"
    assert monitor["spec"]["endpoints"][0]["port"] in [port["name"] for port in service["spec"]["ports"]]
    (policy,) = of_kind(objects, "NetworkPolicy")
    ports = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
    (container,) = of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]["containers"]
    assert ports == [port["containerPort"] for port in container["ports"]]


@every_overlay
def test_no_role_says_all_or_reads_more_than_named_secrets(name):
    for role in of_kind(overlay(name), "Role", "ClusterRole"):
        assert role["kind"] == "Role"
        for rule in role["rules"]:
            assert "*" not in rule["apiGroups"] + rule["resources"] + rule["verbs"], title(role)
            if "secrets" in rule["resources"]:
                assert rule["resourceNames"], title(role)


@every_overlay
def test_bindings_bind_a_role_that_is_there_to_the_account_that_is_there(name):
    objects = overlay(name)
    roles = {title(role) for role in of_kind(objects, "Role")}
    accounts = {title(account) for account in of_kind(objects, "ServiceAccount")}
    bindings = of_kind(objects, "RoleBinding")
    for binding in bindings:
        assert f"Role {binding['metadata']['namespace']}/{binding['roleRef']['name']}" in roles
        for subject in binding["subjects"]:
            assert f"ServiceAccount {subject['namespace']}/{subject['name']}" in accounts
    assert len(bindings) == len(roles)


@pytest.mark.parametrize("name", ["homelab/daemon", "job", "minimal"])
def test_another_namespace_takes_one_change(name, tmp_path):
    for folder in ("kubernetes", "monitoring"):
        shutil.copytree(DEPLOY / folder, tmp_path / folder)
    path = tmp_path / "kubernetes/overlays" / name / "kustomization.yaml"
    path.write_text(path.read_text().replace("namespace: authentik\n", "namespace: elsewhere\n"))
    objects = build(path.parent)
    subjects = [subject for binding in of_kind(objects, "RoleBinding") for subject in binding["subjects"]]
    namespaces = [thing["metadata"]["namespace"] for thing in objects] + [subject["namespace"] for subject in subjects]
    assert set(namespaces) == {"elsewhere"}


@every_overlay
def test_secrets_that_the_file_names_may_be_read_and_no_others(name):
    wanted: dict[str, set[str]] = {}
    for service in desired_state(name)["services"]:
        if reference := (service.get("secretRef") or {}).get("kubernetes"):
            wanted.setdefault(reference["namespace"], set()).add(reference["name"])
    granted = {
        role["metadata"]["namespace"]: set(rule["resourceNames"])
        for role in of_kind(overlay(name), "Role")
        for rule in role["rules"]
        if rule["resources"] == ["secrets"]
    }
    assert granted == wanted


@every_overlay
def test_roles_are_those_that_the_program_prints(name, program, tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text(yaml.safe_dump(desired_state(name), sort_keys=False))
    command = [program, "rbac", "--config", path]
    if of_kind(overlay(name), "Deployment"):
        command.append("--with-daemon")
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    documents = [document for document in yaml.safe_load_all(run.stdout) if document]
    # A file that needs no rights gets an empty List.
    printed = [thing for document in documents for thing in document.get("items", [document])]
    assert [error for thing in printed if (error := schema_error(thing))] == []
    kept = of_kind(overlay(name), "Role", "RoleBinding")
    assert sorted(printed, key=title) == sorted(kept, key=title)


@every_overlay
def test_secret_files_that_the_file_names_are_mounted(name):
    paths = [
        reference["file"]
        for service in desired_state(name)["services"]
        if "file" in (reference := service.get("secretRef") or {})
    ]
    for _, template in pod_templates(overlay(name)):
        mounts = [mount["mountPath"] for mount in template["spec"]["containers"][0]["volumeMounts"]]
        assert all(path.rpartition("/")[0] in mounts for path in paths)


@every_overlay
def test_the_desired_state_is_valid(name, program, tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text(yaml.safe_dump(desired_state(name), sort_keys=False))
    run = subprocess.run([program, "validate", "--config", path], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_the_homelabs_file_is_the_manifest_but_for_where_secrets_are():
    def lines(path):
        lines = path.read_text().splitlines()
        return [line for line in lines if not line.startswith("#") and "secretRef" not in line]

    assert lines(DEPLOY / "kubernetes/overlays/homelab/daemon/homelab.yaml") == lines(
        REPOSITORY / "manifests/homelab.yaml"
    )


def test_the_prometheus_rule_is_made_of_the_alerts():
    made = (DEPLOY / "kubernetes/components/prometheus/prometheusrule.yaml").read_text()
    assert made == prometheus_rule(), "run 'deploy/check --write'"
    alerts = yaml.safe_load(ALERTS.read_text())
    assert yaml.safe_load(made)["spec"] == alerts
    # kustomize adds blank lines to folded text, which are nothing to PromQL.
    (built,) = of_kind(overlay("homelab"), "PrometheusRule")
    for groups in (built["spec"]["groups"], alerts["groups"]):
        for rule in (rule for group in groups for rule in group["rules"]):
            rule["expr"] = " ".join(rule["expr"].split())
    assert built["spec"] == alerts


def test_install_yaml_is_the_minimal_overlay():
    assert INSTALL.read_text() == install_manifest(), "run 'deploy/check --write'"
    assert list(yaml.safe_load_all(INSTALL.read_text())) == overlay("minimal")


def test_the_dashboard_is_packed_as_it_is():
    (config,) = [thing for thing in overlay("homelab") if "grafana_dashboard" in thing["metadata"].get("labels", {})]
    assert list(config["data"].values()) == [(DEPLOY / "monitoring/dashboard.json").read_text()]


@every_overlay
def test_images_are_of_this_version(name):
    for _, template in pod_templates(overlay(name)):
        for container in template["spec"]["containers"]:
            assert container["image"] == f"registry.example.net/reconcile:{version()}"
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert f'org.opencontainers.image.version="{version()}"' in dockerfile


def test_the_cronjob_makes_the_job():
    (job,) = of_kind(overlay("job"), "Job")
    (cron,) = of_kind(overlay("job"), "CronJob")
    assert cron["spec"]["jobTemplate"]["spec"] == job["spec"]


def test_the_daemon_has_the_settings_that_the_program_knows(program):
    run = subprocess.run([program, "run", "--help"], capture_output=True, text=True)
    (container,) = of_kind(build("base"), "Deployment")[0]["spec"]["template"]["spec"]["containers"]
    names = [variable["name"] for variable in container["env"] if "value" in variable]
    (settings,) = [thing for thing in of_kind(build("base"), "ConfigMap") if "settings" in title(thing)]
    for variable in [*names, *settings["data"]]:
        assert re.search(rf"\b{variable}\b", run.stdout), variable
