"""One table says who may do what; here it stands again, in full, person by person."""

import re

import pytest

from cpd_app.policy import GRANTS, SCOPES, Actor, Permission, RoleName, Target, may
from tests.architecture.places import PACKAGE, written

HOME, ELSEWHERE = 1, 2
OWNER = 10

PEOPLE = {
    "owner": Actor(OWNER, "web"),
    "member": Actor(11, "web"),
    "organiser": Actor(12, "web", {HOME: frozenset({RoleName.ORGANISER})}),
    "auditor": Actor(13, "web", {HOME: frozenset({RoleName.AUDITOR})}),
    "registrar": Actor(14, "web", {HOME: frozenset({RoleName.REGISTRAR})}),
    "federation": Actor(15, "web", is_federation=True),
    "stranger": Actor(16, "web", {ELSEWHERE: frozenset(RoleName)}),
    "invited": Actor(17, "web"),
    "expert": Actor(18, "web", {HOME: frozenset({RoleName.EXPERT})}),
    "reader": Actor(19, "web", {HOME: frozenset({RoleName.EXPERT})}),
    "former_reader": Actor(20, "web"),
    "steward": Actor(None, "door", steward_id=1, steward_event_id=5),
    "steward of another event": Actor(None, "door", steward_id=2, steward_event_id=6),
}
#: what belongs to a member and lies in the society HOME; also an event that they planned, and a
#: filing of theirs that an outside expert reads
MINE = Target(
    owner_id=OWNER,
    societies=frozenset({HOME}),
    event_id=5,
    organisers=frozenset({OWNER, 17}),
    readers=frozenset({OWNER, 19, 20}),
)
#: an event of the federation
FEDERAL = Target(owner_id=OWNER, event_id=5, organisers=frozenset({OWNER, 17}))

#: permission -> who may, of a member's thing in society HOME
EXPECTED = {
    Permission.READ_ACTIVITY: "owner auditor registrar",
    Permission.WRITE_ACTIVITY: "owner",
    Permission.CHECK_EVIDENCE: "auditor registrar",
    Permission.READ_EVIDENCE: "owner auditor registrar",
    Permission.WRITE_EVIDENCE: "owner",
    Permission.PURGE_EVIDENCE: "owner registrar",
    Permission.READ_READINESS: "owner auditor registrar",
    Permission.READ_REGISTRATION: "owner auditor registrar",
    Permission.WRITE_REGISTRATION: "registrar",
    Permission.FIND_MEMBER: "auditor registrar",
    Permission.READ_CONTACT: "owner registrar",
    Permission.CHANGE_MEMBER: "registrar",
    Permission.ACTIVATE_MEMBER: "registrar",
    Permission.MERGE_MEMBERS: "registrar",
    Permission.ERASE_VALUES: "registrar",
    Permission.IMPORT_MEMBERS: "registrar",
    Permission.IMPORT_ACTIVITIES: "owner registrar",
    Permission.CHANGE_ROLE: "registrar",
    Permission.READ_RULES: (
        "owner member organiser auditor registrar federation stranger invited "
        "expert reader former_reader"
    ),
    Permission.DRAFT_RULES: "registrar",
    Permission.PUBLISH_RULES: "registrar",
    Permission.ADOPT_RULES: "registrar",
    Permission.DECIDE_RULING: "auditor registrar",
    Permission.READ_COUNTS: "auditor registrar federation",
    Permission.OWN_ACCOUNT: "owner",
    Permission.WATCH_JOB: "owner registrar",
    Permission.PLAN_EVENT: "organiser registrar",
    Permission.RUN_EVENT: "owner invited registrar",
    Permission.INVITE_ORGANISER: "owner registrar",
    Permission.SCAN_DOOR: "owner invited registrar steward",
    Permission.APPROVE_EVENT: "auditor registrar",
    Permission.READ_ATTENDANCE: "owner invited auditor registrar",
    Permission.CORRECT_ATTENDANCE: "owner invited registrar",
    Permission.OVERRULE_STATEMENT: "auditor registrar",
    Permission.ENROL: "owner",
    Permission.ENTER_CALENDAR: "registrar",
    Permission.FILE_RENEWAL: "owner",
    Permission.READ_FILING: "owner auditor registrar reader",
    Permission.READ_AUDIT: "auditor registrar reader",
    Permission.JUDGE_RECORD: "reader",
    Permission.ASSIGN_READER: "registrar",
    Permission.LIST_AUDITS: "auditor registrar expert reader",
    Permission.READ_MATCHES: "",
    Permission.ANSWER_MATCH: "auditor registrar",
    Permission.SETTLE_MATCH: "",
    Permission.PROCESS_FILING: "auditor registrar",
    Permission.DECIDE_FILING: "auditor registrar",
    Permission.ANSWER_RETURN: "owner",
    Permission.READ_PROCESS: "owner auditor registrar",
    Permission.ACT_ON_CERTIFICATE: "registrar",
    Permission.CONFIRM_ACT: "auditor registrar",
    Permission.ASK_ACT: "owner",
    Permission.READ_REPORTS: "auditor registrar federation",
    Permission.ACKNOWLEDGE_REPORT: "federation",
    Permission.ASK_RELIEF: "owner",
    Permission.READ_RELIEF: "owner auditor registrar",
    Permission.DECIDE_RELIEF: "auditor registrar",
    Permission.SET_RELIEF: "registrar",
    Permission.BIND_RECORD: "owner auditor registrar",
    Permission.FILE_APPEAL: "owner",
    Permission.READ_APPEAL: "owner auditor registrar",
    Permission.DECIDE_APPEAL: "auditor registrar",
    Permission.ANSWER_COMPLAINT: "registrar",
    Permission.SET_BRIDGE: "registrar",
    Permission.READ_REACH: "auditor registrar",
    Permission.NUDGE: "registrar",
    Permission.READ_WORK: "auditor registrar federation stranger",
    Permission.READ_MESSAGE: "owner",
    Permission.MARK_MESSAGE: "owner",
}
#: permission -> who may, of an event of the federation
OF_THE_FEDERATION = {
    Permission.PLAN_EVENT: "federation",
    Permission.RUN_EVENT: "owner invited federation",
    Permission.INVITE_ORGANISER: "owner federation",
    Permission.SCAN_DOOR: "owner invited federation steward",
    Permission.APPROVE_EVENT: "federation",
    Permission.READ_ATTENDANCE: "owner invited federation",
    Permission.CORRECT_ATTENDANCE: "owner invited federation",
    Permission.OVERRULE_STATEMENT: "federation",
    Permission.READ_MATCHES: "federation",
    Permission.SETTLE_MATCH: "federation",
    Permission.ANSWER_COMPLAINT: "federation",
    Permission.READ_WORK: "auditor registrar federation stranger",
}
#: nobody decides about themselves, whatever their roles
NEVER_ONESELF = {
    Permission.CHECK_EVIDENCE,
    Permission.WRITE_REGISTRATION,
    Permission.CHANGE_MEMBER,
    Permission.MERGE_MEMBERS,
    Permission.ERASE_VALUES,
    Permission.CHANGE_ROLE,
    Permission.DECIDE_RULING,
    Permission.DECIDE_RELIEF,
    Permission.DECIDE_APPEAL,
    Permission.APPROVE_EVENT,
    Permission.OVERRULE_STATEMENT,
    Permission.READ_AUDIT,
    Permission.ANSWER_MATCH,
    Permission.JUDGE_RECORD,
    Permission.ASSIGN_READER,
    Permission.PROCESS_FILING,
    Permission.DECIDE_FILING,
    Permission.ACT_ON_CERTIFICATE,
    Permission.CONFIRM_ACT,
    Permission.NUDGE,
}


def test_every_permission_is_granted_and_stands_in_the_matrix():
    assert set(GRANTS) == set(Permission) == set(EXPECTED)
    assert all(GRANTS.values())


@pytest.mark.parametrize("permission", Permission)
def test_who_may(permission: Permission):
    allowed = {person for person, actor in PEOPLE.items() if may(actor, permission, MINE)}

    assert allowed == set(EXPECTED[permission].split())


@pytest.mark.parametrize("permission", OF_THE_FEDERATION)
def test_who_may_with_an_event_of_the_federation(permission: Permission):
    allowed = {person for person, actor in PEOPLE.items() if may(actor, permission, FEDERAL)}

    assert allowed == set(OF_THE_FEDERATION[permission].split())


@pytest.mark.parametrize("permission", sorted(NEVER_ONESELF))
def test_nobody_decides_about_themselves(permission: Permission):
    oneself = Actor(OWNER, "web", {HOME: frozenset(RoleName)})

    assert not may(oneself, permission, MINE)


@pytest.mark.parametrize("permission", Permission)
def test_the_program_itself_may(permission: Permission):
    assert may(Actor.system("job"), permission, MINE)


def test_a_colleague_who_runs_an_event_asks_others_in_and_somebody_from_outside_does_not():
    colleague = Actor(17, "web", {HOME: frozenset({RoleName.ORGANISER})})

    assert may(colleague, Permission.INVITE_ORGANISER, MINE)
    assert not may(Actor(17, "web"), Permission.INVITE_ORGANISER, MINE)
    assert not may(PEOPLE["organiser"], Permission.INVITE_ORGANISER, MINE)


def test_the_federation_keeps_the_baseline_rules_only():
    baseline = Target()

    assert may(PEOPLE["federation"], Permission.PUBLISH_RULES, baseline)
    assert not may(PEOPLE["federation"], Permission.PUBLISH_RULES, MINE)
    assert not may(PEOPLE["registrar"], Permission.PUBLISH_RULES, baseline)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_with_a_scope_does_no_more_than_that(scope: str):
    token = Actor(OWNER, "api", {HOME: frozenset(RoleName)}, scopes=frozenset({scope}))
    whole = Actor(OWNER, "api", {HOME: frozenset(RoleName)})

    allowed = {p for p in Permission if may(token, p, MINE)}

    assert allowed == {p for p in SCOPES[scope] if may(whole, p, MINE)}


def test_every_permission_is_asked_for_by_a_use_case():
    source = "\n".join(p.read_text("utf-8") for p in written(PACKAGE / "usecases", "py"))
    asked = set(re.findall(r"Permission\.([A-Z_]+)", source))

    assert {p.name for p in Permission} - asked == set()
