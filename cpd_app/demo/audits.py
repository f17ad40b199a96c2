"""Filings of the demo in different states: which steps each has behind it, how many days ago."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What was done to a filing."""

    COMPLETE = "complete"
    OPEN = "open"
    BEGIN = "begin"
    ACCEPT = "accept"
    DOUBT = "doubt"
    REJECT = "reject"
    RETURN = "return"
    ANSWER = "answer"
    GRANT = "grant"
    REFUSE = "refuse"
    CONFIRM = "confirm"
    APPEAL = "appeal"


@dataclass(frozen=True)
class Case:
    """One filing; days count back from the day on which the demo is made."""

    name: str
    filed: int
    steps: tuple[tuple[Step, int], ...] = ()
    #: it ends with a certificate, so the running year has to be met
    needs_five_years: bool = False


#: what needs most of its member comes first, and what the queue cannot do without
CASES = (
    Case("passed", 24, ((Step.COMPLETE, 21), (Step.OPEN, 16), (Step.ACCEPT, 15), (Step.GRANT, 4)),
         needs_five_years=True),
    Case("filed", 6),
    Case("appealed", 27, ((Step.COMPLETE, 25), (Step.OPEN, 20), (Step.REJECT, 19),
                          (Step.REFUSE, 12), (Step.CONFIRM, 10), (Step.APPEAL, 3))),
    Case("proposed", 22, ((Step.COMPLETE, 20), (Step.OPEN, 14), (Step.REJECT, 13),
                          (Step.REFUSE, 1))),
    Case("filed", 1),
    Case("returned", 18, ((Step.COMPLETE, 15), (Step.OPEN, 12), (Step.DOUBT, 11),
                          (Step.RETURN, 10))),
    Case("answered", 26, ((Step.COMPLETE, 24), (Step.OPEN, 19), (Step.DOUBT, 18),
                          (Step.RETURN, 15), (Step.ANSWER, 2))),
    Case("reading", 14, ((Step.COMPLETE, 11), (Step.OPEN, 6), (Step.BEGIN, 5))),
    Case("read", 16, ((Step.COMPLETE, 13), (Step.OPEN, 8), (Step.ACCEPT, 2))),
    Case("filed", 3),
)  # fmt: skip

WANTED = "示范：佐证上看不到本人姓名，请补有姓名的证明。"
REJECTED = "示范：签到表上没有本人，单位也没有出具证明。"
RETURNED = "示范：请按下面各项补正。逐项答复，可以附文件。"
WHOLE = "示范：单位意见页没有盖章，请补盖章页。"
ANSWER = "示范：已联系主办单位补开证明，原件下周寄到。"
PASSED = "示范：五年逐年达到要求，佐证齐全。"
REFUSED = "示范：第一年的记录没有证明，不足 50 学时。"
SAME = "示范：两人都在培训名单上，证明是合发的一份。"
APPEAL = "示范：签到表印错了姓名，主办单位可以说明。请重新核对。"
