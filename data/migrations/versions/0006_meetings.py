"""Meetings: how they are prepared, what they froze, what was recommended and declared, what left the house."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _number() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="session, committee or visit"),
        sa.Column("on_date", sa.Integer(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("chair", sa.Text(), server_default="", nullable=False, comment="a function; never a person's name"),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False, comment="of the office's own register"),
        sa.Column("previous", sa.Text(), server_default="", nullable=False, comment="the meeting before; empty: none"),
        sa.Column("next_date", sa.Integer(), nullable=True, comment="of the next meeting, where it is known"),
        sa.Column(
            "services", sa.Text(), server_default="[]", nullable=False, comment="JSON: ids of the services invited"
        ),
        sa.Column(
            "attendance", sa.Text(), server_default="{}", nullable=False, comment="JSON: service -> present or excused"
        ),
        sa.Column("agenda", sa.Text(), server_default="[]", nullable=False, comment="JSON: the items in order"),
        sa.Column("state", sa.Text(), nullable=False, comment="prepared, open, presented, closed or withdrawn"),
        sa.Column(
            "cut", sa.Integer(), nullable=True, comment="what is frozen is what was known at it; NULL: nothing is"
        ),
        sa.Column("frozen", sa.Integer(), nullable=True, comment="the event whose slides hold"),
        sa.Column(
            "digest", sa.Text(), server_default="", nullable=False, comment="SHA-256 over what was sealed at closing"
        ),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_meeting_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_meeting_territory")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_meeting")),
    )
    op.create_table(
        "slide",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False, comment="the event that froze it"),
        sa.Column("audience", sa.Text(), nullable=False, comment="office or outside"),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="its own within the meeting"),
        sa.Column(
            "parent", sa.Text(), server_default="", nullable=False, comment="the slide that it is a drill-down of"
        ),
        sa.Column("panel", sa.Text(), server_default="", nullable=False, comment="the id printed on paper"),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON of panels.slide.Slide"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_slide_event")),
        sa.PrimaryKeyConstraint("meeting", "event", "audience", "locale", "position", name=op.f("pk_slide")),
    )
    op.create_index(op.f("ix_slide_panel"), "slide", ["panel"])
    op.create_table(
        "shown_slide",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1, as they were shown"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False, comment="seconds since 1970-01-01 UTC"),
        sa.PrimaryKeyConstraint("meeting", "number", name=op.f("pk_shown_slide")),
    )
    op.create_table(
        "follow_code",
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the code, which itself is kept nowhere"),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False, comment="seconds since 1970-01-01 UTC"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_follow_code")),
    )
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="within its meeting, from 1"),
        sa.Column(
            "slide",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="the key of the slide it was recorded against",
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False, comment="the service of the settings that carries it"),
        sa.Column("partners", sa.Text(), server_default="[]", nullable=False, comment="JSON: ids of services"),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("territory", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("baseline", _number(), nullable=True, comment="the figure as it was shown when it was recorded"),
        sa.Column("baseline_date", sa.Integer(), nullable=True),
        sa.Column("expected", _number(), nullable=True, comment="what the figure is expected to gain by the due date"),
        sa.Column("state", sa.Text(), nullable=False, comment="assigned, under_way, blocked, done or withdrawn"),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="what the service said of it"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_recommendation_event")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_recommendation")),
    )
    op.create_index(op.f("ix_recommendation_meeting"), "recommendation", ["meeting"])
    op.create_table(
        "declaration",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="within its meeting, from 1"),
        sa.Column("slide", sa.Text(), server_default="", nullable=False),
        sa.Column("service", sa.Text(), nullable=False, comment="whose representative declared it"),
        sa.Column("territory", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("on_date", sa.Integer(), nullable=True, comment="the day that the declared value is of"),
        sa.Column("value", _number(), nullable=True, comment="the declared value; NULL: a remark in words"),
        sa.Column("official", _number(), nullable=True, comment="the figure on the slide beside which it was declared"),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "remark", sa.Text(), server_default="", nullable=False, comment="the id of the remark that it became"
        ),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_declaration_event")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_declaration")),
    )
    op.create_index(op.f("ix_declaration_meeting"), "declaration", ["meeting"])
    op.create_table(
        "proof",
        sa.Column("panel", sa.Text(), nullable=False, comment="the id printed on paper"),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False, comment="the least scope that may see what it is made of"),
        sa.Column("at", sa.Integer(), nullable=False, comment="seconds since 1970-01-01 UTC"),
        sa.Column("asked", sa.Text(), nullable=False, comment="JSON: the canonical key"),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON of panels.slide.Slide"),
        sa.PrimaryKeyConstraint("panel", "locale", "scope", name=op.f("pk_proof")),
    )


def downgrade() -> None:
    for name in ("proof", "declaration", "recommendation", "follow_code", "shown_slide", "slide", "meeting"):
        op.drop_table(name)
