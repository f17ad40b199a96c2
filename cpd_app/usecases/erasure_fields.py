"""Every text and JSON column, and what becomes of it when a member asks for erasure.

One table, read by `erasure_rows` (what goes) and by a test that demands a place for each column of
each model: a new column without one fails. Kept is what domain.md names: the register and the
ledger, decisions with their reasons (handbook Q20), what the public reads (Q31); what was said on
the way to a decision goes when its clock has run out (domain/retention.py). Numbers, days and keys
of other rows are not text and stay.
"""

from enum import StrEnum


class Goes(StrEnum):
    """By which clock words go."""

    FILING = "filing"
    """A year after the filing was decided or withdrawn."""
    RELIEF = "relief"
    """A year after the relief was decided and the days that it changes are over."""
    APPEAL = "appeal"
    """A year after the appeal was decided or withdrawn."""
    STATEMENT = "statement"
    """A year after 我在场 was answered."""
    CONTACT = "contact"
    """Calls, reminders and messages, when they are a year old."""
    ATTENDANCE = "attendance"
    """The telephone number that an organiser wrote down, a year after the event."""
    IMPORT = "import"
    """The line of a file that an entry came from, a year after it was saved."""
    JOURNAL = "journal"
    """Values beside entries of the journal, when they are a year old."""


class Stays(StrEnum):
    """Why words stay."""

    NONE = "none"
    """Nothing personal: codes, digests, counts, and the society's own texts."""
    REGISTER = "register"
    """Who is registered, where and as what: the register is kept for ever."""
    DECISION = "decision"
    """What was decided and why; precedents and acts of the register among it."""
    LEDGER = "ledger"
    """Records and attendance, on which hours rest; nothing of them is overwritten."""
    OWN = "own"
    """Account, settings and files: the person changes and removes them."""
    EVENT = "event"
    """Who organises, speaks or stands at the door, as the programme names them."""
    CLOCK = "clock"
    """Removed or emptied by a clock of its own (usecases/cleaning.py)."""


#: by table, its columns
GOING: dict[Goes, dict[str, str]] = {
    Goes.FILING: {
        "filings": "employer",
        "snapshots": "content salt",
        "snapshot_records": "content salt",
        "summaries": "text",
        "judgements": "reason",
        "readers": "end_words",
        "file_returns": "words extension_words extension_reason",
        "return_items": "asks answer",
        "verifications": "unit words answer member_words",
    },
    Goes.RELIEF: {"reliefs": "words"},
    Goes.APPEAL: {"appeals": "words"},
    Goes.STATEMENT: {"statements": "words"},
    Goes.CONTACT: {"call_notes": "words", "nudges": "data", "messages": "data"},
    Goes.ATTENDANCE: {"roster_entries": "phone"},
    Goes.IMPORT: {"import_rows": "data warnings"},
    Goes.JOURNAL: {"journal_values": "salt values"},
}

STAYING: dict[Stays, dict[str, str]] = {
    Stays.REGISTER: {
        "registrations": "number number_key field_text specialty",
        "person_names": "name name_en",
        "employments": "employer",
        "society_memberships": "number",
        "terms": "level state",
        "roles": "role",
    },
    Stays.DECISION: {
        "certificate_acts": "reason_code reason legal_basis document_no",
        "federation_reports": "content digest signature key_id",
        "decisions": "number reasons answer",
        "reliefs": "reason document_no",
        "appeals": "reason",
        "rulings": "subject reason",
        "cross_matches": "settled_words",
        "match_answers": "words",
        "verifications": "number",
        "filings": "number",
        "merges": "reason moved",
    },
    Stays.LEDGER: {
        "activities": "title organiser place fields achievement_key achievement_norm competences"
        " reflection source_name attended different_from",
        "activity_changes": "changed",
        "credits": "trace reasons",
        "evidence": "proofs",
        "roster_entries": "name unit number number_key answer",
        "attendances": "presence trace",
        "corrections": "before after reason",
        # a random id; rows of scans are insert-only
        "scans": "device",
        "statements": "code scan answer",
        "last_standings": "to_do sums lacking",
    },
    Stays.OWN: {
        "people": "login email phone password_hash locale theme text_size",
        "api_tokens": "name",
        "files": "name",
        "calendar_feeds": "read_by",
        "message_habits": "zone",
    },
    Stays.EVENT: {
        "events": "organiser late_reason answer",
        "event_organisers": "name unit",
        "speakers": "name unit number",
        "stewards": "name",
    },
    Stays.CLOCK: {
        "complaints": "registration_number text name contact answer passed_words",
        "sign_ins": "device",
        "one_time_codes": "new_contact",
        "jobs": "payload problem result",
        "job_files": "name",
        "deliveries": "envelope problem",
        "reaches": "problem",
    },
    Stays.NONE: {
        "activities": "state kind key key_body_hash source presence_marks",
        "activity_changes": "verb",
        "agenda_parts": "title",
        "api_tokens": "token_hash scopes",
        "appeals": "subject state",
        "attendances": "marks flags held",
        "bulk_passes": "state left_out",
        "calendar_days": "name",
        "calendar_feeds": "token_hash",
        "calendar_items": "key content_hash",
        "calendar_years": "source",
        "call_notes": "outcome",
        "capture_links": "token_hash",
        "certificate_acts": "key kind state former_state",
        "clock_tasks": "name when",
        "complaints": "number secret_hash key_hash kind state",
        "corrections": "verb by_role batch key",
        "credits": "bound_source",
        "cross_matches": "kind outcome",
        "match_answers": "answer",
        "deadlines": "kind",
        "decisions": "outcome make_up state results",
        "deliveries": "channel state lease_by",
        "event_organisers": "token_hash",
        "event_sessions": "title room code_key",
        "events": "key uid title description kind fields zone mode place venue open_to missing_out"
        " state approved hours_changed_by pass_key",
        "fields": "code name name_en aliases source",
        "file_progress": "flags",
        "file_returns": "state",
        "files": "key original_hash stored_hash preview_hash media_type state secrecy",
        "filings": "key state",
        "import_rows": "digest problems state made",
        "imports": "kind file_name file_hash state counts notes problem",
        "job_files": "folder digest media_type",
        "job_runs": "name counts problem",
        "jobs": "kind key state lease_by",
        "journal": "origin verb object_type data values_hash",
        "journal_seals": "digest",
        "judgements": "key verdict reason_code",
        "last_nudges": "way",
        "last_standings": "verdict first_check",
        "message_choices": "topic channel",
        "messages": "kind key",
        "nudges": "way",
        "one_time_codes": "code_hash purpose",
        "reaches": "channel state",
        "readers": "part end_reason",
        "reason_templates": "code verdict text text_en",
        "relief_grounds": "code name name_en proof proof_en effect source",
        "reliefs": "key effect state",
        "roster_entries": "source state pending_reason key",
        "rule_adoptions": "document_no",
        "rule_versions": "title state body text",
        "rulings": "kind",
        "scans": "direction source outcome once marks",
        "sign_in_attempts": "subject_hash",
        "sign_ins": "token_hash",
        "signing_keys": "key_id public_key sealed_key salt ended_why",
        "snapshot_records": "kind assurance marks content_digest digest",
        "snapshots": "years checks content_digest digest",
        "societies": "code name name_en year_kind zone settings",
        "speakers": "kind",
        "statements": "kind state key",
        "stewards": "code_hash token_hash",
        "verifications": "records outcome",
        "webhooks": "name host url_sealed secret_sealed problem",
    },
}


def columns_going(clock: Goes) -> list[tuple[str, tuple[str, ...]]]:
    """The tables of a clock, each with the columns that it empties."""
    return [(table, tuple(names.split())) for table, names in GOING[clock].items()]
