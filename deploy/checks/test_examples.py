"""deploy/compose and deploy/ci."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import yaml
from objects import DEPLOY, REPOSITORY, version
from sandbox import TOKEN, sandbox

COMPOSE = DEPLOY / "compose/compose.yaml"
GITHUB = DEPLOY / "ci/github-actions.yaml"
GITLAB = DEPLOY / "ci/gitlab-ci.yaml"
SCHEMAS = {COMPOSE: "compose-spec", GITHUB: "github-workflows", GITLAB: "gitlab-ci"}


def schema_errors(schema: str, path) -> str:
    """What check-jsonschema, with the schema that it carries, says against a file."""
    command = ["check-jsonschema", "--builtin-schema", f"vendor.{schema}", path]
    if schema == "gitlab-ci":
        command[1:1] = ["--data-transform", "gitlab-ci"]
    run = subprocess.run(command, capture_output=True, text=True)
    return "" if run.returncode == 0 else run.stdout + run.stderr


def scripts() -> Iterator[str]:
    """Every piece of shell in the CI examples."""
    for job in yaml.safe_load(GITHUB.read_text())["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)
    for job in yaml.safe_load(GITLAB.read_text()).values():
        if isinstance(job, dict) and "script" in job:
            yield from job["script"]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_each_is_as_its_schema_wants_it(path):
    assert schema_errors(SCHEMAS[path], path) == ""


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (COMPOSE, "read_only: true", "readonly: true"),
        (COMPOSE, "restart: unless-stopped", "restart: [unless-stopped]"),
        (COMPOSE, "condition: service_healthy", "condition: healthy"),
        (GITHUB, "runs-on: ubuntu-latest", "runs_on: ubuntu-latest"),
        (GITHUB, "contents: read", "contents: reading"),
        (GITHUB, "pull_request:", "pull-request:"),
        (GITLAB, "when: always", "when: ever"),
        (GITLAB, "expire_in: 1 week", "expires_in: 1 week"),
        (GITLAB, "resource_group: authentik", "resource_groups: authentik"),
    ],
)
def test_the_schemas_find(path, old, new, tmp_path):
    text = path.read_text()
    assert old in text
    broken = tmp_path / path.name
    broken.write_text(text.replace(old, new))
    assert schema_errors(SCHEMAS[path], broken)


def test_scripts_are_shell():
    assert len(list(scripts())) >= 7
    for script in scripts():
        run = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=lambda path: path.name)
def test_a_request_is_validated_and_planned_without_secrets_and_main_is_converged(path):
    text = path.read_text()
    for command in (r"validate\b", r"plan .*--output markdown --without-secrets", r"--once\b"):
        assert re.search(command, text)
    assert f"registry.example.net/reconcile:{version()}" in text


def test_options_of_the_examples_are_there(program):
    text = "\n".join(scripts()).replace("\\\n", " ")
    commands = re.findall(r'(?:"\$IMAGE"|^reconcile) +([^>\n|]+)', text, re.MULTILINE)
    assert len(commands) == 6
    for words in map(str.split, commands):
        subcommand = "run" if words[0].startswith("-") else words[0]
        run = subprocess.run([program, subcommand, "--help"], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        for option in [word for word in words if word.startswith("--")]:
            assert re.search(rf"{option}\b", run.stdout), f"{subcommand} {option}"


# Runs the program in the container's stead.
DOCKER = """#!/bin/sh
while [ "$1" != "$IMAGE" ]; do shift; done
shift
exec reconcile $(echo "$@" | sed 's#/etc/reconcile#services#')
"""


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=lambda path: path.name)
def test_its_scripts_do_what_they_say(path, program, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/reconcile").symlink_to(program.absolute())
    (tmp_path / "bin/docker").write_text(DOCKER)
    (tmp_path / "bin/docker").chmod(0o755)
    shutil.copytree(COMPOSE.parent / "services", tmp_path / "services")
    example = yaml.safe_load(path.read_text())
    jobs = example.get("jobs", example)

    def run(job: str, **environment: str) -> int:
        lines = jobs[job]["script"] if "script" in jobs[job] else [jobs[job]["steps"][1]["run"]]
        return subprocess.run(
            ["sh", "-e"], input="\n".join(lines), cwd=tmp_path, text=True, capture_output=True, env=environment
        ).returncode

    with sandbox(program) as address:
        variables = {
            **(example.get("env") or example.get("variables")),
            "AUTHENTIK_URL": address,
            "AUTHENTIK_TOKEN": TOKEN,
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        }
        secret = {"GRAFANA_CLIENT_SECRET": "a-secret-of-grafana"}
        plan = tmp_path / "plan.md"
        assert run("validate", **variables) == 0
        assert run("plan", **variables) == 0
        assert "2 to create" in plan.read_text()
        assert run("apply", **variables, **secret) == 0
        assert run("plan", **variables) == 0
        assert "2 in sync" in plan.read_text()
        # A refused token, and a file with a mistake.
        assert run("plan", **variables | {"AUTHENTIK_TOKEN": "another"}) == 77
        (tmp_path / "services/services.yaml").write_text("apiVersion: reconcile/v2\n")
        assert run("validate", **variables) == 65
        assert run("apply", **variables, **secret) == 65


def test_what_compose_wants_of_the_environment_is_in_the_example_and_no_more():
    wanted = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))
    lines = [line for line in (DEPLOY / "compose/.env.example").read_text().splitlines() if not line.startswith("#")]
    # Nothing secret in it.
    assert all(line.endswith("=") for line in lines)
    assert {line[:-1] for line in lines} == wanted
    # Not one of them has a default, and none is left out.
    assert wanted == set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    assert ".env" in (REPOSITORY / ".gitignore").read_text().split()


def test_compose_runs_reconcile_as_the_deployment_does():
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert services["server"]["image"] == services["worker"]["image"] == "ghcr.io/goauthentik/server:2025.12.4"
    assert "redis" not in services
    daemon = services["reconcile"]
    assert daemon["image"] == f"reconcile:{version()}"
    assert daemon["read_only"] is True and daemon["cap_drop"] == ["ALL"]
    assert ((COMPOSE.parent / daemon["build"]["context"]) / daemon["build"]["dockerfile"]).exists()
    # Nothing is reachable from outside.
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_files_of_compose_are_valid_and_their_secrets_given(program):
    folder = COMPOSE.parent / "services"
    run = subprocess.run([program, "validate", "--config", folder], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    environment = yaml.safe_load(COMPOSE.read_text())["services"]["reconcile"]["environment"]
    for service in yaml.safe_load((folder / "services.yaml").read_text())["services"]:
        if reference := service.get("secretRef"):
            assert reference["env"] in environment


@pytest.mark.parametrize("name", ["README.md", "monitoring/README.md"])
def test_links_lead_somewhere(name):
    path = DEPLOY / name

    def anchors(page) -> set[str]:
        titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
        return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}

    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text()):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_place_that_names_the_version_names_this_one():
    names = re.compile(r"(?:reconcile:|ref=|newTag: |image\.version=\"|^Daemon +)(\d+\.\d+\.\d+)", re.MULTILINE)
    texts = {
        path: path.read_text(errors="ignore")
        for path in [REPOSITORY / "README.md", *DEPLOY.rglob("*")]
        if path.is_file() and "checks" not in path.parts
    }
    named = {str(path): set(found) for path, text in texts.items() if (found := names.findall(text))}
    assert len(named) >= 9
    assert {path: versions for path, versions in named.items() if versions != {version()}} == {}
