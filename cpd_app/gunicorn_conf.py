"""How gunicorn serves the pages: `gunicorn --config python:cpd_app.gunicorn_conf …`.

Numbers can be overruled on the command line (`--workers 4`); address and port are settings.
"""

import contextlib
import gc
import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any

from cpd_app import assets, running
from cpd_app.config import SettingError, load

try:
    _settings = load()
except SettingError as error:
    sys.exit(f"cpd: {error}")

wsgi_app = "cpd_app.app:create_app()"
bind = (
    f"[{_settings.host}]:{_settings.port}"
    if ":" in _settings.host
    else f"{_settings.host}:{_settings.port}"
)
# Threads, never the default kind: a few clients that send nothing would stop it (sync worker).
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 20
keepalive = 5
#: heartbeat files in memory: a busy disk must not look like a dead worker
worker_tmp_dir = "/dev/shm" if sys.platform == "linux" else None  # noqa: S108 - gunicorn's own names
#: requests are logged by the app, with an id and without personal data
accesslog = None
#: it would be one socket for all copies of one user
control_socket_disable = True


#: each worker counts in files of its own; /metrics adds them up. Named before the library is read.
#: In memory where there is such a place: a mapped file on a full disk would kill the worker. An
#: instance has a folder of its own, or the one that starts would take away the other one's counts
_metrics_dir = _settings.var_dir / f"metrics-{_settings.port}"
if _settings.metrics_token:
    with contextlib.suppress(OSError):
        _metrics_dir = Path(mkdtemp(prefix="cpd-metrics-", dir=worker_tmp_dir or "/nowhere"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics_dir)


#: kept open by the master and, as they are forked from it, by each worker
_joined: list[IO[bytes]] = []


def on_starting(_server: Any) -> None:
    """Publish this release's static files before the first worker serves them.

    Counts of an earlier run are thrown away: left behind, they would be added to the new ones.
    """
    _joined.append(running.join(_settings.var_dir))
    assets.publish(_settings.var_dir)
    shutil.rmtree(_metrics_dir, ignore_errors=True)
    if _settings.metrics_token:
        _metrics_dir.mkdir(parents=True, exist_ok=True)


def on_exit(_server: Any) -> None:
    """Leave no counts behind."""
    shutil.rmtree(_metrics_dir, ignore_errors=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that ended; what it counted stays counted."""
    if _settings.metrics_token:
        # here, since the library looks for its folder when it is read
        from prometheus_client import multiprocess  # noqa: PLC0415

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def post_worker_init(_worker: Any) -> None:
    """Set the loaded app apart from what requests leave behind.

    Otherwise the collector walks through all of it again and again while a hall checks in.
    """
    gc.collect()
    gc.freeze()
