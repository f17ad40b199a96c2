"""cpd run: everything on one machine, web and worker together, until Ctrl-C.

1. Settings are read and the port is tried; both fail with one sentence.
2. Migrations run. In development demo data is made, once.
3. The web server and the worker start as children; /readyz is asked until it says yes.
4. Address and demo sign-ins are printed.
5. A signal stops both and waits; when one child ends by itself, the other is stopped too.
"""

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Self

import click

from cpd_app.config import Settings, load

READY_SECONDS = 180
#: longer than gunicorn's own patience with running requests
STOP_SECONDS = 30
GLANCE_SECONDS = 0.1
COMMANDS = {
    "web": ("-m", "gunicorn", "--config", "python:cpd_app.gunicorn_conf"),
    "worker": ("-m", "scheduler", "all"),
}
#: written by `cpd demo`
SIGN_INS = "demo-sign-ins.txt"


@click.command("run")
def run() -> None:
    """Migrate, make demo data once, then serve until Ctrl-C."""
    settings = load()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    refuse_a_taken_port(settings.host, settings.port)
    _do_apart("migrate", failed="the database could not be migrated; what went wrong is above")
    if settings.env == "development":
        _do_apart("demo", "--once", failed="demo data could not be made; what went wrong is above")
    with Children() as children:
        for name, words in COMMANDS.items():
            children.start(name, words)
        if children.wait_until_ready(settings):
            click.echo(_welcome(settings))
            children.watch()


def refuse_a_taken_port(host: str, port: int) -> None:
    """Fail with a sentence when nothing can listen there."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As gunicorn does: a port whose last connections are still fading may be taken again.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"port {port} on {host} is in use; choose another one with CPD_PORT"
            ) from None
        raise click.ClickException(
            f"cannot listen on {host} port {port} ({error.strerror}); see CPD_HOST and CPD_PORT"
        ) from None


def _do_apart(*words: str, failed: str) -> None:
    # A process of its own: what it loads and opens does not stay in this one.
    command = [sys.executable, "-m", "cpd_app.cli", *words]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise click.ClickException(failed)


def _welcome(settings: Settings) -> str:
    local = f"http://{_reachable(settings.host)}:{settings.port}"
    lines = ["", f"CPD is ready: {local}"]
    if settings.base_url not in {local, f"http://{settings.host}:{settings.port}"}:
        lines.append(f"Public address: {settings.base_url}")
    kept = settings.var_dir / SIGN_INS
    if settings.env == "development" and kept.exists():
        lines += ["", f"Demo sign-ins (also in {_short(kept)}):"]
        lines += [f"  {line}" for line in kept.read_text(encoding="utf-8").splitlines()]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _reachable(host: str) -> str:
    """An address at which this machine reaches itself."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        return "127.0.0.1" if host != "::" else "[::1]"
    return f"[{host}]" if ":" in host else host


class Children:
    """The processes that serve together, and stop together."""

    def __init__(self) -> None:
        """Nothing runs yet; from here on signals ask for an orderly end."""
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.signals = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def __enter__(self) -> Self:
        """Serve inside the block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop all, however the block ends."""
        self.stop()

    def start(self, name: str, words: tuple[str, ...]) -> None:
        """Start one process; its lines go to our terminal, Ctrl-C reaches it through us."""
        self.running[name] = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, *words],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            preexec_fn=_lead_and_follow,  # noqa: PLW1509 - this process has one thread
        )

    def wait_until_ready(self, settings: Settings) -> bool:
        """Ask /readyz until it says yes; False when a signal came first."""
        deadline = time.monotonic() + READY_SECONDS
        while not _is_ready(_reachable(settings.host).strip("[]"), settings.port):
            if self.signals:
                return False
            self._complain_about_the_dead()
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"not ready after {READY_SECONDS} s; see the lines above"
                )
            time.sleep(GLANCE_SECONDS)
        return True

    def watch(self) -> None:
        """Return when a signal came; raise when a process ended by itself."""
        while not self.signals:
            self._complain_about_the_dead()
            time.sleep(GLANCE_SECONDS)

    def _complain_about_the_dead(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None and not self.signals:
                raise click.ClickException(
                    f"the {name} process ended by itself (exit code {process.returncode}); "
                    "everything is stopped, what it said is above"
                )

    def stop(self) -> None:
        """Ask all to finish what they do; a second signal, or too long a wait, kills them."""
        heard = self.signals
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in self.running.values()):
            if self.signals > heard or time.monotonic() > deadline:
                for process in self.running.values():
                    process.kill()
            time.sleep(GLANCE_SECONDS)


def _lead_and_follow() -> None:
    # A group of its own, or the terminal's Ctrl-C would cut off requests that are being answered;
    # and an orderly end when this launcher is killed (Linux: PR_SET_PDEATHSIG is 1).
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
