"""The version is kept in VERSION; everything that repeats it agrees."""

import re
import shutil
import subprocess

import version as versions
from objects import REPOSITORY, version

CHANGES = REPOSITORY / "CHANGELOG.md"


def test_every_place_that_repeats_the_version_repeats_this_one():
    """'deploy/check --write' puts it there."""
    named = versions.named()
    assert len(named) >= 9
    assert {path: numbers for path, numbers in named.items() if numbers != {version()}} == {}


def test_another_version_is_found_and_written(tmp_path):
    shutil.copy(REPOSITORY / "README.md", tmp_path)
    shutil.copytree(REPOSITORY / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("checks"))
    (tmp_path / "docs").mkdir()
    (tmp_path / "VERSION").write_text("9.8.7\n")
    before = versions.named(tmp_path)
    assert all(numbers != {"9.8.7"} for numbers in before.values())
    versions.write(tmp_path)
    assert versions.named(tmp_path) == {path: {"9.8.7"} for path in before}


def test_the_program_is_of_this_version(program):
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(rf"{re.escape(version())} \((development build|[0-9a-f]+(-dirty)?)\)\n", run.stdout)


def test_the_change_log_begins_with_this_version():
    titles = re.findall(r"^## \[?(Unreleased|\d+\.\d+\.\d+)\]?", CHANGES.read_text(), re.MULTILINE)
    assert next(title for title in titles if title != "Unreleased") == version()
    numbers = [tuple(map(int, title.split("."))) for title in titles if title != "Unreleased"]
    assert numbers == sorted(set(numbers), reverse=True)
    # Each has a date.
    assert re.search(rf"^## \[{re.escape(version())}\] - \d{{4}}-\d\d-\d\d$", CHANGES.read_text(), re.MULTILINE)
