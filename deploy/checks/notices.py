"""THIRD_PARTY_NOTICES: whose code is linked into the program, and its licences; made of a build and its packages."""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from image import REPOSITORY, Image

NOTICES = REPOSITORY / "THIRD_PARTY_NOTICES"
MANIFEST = REPOSITORY / "Package.swift"

HEAD = """\
Third-party notices

The program 'reconcile' has the code below in it. Made by 'deploy/check --write' of what a build linked; 'deploy/check'
sees that it is still so.
"""

RUNTIME = """\
The Swift runtime and standard library, Dispatch and FoundationEssentials of Swift {version} are linked in as well
(https://github.com/swiftlang), under the Apache License, Version 2.0, with the Runtime Library Exception: both below.

libcurl, libyaml and the C and C++ runtime are not in the program. They are packages of Debian's, each with its licence
in /usr/share/doc/PACKAGE/copyright.
"""

# Licences that are one text but for its white space.
APACHE = "Apache License, Version 2.0"
EXCEPTION = "Runtime Library Exception"


@dataclass
class Package:
    """A package of which something is linked."""

    name: str
    folder: Path
    # Sources and headers in C and C++, which may be somebody else's.
    foreign: set[Path] = field(default_factory=set)

    @property
    def license(self) -> str:
        (file,) = self.folder.glob("LICENSE*")
        return file.read_text()

    @property
    def notice(self) -> str | None:
        file = self.folder / "NOTICE.txt"
        return file.read_text().strip("\n") if file.exists() else None


def pins(manifest: str = MANIFEST.read_text()) -> dict[str, tuple[str, str]]:
    """The address and version of each package that the manifest pins, by its name."""
    found = re.findall(r'"(https://[^"]+)", (?:exact: )?"([0-9.]+)"', manifest)
    return {url.rsplit("/", 1)[1]: (url, version) for url, version in found}


def build() -> Path | None:
    """A folder in which the program was linked: that of the image, or else of 'swift build'; None if there is none."""
    folders = [REPOSITORY / ".build/image/.build/release", REPOSITORY / ".build/debug"]
    return next((folder for folder in folders if (folder / LINKED).exists()), None)


LINKED = "reconcile.product/Objects.LinkFileList"


def linked(folder: Path) -> list[Package]:
    """The packages of which something is linked into the program of a build, sorted."""
    checkouts = folder.resolve().parents[1] / "checkouts"
    packages: dict[str, Package] = {}
    objects = [Path(line.strip("'\"")) for line in (folder / LINKED).read_text().split("\n") if line]
    modules = {part for path in objects for part in path.parts if part.endswith(".build") and part != ".build"}
    for module in sorted(modules):
        for source in sources(folder / module):
            match = re.search(r"/checkouts/([^/]+)/(.*)", source)
            if not match:
                continue
            name, rest = match.groups()
            package = packages.setdefault(name, Package(name, checkouts / name))
            if not rest.endswith(".swift"):
                package.foreign.add(checkouts / name / rest)
    return [packages[name] for name in sorted(packages)]


def sources(module: Path) -> set[str]:
    """What a module was compiled of: its Swift files, or its C files with the headers that they include."""
    files = module / "output-file-map.json"
    if files.exists():
        return {path for path in json.loads(files.read_text()) if path.endswith(".swift")}
    found: set[str] = set()
    for dependencies in module.rglob("*.d"):
        text = dependencies.read_text().replace("\\\n", " ")
        found.update(word for word in text.split() if word.startswith("/"))
    return found


def terms(package: Package) -> dict[str, set[str]]:
    """The terms that foreign files name at their top or have beside them, and whose copyright is under each."""
    found: dict[str, set[str]] = {}
    for file in {file for source in package.foreign for file in source.parent.glob("LICENSE*")}:
        found[file.read_text().strip("\n")] = set()
    for file in package.foreign:
        head = comment(file.read_text(errors="replace"))
        if not re.search(r"copyright|licen[cs]e|public domain", head, re.IGNORECASE):
            continue
        if re.search(r"This source file is part of the .+ open source project", head):
            continue
        holders = {line.strip() for line in head.split("\n") if re.match(r"\s*(SPDX-)?(File)?Copyright", line)}
        text = "\n".join(line for line in head.split("\n") if line.strip() not in holders).strip("\n")
        text = text.split("\n\n---\n")[0]
        # Each file says what it does as well.
        if "Licensed under the Apache License, Version 2.0" in text:
            text = f"Under the {APACHE}."
        found.setdefault(text, set()).update(holders)
    return found


def comment(text: str) -> str:
    """The comments at the top of a source file, without their marks."""
    text = text.lstrip("\ufeff\n ")
    lines: list[str] = []
    while text:
        if text.startswith("/*"):
            block, _, text = text[2:].partition("*/")
            lines += [re.sub(r"^\s*\*? ?", "", line).rstrip() for line in block.strip("*").split("\n")]
        elif text.startswith("//"):
            line, _, text = text.partition("\n")
            lines.append(re.sub(r"^//+ ?", "", line).rstrip())
        else:
            break
        text = text.lstrip("\n ")
    return "\n".join(lines).strip("\n")


def text(packages: list[Package]) -> str:
    """The notices."""
    known = pins()
    apache, exception = licenses(packages)
    rows, notices, files = [], [], []
    for package in packages:
        url, version = known[package.name]
        has_exception = EXCEPTION in package.license
        assert words(package.license).startswith(words(apache)), f"{package.name} is under another licence"
        rows.append(f"{package.name} {version}\n    {url}\n    {APACHE}{', with the ' + EXCEPTION if has_exception else ''}")
        if package.notice:
            notices.append(section(f"NOTICE of {package.name}", package.notice))
        for number, (words_, holders) in enumerate(sorted(terms(package).items())):
            title = f"Files in {package.name}" + (f" ({number + 1})" if number else "")
            files.append(section(title, "\n".join([*sorted(holders), "", words_]).strip("\n")))
    (version,) = re.findall(r"swift:([0-9.]+)-", Image().build.image)
    parts = [HEAD, "\n".join(rows) + "\n", RUNTIME.format(version=version), *notices, *files]
    parts += [section(APACHE, apache), section(EXCEPTION, exception)]
    return "\n".join(parts)


def licenses(packages: list[Package]) -> tuple[str, str]:
    """The text of the Apache License, and of the exception to it."""
    (whole,) = {words(p.license): p.license for p in packages if EXCEPTION in p.license and "##" in p.license}.values()
    apache, exception = re.split(r"\n## Runtime Library Exception[^\n]*\n", whole)
    return apache.strip("\n"), exception.strip("\n")


def words(text: str) -> str:
    """A text without its lay-out."""
    return " ".join(re.sub(r"[^\w\s]", " ", text).split()).lower()


def section(title: str, text: str) -> str:
    return f"{'=' * 100}\n{title}\n{'=' * 100}\n\n{text}\n"


if __name__ == "__main__":
    folder = build()
    if folder is None:
        sys.exit("there is no build to make THIRD_PARTY_NOTICES of: run 'swift build' before")
    print(text(linked(folder)), end="")
