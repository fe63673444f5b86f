"""Targets with a path of their own, and forecasts kept to be judged later."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _number() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("target") as target:
        target.add_column(
            sa.Column("start_value", _number(), server_default="0", nullable=False, comment="planned on the first day")
        )
        target.add_column(
            sa.Column(
                "path", sa.Text(), server_default="linear", nullable=False, comment="linear, stepped or milestones"
            )
        )
    op.create_table(
        "milestone",
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Integer(), nullable=False),
        sa.Column("value", _number(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_milestone_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_milestone_territory")),
        sa.PrimaryKeyConstraint("indicator", "territory", "due", "event", "on_date", name=op.f("pk_milestone")),
    )
    op.create_table(
        "forecast",
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False, comment="the cut up to which it was read"),
        sa.Column("origin", sa.Integer(), nullable=False, comment="last day reported"),
        sa.Column("value", _number(), nullable=False, comment="as reported on that day"),
        sa.Column("believed", _number(), nullable=False, comment="as believed on that day"),
        sa.Column("history", sa.Integer(), nullable=False, comment="days from the first report to the last"),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON: every, median, low, high; dates of milestones"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_forecast_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_forecast_territory")),
        sa.PrimaryKeyConstraint("territory", "step", "unit", "event", name=op.f("pk_forecast")),
    )
    op.create_index("ix_forecast_event", "forecast", ["event"], unique=False)


def downgrade() -> None:
    op.drop_table("forecast")
    op.drop_table("milestone")
    with op.batch_alter_table("target") as target:
        target.drop_column("path")
        target.drop_column("start_value")
