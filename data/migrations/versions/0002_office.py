"""The office itself: its chain of command, its actions, the journal of accesses."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER access_kept BEFORE UPDATE ON access BEGIN SELECT RAISE(ABORT, 'access is append-only'); END",
        "CREATE TRIGGER access_held BEFORE DELETE ON access BEGIN SELECT RAISE(ABORT, 'access is append-only'); END",
        # REPLACE takes a row away without any trigger on DELETE.
        "CREATE TRIGGER access_next BEFORE INSERT ON access "
        "WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM access) "
        "BEGIN SELECT RAISE(ABORT, 'access is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION access_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'access is append-only'; END $$",
        "CREATE TRIGGER access_kept BEFORE UPDATE OR DELETE ON access "
        "FOR EACH ROW EXECUTE FUNCTION access_is_append_only()",
        "CREATE TRIGGER access_held BEFORE TRUNCATE ON access "
        "FOR EACH STATEMENT EXECUTE FUNCTION access_is_append_only()",
    ),
}
"""What keeps the journal of accesses from being changed, in each kind of database."""


def upgrade() -> None:
    with op.batch_alter_table("territory") as territory:
        territory.add_column(
            sa.Column(
                "ended",
                sa.Integer(),
                nullable=True,
                comment="first day on which an office of the chain of command was no more",
            )
        )
    op.create_table(
        "jurisdiction",
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False, comment="commune or arrondissement"),
        sa.ForeignKeyConstraint(["office"], ["territory.code"], name=op.f("fk_jurisdiction_office")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_jurisdiction_territory")),
        sa.PrimaryKeyConstraint("office", "territory", name=op.f("pk_jurisdiction")),
    )
    op.create_index("ix_jurisdiction_territory", "jurisdiction", ["territory"], unique=False)
    op.create_table(
        "action",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="campaign, mobile_unit, extended_hours, visit, other"),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column(
            "service",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="a service of the settings; never a person",
        ),
        sa.Column(
            "step", sa.Text(), server_default="", nullable=False, comment="what it was meant to move; empty: all"
        ),
        sa.Column("cost", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True, comment="dirhams"),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False, comment="1: taken back by this event"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_action_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_action_territory")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_action")),
    )
    op.create_table(
        "access",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Integer(), nullable=False, comment="seconds since 1970-01-01 UTC"),
        sa.Column("who", sa.Text(), nullable=False, comment="keyed digest of the account, never its name"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="page opened, file taken, file handed in, change made"),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False, comment="JSON, codes only"),
        sa.Column("before", sa.Text(), nullable=False, comment="digest of the row before"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 over the row and `before`"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access")),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in ("access", "action", "jurisdiction"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION access_is_append_only()")
    with op.batch_alter_table("territory") as territory:
        territory.drop_column("ended")
