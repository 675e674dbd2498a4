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
        (GITLAB, "when: manual", "when: manually"),
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
    assert len(list(scripts())) >= 9
    for script in scripts():
        run = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=lambda path: path.name)
def test_a_request_is_validated_and_planned_without_secrets_and_the_reviewed_plan_is_applied(path):
    text = path.read_text()
    for command in (
        r"validate\b",
        r"plan .*--output markdown --without-secrets",
        r"plan .*--save plan\.json",
        r"--once .*--plan plan\.json",
    ):
        assert re.search(command, text)
    assert f"registry.example.net/reconcile:{version()}" in text


def test_github_is_run_by_hand_and_by_the_clock_and_a_review_is_asked_for():
    workflow = yaml.safe_load(GITHUB.read_text())
    # YAML 1.1 reads 'on' as true.
    assert {"pull_request", "push", "schedule", "workflow_dispatch"} == set(workflow[True])
    jobs = workflow["jobs"]
    assert [name for name, job in jobs.items() if "environment" in job] == ["apply"]
    # Only the job that is reviewed has the token that may write.
    writers = [name for name, job in jobs.items() if "secrets.AUTHENTIK_TOKEN" in str(job)]
    assert writers == ["apply"]
    for job in jobs.values():
        assert any("docker/login-action" in step.get("uses", "") for step in job["steps"])


def test_gitlab_asks_before_it_applies():
    jobs = yaml.safe_load(GITLAB.read_text())
    assert {rule["when"] for rule in jobs["apply"]["rules"]} == {"manual"}
    assert [name for name, job in jobs.items() if "AUTHENTIK_WRITE_TOKEN" in str(job)] == ["apply"]


def test_commands_of_the_examples_are_understood(program):
    """Each with an option more that nothing knows, which is then the only mistake."""
    text = "\n".join(scripts()).replace("\\\n", " ")
    commands = re.findall(r'(?:"\$IMAGE"|^ *reconcile) +([^>\n|]+)', text, re.MULTILINE)
    assert len(commands) == 8
    for words in map(str.split, commands):
        for asked, mistake in ((words, None), ([*words, "--no-such-option"], "--no-such-option")):
            run = subprocess.run(
                [program, *asked], capture_output=True, text=True,
                env={"AUTHENTIK_URL": "http://127.0.0.1:9", "AUTHENTIK_TOKEN": "T", "RECONCILE_CONFIG": "/nonexistent"},
            )
            # 64 is a mistake in the command line, 65 that there is no such file.
            assert run.returncode == (64 if mistake else 65), f"{asked}: {run.stderr}"
            assert not mistake or mistake in run.stderr


# Runs the program in the container's stead, in the folder that would be mounted.
DOCKER = """#!/bin/sh
while [ "$1" != "$IMAGE" ]; do shift; done
shift
exec reconcile "$@"
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
    summary, outputs = tmp_path / "summary.md", tmp_path / "outputs"

    def run(job: str, **environment: str) -> int:
        """The steps of a job that run the program; each begins with nothing of the others."""
        outputs.write_text("")
        summary.write_text("")
        steps = jobs[job].get("steps", [])
        (lines,) = [[step["run"]] for step in steps if "reconcile" in step.get("run", "") or "docker run" in step.get("run", "")
                    ] or [jobs[job]["script"]]
        done = subprocess.run(
            ["sh", "-e"], input="\n".join(lines), cwd=tmp_path, text=True, capture_output=True, env=environment
        )
        shown[0] = done.stdout + summary.read_text()
        return done.returncode

    shown = [""]
    with sandbox(program) as address:
        variables = {
            **(example.get("env") or example.get("variables")),
            "AUTHENTIK_URL": address,
            "AUTHENTIK_TOKEN": TOKEN,
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(outputs),
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        }
        secret = {"GRAFANA_CLIENT_SECRET": "a-secret-of-grafana"}
        assert run("validate", **variables) == 0
        assert run("preview", **variables) == 0
        assert "2 to create" in (tmp_path / "plan.md").read_text()
        # Nothing was applied; the plan that is saved is, and only once.
        assert run("plan", **variables, **secret) == 0
        assert "2 to create" in shown[0]
        assert path == GITLAB or outputs.read_text() == "changes=true\n"
        assert run("apply", **variables, **secret) == 0
        assert "2 created" in shown[0]
        assert run("apply", **variables, **secret) == 1
        assert run("plan", **variables, **secret) == 0
        assert path == GITLAB or outputs.read_text() == "changes=false\n"
        assert run("preview", **variables) == 0
        assert "2 in sync" in (tmp_path / "plan.md").read_text()
        assert "a-secret-of-grafana" not in (tmp_path / "plan.json").read_text()
        # A refused token, and a file with a mistake.
        assert run("preview", **variables | {"AUTHENTIK_TOKEN": "another"}) == 77
        assert run("plan", **variables | {"AUTHENTIK_TOKEN": "another"}, **secret) == 77
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
