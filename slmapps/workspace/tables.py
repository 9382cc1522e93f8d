"""The tables of the workspace, for SQLite and PostgreSQL alike.

Design choices:

* A fact is never overwritten. A prediction that a newer one replaces stays and points at it
  (``superseded_by``); a correction that was undone stays and says when and by whom.
* Times are aware and in UTC on both databases; text never holds NUL or a lone surrogate, which
  one of the two would refuse.
* ``revisions`` holds one counter a client. Whoever changes what a client's models learn from counts
  it up, so another process sees with one tiny query whether it has something to catch up on. The
  same row is the lock that puts the writers of one client in a row.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = [
    "Audit",
    "Base",
    "BatchItems",
    "Batches",
    "Clients",
    "Corrections",
    "Documents",
    "Examples",
    "ModelFiles",
    "ModelVersions",
    "Predictions",
    "Records",
    "Revisions",
    "Settings",
    "storable",
]


def storable(text: str) -> str:
    """``text`` as both databases take it: NUL and lone surrogates become U+FFFD."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class Line(TypeDecorator[str]):
    """Text that any input may have written."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> str | None:
        """Make the text storable."""
        return None if value is None else storable(value)


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any aware time into UTC."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> datetime | None:
        """Give the time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table shares: the types of its columns."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Line,
        datetime: Moment,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Documents(Base):
    """A file that came in, and what was lifted out of it (``lifted``, zlib of JSON)."""

    __tablename__ = "documents"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    data: Mapped[bytes]
    lifted: Mapped[bytes]
    created_at: Mapped[datetime]


class Clients(Base):
    """For whom an application works."""

    __tablename__ = "clients"
    app: Mapped[str] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    created_at: Mapped[datetime]


class Records(Base):
    """A domain record (an invoice, a call …); ``key`` makes it once per app, client and kind."""

    __tablename__ = "records"
    id: Mapped[int] = mapped_column(primary_key=True)
    app: Mapped[str]
    client: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    data: Mapped[dict[str, Any]]
    document: Mapped[str | None] = mapped_column(ForeignKey("documents.sha256"))
    problems: Mapped[list[Any]]
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("app", "client", "kind", "key", name="records_once"),)


class Predictions(Base):
    """What a model said of one field of one item of a record."""

    __tablename__ = "predictions"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    app: Mapped[str]
    client: Mapped[str]
    item: Mapped[str]
    field: Mapped[str]
    status: Mapped[str]
    confidence: Mapped[float]
    prediction: Mapped[dict[str, Any]]
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"))
    corrected: Mapped[str | None]
    created_at: Mapped[datetime]
    __table_args__ = (
        Index("predictions_of_client", "app", "client", "superseded_by", "status"),
        Index("predictions_of_record", "record_id"),
    )


class Corrections(Base):
    """What a person said of a prediction; undone ones stay."""

    __tablename__ = "corrections"
    id: Mapped[int] = mapped_column(primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    app: Mapped[str]
    client: Mapped[str]
    field: Mapped[str]
    value: Mapped[str]
    right_as_is: Mapped[bool]
    who: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    __table_args__ = (
        Index("corrections_of_client", "app", "client"),
        Index("corrections_of_prediction", "prediction_id"),
    )


class Examples(Base):
    """Reviewed cases that models learn from, one sheet (zlib of JSON columns) for each import."""

    __tablename__ = "examples"
    id: Mapped[int] = mapped_column(primary_key=True)
    app: Mapped[str]
    client: Mapped[str]
    origin: Mapped[str]
    rows: Mapped[int]
    sheet: Mapped[bytes]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    __table_args__ = (Index("examples_of_client", "app", "client"),)


class Settings(Base):
    """A named JSON value of an application, of a client of it, or (client "") of all."""

    __tablename__ = "settings"
    app: Mapped[str] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class ModelVersions(Base):
    """A model as it was at one time, with its measures."""

    __tablename__ = "model_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    app: Mapped[str]
    client: Mapped[str]
    name: Mapped[str]
    version: Mapped[str]
    fingerprint: Mapped[str]
    metrics: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("app", "client", "name", "version", name="model_versions_once"),
    )


class ModelFiles(Base):
    """A file of a model version (safetensors or JSON)."""

    __tablename__ = "model_files"
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class Batches(Base):
    """Work on many items that can be taken up again where it stopped."""

    __tablename__ = "batches"
    id: Mapped[int] = mapped_column(primary_key=True)
    app: Mapped[str]
    client: Mapped[str]
    key: Mapped[str]
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("app", "client", "key", name="batches_once"),)


class BatchItems(Base):
    """One item of a batch, and once it is done what came of it."""

    __tablename__ = "batch_items"
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime | None]
    record_ids: Mapped[list[Any]]
    problems: Mapped[list[Any]]


class Audit(Base):
    """Who did what to what; triggers refuse every change of a row."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    app: Mapped[str]
    client: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    __table_args__ = (Index("audit_of_client", "app", "client"),)


class Revisions(Base):
    """A counter for each client of an application."""

    __tablename__ = "revisions"
    app: Mapped[str] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
