"""What watches a worker can ask it, on a small port of its own on this machine.

/healthz   the process answers
/readyz    503 when the database is gone, one of the clock's jobs is late, or the time is in doubt
/metrics   counts for Prometheus, for whoever may read the web's (CPD_METRICS_TOKEN)
"""

import json
import threading
from collections.abc import Iterable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from cpd_app import clock, metrics
from cpd_app.config import Settings
from cpd_app.db import db, transaction
from cpd_app.migrate import is_at_head
from cpd_app.usecases import job_runs
from cpd_app.usecases.job_runs import Known
from scheduler import timekeeping
from scheduler.jobs import ClockJob

log = structlog.get_logger()

HOST = "127.0.0.1"


def watch(app: Flask, jobs: Iterable[ClockJob]) -> ThreadingHTTPServer | None:
    """Say which jobs the clock has, and open the port when one is set; it ends with the process."""
    known = [Known(job.name, job.when, job.late_after) for job in jobs]
    began_at = clock.now()
    with app.app_context():
        try:
            with transaction():
                job_runs.know_tasks(known, now=began_at)
        except SQLAlchemyError:
            log.exception("the clock's jobs could not be noted")
    settings: Settings = app.config["CPD"]
    if not settings.worker_port:
        return None
    server = serve(app, settings.worker_port, began_at)
    log.info("worker answers probes", port=settings.worker_port)
    return server


def serve(app: Flask, port: int, began_at: datetime) -> ThreadingHTTPServer:
    """Answer in threads that end with the process; port 0 takes any that is free."""

    class Answers(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """Answer a probe."""
            path = self.path.partition("?")[0]
            if path == "/healthz":
                self._say(200, {"status": "ok"})
            elif path == "/readyz":
                self._say(*ready(app, began_at))
            elif path == "/metrics" and self._may_read():
                self._send(200, metrics.MEDIA_TYPE, metrics.text_of(app))
            else:
                self._say(404, {"status": "not found"})

        def log_message(self, *_words: object) -> None:
            """Probes come every few seconds: they are not logged."""

        def _may_read(self) -> bool:
            token = app.config["CPD"].metrics_token
            given = self.headers.get("Authorization")
            return metrics.may_read(token, self.client_address[0], self.headers.keys(), given)

        def _say(self, status: int, body: dict[str, object]) -> None:
            self._send(status, "application/json", json.dumps(body).encode())

        def _send(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((HOST, port), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
    return server


def ready(app: Flask, began_at: datetime) -> tuple[int, dict[str, object]]:
    """Whether this worker can work and the clock keeps time; late jobs are named.

    After a start each job has its own time to run again before it counts as late.
    """
    now = clock.now()
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                if not is_at_head(connection):
                    return 503, {"status": "migrations missing"}
            states = job_runs.states_of_tasks(now=now)
            doubt = timekeeping.doubt_in(app)
        except SQLAlchemyError:
            return 503, {"status": "database unreachable"}
    if doubt is not None:
        ahead = round(doubt.ahead.total_seconds())
        return 503, {"status": "clock in doubt", "why": doubt.doubt.value, "ahead": ahead}
    late = [s.name for s in states if s.late and now - began_at > s.late_after]
    return (503, {"status": "late", "jobs": late}) if late else (200, {"status": "ok"})
