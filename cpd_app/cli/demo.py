"""cpd demo: two societies, two hundred members and the people one signs in as; all marked 示范."""

import csv
import io
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from cpd_app import clock, storage
from cpd_app.cli import (
    demo_audits,
    demo_events,
    demo_exports,
    demo_filings,
    demo_letters,
    demo_messages,
    demo_nudges,
    demo_register,
    demo_relief,
)
from cpd_app.cli.people import sentences
from cpd_app.config import load
from cpd_app.db import transaction
from cpd_app.demo import pictures, plan, renewals, story
from cpd_app.demo.readers import demo_readers
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases import (
    accounts,
    activation,
    activities,
    bridges,
    demo,
    evidence,
    import_saving,
    imports,
    passwords,
    roles,
    societies,
)
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.files import Upload
from cpd_app.usecases.import_checks import Scope, check_file

ACTOR = Actor.system("cli")
SIGN_INS = "demo-sign-ins.txt"
SOCIETIES = (
    ("demo-elec", "示范电机工程学会", "Demonstration Society of Electrical Engineering"),
    ("demo-mech", "示范机械工程学会", "Demonstration Society of Mechanical Engineering"),
)
#: login -> name, society, role
STAFF = {
    "organiser@demo.test": ("示范·汪组织", "demo-elec", RoleName.ORGANISER),
    "auditor@demo.test": ("示范·许岩", "demo-elec", RoleName.AUDITOR),
    "auditor2@demo.test": ("示范·周婧", "demo-elec", RoleName.AUDITOR),
    "expert@demo.test": ("示范·陆远", "demo-elec", RoleName.EXPERT),
    "registrar@demo.test": ("示范·沈登记", "demo-elec", RoleName.REGISTRAR),
    "federation@demo.test": ("示范·联合体", None, RoleName.FEDERATION),
    "registrar@other.test": ("示范·韩登记", "demo-mech", RoleName.REGISTRAR),
}
MEMBERS = {
    "member@demo.test": ("示范·高启明", "demo-elec", "SF-E-2023-00417"),
    "member@other.test": ("示范·程远", "demo-mech", "SF-M-2024-00031"),
    **renewals.MEMBERS,
}
NAMES_EN = {
    "member@demo.test": "Gao Qiming",
    "member@other.test": "Cheng Yuan",
    renewals.READY: "Zheng Yuanhang",
    renewals.FILED: "Lu Wenqing",
}
#: part of a profile's records that have their papers
WITH_PAPERS = {"ready": 1.0, "thin": 0.2, "behind": 0.4, "short": 0.3, "first_year": 0.8}
#: of members with more records than this only some bring papers: the demo is made in seconds
FEW_RECORDS = 28
MANY_SHARE = 0.12


@click.command("demo")
@click.option("--once", is_flag=True, help="Do nothing when data is there already.")
def make_demo(*, once: bool) -> None:
    """Fill an empty installation with demo data; refused in production."""
    settings = load()
    if settings.is_production:
        raise click.ClickException("demo data is refused when CPD_ENV=production")
    with sentences():
        if demo.has_data():
            if once:
                return
            raise click.ClickException("there is data here already; demo data needs an empty one")
        password = secrets.token_urlsafe(9)
        today = clock.today()
        people = plan.demo_members(today)
        _societies(today)
        _import("members", [p.member for p in people])
        logins = _people(password, today)
        _import("activities", [r for p in people for r in p.records])
        _activate(people)
        _story(today)
        demo_filings.make_filings({i: _member_actor(i) for i in renewals.MEMBERS}, today)
        _papers(people)
        _rulings(people, today)
        _reliefs(people)
        tries = _events(people)
        demo_register.make_acts(_for_acts(people, today))
        demo_readers(ACTOR, societies.society_of_code("demo-elec").id, now=clock.now(), today=today)
        _audits(people)
        demo_letters.make_letters()
        demo_nudges.make_nudges()
        demo_exports.make_exports(_member_actor("member@demo.test"))
        demo_messages.make_messages(_member_actor("member@demo.test"))
        with transaction():
            demo.leave_unsent(now=clock.now())
        _write(settings.var_dir / SIGN_INS, logins, password, tries)


def _societies(today: date) -> None:
    for code, name, name_en in SOCIETIES:
        with transaction():
            row = societies.add_society(
                ACTOR, code, name, name_en,
                began_on=today - timedelta(days=6 * 365), now=clock.now(), is_demo=True,
            )  # fmt: skip
            _bridge(row.id)


def _bridge(society_id: int) -> None:
    """A bridge as a registrar finds it; off, since nobody answers there."""
    now = clock.now()
    bridge = bridges.NewBridge("示范短信", "https://sms.example.org/cpd")
    bridges.set_bridge(ACTOR, society_id, bridge, allowed=frozenset(), now=now)
    bridges.turn_bridge(ACTOR, society_id, on=False, now=now)


def _import(kind: str, rows: list[dict[str, Any]]) -> None:
    """Through the same import that staff use; a bad row here is our own mistake."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: _cell(v) for k, v in row.items()})
    data = text.getvalue().encode()
    scope = Scope(kind)
    checked = check_file(ACTOR, scope, data, now=clock.now(), today=clock.today())
    bad = [row for row in checked.rows if row["problems"]]
    if bad:
        raise click.ClickException(f"demo row {bad[0]['row']}: {bad[0]['problems']}")
    with transaction():
        taken = imports.take_checked(
            ACTOR, scope, f"示范-{kind}.csv", storage.digest_of(data), checked, now=clock.now()
        )
    for part in import_saving.parts_to_save(ACTOR, taken.id):
        with transaction():
            import_saving.save_part(ACTOR, taken.id, part, now=clock.now(), today=clock.today())
    with transaction():
        import_saving.finish_saving(ACTOR, taken.id, now=clock.now())


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _people(password: str, today: date) -> list[str]:
    """Staff with their roles and the members one signs in as, all with the one password."""
    rows = []
    for login, (name, code, number) in MEMBERS.items():
        rows.append(
            {
                "login": login,
                "name": name,
                "email": login,
                "society": code,
                "registration_no": number,
                "level": "professional",
                "field": "电气工程类" if code == "demo-elec" else "机械工程类",
                "starts_on": _begins(login, today),
                "name_en": NAMES_EN[login],
                "employer": "示范超高压公司",
                "society_member_no": f"SF1{number[-5:]}",
                "membership_until": _begins(login, today) + timedelta(days=6 * 365),
            }
        )
    _import("members", rows)
    for login, (name, works_for, role) in STAFF.items():
        with transaction():
            person, _new = accounts.find_or_add(
                accounts.NewPerson(name=name, email=login), known=None, since=today, now=clock.now()
            )
            society_id = societies.society_of_code(works_for).id if works_for else None
            roles.grant_role(
                ACTOR, person.id, role, society_id=society_id, now=clock.now(),
                today=today - timedelta(days=365),
            )  # fmt: skip
    chosen = passwords.choose(password)
    for login in (*MEMBERS, *STAFF):
        _activate_one(login, chosen)
    return [*MEMBERS, *STAFF]


def _begins(login: str, today: date) -> date:
    """The first day of a member's certificate."""
    return renewals.starts_on(today) if login in renewals.MEMBERS else story.starts_on(today)


def _activate_one(login: str, chosen: passwords.ChosenPassword) -> None:
    person = accounts.person_with_login(login)
    if person is None:
        raise click.ClickException(f"demo sign-in {login} was not made")
    with transaction():
        code = activation.issue_code(ACTOR, person.id, now=clock.now())
    with transaction():
        activation.use_code(code.code, chosen, device="示范", now=clock.now())


def _activate(people: list[plan.Demo]) -> None:
    """Most members have activated; nobody knows their password."""
    chosen = passwords.choose(secrets.token_urlsafe(24))
    with transaction():
        for one in people:
            if one.profile != "not_activated":
                person = accounts.person_with_login(one.member["login"])
                if person is not None:
                    code = activation.issue_code(ACTOR, person.id, now=clock.now())
                    activation.use_code(code.code, chosen, device="示范", now=clock.now())


def _member_actor(login: str) -> Actor:
    person = accounts.person_with_login(login)
    if person is None:
        raise click.ClickException(f"demo member {login} was not made")
    return actor_for(person.id, origin="cli", today=clock.today())


def _story(today: date) -> None:
    """The member's own records, each with its own papers."""
    actor = _member_actor("member@demo.test")
    store = storage.local_files()
    told_all = [*story.past_years(today), *story.running_year(today)]
    for number, told in enumerate(sorted(told_all, key=lambda t: t.ended_on)):
        with transaction():
            logged = activities.log_activity(
                actor,
                NewActivity(
                    told.kind, told.title, told.started_on, told.ended_on, told.fields,
                    organiser=told.organiser or None, achievement_key=told.key,
                    competences=told.competences,
                ),
                now=clock.now(), today=today,
            )  # fmt: skip
            listed = tuple(p.code for p in evidence.listed_proofs(logged.activity))
            for part, proof in enumerate(listed if told.proofs is None else told.proofs):
                upload = Upload(
                    pictures.paper(1000 + 10 * number + part),
                    f"{proof}.jpg", "none", (proof,),
                )  # fmt: skip
                evidence.add_file(actor, logged.activity.id, upload, store=store, now=clock.now())


def _papers(people: list[plan.Demo]) -> None:
    """One photo of papers a member, attached to a part of their records."""
    store = storage.local_files()
    # the same photo as of a member of the other society: 跨学会重复
    shared = next(p for p in people if p.profile == "ready" and p.society == "demo-mech")
    for number, one in enumerate(people, start=1):
        share = WITH_PAPERS.get(one.profile, 0)
        if len(one.records) > FEW_RECORDS and number % 3:
            share = min(share, MANY_SHARE)
        if not share or not one.records:
            continue
        actor = _member_actor(one.member["login"])
        with transaction():
            demo.attach_papers(
                actor,
                Upload(
                    pictures.paper(renewals.FILED_PAPER if one is shared else number),
                    "佐证汇编.jpg",
                    "none",
                ),
                share,
                store=store,
                now=clock.now(),
            )


def _rulings(people: list[plan.Demo], today: date) -> None:
    """A few records wait for the society's ruling."""
    asked = ("科普进校园：用电安全", "示范灾区抢修志愿服务", "工程史料口述整理")
    for one, title in zip([p for p in people if p.profile == "behind"], asked, strict=False):
        actor = _member_actor(one.member["login"])
        with transaction():
            activities.log_activity(
                actor,
                NewActivity("other", title, None, today - timedelta(days=9), {"hours_asked": 4}),
                now=clock.now(), today=today,
            )  # fmt: skip


def _for_acts(people: list[plan.Demo], today: date) -> list[str]:
    """Numbers of members of the first society whose certificates began more than 60 days ago."""
    return [
        str(p.member["registration_no"])
        for p in people
        if p.member["society"] == "demo-elec"
        and p.profile == "first_year"
        and p.member["starts_on"] < today - timedelta(days=60)
    ]


def _reliefs(people: list[plan.Demo]) -> None:
    """Members with a short year ask for relief."""
    short = [p for p in people if p.profile == "short" and p.society == "demo-elec"]
    members = [_member_actor(p.member["login"]) for p in short[:3]]
    demo_relief.make_reliefs(members, _member_actor("auditor@demo.test"))


def _audits(people: list[plan.Demo]) -> None:
    """Members near the end of their term file; two auditors work on the files."""
    ready = [p for p in people if p.profile == "ready" and p.society == "demo-elec"]
    last_year = [p for p in ready if p.year == plan.YEARS]
    demo_audits.make_audits(
        (_member_actor(p.member["login"]) for p in last_year),
        demo_audits.Desk(_member_actor("auditor@demo.test"), _member_actor("auditor2@demo.test")),
    )
    demo_audits.answer_matches(
        _member_actor("registrar@other.test"), societies.society_of_code("demo-mech").id
    )


def _events(people: list[plan.Demo]) -> list[str]:
    """What the society plans, holds and has held; those who come are its activated members."""
    home = [
        demo_events.Someone(p.member["login"], p.member["name"], p.member["registration_no"])
        for p in people
        if p.member["society"] == "demo-elec" and p.profile != "not_activated"
    ]
    return demo_events.make_events("member@demo.test", home)


def _write(path: Path, logins: list[str], password: str, tries: list[str]) -> None:
    """Keep the sign-ins and what to try beside the data, readable for the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    lines = [*(f"{login}  {password}" for login in logins), "", "Events to try:", *tries]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"demo data is ready; sign-ins in {path.name}, password {password}")
