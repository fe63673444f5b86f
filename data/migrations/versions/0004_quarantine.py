"""Rows that wait for a yes or no, and what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = ("source", "territory", "step", "unit", "measure", "sex", "age_band", "area", "reason", "cohort")


def _number() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="from 1 within its event, by rule and line"),
        sa.Column("rule", sa.Text(), nullable=False, comment="which rule doubts it (data.importer.doubt)"),
        sa.Column("line", sa.Integer(), nullable=True, comment="of the file; NULL: what the file did not bring"),
        sa.Column("cell", sa.Text(), server_default="", nullable=False, comment="of a form: sheet and cell"),
        sa.Column("lines", sa.Integer(), server_default="1", nullable=False, comment="lines that say the same"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in KEY),
        sa.Column("from_date", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("value", _number(), nullable=True),
        sa.Column("compared", _number(), nullable=True, comment="the figure that it was measured against"),
        sa.Column("compared_date", sa.Integer(), nullable=True, comment="its day"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_quarantine_event")),
        sa.PrimaryKeyConstraint("event", "place", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_territory", "quarantine", ["territory"], unique=False)
    op.create_table(
        "ruling",
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False, comment="the event whose rows are ruled on"),
        sa.Column("first_place", sa.Integer(), nullable=False),
        sa.Column("last_place", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="yes or no"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_ruling_event")),
        sa.ForeignKeyConstraint(["file"], ["event.number"], name=op.f("fk_ruling_file")),
        sa.PrimaryKeyConstraint("event", "file", "first_place", name=op.f("pk_ruling")),
    )
    op.create_index("ix_ruling_file", "ruling", ["file"], unique=False)
    op.create_table(
        "remark",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False, comment="stock or flow"),
        sa.Column("from_date", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("value", _number(), nullable=False, comment="the other value"),
        sa.Column(
            "official", _number(), nullable=True, comment="the figure beside which it was set; NULL: there was none"
        ),
        sa.Column("official_source", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="where the other value comes from; never a person"),
        sa.Column("state", sa.Text(), nullable=False, comment="open, upheld, set_aside, taken_back"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_remark_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_remark_territory")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_territory", "remark", ["territory"], unique=False)


def downgrade() -> None:
    op.drop_table("remark")
    op.drop_table("ruling")
    op.drop_table("quarantine")
