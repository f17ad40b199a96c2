"""Tables only: columns, constraints, relations. Imported as a whole, for the migrations."""

from cpd_app.models.activities import Activity, ActivityChange, Credit, Ruling
from cpd_app.models.base import Base, UtcDateTime
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
    "ApiToken",
    "Base",
    "CaptureLink",
    "Credit",
    "Employment",
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
    "RuleAdoption",
    "RuleVersion",
    "Ruling",
    "SignIn",
    "SignInAttempt",
    "Society",
    "SocietyMembership",
    "Term",
    "UtcDateTime",
]
