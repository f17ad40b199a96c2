"""A made file as a download: pages and the API send it in the same way."""

from flask import Response, request, send_file

from cpd_app.storage import local_files
from cpd_app.usecases.job_files import Made


def download(made: Made) -> Response:
    """The bytes under their name; a browser whose download broke off asks for the rest."""
    answer = send_file(
        local_files().open(made.folder, made.digest),
        mimetype=made.media_type,
        as_attachment=True,
        download_name=made.name,
        conditional=False,  # of an open file it knows no size
        etag=made.digest,
    )
    answer.content_length = made.size
    del answer.headers["Cache-Control"]  # the app's own stands: nothing of it is kept
    answer.make_conditional(request, accept_ranges=True, complete_length=made.size)
    return answer
