"""See that the machine has what the tests need beside Python and Node; install what may be.

Needed are a Chromium, a font with Chinese characters (or pages would show boxes), PostgreSQL's
programs, poppler to read PDFs, and a reader of QR codes of another make than the service's own. On
Debian and Ubuntu they are installed with apt when this user may; everywhere else one sentence says
what to install. Calendar programs that subscribe to the feeds come from PyPI, once, by hashes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from tests.support import calendar_clients, cluster

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """Path of the installed Chromium: the one named by CPD_TEST_CHROMIUM, else the first found."""
    named = os.environ.get("CPD_TEST_CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Chinese."""
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=True)
    return bool(listed.stdout.strip())


def has_postgres() -> bool:
    """Whether a server can be made here, or the tests were given one."""
    return bool(os.environ.get("CPD_TEST_DATABASE_URL")) or cluster.programs() is not None


#: Debian's package and how to see that what it brings is there.
NEEDED: dict[str, Callable[[], bool]] = {
    "chromium": lambda: browser() is not None,
    "fonts-noto-cjk": has_chinese_font,
    "fontconfig": lambda: shutil.which("fc-list") is not None,
    "poppler-utils": lambda: shutil.which("pdftotext") is not None,
    "postgresql": has_postgres,
    "zbar-tools": lambda: shutil.which("zbarimg") is not None,
}


def missing() -> list[str]:
    """Debian's names of what is not there yet."""
    return [package for package, is_there in NEEDED.items() if not is_there()]


def apt() -> list[str] | None:
    """The words that begin an apt command this user may run without being asked, or None."""
    if shutil.which("apt-get") is None:
        return None
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-qq"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", *quiet] if allowed.returncode == 0 else None


def main() -> int:
    """Install what is missing, or say what to install."""
    wanted = missing()
    begin = apt()
    if wanted and begin:
        print(f"Installing {', '.join(wanted)} with apt …", flush=True)
        subprocess.run([*begin, "update"], check=False)
        subprocess.run([*begin, "install", "--no-install-recommends", *wanted], check=False)
        wanted = missing()
    if wanted:
        print(
            f"The tests need {', '.join(wanted)} (names of Debian's packages; other systems have "
            f"their own). On Debian and Ubuntu: sudo apt-get install {' '.join(wanted)}",
            file=sys.stderr,
        )
        return 1
    try:
        calendar_clients.prepare()
    except subprocess.CalledProcessError:
        print(
            "The tests need khal and vdirsyncer, which pip could not install; what it said is "
            "above. They are needed once: later runs use what was installed.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
