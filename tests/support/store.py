"""Reads and arranges rows beside the application, never through its session."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, Executable, Select, func, select
from sqlalchemy.orm import Session

from cpd_app.models import Base

Row = TypeVar("Row", bound=Base)
Value = TypeVar("Value")


class Store:
    """Every call is a short transaction of its own, so that it neither sees old rows nor locks."""

    def __init__(self, engine: Engine) -> None:
        """Look at the database of this test."""
        self.engine = engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """For more than one step: committed at the end of the block."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def add(self, *rows: Base) -> None:
        """Keep rows; their ids are filled in."""
        with self.session() as session:
            session.add_all(rows)

    def get(self, model: type[Row], key: Any) -> Row:
        """The row with this key, which must be there."""
        with self.session() as session:
            return session.get_one(model, key)

    def all(self, statement: Select[Value]) -> Sequence[Value]:
        """The first column of every row that is found."""
        with self.session() as session:
            return session.scalars(statement).all()

    def one(self, statement: Select[Value]) -> Value:
        """The one row that must be found."""
        with self.session() as session:
            return session.scalars(statement).one()

    def count(self, model: type[Base], *conditions: ColumnElement[bool]) -> int:
        """How many rows there are."""
        with self.session() as session:
            found = session.scalar(select(func.count()).select_from(model).where(*conditions))
            return found or 0

    def run(self, statement: Executable) -> None:
        """Any other statement."""
        with self.session() as session:
            session.execute(statement)

    def change(self, row: Base, **values: Any) -> None:
        """Set columns of a row, and of the object at hand."""
        for name, value in values.items():
            setattr(row, name, value)
        with self.session() as session:
            session.merge(row)
