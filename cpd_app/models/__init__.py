"""Tables only: columns, constraints, relations. Imported as a whole, for the migrations."""

from cpd_app.models.activities import Activity, ActivityChange, Credit, Ruling
from cpd_app.models.attendance import Attendance, Correction, RosterEntry, Scan, Statement
from cpd_app.models.base import Base, UtcDateTime
from cpd_app.models.events import (
    AgendaPart,
    Event,
    EventOrganiser,
    EventSession,
    Speaker,
    Steward,
)
from cpd_app.models.evidence import CaptureLink, Evidence, File, FileView
from cpd_app.models.imports import Import, ImportRow
from cpd_app.models.jobs import Job, JobRun
from cpd_app.models.journal import JournalEntry, JournalSeal, JournalValues
from cpd_app.models.people import (
    ApiToken,
    Employment,
    Merge,
    OneTimeCode,
    Person,
    PersonName,
    Role,
    SignIn,
    SignInAttempt,
)
from cpd_app.models.rules import RuleAdoption, RuleVersion
from cpd_app.models.societies import (
    Field,
    LastStanding,
    Registration,
    Requirement,
    Society,
    SocietyMembership,
    Term,
)

__all__ = [
    "Activity",
    "ActivityChange",
    "AgendaPart",
    "ApiToken",
    "Attendance",
    "Base",
    "CaptureLink",
    "Correction",
    "Credit",
    "Employment",
    "Event",
    "EventOrganiser",
    "EventSession",
    "Evidence",
    "Field",
    "File",
    "FileView",
    "Import",
    "ImportRow",
    "Job",
    "JobRun",
    "JournalEntry",
    "JournalSeal",
    "JournalValues",
    "LastStanding",
    "Merge",
    "OneTimeCode",
    "Person",
    "PersonName",
    "Registration",
    "Requirement",
    "Role",
    "RosterEntry",
    "RuleAdoption",
    "RuleVersion",
    "Ruling",
    "Scan",
    "SignIn",
    "SignInAttempt",
    "Society",
    "SocietyMembership",
    "Speaker",
    "Statement",
    "Steward",
    "Term",
    "UtcDateTime",
]
