"""Rule sets as data: the federation's baseline, overlays of societies, and their versions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class RuleVersion(Base):
    """A version of the baseline (no society) or of a society's overlay over it."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("society_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    #: 1, 2, 3 … within the society (or the baseline)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    #: first finishing day it applies to; None = from the beginning
    in_force_on: Mapped[date | None]
    #: draft or published; a published version is never edited
    state: Mapped[str] = mapped_column(String(20))
    #: the baseline's version that an overlay is laid over
    baseline_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    #: the whole rule set (baseline) or the values that differ (overlay)
    body: Mapped[dict[str, Any]]
    #: the YAML as somebody typed it, with its comments; None when the body was made otherwise
    text: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class RuleAdoption(Base):
    """The society's registrar adopts a version as its table: 文号 and date (domain.md §1, 认定)."""

    __tablename__ = "rule_adoptions"
    __table_args__ = (UniqueConstraint("society_id", "rule_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_versions.id"))
    #: 文号
    document_no: Mapped[str] = mapped_column(String(80))
    adopted_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
