"""What the service counts for Prometheus: requests by route, and the state of the background work.

Routes are counted by their patterns, never by their paths, so no id and no name becomes a label.
Under gunicorn each worker counts in files of its own, which are added up when somebody asks
(gunicorn_conf.py).
"""

import hmac
import os
import time
from collections.abc import Iterable

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from cpd_app import clock
from cpd_app.config import METRICS_LOCAL
from cpd_app.usecases import job_runs, work

MEDIA_TYPE = CONTENT_TYPE_LATEST
#: seconds; a page of ours takes some hundredths
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
#: other words a visitor invents would each be a series of its own
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: what a proxy in front of us adds: then the address beside us is the proxy's, not the asker's
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")

registry = CollectorRegistry()
requests = Counter(
    "cpd_requests", "Requests answered", ["method", "route", "status"], registry=registry
)
seconds = Histogram(
    "cpd_request_seconds", "Time to answer", ["method", "route"], buckets=BUCKETS, registry=registry
)
job_counts = Counter(
    "cpd_clock_runs", "Runs of the clock's jobs", ["job", "end"], registry=registry
)


class Background:
    """The state of the background work, read from the database when somebody asks."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def describe(self) -> Iterable[Metric]:
        """Nothing ahead: asking would read the database while the app is made."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Jobs, deliveries, and how late the clock's jobs are."""
        now = clock.now()
        with self.app.app_context():
            states = job_runs.states_of_tasks(now=now)
            jobs, letters = work.count_jobs(), work.count_letters(now=now)
        late = GaugeMetricFamily("cpd_clock_late", "1 when a clock job is late", labels=["job"])
        since = GaugeMetricFamily(
            "cpd_clock_last_run_timestamp_seconds", "When a clock job ran last", labels=["job"]
        )
        for task in states:
            late.add_metric([task.name], float(task.late))
            if task.last and task.last.finished_at:
                since.add_metric([task.name], task.last.finished_at.timestamp())
        rows = GaugeMetricFamily("cpd_jobs", "Jobs by state", labels=["state"])
        for state in ("due", "running", "failed"):
            rows.add_metric([state], jobs.get(state, 0))
        sent = GaugeMetricFamily("cpd_deliveries", "Letters by state", labels=["state"])
        for state, count in (
            ("waiting", letters.waiting),
            ("overdue", letters.overdue),
            ("failed", letters.failed),
        ):
            sent.add_metric([state], count)
        return (late, since, rows, sent)


def text_of(app: Flask) -> bytes:
    """Everything as Prometheus reads it: this process's counts, or those of all of gunicorn's."""
    background = CollectorRegistry(auto_describe=False)
    background.register(Background(app))
    counted = registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(background)


def may_read(token: str, address: str | None, headers: Iterable[str], given: str | None) -> bool:
    """Whether somebody may read: nobody, this machine (and no proxy), or who has the token."""
    if token == METRICS_LOCAL:
        proxied = {name.lower() for name in FORWARDED} & {name.lower() for name in headers}
        return address in {"127.0.0.1", "::1"} and not proxied
    kind, _, secret = (given or "").partition(" ")
    right = kind.lower() == "bearer" and hmac.compare_digest(secret.encode(), token.encode())
    return bool(token) and right


def init(app: Flask) -> None:
    """Count every request, when somebody may read the counts."""
    if not app.config["CPD"].metrics_token:
        return

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "-"
        method = request.method if request.method in METHODS else "other"
        requests.labels(method, route, str(response.status_code)).inc()
        took = time.monotonic() - g.get("request_began", time.monotonic())
        seconds.labels(method, route).observe(took)
        return response
