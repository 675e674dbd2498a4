"""The tests of deploy/; 'deploy/check' runs them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from image import Image, built, copied_root, debian_root

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def program() -> Path:
    """The program: RECONCILE names one, else it is what 'swift build' left."""
    path = Path(os.environ.get("RECONCILE", REPOSITORY / ".build/debug/reconcile"))
    if not path.exists():
        pytest.skip("no program to ask: 'swift build', or RECONCILE=PATH")
    return path


@pytest.fixture(autouse=True, scope="session")
def kubectl() -> None:
    """Everything here is built with it."""
    assert shutil.which("kubectl"), "kubectl is not installed: https://kubernetes.io/docs/tasks/tools/"


@pytest.fixture(scope="session")
def image() -> Image:
    """What deploy/Dockerfile makes."""
    return Image()


@pytest.fixture(scope="session")
def made(image, request) -> Path:
    """The program as the image has it."""
    given = request.config.getoption("--program")
    return Path(given).absolute() if given else built(image)


@pytest.fixture(scope="session")
def copied(image, made, tmp_path_factory) -> Iterator[Path]:
    """A root with the program and what it is loaded with."""
    yield from made_root(tmp_path_factory.mktemp("copied"), copied_root, image, made)


@pytest.fixture(scope="session")
def debian(image, made, tmp_path_factory) -> Iterator[Path]:
    """Debian's minimal root, and on it what the image adds."""
    if not shutil.which("debootstrap"):
        pytest.skip("debootstrap is not installed")
    yield from made_root(tmp_path_factory.mktemp("debian"), debian_root, image, made)


def made_root(path: Path, make: Callable[[Path, Image, Path], None], image: Image, program: Path) -> Iterator[Path]:
    """A root while it is used."""
    if os.geteuid() != 0:
        pytest.skip("only root can change the root")
    path.chmod(0o755)
    make(path, image, program)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session", params=["copied", "debian"])
def root(request) -> Path:
    """The file system of the image, in both ways."""
    return request.getfixturevalue(request.param)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--image", action="store_true", help="also build the image's program, and run it in its root")
    parser.addoption("--program", help="with --image: do not build it, it is this one")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "image: needs a release build")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--image"):
        chosen = [item for item in items if "image" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
