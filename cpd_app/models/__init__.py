"""Tables only: columns, constraints, relations. Imported as a whole, for the migrations."""

from cpd_app.models.activities import Activity, ActivityChange, Credit, Ruling
from cpd_app.models.attendance import Attendance, Correction, RosterEntry, Scan, Statement
from cpd_app.models.audits import (
    AnswerFile,
    BulkPass,
    CrossMatch,
    Decision,
    FileProgress,
    FileReturn,
    Judgement,
    Reader,
    ReasonTemplate,
    ReturnItem,
    Verification,
)
from cpd_app.models.base import Base, UtcDateTime
from cpd_app.models.certificates import CertificateAct, FederationReport
from cpd_app.models.complaints import Complaint
from cpd_app.models.deadlines import Deadline
from cpd_app.models.events import (
    AgendaPart,
    Event,
    EventOrganiser,
    EventSession,
    Speaker,
    Steward,
)
from cpd_app.models.evidence import CaptureLink, Evidence, File, FileView
from cpd_app.models.filings import Filing, Snapshot, SnapshotRecord, Summary
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
from cpd_app.models.relief import Appeal, AppealFile, Relief, ReliefFile, ReliefGround
from cpd_app.models.rules import RuleAdoption, RuleVersion
from cpd_app.models.signing import SigningKey
from cpd_app.models.societies import (
    Field,
    LastStanding,
    Registration,
    Requirement,
    Society,
    SocietyMembership,
    Term,
)
from cpd_app.models.work_days import CalendarDay, CalendarYear

__all__ = [
    "Activity",
    "ActivityChange",
    "AgendaPart",
    "AnswerFile",
    "ApiToken",
    "Appeal",
    "AppealFile",
    "Attendance",
    "Base",
    "BulkPass",
    "CalendarDay",
    "CalendarYear",
    "CaptureLink",
    "CertificateAct",
    "Complaint",
    "Correction",
    "Credit",
    "CrossMatch",
    "Deadline",
    "Decision",
    "Employment",
    "Event",
    "EventOrganiser",
    "EventSession",
    "Evidence",
    "FederationReport",
    "Field",
    "File",
    "FileProgress",
    "FileReturn",
    "FileView",
    "Filing",
    "Import",
    "ImportRow",
    "Job",
    "JobRun",
    "JournalEntry",
    "JournalSeal",
    "JournalValues",
    "Judgement",
    "LastStanding",
    "Merge",
    "OneTimeCode",
    "Person",
    "PersonName",
    "Reader",
    "ReasonTemplate",
    "Registration",
    "Relief",
    "ReliefFile",
    "ReliefGround",
    "Requirement",
    "ReturnItem",
    "Role",
    "RosterEntry",
    "RuleAdoption",
    "RuleVersion",
    "Ruling",
    "Scan",
    "SignIn",
    "SignInAttempt",
    "SigningKey",
    "Snapshot",
    "SnapshotRecord",
    "Society",
    "SocietyMembership",
    "Speaker",
    "Statement",
    "Steward",
    "Summary",
    "Term",
    "UtcDateTime",
    "Verification",
]
