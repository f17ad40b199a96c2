"""Rows of a members file: what one says, and what it adds to or corrects in the register."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cpd_app.domain.errors import Conflict, DomainError, NotAllowed, Rejected
from cpd_app.domain.numbers import login_key, normal_email, normal_phone, number_key
from cpd_app.domain.register import (
    CertificateTerm,
    level_of,
    state_of,
    term_of,
)
from cpd_app.models import (
    Employment,
    Person,
    PersonName,
    Registration,
    Society,
    SocietyMembership,
    Term,
)
from cpd_app.policy import Actor, Permission, Target, may
from cpd_app.texts.imports import MEMBER_COLUMNS
from cpd_app.usecases.accounts import NewPerson, contact_of, own_login, text_or_none
from cpd_app.usecases.import_columns import Findings, Row, day_of, text_of
from cpd_app.usecases.imported_acts import note_begun
from cpd_app.usecases.register_in_memory import Held, Member, Register, Trail
from cpd_app.usecases.registrations import Known, NewRegistration
from cpd_app.usecases.term_plans import Plan, plan_of, refuse_barred

REQUIRED = frozenset({"name", "society", "registration_no", "level", "field", "starts_on"})
#: columns whose width a table limits
MOST = {
    "login": 80,
    "name": 80,
    "email": 254,
    "registration_no": 60,
    "field": 120,
    "phone": 40,
    "employer": 160,
    "name_en": 120,
    "specialty": 120,
    "society_member_no": 60,
}
#: how it is compared: some characters become several then, and the key has the same width
KEYS: dict[str, Callable[[str], str]] = {"login": login_key, "registration_no": number_key}


@dataclass(frozen=True)
class Applied:
    """What a row came to: the registration, and the trail of what it made and changed."""

    held: Held
    trail: Trail
    #: first day from which the person's records have to be placed anew; None: nothing moved
    moved_since: date | None


def read_member(row: Row, found: Findings) -> NewRegistration | None:
    """The row as the register wants it; None when `found` has problems."""
    texts = {
        c.code: text_of(row, c.code, found)
        for c in MEMBER_COLUMNS
        if c.code not in {"starts_on", "ends_on", "membership_until"}
    }
    for code, most in MOST.items():
        if max(len(texts[code]), len(KEYS.get(code, str)(texts[code]))) > most:
            found.problem("too_long", code, most=most)
    for code in sorted(REQUIRED - {"starts_on"}):
        if not texts[code]:
            found.problem("missing", code)
    if not (texts["login"] or texts["email"] or texts["phone"]):
        found.problem("missing", "login")
    starts_on = day_of(row, "starts_on", found)
    if starts_on is None and not row.cells.get("starts_on"):
        found.problem("missing", "starts_on")
    ends_on = day_of(row, "ends_on", found)
    until = day_of(row, "membership_until", found)
    if row.spills:
        found.problem("too_many_cells")
    if found.problems or starts_on is None:
        return None
    said: dict[str, Any] = {
        name: (text or None) if name in _OPTIONAL else text
        for name, text in texts.items()
        if name != "state"
    }
    return NewRegistration(
        **said,
        state=texts["state"] or "active",
        starts_on=starts_on,
        ends_on=ends_on,
        membership_until=until,
    )


_OPTIONAL = frozenset({"email", "phone", "employer", "name_en", "specialty", "society_member_no"})


class MemberRows:
    """Applies rows, one after the other, to a register in memory."""

    def __init__(
        self, actor: Actor, register: Register, *, society_id: int | None, today: date
    ) -> None:
        """`society_id`: the only society whose rows are taken; None: any the actor keeps."""
        self.actor = actor
        self.register = register
        self.society_id = society_id
        self.today = today
        self.known = Known()

    def apply(self, new: NewRegistration, found: Findings) -> Applied | None:
        """Enter a row, or note in `found` why not; a row that is refused changes nothing."""
        try:
            society = self._society(new)
            term = term_of(level_of(new.level), new.starts_on, new.ends_on)
            term = replace(term, state=state_of(new.state))
            held = self.register.by_number.get(number_key(new.registration_no))
            if held is not None and held.registration["society_id"] != society.id:
                raise Conflict("number_taken", "registration_no", number=new.registration_no)
            member = self._member(new, held)
            if member is not None and member.person.id == self.actor.person_id is not None:
                raise NotAllowed("not_yourself", "login")
            plan = plan_of(held, term) if held else None
            if member is not None and member.person["barred_on"] is not None:
                refuse_barred(plan)
        except DomainError as refusal:
            found.refuse(refusal)
            return None
        trail = Trail()
        if member is None:
            member = self._new_member(trail, new)
        else:
            self._keep_contact(trail, member, new, found)
            self._keep_name(trail, member, new, found)
        self._keep_employer(trail, member, new)
        self._keep_membership(trail, member, society, new)
        if held is None:
            held = self._new_registration(trail, member, society, new)
        else:
            self._correct_field(trail, held, new)
        if held.registration["field_id"] is None:
            found.warn("field_to_map", "field", text=new.field)
        moved = self._keep_term(trail, held, term, plan, found)
        return Applied(held, trail, moved)

    def _society(self, new: NewRegistration) -> Society:
        society = self.known.society(new.society)
        allowed = may(
            self.actor, Permission.IMPORT_MEMBERS, Target(societies=frozenset({society.id}))
        )
        if not allowed or self.society_id not in {None, society.id}:
            raise Rejected("other_society", "society", society=new.society)
        return society

    def _member(self, new: NewRegistration, held: Held | None) -> Member | None:
        """Whose row it is. A name must fit, so that a slip never gives away a certificate."""
        contact = contact_of(new.email, new.phone)
        by_login = self.register.meant_by(new.login) if new.login else None
        by_email = self.register.by_email.get(contact.email or "")
        by_phone = self.register.by_phone.get(contact.phone or "")
        if held is not None:
            for column, other in (("login", by_login), ("email", by_email), ("phone", by_phone)):
                if other not in {None, held.member}:
                    code = "login_differs" if column == "login" else f"{column}_taken"
                    raise Conflict(code, column)
            sure = held.member in {by_login, by_email, by_phone}
            if not sure and not _is_called(held.member, new.name):
                raise Rejected("name_differs", "name")
            return held.member
        found = [m for m in (by_login, by_email, by_phone) if m is not None]
        if len({id(m) for m in found}) > 1:
            raise Rejected("login_differs", "login" if by_login else "email")
        if found and not _is_called(found[0], new.name):
            raise Rejected("name_differs", "name")
        return found[0] if found else None

    def _new_member(self, trail: Trail, new: NewRegistration) -> Member:
        contact = contact_of(new.email, new.phone)
        said = NewPerson(new.name, new.login, new.email, new.phone, number=new.registration_no)
        register = self.register
        person = register.add(
            trail,
            Person,
            {},
            login=own_login(said, contact),
            email=contact.email or normal_email(new.login),
            phone=contact.phone or normal_phone(new.login),
            created_at=register.now,
            barred_on=None,
            theme="auto",
            text_size="normal",
        )
        member = Member(person)
        self._add_name(trail, member, new, min(new.starts_on, self.today))
        for index, column in (
            (register.by_login, "login"),
            (register.by_email, "email"),
            (register.by_phone, "phone"),
        ):
            if person[column]:
                index[person[column]] = member
        return member

    def _keep_contact(
        self, trail: Trail, member: Member, new: NewRegistration, found: Findings
    ) -> None:
        """Fill in what is empty; an activated account's contacts are its owner's to change."""
        contact = contact_of(new.email, new.phone)
        for column, said, index in (
            ("email", contact.email, self.register.by_email),
            ("phone", contact.phone, self.register.by_phone),
        ):
            present = member.person[column]
            if not said or present == said:
                continue
            if member.person.values.get("activated_at") is not None or present:
                found.warn("contact_kept", column)
                continue
            self.register.change(trail, member.person, **{column: said})
            index[said] = member

    def _keep_name(
        self, trail: Trail, member: Member, new: NewRegistration, found: Findings
    ) -> None:
        last = member.names[-1] if member.names else None
        name, name_en = new.name.strip(), text_or_none(new.name_en)
        if last is not None and _is_called(member, name):
            if name_en and last["name_en"] is None:
                self.register.change(trail, last, name_en=name_en)
                return
            if name_en in {None, last["name_en"]} or last["name"] != name:
                return
        elif last is not None:
            found.warn("name_changed", "name", former=last["name"], name=name)
        self._add_name(trail, member, new, self.today)

    def _add_name(self, trail: Trail, member: Member, new: NewRegistration, since: date) -> None:
        member.names.append(
            self.register.add(
                trail,
                PersonName,
                {"person_id": member.person},
                name=new.name.strip(),
                name_en=text_or_none(new.name_en),
                from_on=since,
            )
        )

    def _keep_employer(self, trail: Trail, member: Member, new: NewRegistration) -> None:
        employer = text_or_none(new.employer)
        last = member.employments[-1] if member.employments else None
        if employer is None or (last is not None and last["employer"] == employer):
            return
        since = self.today if last is not None else min(new.starts_on, self.today)
        member.employments.append(
            self.register.add(
                trail, Employment, {"person_id": member.person}, employer=employer, from_on=since
            )
        )

    def _keep_membership(
        self, trail: Trail, member: Member, society: Society, new: NewRegistration
    ) -> None:
        number, until = text_or_none(new.society_member_no), new.membership_until
        if number is None and until is None:
            return
        kept = member.memberships.get(society.id)
        if kept is None:
            member.memberships[society.id] = self.register.add(
                trail,
                SocietyMembership,
                {"person_id": member.person},
                society_id=society.id,
                number=number,
                until_on=until,
            )
            return
        self.register.change(
            trail, kept, number=number or kept["number"], until_on=until or kept["until_on"]
        )

    def _new_registration(
        self, trail: Trail, member: Member, society: Society, new: NewRegistration
    ) -> Held:
        number = " ".join(new.registration_no.split())
        item = self.register.add(
            trail,
            Registration,
            {"person_id": member.person},
            society_id=society.id,
            number=number,
            number_key=number_key(number),
            field_id=self.known.field_id(new.field),
            field_text=new.field,
            specialty=text_or_none(new.specialty),
            created_at=self.register.now,
            version=1,
        )
        held = Held(item, member)
        member.held.append(held)
        self.register.by_number[item["number_key"]] = held
        return held

    def _correct_field(self, trail: Trail, held: Held, new: NewRegistration) -> None:
        item = held.registration
        field_id = self.known.field_id(new.field)
        if new.field != item["field_text"] and (field_id is None or field_id != item["field_id"]):
            self.register.change(trail, item, field_id=field_id, field_text=new.field)
        self.register.change(
            trail, item, specialty=text_or_none(new.specialty) or item["specialty"]
        )

    def _keep_term(
        self, trail: Trail, held: Held, term: CertificateTerm, plan: Plan | None, found: Findings
    ) -> date | None:
        """Add the term, or correct the one that it means; gives the first day that moved."""
        values = {
            "level": term.level.value,
            "starts_on": term.starts_on,
            "ends_on": term.ends_on,
            "state": term.state.value,
        }
        if plan is None or plan.same is None:
            if plan and plan.cut is not None:
                found.warn("term_cut", "starts_on", ends_on=term.starts_on)
                self.register.change(trail, plan.cut, ends_on=term.starts_on)
            item = self.register.add(trail, Term, {"registration_id": held.registration}, **values)
            held.terms.append(item)
            note_begun(self.register, trail, held, item, today=self.today)
            held.terms.sort(key=lambda t: t["starts_on"])
            return term.starts_on
        before = dict(plan.same.values)
        if values["state"] != before["state"]:
            if values["state"] != "active":
                found.warn("state_by_register", "state")
            values["state"] = before["state"]  # only an act changes it, with basis and day
        self.register.change(trail, plan.same, **values)
        days = ("starts_on", "ends_on")
        if any(before[c] != values[c] for c in (*days, "level")):
            found.warn("term_corrected", "starts_on", starts_on=before["starts_on"])
        if any(before[c] != values[c] for c in days):
            former: date = before["starts_on"]
            return min(former, term.starts_on)
        return None


def _is_called(member: Member, name: str) -> bool:
    return login_key(name) in {login_key(item["name"]) for item in member.names}
