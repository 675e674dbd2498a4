"""deploy/Dockerfile, as far as it can be read; test_image.py does what it says."""

import re
import shlex

import pytest
from image import DOCKERFILE, REPOSITORY, Image

image = Image()


def test_it_is_built_and_run_on_one_release_of_debian():
    assert len(set(image.releases)) == 1


def test_the_program_is_built_small_and_with_its_runtime():
    command = image.build_command
    assert command[:2] == ["swift", "build"]
    assert ["-c", "release"] == command[2:4]
    assert "--static-swift-stdlib" in command
    # Without the sandbox.
    assert "--disable-default-traits" in command
    # Without symbols.
    assert ("-Xlinker", "-s") in zip(command, command[1:])


def test_the_program_names_the_commit_that_the_label_names():
    assert image.build.texts("ARG") == image.last.texts("ARG") == ["REVISION="]
    assert image.build.texts("ENV") == ["RECONCILE_COMMIT=${REVISION}"]
    assert 'image.revision="${REVISION}"' in image.last.texts("LABEL")[0]


def test_what_is_installed_is_built_as_the_image_is():
    script = (REPOSITORY / "deploy/install").read_text().replace("\\\n", " ")
    (command,) = re.findall(r"^ +(swift build .*)$", script, re.MULTILINE)
    assert shlex.split(command) == [*image.build_command, "--scratch-path", ".build/install"]


def test_the_last_stage_holds_the_program_and_what_it_needs():
    assert image.packages == ["ca-certificates", "libcurl4", "libyaml-0-2"]
    keywords = [keyword for keyword, _ in image.last.instructions]
    assert keywords == ["RUN", "COPY", "COPY", "ARG", "LABEL", "USER", "EXPOSE", "ENTRYPOINT"]
    assert image.copied[1] == ["/src/THIRD_PARTY_NOTICES", "/usr/local/share/doc/reconcile/THIRD_PARTY_NOTICES"]
    assert "--no-install-recommends" in image.install and image.install.endswith("rm -rf /var/lib/apt/lists/*")


def test_it_runs_the_program_as_user_1000_without_a_shell():
    assert image.last.texts("USER") == ["1000:1000"]
    assert image.entrypoint == [image.program]


def test_the_context_is_what_the_first_stage_copies():
    ignored = (REPOSITORY / ".dockerignore").read_text().split("\n")
    wanted = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert {text.split()[0] for text in image.build.texts("COPY")} == wanted
    assert all((REPOSITORY / path).exists() for path in wanted)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("debian:bookworm-slim", "debian:trixie-slim"),
        (" libyaml-0-2", ""),
        ("libyaml-0-2", "libyaml-0-2 bash"),
        ("USER 1000:1000", "USER root"),
        (" -Xlinker -s", ""),
        (" --disable-default-traits", ""),
        ("COPY --from=build /src/THIRD", "COPY --from=build /src/FIRST"),
        (" --static-swift-stdlib", ""),
        ('ENTRYPOINT ["/usr/local/bin/reconcile"]', 'ENTRYPOINT ["/bin/sh", "-c", "reconcile"]'),
        ("EXPOSE 8080", "EXPOSE 8080\nCOPY --from=build /src /src"),
    ],
)
def test_these_tests_find(old, new, monkeypatch):
    text = DOCKERFILE.read_text()
    assert old in text
    with pytest.raises((AssertionError, ValueError)):
        monkeypatch.setitem(globals(), "image", Image(text.replace(old, new)))
        for test in [
            test_it_is_built_and_run_on_one_release_of_debian,
            test_the_program_is_built_small_and_with_its_runtime,
            test_the_last_stage_holds_the_program_and_what_it_needs,
            test_it_runs_the_program_as_user_1000_without_a_shell,
        ]:
            test()
