"""The image without Docker: its program is built with the flags of deploy/Dockerfile, and run as the Deployment and the
Job would run it, in two roots.

`copied` holds the program, the libraries that the loader asks for, and the authorities. It shows that nothing else is
needed: no shell, no locale, no list of users. `debian` is Debian's minimal root, with the last stage's own command run in
it. It shows that the packages bring all that is needed. Neither shows that a registry has the images that the
Dockerfile names, nor what Docker makes of them.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from image import Container, libraries, needed, size
from objects import of_kind, overlay, pod_templates, version
from sandbox import TOKEN, free_port, sandbox, wait_for

pytestmark = pytest.mark.image
MEGABYTE = 1_000_000
# The program alone; what the packages add is Debian's.
BUDGET = 35 * MEGABYTE
# Half of the Deployment's limit.
MEMORY_KIB = 128 * 1024

LINKED = {
    "libcurl.so.4", "libyaml-0.so.2",
    # Of the base image: libc6, libgcc-s1, libstdc++6.
    "libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libgcc_s.so.1", "libstdc++.so.6",
}


def test_the_program_keeps_to_its_budget(made):
    print(f"{made.stat().st_size / MEGABYTE:.1f} MB")
    assert made.stat().st_size < BUDGET


def test_it_is_stripped(made):
    sections = subprocess.run(["readelf", "-SW", made], capture_output=True, text=True, check=True).stdout
    assert ".symtab" not in sections and ".debug_info" not in sections


def test_it_is_linked_with_nothing_but_what_the_image_has(made):
    assert needed(made) - LINKED == set()


def test_the_root_has_every_library(image, made, root):
    for path in libraries(made):
        assert (root / path.relative_to("/")).exists(), path


def test_what_the_last_stage_adds(image, root):
    added = root / "var/reconcile-added"
    if not added.exists():
        files = [path for path in root.rglob("*") if path.is_file()]
        assert len(files) == len(libraries(root / image.program.lstrip("/"))) + 4
        return
    names = added.read_text().split()
    assert set(image.packages) <= set(names)
    print(f"{len(names)} packages of {size(root, names) / MEGABYTE:.1f} MB: {' '.join(names)}")
    for name in names:
        assert (root / f"usr/share/doc/{name}/copyright").exists(), name
    # Neither curl's nor a compiler's command line came along.
    assert not [name for name in names if name.endswith("-dev") or name in ("curl", "gcc", "binutils")]


def test_it_has_the_notices_of_what_is_in_the_program(image, root):
    text = (root / image.notices.lstrip("/")).read_text()
    assert text.startswith("Third-party notices") and "Apache License" in text


def test_it_says_its_version(image, root):
    code, output, errors = Container(root, image, ["--version"], {}).result()
    assert (code, errors) == (0, "")
    assert re.fullmatch(rf"{re.escape(version())} \([0-9a-f]{{12}}\)\n", output)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_prints_completions_for_outside(image, root, shell):
    code, output, errors = Container(root, image, ["completions", shell], {}).result()
    assert (code, errors) == (0, "") and "reconcile" in output


def configure(root: Path, name: str) -> tuple[list[str], dict[str, str]]:
    """The volumes of an overlay's pod, and its arguments and variables."""
    objects = overlay(name)
    (config,) = [thing for thing in of_kind(objects, "ConfigMap") if "config" in thing["metadata"]["name"]]
    (settings,) = [thing for thing in of_kind(objects, "ConfigMap") if "settings" in thing["metadata"]["name"]]
    files = {f"etc/reconcile/{key}": value for key, value in config["data"].items()}
    files |= {"run/secrets/authentik/token": TOKEN, "run/secrets/clients/grafana": "a-secret-of-grafana"}
    for path in (root / "etc/reconcile").iterdir():
        path.unlink()
    for path, text in files.items():
        (root / path).unlink(missing_ok=True)
        (root / path).write_text(text)
        # As with fsGroup and defaultMode.
        os.chown(root / path, 0, 1000)
        (root / path).chmod(0o440)
    (container,) = next(pod_templates(objects))[1]["spec"]["containers"]
    environment = {variable["name"]: variable["value"] for variable in container["env"] if "value" in variable}
    return container.get("args", []), settings["data"] | environment


@pytest.fixture
def authentik(program):
    """A sandbox outside, of a program that has one; its address."""
    with sandbox(program) as address:
        yield address


@pytest.mark.parametrize(
    "arguments",
    [["--once", "--sandbox"], ["plan", "--sandbox"], ["sandbox"], ["sandbox", "--port", "9000"]],
    ids=" ".join,
)
def test_it_has_no_sandbox_and_says_so(image, root, arguments):
    _, environment = configure(root, "job")
    code, output, errors = Container(root, image, arguments, environment).result()
    assert (code, output) == (64, "")
    assert "error: this build has no sandbox; use 'swift run reconcile sandbox' in the source folder\n" in errors


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["plan", "--help"]], ids=" ".join)
def test_its_help_has_no_sandbox(image, root, arguments):
    code, output, errors = Container(root, image, arguments, {}).result()
    assert (code, errors) == (0, "")
    assert "USAGE" in output and "sandbox" not in output


def test_the_job_converges_authentik(image, root, authentik):
    arguments, environment = configure(root, "job")
    for expected in ("2 created", "2 in sync"):
        code, output, errors = Container(root, image, arguments, environment | {"AUTHENTIK_URL": authentik}).result()
        assert code == 0, errors
        assert expected in output


def test_the_deployment_serves_and_ends(image, root, authentik):
    arguments, environment = configure(root, "minimal")
    port = free_port()
    listen = environment["RECONCILE_LISTEN"].replace("8080", str(port))
    environment |= {"AUTHENTIK_URL": authentik, "RECONCILE_LISTEN": listen}
    daemon = Container(root, image, arguments, environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        wait_for(f"http://127.0.0.1:{port}/readyz")
        assert "reconcile_build_info" in wait_for(f"http://127.0.0.1:{port}/metrics")
        assert '"grafana"' in wait_for(f"http://127.0.0.1:{port}/status")
        status = Path(f"/proc/{daemon.process.pid}/status").read_text()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        print(f"memory {facts['VmRSS'].strip()}")
        assert int(facts["VmRSS"].split()[0]) < MEMORY_KIB
        assert facts["Uid"].split() == facts["Gid"].split() == ["1000"] * 4
        assert (facts["CapEff"], facts["NoNewPrivs"]) == ("0" * 16, "1")
    finally:
        code, _, errors = daemon.end()
    assert code == 0, errors
