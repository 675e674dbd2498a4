"""The image without Docker: what deploy/Dockerfile says, done by hand."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

DOCKERFILE = Path(__file__).parents[1] / "Dockerfile"
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Stage:
    """The instructions from one FROM to the next."""

    image: str
    name: str | None
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def texts(self, keyword: str) -> list[str]:
        """The arguments of each instruction of one kind."""
        return [text for found, text in self.instructions if found == keyword]


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile, of the little of the language that is used here."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        keyword, _, rest = line.partition(" ")
        if keyword == "FROM":
            image, _, name = rest.partition(" AS ")
            found.append(Stage(image, name or None))
        else:
            found[-1].instructions.append((keyword, rest))
    return found


class Image:
    """What deploy/Dockerfile makes."""

    def __init__(self, text: str = DOCKERFILE.read_text()):
        self.build, self.last = stages(text)
        self.copied = [text.removeprefix("--from=build ").split() for text in self.last.texts("COPY")]
        (source, self.program), (_, self.notices) = self.copied
        self.made_at = Path(source).relative_to(self.build.texts("WORKDIR")[0])
        self.entrypoint = json.loads(self.last.texts("ENTRYPOINT")[0])
        (self.install,) = self.last.texts("RUN")

    @property
    def build_command(self) -> list[str]:
        """How the program is built."""
        (command,) = [text for text in self.build.texts("RUN") if text.startswith("swift build")]
        return shlex.split(command)

    @property
    def packages(self) -> list[str]:
        """What the last stage installs."""
        words = shlex.split(self.install)
        options = words[words.index("install") + 1 : words.index("&&", words.index("install"))]
        return [word for word in options if not word.startswith("-")]

    @property
    def releases(self) -> list[str]:
        """The Debian releases of the stages."""
        return [re.search(r"[:-](bookworm|trixie|bullseye)\b", stage.image)[1] for stage in (self.build, self.last)]


def built(image: Image) -> Path:
    """The program, built as the first stage builds it: of what it copies alone, and by its own commands."""
    folder = REPOSITORY / ".build/image"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "RECONCILE_COMMIT": commit()}
    for keyword, text in image.build.instructions:
        if keyword == "COPY":
            source, target = text.split()
            if (REPOSITORY / source).is_dir():
                # Anew, but with the old dates, by which the compiler sees what changed.
                shutil.rmtree(folder / target, ignore_errors=True)
                shutil.copytree(REPOSITORY / source, folder / target)
            else:
                shutil.copy2(REPOSITORY / source, folder / target)
        elif keyword == "RUN" and text.startswith("swift "):
            subprocess.run(["nice", *shlex.split(text)], cwd=folder, check=True, env=environment)
    return folder / image.made_at


def commit() -> str:
    """What a build of the image is given as REVISION."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()


def needed(program: Path) -> set[str]:
    """The shared libraries that the program itself names."""
    text = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", text))


def libraries(program: Path) -> list[Path]:
    """Every shared library it is loaded with, and the loader."""
    text = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    assert "not found" not in text, text
    return sorted({Path(path) for path in re.findall(r"(?:=> |^\s*)(/\S+) \(0x", text, re.MULTILINE)})


def copied_root(root: Path, image: Image, program: Path) -> None:
    """A root with the program, what it is loaded with and the authorities, and nothing else."""
    for path in [*libraries(program), Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/nsswitch.conf")]:
        target = root / path.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    _add_program(root, image, program)


def debian_root(root: Path, image: Image, program: Path) -> None:
    """Debian's minimal root, which is what its image is made of, and on it what the last stage does."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Identifier: Packages"],
        capture_output=True, text=True, check=True,
    ).stdout
    release = image.releases[1]
    (mirror, *_) = re.findall(rf"^{release} main (\S+)$", listed, re.MULTILINE)
    subprocess.run(["debootstrap", "--variant=minbase", release, root, mirror], check=True, stdout=subprocess.DEVNULL)
    before = packages(root)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["chroot", root, "sh", "-c", image.install], check=True, env=environment, capture_output=True)
    (root / "var/reconcile-added").write_text("\n".join(sorted(packages(root) - before)))
    _add_program(root, image, program)


def packages(root: Path) -> set[str]:
    """The packages of a Debian root."""
    command = ["chroot", root, "dpkg-query", "--show", "--showformat", "${Package}\n"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def size(root: Path, names: list[str]) -> int:
    """The bytes of the files of some packages of a Debian root."""
    text = subprocess.run(["chroot", root, "dpkg", "-L", *names], capture_output=True, text=True, check=True).stdout
    files = {root / line.lstrip("/") for line in text.splitlines() if line.startswith("/")}
    return sum(file.lstat().st_size for file in files if file.is_file() and not file.is_symlink())


def _add_program(root: Path, image: Image, program: Path) -> None:
    target = root / image.program.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(program, target)
    notices = root / image.notices.lstrip("/")
    notices.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / notices.name, notices)
    for folder in ("dev", "proc", "etc/reconcile", "run/secrets/authentik", "run/secrets/clients"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    if not (root / "var/run").exists():
        (root / "var").mkdir(exist_ok=True)
        (root / "var/run").symlink_to("/run")


# A root of its own that is read-only, and none but the user's rights; as a container would be run.
ENTER = """
mount --make-rprivate /
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t proc proc "$0/proc"
mount --bind /dev "$0/dev"
exec setpriv --no-new-privs chroot --userspec="$1" --groups= "$0" "${@:2}"
"""


class Container:
    """The image's program, running in a root."""

    def __init__(self, root: Path, image: Image, arguments: list[str], environment: dict[str, str]):
        (user,) = image.last.texts("USER")
        self.process = subprocess.Popen(
            ["unshare", "--mount", "bash", "-ec", ENTER, root, user, *image.entrypoint, *arguments],
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def result(self, timeout: float = 60) -> tuple[int, str, str]:
        """Its exit code, and what it wrote, once it has ended."""
        output, errors = self.process.communicate(timeout=timeout)
        return self.process.returncode, output, errors

    def end(self) -> tuple[int, str, str]:
        """What the kubelet does first, and five seconds for it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.result(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
