"""The first tables, and the triggers that keep the audit trail append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_TRIGGERS = (
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    # INSERT OR REPLACE deletes without firing a DELETE trigger.
    """CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
)


def _text(name: str, *, null: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null, primary_key=key)


def _moment(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    """Make everything."""
    op.create_table(
        "documents",
        _text("sha256", key=True),
        _text("name"),
        _text("media_type"),
        sa.Column("size", sa.Integer(), nullable=False),
        _bytes("data"),
        _bytes("lifted"),
        _moment("created_at"),
    )
    op.create_table(
        "clients",
        _text("app", key=True),
        _text("client", key=True),
        _text("title"),
        _moment("created_at"),
    )
    op.create_table(
        "records",
        _id(),
        _text("app"),
        _text("client"),
        _text("kind"),
        _text("key"),
        _json("data"),
        sa.Column("document", sa.Text(), sa.ForeignKey("documents.sha256")),
        _json("problems"),
        _moment("created_at"),
        sa.UniqueConstraint("app", "client", "kind", "key", name="records_once"),
    )
    op.create_table(
        "predictions",
        _id(),
        sa.Column("record_id", sa.Integer(), sa.ForeignKey("records.id"), nullable=False),
        _text("app"),
        _text("client"),
        _text("item"),
        _text("field"),
        _text("status"),
        sa.Column("confidence", sa.Double(), nullable=False),
        _json("prediction"),
        sa.Column("superseded_by", sa.Integer(), sa.ForeignKey("predictions.id")),
        _text("corrected", null=True),
        _moment("created_at"),
    )
    op.create_index(
        "predictions_of_client", "predictions", ["app", "client", "superseded_by", "status"]
    )
    op.create_index("predictions_of_record", "predictions", ["record_id"])
    op.create_table(
        "corrections",
        _id(),
        sa.Column("prediction_id", sa.Integer(), sa.ForeignKey("predictions.id"), nullable=False),
        _text("app"),
        _text("client"),
        _text("field"),
        _text("value"),
        sa.Column("right_as_is", sa.Boolean(), nullable=False),
        _text("who"),
        _moment("at"),
        _json("note"),
        _moment("undone_at", null=True),
        _text("undone_by", null=True),
    )
    op.create_index("corrections_of_client", "corrections", ["app", "client"])
    op.create_index("corrections_of_prediction", "corrections", ["prediction_id"])
    op.create_table(
        "examples",
        _id(),
        _text("app"),
        _text("client"),
        _text("origin"),
        sa.Column("rows", sa.Integer(), nullable=False),
        _bytes("sheet"),
        _text("digest"),
        _moment("created_at"),
    )
    op.create_index("examples_of_client", "examples", ["app", "client"])
    op.create_table(
        "settings",
        _text("app", key=True),
        _text("client", key=True),
        _text("key", key=True),
        _json("value"),
        _moment("updated_at"),
    )
    op.create_table(
        "model_versions",
        _id(),
        _text("app"),
        _text("client"),
        _text("name"),
        _text("version"),
        _text("fingerprint"),
        _json("metrics"),
        _moment("created_at"),
        sa.UniqueConstraint("app", "client", "name", "version", name="model_versions_once"),
    )
    op.create_table(
        "model_files",
        sa.Column(
            "model_version_id", sa.Integer(), sa.ForeignKey("model_versions.id"), primary_key=True
        ),
        _text("name", key=True),
        _bytes("data"),
    )
    op.create_table(
        "batches",
        _id(),
        _text("app"),
        _text("client"),
        _text("key"),
        _moment("created_at"),
        sa.UniqueConstraint("app", "client", "key", name="batches_once"),
    )
    op.create_table(
        "batch_items",
        sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batches.id"), primary_key=True),
        _text("item", key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        _moment("done_at", null=True),
        _json("record_ids"),
        _json("problems"),
    )
    op.create_table(
        "audit",
        _id(),
        _moment("at"),
        _text("who"),
        _text("action"),
        _text("app"),
        _text("client"),
        _text("subject"),
        _json("detail"),
    )
    op.create_index("audit_of_client", "audit", ["app", "client"])
    op.create_table(
        "revisions",
        _text("app", key=True),
        _text("client", key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    """There is nothing before the first tables."""
    raise NotImplementedError("0001 is the first migration; to start anew, open another database")
