"""deploy/debian: the package, built of the image's program, and installed in Debian's minimal root."""

import copy
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from image import Container
from objects import DEPLOY, version
from sandbox import TOKEN, sandbox

pytestmark = pytest.mark.image
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}


@pytest.fixture(scope="module")
def package(made, tmp_path_factory) -> Path:
    """The package."""
    for tool in ("dpkg-deb", "dpkg-shlibdeps"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    folder = tmp_path_factory.mktemp("package")
    run = subprocess.run(
        [DEPLOY / "debian/build", "--program", made, "--output", folder], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return Path(run.stdout.strip())


@pytest.fixture(scope="module")
def installed(package, debian) -> Iterator[Path]:
    """A root that holds what the image has, which the package depends on, and the package."""
    shutil.copy(package, debian / "reconcile.deb")
    run = dpkg(debian, "--install", "/reconcile.deb")
    assert run.returncode == 0, run.stdout + run.stderr
    yield debian
    # As it was.
    dpkg(debian, "--purge", "reconcile")
    (debian / "reconcile.deb").unlink()
    shutil.rmtree(debian / "etc/reconcile")
    (debian / "etc/reconcile").mkdir()


def dpkg(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the root's own dpkg."""
    command = ["chroot", root, "dpkg", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)


def field(package: Path, name: str) -> str:
    """A field of the control file."""
    command = ["dpkg-deb", "--field", package, name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_it_is_of_this_version_and_depends_on_what_the_program_is_linked_with(package):
    assert field(package, "Version") == version()
    assert package.name == f"reconcile_{version()}_{field(package, 'Architecture')}.deb"
    names = {text.split()[0] for text in field(package, "Depends").split(", ")}
    assert {name.removesuffix("t64") for name in names} == {
        "libc6", "libcurl4", "libgcc-s1", "libstdc++6", "libyaml-0-2", "ca-certificates",
    }


def test_the_same_commit_makes_the_same_package(package, made, tmp_path):
    run = subprocess.run(
        [DEPLOY / "debian/build", "--program", made, "--output", tmp_path], capture_output=True, text=True, check=True
    )
    assert Path(run.stdout.strip()).read_bytes() == package.read_bytes()


def test_its_files_are_root_s_and_where_debian_wants_them(package):
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=5) for line in listed.splitlines()]
    assert {row[1] for row in rows} == {"root/root"}
    assert {row[5] for row in rows if not row[5].endswith("/")} == {
        "./etc/reconcile/reconcile.env",
        "./usr/bin/reconcile",
        "./usr/lib/systemd/system/reconcile.service",
        "./usr/share/bash-completion/completions/reconcile",
        "./usr/share/doc/reconcile/CHANGELOG.md",
        "./usr/share/doc/reconcile/THIRD_PARTY_NOTICES",
        "./usr/share/doc/reconcile/changelog.gz",
        "./usr/share/doc/reconcile/copyright",
        "./usr/share/fish/vendor_completions.d/reconcile.fish",
        "./usr/share/man/man1/reconcile.1.gz",
        "./usr/share/zsh/vendor-completions/_reconcile",
    }
    # Nobody but root writes any of it.
    assert not [row for row in rows if row[0][5] == "w" or row[0][8] == "w"]


def test_its_scripts_are_shell():
    for script in ("postinst", "prerm", "postrm"):
        assert os.access(DEPLOY / "debian" / script, os.X_OK)
        subprocess.run(["sh", "-n", DEPLOY / "debian" / script], check=True)


def test_lintian_finds_no_error(package):
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed")
    # The maintainer is set by the person who builds a package.
    anonymous = "root-in-contact,bogus-mail-host,bogus-mail-host-in-debian-changelog"
    run = subprocess.run(
        ["lintian", "--fail-on", "error", "--suppress-tags", anonymous, package], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def test_it_is_installed_and_runs(package, installed, image, program):
    assert "\nStatus: install ok installed\n" in dpkg(installed, "--status", "reconcile").stdout
    # Everything is as it was packed; of what others brought, documentation may be left out.
    assert dpkg(installed, "--verify", "reconcile").stdout == ""
    here = copy.copy(image)
    here.entrypoint = ["/usr/bin/reconcile"]
    code, output, errors = Container(installed, here, ["--version"], {}).result()
    assert (code, errors) == (0, "")
    assert re.match(rf"{re.escape(version())} \(", output)
    services = installed / "etc/reconcile/services/services.yaml"
    services.write_text((DEPLOY / "kubernetes/overlays/job/services.yaml").read_text())
    secret = installed / "run/secrets/clients/grafana"
    secret.write_text("a-secret-of-grafana")
    with sandbox(program) as address:
        environment = {
            "AUTHENTIK_URL": address, "AUTHENTIK_TOKEN": TOKEN, "RECONCILE_CONFIG": "/etc/reconcile/services",
        }
        for expected in ("2 created", "2 in sync"):
            code, output, errors = Container(installed, here, ["--once"], environment).result()
            assert code == 0, errors
            assert expected in output
    secret.unlink()


def test_it_is_removed_but_for_what_the_administrator_wrote(installed):
    (installed / "etc/reconcile/token").write_text("T")
    run = dpkg(installed, "--remove", "reconcile")
    assert run.returncode == 0, run.stderr
    assert not (installed / "usr/bin/reconcile").exists()
    assert (installed / "etc/reconcile/reconcile.env").exists()
    assert dpkg(installed, "--purge", "reconcile").returncode == 0
    assert not (installed / "etc/reconcile/reconcile.env").exists()
    assert (installed / "etc/reconcile/token").read_text() == "T"
