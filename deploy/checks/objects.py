"""What kustomize builds, and what must be true of any such objects."""

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml
from version import version  # noqa: F401, for the tests

DEPLOY = Path(__file__).parents[1]
REPOSITORY = DEPLOY.parent
OVERLAYS = sorted(path.name for path in (DEPLOY / "kubernetes/overlays").iterdir())
KUBERNETES = "1.33"


@cache
def _built(folder: Path) -> str:
    run = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True)
    # Deprecated fields are warnings.
    assert run.returncode == 0 and run.stderr == "", run.stderr
    return run.stdout


def build(folder: str | Path) -> list[dict]:
    """The objects of a kustomization, of deploy/kubernetes unless the path is whole."""
    return list(yaml.safe_load_all(_built(DEPLOY / "kubernetes" / folder)))


def overlay(name: str) -> list[dict]:
    """The objects of an overlay."""
    return build(f"overlays/{name}")


def application() -> dict:
    """The Argo CD Application."""
    return yaml.safe_load((DEPLOY / "argocd/application.yaml").read_text())


def title(thing: dict) -> str:
    """How a failure calls an object."""
    return f"{thing['kind']} {thing['metadata'].get('namespace', '')}/{thing['metadata']['name']}"


def of_kind(objects: list[dict], *kinds: str) -> list[dict]:
    """Those of some kinds."""
    return [thing for thing in objects if thing["kind"] in kinds]


def pod_templates(objects: list[dict]) -> Iterator[tuple[dict, dict]]:
    """Each workload with its pod template."""
    for thing in objects:
        spec = thing.get("spec") or {}
        template = spec.get("template") or ((spec.get("jobTemplate") or {}).get("spec") or {}).get("template")
        if thing["kind"] in ("Deployment", "Job", "CronJob"):
            yield thing, template


def schema_error(thing: dict) -> str | None:
    """What an object's schema says against it: one in schemas/ if it needs a CRD, else Kubernetes' own, strictly."""
    own = Path(__file__).parent / f"schemas/{thing['kind']}.json"
    try:
        if own.exists():
            jsonschema.Draft202012Validator(json.loads(own.read_text())).validate(thing)
        else:
            kubernetes_validate.validate(thing, KUBERNETES, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        return f"{title(thing)}: {'/'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        return f"{title(thing)}: {error.message}"
    return None
