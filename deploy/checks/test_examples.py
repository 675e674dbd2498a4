"""deploy/compose and deploy/ci."""

import re
import subprocess
from collections.abc import Iterator

import pytest
import yaml
from objects import DEPLOY, REPOSITORY, version

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


def test_the_readme_names_the_version():
    named = re.findall(r"(?:reconcile:|ref=)(\d+\.\d+\.\d+)", (DEPLOY / "README.md").read_text())
    assert set(named) == {version()}
