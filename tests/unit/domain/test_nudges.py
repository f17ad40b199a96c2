"""What a member is asked for: only what they can mend, as data that a message can hold."""

import json
from datetime import date
from typing import Any

from cpd_app.domain.nudges import SAYS, Gap, LeftOut, Outcome, gaps_of, last_days, open_checks
from cpd_app.domain.renewal import CertificateState, RenewalInput, RenewalSetting, readiness
from cpd_app.domain.years import Term
from cpd_app.texts import SENTENCES
from cpd_app.texts.nudges import LEFT_OUT, OUTCOMES

TERM = Term(date(2023, 3, 1), date(2028, 3, 1))
IN_WINDOW = date(2027, 12, 1)


def asked(*, activated: bool = True, on: date = IN_WINDOW, **over: Any) -> list[Gap]:
    known = RenewalInput(
        **{"term": TERM, "years": (), "membership_until": date(2030, 1, 1), **over}
    )
    return gaps_of(readiness(known, on), activated=activated)


def test_what_waits_for_the_society_is_not_asked_of_the_member():
    found = asked(
        open_rulings=2, certificate=CertificateState.SUSPENDED, summary_characters=1500, filed=True
    )

    assert found == []


def test_an_account_that_nobody_opened_comes_first():
    assert asked(activated=False)[0] == Gap("gap_not_activated")


def test_gaps_are_data_that_a_message_can_keep():
    found = asked(records_missing_evidence=3, returns_due_on=(date(2027, 12, 20),))

    kept = [gap.as_kept() for gap in found]
    assert json.loads(json.dumps(kept)) == kept
    by_code = {gap.code: gap.values for gap in found}
    assert by_code["gap_return"]["due_on"] == "2027-12-20"
    assert by_code["gap_evidence"] == {"records": 3}
    assert by_code["gap_not_filed"]["last_on"] == "2028-02-29"


def test_blockers_are_named_before_warnings():
    codes = [gap.code for gap in asked(records_missing_evidence=1)]

    assert codes == ["gap_summary", "gap_evidence", "gap_not_filed"]


def test_a_list_knows_the_open_checks_by_their_codes():
    known = RenewalInput(TERM, (), open_rulings=1, membership_until=date(2030, 1, 1))

    assert open_checks(readiness(known, IN_WINDOW)) == ["summary", "expiry"]


def until(on: date, days: int = 0) -> dict[str, str]:
    known = RenewalInput(TERM, (), setting=RenewalSetting(after_expiry_days=days))
    return last_days(readiness(known, on))


def test_until_when_there_is_time_is_the_certificates_last_day():
    assert until(IN_WINDOW) == {"last_on": "2028-02-29"}
    assert until(date(2028, 2, 29)) == {"last_on": "2028-02-29"}


def test_after_it_or_where_filing_closes_earlier_the_last_day_to_file_is_told():
    over = until(date(2028, 3, 1), 31)
    assert over == {"last_on": "2028-02-29", "variant": "closing", "file_by_on": "2028-03-31"}
    assert until(IN_WINDOW, -30)["file_by_on"] == "2028-01-30"


def test_every_gap_and_reason_has_its_words():
    assert set(SAYS.values()) <= set(SENTENCES)
    assert set(LEFT_OUT) == set(LeftOut)
    assert set(OUTCOMES) == set(Outcome)
