"""THIRD_PARTY_NOTICES is about what is linked into the program, as it is pinned."""

import re

import notices
import pytest

TEXT = notices.NOTICES.read_text() if notices.NOTICES.exists() else ""


def named(text: str) -> dict[str, tuple[str, str]]:
    """The address and version of each package that notices name, by its name."""
    found = re.findall(r"^(\S+) ([0-9.]+)\n    (https://\S+)$", text, re.MULTILINE)
    return {name: (url, version) for name, version, url in found}


def check_versions(text: str, pins: dict[str, tuple[str, str]]):
    assert len(named(text)) > 10
    assert {name: pins.get(name) for name in named(text)} == named(text)


def test_each_package_is_named_as_it_is_pinned():
    check_versions(TEXT, notices.pins())


def test_a_package_that_moved_is_found():
    manifest = notices.MANIFEST.read_text()
    with pytest.raises(AssertionError):
        check_versions(TEXT, notices.pins(re.sub(r'(/swift-nio", exact: )"[^"]+"', r'\1"2.0.0"', manifest)))


@pytest.fixture(scope="module")
def linked() -> list[notices.Package]:
    folder = notices.build()
    if folder is None:
        pytest.skip("nothing was built yet: swift build")
    return notices.linked(folder)


def test_they_are_those_of_what_is_linked(linked):
    """'deploy/check --write' generates them."""
    assert notices.text(linked) == TEXT


def test_what_is_not_linked_is_not_named(linked):
    names = {package.name for package in linked}
    assert {"swift-nio", "swift-log", "hummingbird"} <= names
    # These are resolved, for tests or for nobody.
    assert not {"async-http-client", "swift-crypto", "swift-nio-ssl", "swift-subprocess"} & names


def test_licences_that_sources_bring_along_are_there(linked):
    for words in ["Fedor Indutny", "18sg/uSHET"]:
        assert words in TEXT


def test_a_package_under_another_licence_is_found(linked, tmp_path):
    (tmp_path / "LICENSE").write_text("All rights reserved.")
    stranger = notices.Package("swift-nio", tmp_path)
    with pytest.raises(AssertionError, match="another licence"):
        notices.text([*linked, stranger])


def test_what_stands_at_the_top_of_a_source_is_read():
    text = "// Copyright 2001 Somebody\n//\n// May be used.\n\n/* And\n * this. */\nint a; // not this\n"
    assert notices.comment(text) == "Copyright 2001 Somebody\n\nMay be used.\nAnd\nthis."
