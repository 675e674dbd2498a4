"""The tests of deploy/; 'deploy/check' runs them."""

import os
import shutil
from pathlib import Path

import pytest

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--image", action="store_true", help="also build the image's program, and run it in its root")
    parser.addoption("--program", help="with --image: do not build it, it is this one")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "image: wants a release build")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--image"):
        chosen = [item for item in items if "image" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
