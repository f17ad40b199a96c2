"""cpd admin: the few acts that begin a real installation; everything else is on the staff pages."""

from datetime import datetime

import click

from cpd_app import clock
from cpd_app.cli.people import person_id_of, sentences
from cpd_app.config import load
from cpd_app.db import transaction
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases import activation, people, roles, signing, societies, verification

DAY = click.DateTime(["%Y-%m-%d"])
ROLE = click.Choice([str(role) for role in RoleName])


@click.group("admin")
def admin() -> None:
    r"""Begin an installation: societies, their first staff, roles, codes.

    \b
    A beginning, in this order:
      cpd migrate
      cpd admin add-society csee 中国电机工程学会 CSEE --began-on 2026-01-01
      cpd admin add-person "Wang Ming" --email wang@example.org
      cpd admin grant wang@example.org registrar --society csee
      cpd admin code wang@example.org
    The code opens the account at /activate. The registrar then imports the members.
    """


@admin.command("add-society")
@click.argument("code")
@click.argument("name")
@click.argument("name_en")
@click.option("--began-on", type=DAY, help="Years that ended before are never late; today.")
@click.option(
    "--years",
    type=click.Choice(societies.YEAR_KINDS),
    default="certificate",
    show_default=True,
    help="Where a CPD year begins: on the certificate's day or on 1 January.",
)
def add_society(code: str, name: str, name_en: str, began_on: datetime | None, years: str) -> None:
    """Add a society: CODE (small letters and digits), Chinese and English NAME."""
    with sentences(), transaction():
        made = societies.add_society(
            Actor.system("cli"),
            code,
            name,
            name_en,
            began_on=began_on.date() if began_on else clock.today(),
            year_kind=years,
            now=clock.now(),
        )
        click.echo(f"society {made.code} added")


@admin.command("add-person")
@click.argument("name")
@click.option("--email", help="What mail goes to; a way to sign in.")
@click.option("--phone", help="With country code, +86 when none is given; a way to sign in.")
def add_person(name: str, email: str | None, phone: str | None) -> None:
    """Add somebody who works for a society; members come by `cpd import members`."""
    with sentences(), transaction():
        made = people.add_person(
            Actor.system("cli"),
            name=name,
            email=email,
            phone=phone,
            now=clock.now(),
            today=clock.today(),
        )
        click.echo(f"{made.email or made.phone} added")


@admin.command("grant")
@click.argument("login")
@click.argument("role", type=ROLE)
@click.option("--society", help="Code of the society; not for the role federation.")
@click.option("--until", type=DAY, help="First day without the role; without: open.")
def grant(login: str, role: str, society: str | None, until: datetime | None) -> None:
    """Give a person a role from today."""
    with sentences(), transaction():
        roles.grant_role(
            Actor.system("cli"),
            person_id_of(login),
            RoleName(role),
            society_id=_society_id(society),
            ends_on=until.date() if until else None,
            now=clock.now(),
            today=clock.today(),
        )
    click.echo(f"{login} is {role}" + (f" of {society}" if society else ""))


@admin.command("revoke-role")
@click.argument("login")
@click.argument("role", type=ROLE)
@click.option("--society", help="Code of the society; not for the role federation.")
def revoke_role(login: str, role: str, society: str | None) -> None:
    """Take a role away from today on."""
    with sentences(), transaction():
        roles.end_role(
            Actor.system("cli"),
            person_id_of(login),
            RoleName(role),
            society_id=_society_id(society),
            now=clock.now(),
            today=clock.today(),
        )
    click.echo(f"{login} is no longer {role}" + (f" of {society}" if society else ""))


@admin.command("code")
@click.argument("login")
def code(login: str) -> None:
    """Print a one-time code for a login, and where it is entered; an older code ends."""
    with sentences(), transaction():
        issued = activation.issue_code(Actor.system("cli"), person_id_of(login), now=clock.now())
    click.echo(issued.code)
    click.echo(f"{load().base_url}/activate?code={issued.code}", err=True)


@admin.command("rotate-key")
@click.argument("code")
@click.option(
    "--stolen", is_flag=True, help="The old key fell into other hands: nothing it signed stands."
)
def rotate_key(code: str, *, stolen: bool) -> None:
    """End the signing key of a society (CODE) and make a new one."""
    with sentences(), transaction():
        made = signing.rotate_key(
            Actor.system("cli"),
            societies.society_of_code(code).id,
            stolen=stolen,
            now=clock.now(),
        )
        click.echo(f"{code} signs with key {made.key_id}")


@admin.command("public-names")
@click.argument("code")
@click.argument("how", type=click.Choice(verification.NAME_CHOICES))
def public_names(code: str, how: str) -> None:
    """Say HOW public pages write the names of a society's (CODE) members."""
    with sentences(), transaction():
        society = societies.society_of_code(code)
        verification.set_public_names(Actor.system("cli"), society.id, how, now=clock.now())
    click.echo(f"{code}: names are {how}")


def _society_id(code: str | None) -> int | None:
    return societies.society_of_code(code).id if code else None
