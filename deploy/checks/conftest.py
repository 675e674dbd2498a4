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
