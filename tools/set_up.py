"""Prepare a clone: .venv, browser libraries, translations. Does only what changed since last time.

Run by `make` with the system's Python, so nothing but the standard library is used here. What has
been done is kept with its fingerprint in `.venv/set-up.json`; a second run therefore needs no
network. Steps:

1. Python is 3.11 or newer (the Makefile looks before this file is read) and has venv.
2. `.venv`, unless one is there that still runs.
3. The locked packages, by hash: `requirements.lock`, or with `--dev` `requirements-dev.lock`.
4. This project itself: a path file and the command `cpd`. That is all an editable install would
   do, and it needs no build tool.
5. Browser libraries by `npm ci`, then the named files copied by `npm run vendor`.
6. Translations compiled.
"""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
DONE = VENV / "set-up.json"
LEAST_NODE = 20


class SetUpError(Exception):
    """The machine lacks something; the message says what and what to do."""


def say(sentence: str) -> None:
    """One line on the terminal, at once."""
    print(sentence, flush=True)


def run(*command: str | Path) -> None:
    """Run one command quietly; when it fails, show all that it said."""
    words = [str(word) for word in command]
    result = subprocess.run(  # noqa: S603 - fixed commands of this file
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode:
        say(result.stdout)
        raise SetUpError(f"`{shlex.join(words)}` failed; what it said is above.")


def fingerprint(paths: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Steps:
    """What has been done already, by name and fingerprint."""

    def __init__(self) -> None:
        """Read the notes of the last run, if its environment is still there."""
        self.done: dict[str, str] = json.loads(DONE.read_text()) if DONE.exists() else {}

    def once(self, name: str, mark: str, work: Callable[[], None]) -> None:
        """Do the work unless it was done with the same fingerprint; note it only when it worked."""
        if self.done.get(name) == mark:
            return
        begun = time.monotonic()
        say(f"{name} …")
        work()
        self.note(name, mark)
        say(f"{name}: {time.monotonic() - begun:.0f} s")

    def note(self, name: str, mark: str) -> None:
        """Remember a step as done."""
        self.done[name] = mark
        DONE.write_text(json.dumps(self.done, indent=1, sort_keys=True) + "\n")


def environment() -> None:
    """Make `.venv`, or keep the one that still runs."""
    python = BIN / "python"
    if python.exists():
        old = subprocess.run(  # noqa: S603 - our own environment
            [python, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"],
            check=False,
            capture_output=True,
        )
        if old.returncode == 0:
            return
        say(".venv no longer runs and is made again")
        shutil.rmtree(VENV)
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships venv without it
    except ImportError:
        raise SetUpError(
            "This Python cannot make environments. On Debian and Ubuntu: "
            "sudo apt-get install python3-venv"
        ) from None
    run(sys.executable, "-m", "venv", VENV)


def packages(steps: Steps, *, dev: bool) -> None:
    """Install what is locked; the developers' lock holds the service's, version by version.

    Without looking for dependencies: the lock names them all. pip 23 else asks for the newest
    release of a package that another one wants with an extra (`coverage[toml]`), and refuses it.
    """
    base, more = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
    wanted = more if dev else base
    pip = (BIN / "python", "-m", "pip", "--disable-pip-version-check", "--no-input")

    def install() -> None:
        run(*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", wanted)
        if dev:
            steps.note("Python packages", fingerprint([base]))

    name = "Python packages for tests" if dev else "Python packages"
    steps.once(name, fingerprint([wanted]), install)


def this_project() -> None:
    """Make `cpd_app`, `scheduler` and the command `cpd` known to `.venv`, wherever one stands."""
    folder = next((VENV / "lib").glob("python3*/site-packages"))
    (folder / "cpd.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = BIN / "cpd"
    # A shell line and not '#!…/python': a path with a space in it, or a long one, would not start.
    python = shlex.quote(str(BIN / "python"))
    command.write_text(f'#!/bin/sh\nexec {python} -P -m cpd_app.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def browser_libraries(steps: Steps) -> None:
    """Fetch the locked npm packages, copy the files that pages use, draw their icons."""
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    for name, folder in (
        ("Browser libraries", "node_modules"),
        ("Browser files", "cpd_app/static/vendor"),
        ("Browser files", "cpd_app/documents/fonts"),
    ):
        if not (ROOT / folder).is_dir():
            steps.done.pop(name, None)
    fetch = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    steps.once("Browser libraries", fingerprint(lock), lambda: run_node(*fetch))
    named = fingerprint([*lock, *_files_naming_icons()])
    steps.once("Browser files", named, lambda: run_node("npm", "run", "vendor"))


def _files_naming_icons() -> list[Path]:
    made = (ROOT / "cpd_app/static/vendor", ROOT / "cpd_app/static/dist")
    sources = (
        path
        for ending in ("html", "js", "py")
        for path in (ROOT / "cpd_app").rglob(f"*.{ending}")
        if not any(path.is_relative_to(folder) for folder in made)
    )
    return [*sources, *(ROOT / "tools").glob("*.mjs")]


def run_node(*command: str) -> None:
    """Run an npm command, or say what is needed."""
    check_node()
    run(*command)


def check_node() -> None:
    """Raise SetUpError unless Node and npm are there and new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise SetUpError(
            f"Node.js {LEAST_NODE} or newer with npm is needed and was not found. "
            "Install it from your system's packages and try again."
        )
    said = subprocess.run(  # noqa: S603 - the node just found
        [node, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if int(said.removeprefix("v").split(".")[0]) < LEAST_NODE:
        raise SetUpError(f"Node.js {LEAST_NODE} or newer is needed; {node} is {said}.")


def translations(steps: Steps) -> None:
    """Compile the English catalogue from its files, one per feature."""
    sources = sorted((ROOT / "cpd_app/translations").rglob("*.po"))
    program = ROOT / "tools/messages.py"
    compiled = ROOT / "cpd_app/translations/en/LC_MESSAGES/messages.mo"
    if not compiled.exists():
        steps.done.pop("Translations", None)
    steps.once(
        "Translations",
        fingerprint([*sources, program]),
        lambda: run(BIN / "python", program, "compile"),
    )


def main() -> int:
    """Do all steps; a lack of the machine is one sentence, not a traceback."""
    os.chdir(ROOT)
    try:
        environment()
        steps = Steps()
        packages(steps, dev="--dev" in sys.argv[1:])
        this_project()
        browser_libraries(steps)
        translations(steps)
    except SetUpError as lack:
        print(lack, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
