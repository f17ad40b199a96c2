"""Calendar programs of others (khal, vdirsyncer), in an environment of their own.

They are no part of the service and want other versions of its libraries, so they are installed
apart, by hashes, once for each lock; later runs need no network.
"""

import hashlib
import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tools/calendar_clients"
LOCK = FOLDER / "requirements.lock"
PLACE = FOLDER / ".venv"
#: says of which lock the environment was made
STAMP = PLACE / "made-of"
SECONDS = 120


def prepare() -> Path:
    """The folder of their commands; made anew when the lock has changed."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not STAMP.is_file() or STAMP.read_text("ascii") != wanted:
        venv.create(PLACE, clear=True, with_pip=True)
        pip = [PLACE / "bin/python", "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "--only-binary=:all:", "-r", LOCK], check=True)
        STAMP.write_text(wanted, "ascii")
    return PLACE / "bin"


@dataclass(frozen=True)
class Subscriber:
    """Somebody's calendar program that has subscribed to an address."""

    folder: Path
    address: str

    @property
    def _kept(self) -> Path:
        return self.folder / "kept"

    def sync(self) -> None:
        """Fetch the feed and split it into entries, as vdirsyncer does for many programs."""
        self._kept.mkdir(parents=True, exist_ok=True)
        config = self.folder / "vdirsyncer"
        config.write_text(
            f"""[general]
status_path = "{self.folder / "status"}"
[pair own]
a = "kept"
b = "feed"
collections = null
conflict_resolution = "b wins"
[storage kept]
type = "filesystem"
path = "{self._kept}"
fileext = ".ics"
[storage feed]
type = "http"
url = "{self.address}"
""",
            "utf-8",
        )
        self._run("vdirsyncer", "-c", str(config), "discover")
        self._run("vdirsyncer", "-c", str(config), "sync", "--force-delete")

    def listed(self, *, days: int) -> list[str]:
        """What khal lists from today on: day, time if it has one, title, status."""
        config = self.folder / "khal"
        config.write_text(
            f"""[calendars]
[[own]]
path = {self._kept}
[sqlite]
path = {self.folder / "khal.db"}
[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
""",
            "utf-8",
        )
        said = self._run(
            "khal", "-c", str(config), "list", "--once", "--day-format", "",
            "--format", "{start} | {title} | {status}", "today", f"{days}d",
        )  # fmt: skip
        return [line.strip() for line in said.splitlines() if line.strip()]

    @property
    def entries(self) -> dict[str, str]:
        """What is kept of the feed, by the names of the files."""
        return {path.name: path.read_text("utf-8") for path in self._kept.glob("*.ics")}

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [prepare() / command[0], *command[1:]],
            input="y\n" * 5,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={
                **os.environ,
                "HOME": str(self.folder),
                "TZ": "Asia/Shanghai",
                "LC_ALL": "C.UTF-8",
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
            },
        )
        assert done.returncode == 0, f"{command[0]}: {done.stdout}\n{done.stderr}"
        return done.stdout
