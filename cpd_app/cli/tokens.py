"""cpd token: an access token for a login, for programs of the machine's owner."""

import click

from cpd_app import clock
from cpd_app.cli.people import person_id_of, sentences
from cpd_app.db import transaction
from cpd_app.policy import SCOPES, Actor
from cpd_app.usecases import tokens


@click.command("token")
@click.option("--login", required=True, help="E-mail, phone, registration number or login.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(SCOPES)),
    help="What it may do; may be given more than once. Without: all that the login may do.",
)
@click.option("--name", default="cpd token", show_default=True, help="Shown on the 'me' page.")
def token(login: str, scopes: tuple[str, ...], name: str) -> None:
    """Make an access token for the API and print it, and nothing else."""
    with sentences():
        person_id = person_id_of(login)
        with transaction():
            made = tokens.make_token(
                Actor.system("cli"), person_id, name=name, scopes=scopes, now=clock.now()
            )
    click.echo(made)
