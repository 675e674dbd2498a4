"""deploy/install and deploy/systemd."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from objects import DEPLOY, REPOSITORY, version

UNIT = DEPLOY / "systemd/reconcile.service"
SETTINGS = DEPLOY / "systemd/reconcile.env"
# Of systemd-analyze: 0 is no exposure at all, 10 all there is.
EXPOSURE = 2.0

FILES = {
    "usr/bin/reconcile": 0o755,
    "usr/share/man/man1/reconcile.1": 0o644,
    "usr/share/bash-completion/completions/reconcile": 0o644,
    "usr/share/zsh/site-functions/_reconcile": 0o644,
    "usr/share/fish/vendor_completions.d/reconcile.fish": 0o644,
    "usr/share/doc/reconcile/CHANGELOG.md": 0o644,
    "usr/share/doc/reconcile/THIRD_PARTY_NOTICES": 0o644,
    "usr/lib/systemd/system/reconcile.service": 0o644,
    "etc/reconcile/reconcile.env": 0o600,
}


def install(root: Path, program: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run of the script into a folder."""
    variables = {"PATH": os.environ["PATH"], "DESTDIR": str(root), "PREFIX": "/usr", "PROGRAM": str(program.absolute())}
    return subprocess.run(
        [DEPLOY / "install", *arguments], capture_output=True, text=True, env=variables | environment, cwd=root
    )


def modes(root: Path) -> dict[str, int]:
    """Every file below a folder, and its mode."""
    return {
        str(path.relative_to(root)): path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()
    }


def test_everything_is_installed_and_installing_again_changes_nothing(program, tmp_path):
    run = install(tmp_path, program)
    assert run.returncode == 0, run.stderr
    assert f"installed {version()} (" in run.stdout
    assert modes(tmp_path) == FILES
    assert (tmp_path / "etc/reconcile/services").is_dir()
    before = {path: (tmp_path / path).read_bytes() for path in FILES}
    assert install(tmp_path, program).returncode == 0
    assert {path: (tmp_path / path).read_bytes() for path in FILES} == before


def test_settings_stay_and_uninstalling_leaves_nothing_else(program, tmp_path):
    assert install(tmp_path, program).returncode == 0
    settings = tmp_path / "etc/reconcile/reconcile.env"
    settings.write_text("AUTHENTIK_URL=https://sso.example.org\n")
    assert install(tmp_path, program).returncode == 0
    for _ in range(2):
        run = install(tmp_path, program, "--uninstall")
        assert run.returncode == 0, run.stderr
        assert modes(tmp_path) == {"etc/reconcile/reconcile.env": 0o600}
    assert settings.read_text() == "AUTHENTIK_URL=https://sso.example.org\n"


def test_help_explains_the_variables_and_installs_nothing(program, tmp_path):
    run = install(tmp_path, program, "--help")
    assert run.returncode == 0 and run.stdout.startswith("Builds reconcile and installs")
    assert "\nCOMPLETIONS " in run.stdout and "pipefail" not in run.stdout
    assert modes(tmp_path) == {}


def test_one_user_gets_no_unit(program, tmp_path):
    assert install(tmp_path, program, PREFIX="/home/bob/.local").returncode == 0
    installed = modes(tmp_path)
    assert "home/bob/.local/bin/reconcile" in installed
    assert not [path for path in installed if "systemd" in path or path.startswith("etc")]


def test_fish_finds_its_completions_where_it_looks_without_xdg_data_dirs(program, tmp_path):
    assert install(tmp_path, program, PREFIX="/usr/local").returncode == 0
    assert "etc/fish/completions/reconcile.fish" in modes(tmp_path)
    assert install(tmp_path, program, "--uninstall", PREFIX="/usr/local").returncode == 0
    assert modes(tmp_path) == {"etc/reconcile/reconcile.env": 0o600}


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--remove"], {}, "unknown option '--remove'"),
        ([], {"PREFIX": "usr"}, "expected an absolute path"),
        ([], {"COMPLETIONS": "all"}, "expected 'site' or 'vendor'"),
    ],
)
def test_mistakes_are_reported(program, tmp_path, arguments, environment, words):
    run = install(tmp_path, program, *arguments, **environment)
    assert run.returncode == 64 and words in run.stderr
    assert modes(tmp_path) == {}


@pytest.mark.parametrize(
    ("shell", "path"),
    [
        ("bash", "usr/share/bash-completion/completions/reconcile"),
        ("zsh", "usr/share/zsh/site-functions/_reconcile"),
        ("fish", "usr/share/fish/vendor_completions.d/reconcile.fish"),
    ],
)
def test_completions_are_scripts_of_their_shell(program, tmp_path, shell, path):
    assert install(tmp_path, program).returncode == 0
    assert "reconcile" in (tmp_path / path).read_text()
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    run = subprocess.run([shell, "-n", tmp_path / path], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_man_page_is_one(program, tmp_path):
    assert install(tmp_path, program).returncode == 0
    page = (tmp_path / "usr/share/man/man1/reconcile.1").read_text()
    assert re.search(r'^\.TH "?RECONCILE"? "?1"?( |$)', page, re.MULTILINE)
    if shutil.which("man"):
        run = subprocess.run(
            ["man", "--warnings", "--local-file", tmp_path / "usr/share/man/man1/reconcile.1"],
            capture_output=True, text=True, env=os.environ | {"MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
        )
        assert run.returncode == 0 and "NAME" in run.stdout, run.stderr


def exposure(unit: Path) -> float:
    """What systemd-analyze makes of a unit."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    run = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True
    )
    return float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", run.stdout)[1])


def test_the_unit_is_hardened():
    assert exposure(UNIT) < EXPOSURE


@pytest.mark.parametrize("setting", ["SystemCallFilter", "CapabilityBoundingSet=\n", "DynamicUser"])
def test_a_unit_that_is_not_hardened_is_found(setting, tmp_path):
    text = UNIT.read_text()
    assert setting in text
    weak = tmp_path / "reconcile.service"
    weak.write_text("".join(line for line in text.splitlines(True) if not line.startswith(setting)))
    assert exposure(weak) > exposure(UNIT)


def test_systemd_understands_the_unit(program, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    assert install(tmp_path, program).returncode == 0
    unit = tmp_path / "reconcile.service"
    installed = (tmp_path / "usr/lib/systemd/system/reconcile.service").read_text()
    assert "ExecStart=/usr/bin/reconcile\n" in installed
    # The program is where it was put, and not yet where the unit looks for it.
    unit.write_text(installed.replace("/usr/bin/reconcile", str(program.absolute())))
    run = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_unit_gets_no_secret_on_its_command_line_and_reads_the_token_as_a_credential():
    text = UNIT.read_text()
    assert "LoadCredential=token:/etc/reconcile/token\n" in text
    assert "Environment=AUTHENTIK_TOKEN_FILE=%d/token\n" in text
    assert re.search(r"^ExecStart=\S+$", text, re.MULTILINE)


def test_settings_of_the_unit_are_those_of_the_program(program):
    run = subprocess.run([program, "run", "--help"], capture_output=True, text=True, check=True)
    text = UNIT.read_text() + SETTINGS.read_text()
    names = set(re.findall(r"\b((?:RECONCILE|AUTHENTIK)_[A-Z_]+)=", text))
    assert names >= {"AUTHENTIK_URL", "AUTHENTIK_TOKEN_FILE", "RECONCILE_CONFIG"}
    assert [name for name in names if name not in run.stdout] == []


def test_the_settings_hold_no_secret():
    lines = [line for line in SETTINGS.read_text().splitlines() if line and not line.startswith("#")]
    assert lines == []
    assert (REPOSITORY / "SECURITY.md").exists()
