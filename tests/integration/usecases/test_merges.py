"""Two accounts of one person: everything moves, hours are given out again, undo while unchanged."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import (
    Activity,
    Credit,
    Merge,
    Person,
    Registration,
    Role,
    SignIn,
    Society,
    SocietyMembership,
)
from cpd_app.policy import RoleName
from cpd_app.storage import LocalFiles
from cpd_app.usecases import accounts, evidence, files, merges
from cpd_app.usecases.signin import begin_sign_in, sign_in_of
from tests.support import builders
from tests.support.evidence import a_training, open_as, stored
from tests.support.people import Someone
from tests.support.photos import an_upload
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def twin(store: Store, society: Society) -> Someone:
    """The same person's second account in the same society."""
    person = builders.a_person(store, name="张会员", login="zhang")
    builders.a_membership(store, person, society, number="M2")
    return Someone(person, society, builders.a_registration(store, person, society))


def own(someone: Someone) -> Registration:
    assert someone.registration is not None
    return someone.registration


def merge(do: Do, registrar: Someone, kept: Someone, other: Someone) -> Merge:
    row: Merge = do(
        merges.merge_members, registrar.actor, own(kept).id, other.id, "重复导入", now=NOW
    )
    return row


def owners(store: Store, table: type[Any]) -> set[int]:
    return set(store.all(select(table.person_id)))


def test_everything_moves_and_every_registration_credits_every_record(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    a_training(do, member)
    a_training(do, twin)
    builders.a_file(store, twin.person)
    builders.a_role(store, twin.person, RoleName.ORGANISER, twin.society)

    merge(do, registrar, member, twin)

    assert owners(store, Activity) == owners(store, Registration) == {member.id}
    assert member.id in owners(store, Role)
    assert store.count(Credit) == 4, "two records in two registrations"
    assert store.get(Person, twin.id).merged_into_id == member.id


def test_files_can_be_opened_and_removed_after_a_merge(
    do: Do, disk: LocalFiles, registrar: Someone, member: Someone, twin: Someone
):
    record = a_training(do, twin)
    made = do(evidence.add_file, twin.actor, record.id, an_upload(), store=disk, now=NOW)

    merge(do, registrar, member, twin)

    later = NOW + timedelta(days=36500)
    assert do(files.remove_orphans, store=disk, now=later) == 0
    assert open_as(do, disk, member.actor, made.file_id)
    do(files.purge_file, member.actor, made.file_id, store=disk, now=NOW)
    assert stored(disk) == set()


def test_the_kept_membership_stands_and_contacts_are_filled_in(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    with store.session() as session:
        session.get_one(Person, member.id).phone = None

    merge(do, registrar, member, twin)

    assert store.get(Person, member.id).phone == twin.person.phone
    assert store.get(Person, member.id).email == member.person.email
    numbers = store.all(
        select(SocietyMembership.number).where(SocietyMembership.person_id == member.id)
    )
    assert list(numbers) == [None]


def test_the_other_account_cannot_sign_in_and_its_name_leads_to_the_kept_one(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    secret = do(begin_sign_in, twin.id, device="phone", now=NOW)

    merge(do, registrar, member, twin)

    assert do(sign_in_of, secret, now=NOW) is None
    assert store.one(select(SignIn.ended_at).where(SignIn.person_id == twin.id)) == NOW
    assert do(accounts.person_with_login, "zhang").id == member.id


def test_a_bar_is_never_lost_by_a_merge(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    with store.session() as session:
        session.get_one(Person, twin.id).barred_on = date(2025, 1, 1)

    row = merge(do, registrar, member, twin)
    assert store.get(Person, member.id).barred_on == date(2025, 1, 1)

    do(merges.undo_merge, registrar.actor, row.id, now=NOW)
    assert store.get(Person, member.id).barred_on is None


def test_undo_gives_back_what_came_and_its_hours(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    mine, theirs = a_training(do, member), a_training(do, twin)
    row = merge(do, registrar, member, twin)

    do(merges.undo_merge, registrar.actor, row.id, now=NOW)

    assert store.get(Activity, theirs.id).person_id == twin.id
    credited = store.all(select(Credit.registration_id).order_by(Credit.activity_id))
    assert list(credited) == [own(member).id, own(twin).id]
    assert store.get(Activity, mine.id).person_id == member.id
    with pytest.raises(Conflict, match="merge_undone"):
        do(merges.undo_merge, registrar.actor, row.id, now=NOW)


def test_undo_is_refused_after_a_change(do: Do, registrar: Someone, member: Someone, twin: Someone):
    row = merge(do, registrar, member, twin)
    a_training(do, member)

    with pytest.raises(Conflict, match="changed_since_merge"):
        do(merges.undo_merge, registrar.actor, row.id, now=NOW)


def test_an_account_that_another_society_knows_has_to_be_the_kept_one(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone, other_society: Society
):
    builders.a_role(store, twin.person, RoleName.AUDITOR, other_society)

    with pytest.raises(Rejected, match="merge_elsewhere"):
        merge(do, registrar, member, twin)
    merge(do, registrar, twin, member)

    assert store.get(Person, member.id).merged_into_id == twin.id


def test_strangers_auditors_and_oneself_merge_nothing(
    do: Do, store: Store, registrar: Someone, auditor: Someone, member: Someone, twin: Someone,
    stranger: Someone,
):  # fmt: skip
    with pytest.raises(NotFound):
        merge(do, stranger, member, twin)
    with pytest.raises(NotAllowed):
        merge(do, auditor, member, twin)
    with pytest.raises(NotFound):
        merge(do, registrar, member, stranger)
    builders.a_registration(store, registrar.person, registrar.society)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        merge(do, registrar, member, registrar)
