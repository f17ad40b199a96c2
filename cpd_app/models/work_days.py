"""The State Council's calendar: years that were announced, and days that differ from the week."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class CalendarYear(Base):
    """A year whose notice (国务院办公厅关于…节假日安排的通知) was published and entered."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: number or address of the notice, or the release of the data it came with
    source: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class CalendarDay(Base):
    """A day on which people work or rest otherwise than the week says."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    #: True: a make-up workday (调休上班); False: a day off
    works: Mapped[bool]
    #: of which holiday, in Chinese: 春节
    name: Mapped[str] = mapped_column(String(40))
