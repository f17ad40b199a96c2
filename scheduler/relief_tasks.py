"""The jobs of a relief for all: tell its society, a part a transaction."""

from cpd_app.usecases import relief_for_all
from scheduler.work import Work


def tell_of_relief(work: Work) -> None:
    """Tell everybody; after an interruption it goes on where it was."""
    while (
        work.keep(lambda now: relief_for_all.tell_some(work.actor, work.job_id, now=now))
        is not None
    ):
        pass
