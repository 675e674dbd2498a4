"""That the checks find what is wrong: each case breaks one thing."""

import copy

import pytest
from objects import application, of_kind, overlay, pod_templates, schema_error
from pod_security import violations


def deployment() -> dict:
    """The daemon's Deployment, to break."""
    return copy.deepcopy(of_kind(overlay("homelab"), "Deployment")[0])


def changed(thing: dict, path: str, value: object) -> dict:
    """A copy with one value set, or, as None, taken away. A number in the path is an index."""
    copied = copy.deepcopy(thing)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place = copied
    for step in way:
        place = place[step] if isinstance(step, int) else place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copied


POD = "spec/template/spec"
CONTAINER = f"{POD}/containers/0"


@pytest.mark.parametrize(
    ("path", "value", "violation"),
    [
        (f"{POD}/hostNetwork", True, "hostNetwork"),
        (f"{POD}/hostPID", True, "hostPID"),
        (f"{POD}/hostIPC", True, "hostIPC"),
        (f"{POD}/volumes/0", {"name": "host", "hostPath": {"path": "/"}}, "hostPath"),
        (f"{POD}/volumes/0", {"name": "nfs", "nfs": {"server": "x", "path": "/"}}, "nfs"),
        (f"{POD}/securityContext/sysctls", [{"name": "kernel.msgmax", "value": "1"}], "sysctl"),
        (f"{POD}/securityContext/runAsUser", 0, "runAsUser 0"),
        (f"{POD}/securityContext/runAsNonRoot", None, "runAsNonRoot"),
        (f"{POD}/securityContext/runAsNonRoot", False, "runAsNonRoot"),
        (f"{POD}/securityContext/seccompProfile", None, "seccompProfile"),
        (f"{POD}/securityContext/seccompProfile/type", "Unconfined", "seccompProfile"),
        (f"{POD}/securityContext/appArmorProfile", {"type": "Unconfined"}, "appArmorProfile"),
        (f"{POD}/securityContext/seLinuxOptions", {"type": "spc_t"}, "seLinuxOptions"),
        (f"{POD}/securityContext/windowsOptions", {"hostProcess": True}, "hostProcess"),
        ("spec/template/metadata/annotations",
         {"container.apparmor.security.beta.kubernetes.io/reconcile": "unconfined"}, "apparmor"),
        (f"{CONTAINER}/securityContext", None, "allowPrivilegeEscalation"),
        (f"{CONTAINER}/securityContext/privileged", True, "privileged"),
        (f"{CONTAINER}/securityContext/runAsUser", 0, "runAsUser 0"),
        (f"{CONTAINER}/securityContext/runAsNonRoot", False, "runAsNonRoot"),
        (f"{CONTAINER}/securityContext/allowPrivilegeEscalation", None, "allowPrivilegeEscalation"),
        (f"{CONTAINER}/securityContext/seccompProfile", {"type": "Unconfined"}, "seccompProfile"),
        (f"{CONTAINER}/securityContext/capabilities/drop", ["NET_RAW"], "lacks ALL"),
        (f"{CONTAINER}/securityContext/capabilities/add", ["SYS_ADMIN"], "SYS_ADMIN"),
        (f"{CONTAINER}/securityContext/procMount", "Unmasked", "procMount"),
        (f"{CONTAINER}/ports/0/hostPort", 8080, "hostPort"),
        (f"{CONTAINER}/livenessProbe/httpGet/host", "example.net", "another host"),
    ],
)
def test_pod_security_finds(path, value, violation):
    (found,) = violations(changed(deployment(), path, value)["spec"]["template"])[:1]
    assert violation in found


def test_pod_security_looks_at_init_containers():
    broken = changed(deployment(), f"{POD}/initContainers", [{"name": "first", "image": "busybox"}])
    assert any("first" in found for found in violations(broken["spec"]["template"]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec/replicas", "two"),
        ("spec/selector", None),
        (f"{POD}/containers/0/readinesProbe", {}),
        (f"{POD}/containers/0/ports/0/containerPort", "http"),
        (f"{POD}/securityContext/allowPrivilegeEscalation", False),
        ("apiVersion", "extensions/v1beta1"),
    ],
)
def test_kubernetes_schema_finds(path, value):
    assert schema_error(changed(deployment(), path, value))


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("ExternalSecret", "spec/secretStore", {}),
        ("ExternalSecret", "spec/data/0/remoteRef/name", "x"),
        ("ExternalSecret", "spec/data/0/secretKey", "a b"),
        ("ExternalSecret", "spec/secretStoreRef/kind", "Store"),
        ("ExternalSecret", "apiVersion", "external-secrets.io/v1beta1"),
        ("ServiceMonitor", "spec/endpoints/0/scrapeInterval", "30s"),
        ("ServiceMonitor", "spec/endpoints/0/interval", "30"),
        ("ServiceMonitor", "spec/selector", None),
        ("PrometheusRule", "spec/groups/0/rules/0/keepFiringFor", "5m"),
        ("PrometheusRule", "spec/groups/0/rules/0/for", "5 minutes"),
        ("PrometheusRule", "metadata/name", "Alerts"),
        ("NetworkPolicy", "spec/egress/0/port", 53),
        ("Role", "rules/0/verb", ["get"]),
        ("PodDisruptionBudget", "spec/minimumAvailable", 1),
    ],
)
def test_schemas_find(kind, path, value):
    thing = of_kind(overlay("homelab"), kind)[0]
    assert schema_error(thing) is None
    assert schema_error(changed(thing, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec/syncPolicy/automated/autoPrune", True),
        ("spec/destination/cluster", "x"),
        ("spec/source/repo", "x"),
        ("spec/project", None),
    ],
)
def test_the_schema_of_the_application_finds(path, value):
    assert schema_error(changed(application(), path, value))


def test_an_unknown_kind_is_found():
    assert schema_error({"apiVersion": "example.net/v1", "kind": "Thing", "metadata": {"name": "thing"}})


def test_jobs_are_looked_at():
    kinds = [workload["kind"] for workload, _ in pod_templates(overlay("job"))]
    assert sorted(kinds) == ["CronJob", "Job"]
