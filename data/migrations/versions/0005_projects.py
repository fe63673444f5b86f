"""Projects of other programmes, listed beside the gaps."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _number() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False, comment="whose project it is, in the office's words"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Integer(), nullable=False, comment="day on which it was approved or began"),
        sa.Column("amount", _number(), nullable=True, comment="dirhams"),
        sa.Column("beneficiaries", _number(), nullable=True, comment="persons it is meant for; a count"),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "withdrawn",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1: taken off the list by this event",
        ),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_project_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_project_territory")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_project")),
    )


def downgrade() -> None:
    op.drop_table("project")
