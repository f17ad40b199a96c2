"""Who may do what: one table of permissions, and the two functions that ask it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from cpd_app.domain.errors import NotAllowed, NotFound


class RoleName(StrEnum):
    """What a person can be in a society, or (federation) above all of them."""

    ORGANISER = "organiser"
    AUDITOR = "auditor"
    REGISTRAR = "registrar"
    #: an outside expert: reads the files that are assigned to them, and nothing else
    EXPERT = "expert"
    FEDERATION = "federation"


STAFF = frozenset({RoleName.AUDITOR, RoleName.REGISTRAR})
#: who works inside a society and may know what exists in it; an outside expert may not
COLLEAGUES = frozenset({RoleName.ORGANISER, *STAFF})


@dataclass(frozen=True)
class Actor:
    """Who is acting: a person in their roles of today, or the program itself."""

    person_id: int | None
    #: web, api, cli, or the name of a job
    origin: str
    #: society id -> roles there
    roles: dict[int, frozenset[RoleName]] = field(default_factory=dict)
    is_federation: bool = False
    is_system: bool = False
    #: what a bearer token is limited to; None = everything the person may do
    scopes: frozenset[str] | None = None
    #: a paired phone at the door of one event: no account, scanning only
    steward_id: int | None = None
    steward_event_id: int | None = None
    #: who is signed in on that phone besides: grants nothing, and serves flags only
    beside_id: int | None = None

    @classmethod
    def system(cls, origin: str) -> "Actor":
        """The program itself: a job, the command line of the machine's owner."""
        return cls(person_id=None, origin=origin, is_system=True)

    @property
    def staff_of(self) -> frozenset[int]:
        """Societies in which the actor is staff."""
        return frozenset(s for s, names in self.roles.items() if names & STAFF)

    @property
    def is_staff(self) -> bool:
        """Whether any staff page may be reached at all."""
        return bool(self.staff_of) or self.is_federation

    @property
    def expert_in(self) -> frozenset[int]:
        """Societies that asked the actor in as an outside expert."""
        return frozenset(s for s, names in self.roles.items() if RoleName.EXPERT in names)

    @property
    def reads_files(self) -> bool:
        """Whether the pages of the audit may be reached at all; which files, the use case says."""
        return bool(self.staff_of or self.expert_in)

    def is_in(self, society_ids: frozenset[int], *names: RoleName) -> bool:
        """Whether the actor has one of these roles in one of these societies."""
        wanted = frozenset(names)
        return any(self.roles.get(s, frozenset()) & wanted for s in society_ids)


@dataclass(frozen=True)
class Target:
    """What a permission is asked for: whose it is, and which societies it lies in."""

    owner_id: int | None = None
    societies: frozenset[int] = frozenset()
    #: of an event: its number, and who runs it (creator, colleagues, invited from outside)
    event_id: int | None = None
    organisers: frozenset[int] = frozenset()
    #: of a filing: who reads it today
    readers: frozenset[int] = frozenset()


class Permission(StrEnum):
    """Everything that is guarded, as noun:verb."""

    READ_ACTIVITY = "activity:read"
    WRITE_ACTIVITY = "activity:write"
    CHECK_EVIDENCE = "evidence:check"
    READ_EVIDENCE = "evidence:read"
    WRITE_EVIDENCE = "evidence:write"
    PURGE_EVIDENCE = "evidence:purge"
    READ_READINESS = "readiness:read"
    READ_REGISTRATION = "registration:read"
    WRITE_REGISTRATION = "registration:write"
    FIND_MEMBER = "member:find"
    READ_CONTACT = "contact:read"
    CHANGE_MEMBER = "member:change"
    ACTIVATE_MEMBER = "member:activate"
    MERGE_MEMBERS = "member:merge"
    ERASE_VALUES = "member:erase"
    IMPORT_MEMBERS = "member:import"
    IMPORT_ACTIVITIES = "activity:import"
    CHANGE_ROLE = "role:change"
    READ_RULES = "rules:read"
    DRAFT_RULES = "rules:draft"
    PUBLISH_RULES = "rules:publish"
    ADOPT_RULES = "rules:adopt"
    DECIDE_RULING = "ruling:decide"
    READ_COUNTS = "counts:read"
    OWN_ACCOUNT = "account:own"
    WATCH_JOB = "job:watch"
    PLAN_EVENT = "event:plan"
    RUN_EVENT = "event:run"
    INVITE_ORGANISER = "organiser:invite"
    SCAN_DOOR = "event:scan"
    APPROVE_EVENT = "event:approve"
    READ_ATTENDANCE = "attendance:read"
    CORRECT_ATTENDANCE = "attendance:correct"
    OVERRULE_STATEMENT = "statement:overrule"
    ENROL = "event:enrol"
    ENTER_CALENDAR = "calendar:enter"
    FILE_RENEWAL = "filing:write"
    READ_FILING = "filing:read"
    READ_AUDIT = "audit:read"
    JUDGE_RECORD = "record:judge"
    ASSIGN_READER = "reader:assign"
    LIST_AUDITS = "audit:list"
    READ_MATCHES = "match:read"
    ANSWER_MATCH = "match:answer"
    SETTLE_MATCH = "match:settle"
    PROCESS_FILING = "filing:process"
    DECIDE_FILING = "filing:decide"
    ANSWER_RETURN = "return:answer"
    READ_PROCESS = "filing:follow"
    ACT_ON_CERTIFICATE = "certificate:act"
    CONFIRM_ACT = "certificate:confirm"
    ASK_ACT = "certificate:ask"
    READ_REPORTS = "report:read"
    ACKNOWLEDGE_REPORT = "report:acknowledge"
    ASK_RELIEF = "relief:ask"
    READ_RELIEF = "relief:read"
    DECIDE_RELIEF = "relief:decide"
    SET_RELIEF = "relief:set"
    BIND_RECORD = "activity:bind"
    FILE_APPEAL = "appeal:file"
    READ_APPEAL = "appeal:read"
    DECIDE_APPEAL = "appeal:decide"
    ANSWER_COMPLAINT = "complaint:answer"
    SET_BRIDGE = "bridge:set"
    READ_REACH = "reach:read"
    NUDGE = "member:nudge"
    READ_WORK = "work:read"
    READ_MESSAGE = "message:read"
    MARK_MESSAGE = "message:mark"


Grant = Callable[[Actor, Target], bool]


def is_owner(actor: Actor, target: Target) -> bool:
    """The person whose it is."""
    return actor.person_id is not None and actor.person_id == target.owner_id


def is_staff(actor: Actor, target: Target) -> bool:
    """An auditor or registrar of a society it lies in."""
    return actor.is_in(target.societies, RoleName.AUDITOR, RoleName.REGISTRAR)


def is_registrar(actor: Actor, target: Target) -> bool:
    """A registrar of a society it lies in."""
    return actor.is_in(target.societies, RoleName.REGISTRAR)


def is_staff_and_not_self(actor: Actor, target: Target) -> bool:
    """Staff of its society, but nobody judges their own."""
    return is_staff(actor, target) and not is_owner(actor, target)


def is_registrar_and_not_self(actor: Actor, target: Target) -> bool:
    """A registrar of its society, acting for somebody else."""
    return is_registrar(actor, target) and not is_owner(actor, target)


def is_federation(actor: Actor, target: Target) -> bool:
    """The federation, for what belongs to no society."""
    return actor.is_federation and not target.societies


def sees_counts(actor: Actor, target: Target) -> bool:
    """The federation, for the states and counts of every society."""
    return actor.is_federation or is_staff(actor, target)


def acknowledges(actor: Actor, _target: Target) -> bool:
    """The federation, whichever society reported."""
    return actor.is_federation


def plans_events(actor: Actor, target: Target) -> bool:
    """An organiser or registrar of the society that will own it."""
    return actor.is_in(target.societies, RoleName.ORGANISER, RoleName.REGISTRAR)


def runs_event(actor: Actor, target: Target) -> bool:
    """Who planned it, or was asked in to run it."""
    return actor.person_id is not None and actor.person_id in target.organisers


def runs_event_of_own(actor: Actor, target: Target) -> bool:
    """A colleague in the society that owns it who runs it; nobody from outside."""
    return runs_event(actor, target) and plans_events(actor, target)


def is_steward(actor: Actor, target: Target) -> bool:
    """A phone paired with this very event."""
    return actor.steward_event_id is not None and actor.steward_event_id == target.event_id


def approves_event(actor: Actor, target: Target) -> bool:
    """Staff of the owner, or the federation for its own; never who planned or runs it."""
    return (is_staff(actor, target) or is_federation(actor, target)) and not (
        is_owner(actor, target) or runs_event(actor, target)
    )


def reads_file(actor: Actor, target: Target) -> bool:
    """A reader the file is assigned to, who still has a part in its society; never its owner."""
    return (
        actor.person_id in target.readers
        and actor.is_in(target.societies, *STAFF, RoleName.EXPERT)
        and not is_owner(actor, target)
    )


def sees_queue(actor: Actor, target: Target) -> bool:
    """Staff, or an outside expert (who finds their own files in it and no others)."""
    return actor.is_in(target.societies, *STAFF, RoleName.EXPERT)


def looks_after(actor: Actor, _target: Target) -> bool:
    """Staff of any society, or the federation: whether the clock runs concerns them all."""
    return actor.is_staff


def is_signed_in(actor: Actor, _target: Target) -> bool:
    """Anybody with an account."""
    return actor.person_id is not None


#: any one of the grants is enough; the program itself may do everything
GRANTS: dict[Permission, tuple[Grant, ...]] = {
    Permission.READ_ACTIVITY: (is_owner, is_staff),
    Permission.WRITE_ACTIVITY: (is_owner,),
    Permission.CHECK_EVIDENCE: (is_staff_and_not_self,),
    Permission.READ_EVIDENCE: (is_owner, is_staff),
    Permission.WRITE_EVIDENCE: (is_owner,),
    Permission.PURGE_EVIDENCE: (is_owner, is_registrar),
    Permission.READ_READINESS: (is_owner, is_staff),
    Permission.READ_REGISTRATION: (is_owner, is_staff),
    Permission.WRITE_REGISTRATION: (is_registrar_and_not_self,),
    Permission.FIND_MEMBER: (is_staff,),
    Permission.READ_CONTACT: (is_owner, is_registrar),
    Permission.CHANGE_MEMBER: (is_registrar_and_not_self,),
    Permission.ACTIVATE_MEMBER: (is_registrar,),
    Permission.MERGE_MEMBERS: (is_registrar_and_not_self,),
    Permission.ERASE_VALUES: (is_registrar_and_not_self,),
    Permission.IMPORT_MEMBERS: (is_registrar,),
    Permission.IMPORT_ACTIVITIES: (is_owner, is_registrar),
    Permission.CHANGE_ROLE: (is_registrar_and_not_self,),
    Permission.READ_RULES: (is_signed_in,),
    Permission.DRAFT_RULES: (is_registrar, is_federation),
    Permission.PUBLISH_RULES: (is_registrar, is_federation),
    Permission.ADOPT_RULES: (is_registrar,),
    Permission.DECIDE_RULING: (is_staff_and_not_self,),
    Permission.READ_COUNTS: (sees_counts,),
    Permission.OWN_ACCOUNT: (is_owner,),
    Permission.WATCH_JOB: (is_owner, is_registrar),
    Permission.PLAN_EVENT: (plans_events, is_federation),
    Permission.RUN_EVENT: (runs_event, is_registrar, is_federation),
    Permission.INVITE_ORGANISER: (is_owner, runs_event_of_own, is_registrar, is_federation),
    Permission.SCAN_DOOR: (runs_event, is_steward, is_registrar, is_federation),
    Permission.APPROVE_EVENT: (approves_event,),
    Permission.READ_ATTENDANCE: (runs_event, is_staff, is_federation),
    Permission.CORRECT_ATTENDANCE: (runs_event, is_registrar, is_federation),
    Permission.OVERRULE_STATEMENT: (approves_event,),
    Permission.ENROL: (is_owner,),
    Permission.ENTER_CALENDAR: (is_registrar, is_federation),
    Permission.FILE_RENEWAL: (is_owner,),
    Permission.READ_FILING: (is_owner, is_staff, reads_file),
    Permission.READ_AUDIT: (is_staff_and_not_self, reads_file),
    Permission.JUDGE_RECORD: (reads_file,),
    Permission.ASSIGN_READER: (is_registrar_and_not_self,),
    Permission.LIST_AUDITS: (sees_queue,),
    Permission.READ_MATCHES: (is_federation,),
    Permission.ANSWER_MATCH: (is_staff_and_not_self,),
    Permission.SETTLE_MATCH: (is_federation,),
    Permission.PROCESS_FILING: (is_staff_and_not_self,),
    Permission.DECIDE_FILING: (is_staff_and_not_self,),
    Permission.ANSWER_RETURN: (is_owner,),
    Permission.READ_PROCESS: (is_owner, is_staff),
    Permission.ACT_ON_CERTIFICATE: (is_registrar_and_not_self,),
    Permission.CONFIRM_ACT: (is_staff_and_not_self,),
    Permission.ASK_ACT: (is_owner,),
    Permission.READ_REPORTS: (sees_counts,),
    Permission.ACKNOWLEDGE_REPORT: (acknowledges,),
    Permission.ASK_RELIEF: (is_owner,),
    Permission.READ_RELIEF: (is_owner, is_staff),
    Permission.DECIDE_RELIEF: (is_staff_and_not_self,),
    Permission.SET_RELIEF: (is_registrar,),
    Permission.BIND_RECORD: (is_owner, is_staff),
    Permission.FILE_APPEAL: (is_owner,),
    Permission.READ_APPEAL: (is_owner, is_staff),
    Permission.DECIDE_APPEAL: (is_staff_and_not_self,),
    Permission.ANSWER_COMPLAINT: (is_registrar, is_federation),
    Permission.SET_BRIDGE: (is_registrar,),
    Permission.READ_REACH: (is_staff,),
    Permission.NUDGE: (is_registrar_and_not_self,),
    Permission.READ_WORK: (looks_after,),
    Permission.READ_MESSAGE: (is_owner,),
    Permission.MARK_MESSAGE: (is_owner,),
}

#: scope of a bearer token -> what it lets through; a token without scopes has all
SCOPES: dict[str, frozenset[Permission]] = {
    "activities:read": frozenset({Permission.READ_ACTIVITY, Permission.READ_EVIDENCE}),
    "activities:write": frozenset(
        {
            Permission.READ_ACTIVITY,
            Permission.READ_EVIDENCE,
            Permission.WRITE_ACTIVITY,
            Permission.WRITE_EVIDENCE,
        }
    ),
    "readiness:read": frozenset({Permission.READ_READINESS, Permission.READ_REGISTRATION}),
    "checkins:write": frozenset({Permission.ENROL}),
    "events:write": frozenset(
        {
            Permission.PLAN_EVENT,
            Permission.RUN_EVENT,
            Permission.INVITE_ORGANISER,
            Permission.SCAN_DOOR,
            Permission.READ_ATTENDANCE,
            Permission.CORRECT_ATTENDANCE,
        }
    ),
    "filings:write": frozenset(
        {
            Permission.FILE_RENEWAL,
            Permission.READ_FILING,
            Permission.READ_REGISTRATION,
            Permission.READ_READINESS,
        }
    ),
    "messages:read": frozenset({Permission.READ_MESSAGE}),
    "messages:write": frozenset({Permission.READ_MESSAGE, Permission.MARK_MESSAGE}),
    "reports:read": frozenset({Permission.READ_REPORTS}),
    "reports:write": frozenset({Permission.READ_REPORTS, Permission.ACKNOWLEDGE_REPORT}),
    "registrations:write": frozenset(
        {Permission.READ_REGISTRATION, Permission.WRITE_REGISTRATION, Permission.IMPORT_MEMBERS}
    ),
}


def may(actor: Actor, permission: Permission, target: Target) -> bool:
    """Whether the actor may do this to that."""
    if actor.is_system:
        return True
    if actor.scopes is not None and not any(permission in SCOPES[s] for s in actor.scopes):
        return False
    return any(grant(actor, target) for grant in GRANTS[permission])


def require(actor: Actor, permission: Permission, target: Target) -> None:
    """Raise NotFound for a stranger, NotAllowed for somebody who may know that it exists."""
    if may(actor, permission, target):
        return
    known = is_owner(actor, target) or runs_event(actor, target)
    if known or actor.is_in(target.societies, *COLLEAGUES) or target == Target():
        raise NotAllowed
    raise NotFound
