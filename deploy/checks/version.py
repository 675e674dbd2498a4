"""The version of the program: the file VERSION, and every place that repeats it.

Text formats cannot include a file, so image tags, labels and samples repeat the version; 'deploy/check --write' puts the
one of VERSION into all of them, and a test finds one that differs.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

# The text right before the version in each of these places.
PLACE = re.compile(r'((?:\breconcile:|\?ref=|newTag: |image\.version="|^Daemon +))(\d+\.\d+\.\d+)\b', re.MULTILINE)
TEXTS = {".md", ".yaml", ".yml", ""}


def version(repository: Path = REPOSITORY) -> str:
    """That of the program."""
    text = (repository / "VERSION").read_text()
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", text), f"VERSION is {text!r}; expected three numbers and a line break"
    return text.strip()


def files(repository: Path = REPOSITORY) -> Iterator[Path]:
    """What may repeat it. The change log is not among it: it names each version for good."""
    yield repository / "README.md"
    for folder in ("docs", "deploy"):
        for path in sorted((repository / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and "checks" not in path.parts:
                yield path


def named(repository: Path = REPOSITORY) -> dict[str, set[str]]:
    """The versions that each file repeats."""
    found = {
        str(path.relative_to(repository)): {number for _, number in PLACE.findall(path.read_text())}
        for path in files(repository)
    }
    return {path: numbers for path, numbers in found.items() if numbers}


def write(repository: Path = REPOSITORY) -> None:
    """Puts the one of VERSION into every place."""
    for path in files(repository):
        text = path.read_text()
        changed = PLACE.sub(rf"\g<1>{version(repository)}", text)
        if changed != text:
            path.write_text(changed)


if __name__ == "__main__":
    sys.exit(write())
