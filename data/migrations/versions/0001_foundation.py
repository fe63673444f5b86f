"""The tables and views of the foundation."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What the outside world reads: the latest word on each count, wide, in words. `registry` holds the registers,
# `enrollment` the programmes that hang on them.
VIEW = """
CREATE VIEW {view} AS
SELECT s.source, s.territory AS territory_code, d.id AS programme, s.step, s.unit, s.measure,
       s.sex, s.age_band, s.area, s.reason, s.cohort,
       {from_date} AS from_date, {to_date} AS to_date, o.value
FROM observation o
JOIN series s ON s.id = o.series
JOIN definition d ON d.kind = 'programme' AND s.step LIKE d.id || '.%'
WHERE o.value IS NOT NULL
  AND d.category {category}
  AND d.event = (SELECT max(x.event) FROM definition x WHERE x.kind = d.kind AND x.id = d.id)
  AND o.event = (SELECT max(n.event) FROM observation n
                 WHERE n.series = o.series AND n.to_date = o.to_date AND n.from_date = o.from_date)
"""
ISO = {
    "sqlite": "date({column} * 86400, 'unixepoch')",
    "postgresql": "to_char(DATE '1970-01-01' + {column}, 'YYYY-MM-DD')",
}


def _date(column: str) -> str:
    return ISO[op.get_context().dialect.name].format(column=column)


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="import, withdrawal, reference"),
        sa.Column("recorded_at", sa.Integer(), nullable=False, comment="seconds since 1970-01-01 UTC"),
        sa.Column("actor", sa.Text(), nullable=False, comment="role that acted; never a person's name"),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("file_hash", sa.Text(), server_default="", nullable=False, comment="SHA-256 of the bytes received"),
        sa.Column("rows_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("withdraws", sa.Integer(), nullable=True),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False, comment="JSON, numbers and codes only"),
        sa.ForeignKeyConstraint(["withdraws"], ["event.number"], name=op.f("fk_event_withdraws")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
    )
    op.create_index("ix_event_file_hash", "event", ["file_hash"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False, comment="programme.step"),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False, comment="stock or flow"),
        sa.Column("sex", sa.Text(), server_default="all", nullable=False),
        sa.Column("age_band", sa.Text(), server_default="all", nullable=False),
        sa.Column("area", sa.Text(), server_default="all", nullable=False),
        sa.Column("reason", sa.Text(), server_default="all", nullable=False),
        sa.Column("cohort", sa.Text(), server_default="all", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "source",
            "territory",
            "step",
            "unit",
            "measure",
            "sex",
            "age_band",
            "area",
            "reason",
            "cohort",
            name="uq_series_key",
        ),
    )
    op.create_index("ix_series_step", "series", ["step", "unit", "territory"], unique=False)
    op.create_index("ix_series_territory", "series", ["territory", "step"], unique=False)
    op.create_table(
        "territory",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False, comment="empty for the kingdom"),
        sa.Column(
            "level", sa.Text(), nullable=False, comment="country, region, prefecture, commune, arrondissement, grouping"
        ),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="country, region, prefecture, province, urban_commune, rural_commune, …",
        ),
        sa.Column("position", sa.Integer(), nullable=False, comment="administrative order"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_territory")),
    )
    op.create_index("ix_territory_parent", "territory", ["parent"], unique=False)
    op.create_table(
        "capacity",
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False, comment="service_centre, mobile_unit"),
        sa.Column("on_date", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_capacity_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_capacity_territory")),
        sa.PrimaryKeyConstraint("territory", "means", "on_date", "event", name=op.f("pk_capacity")),
    )
    op.create_table(
        "census",
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False, comment="person or household"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Integer(), nullable=False, comment="a view of an earlier day does not know it"),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_census_territory")),
        sa.PrimaryKeyConstraint("territory", "unit", "year", name=op.f("pk_census")),
    )
    op.create_table(
        "citation",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_citation_event")),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_citation_series")),
        sa.PrimaryKeyConstraint("series", "to_date", "from_date", "event", name=op.f("pk_citation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "definition",
        sa.Column("kind", sa.Text(), nullable=False, comment="programme, step, indicator, source"),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column(
            "category", sa.Text(), server_default="", nullable=False, comment="a programme's kind; else its programme"
        ),
        sa.Column("body", sa.Text(), nullable=True, comment="JSON; NULL: no longer defined"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_definition_event")),
        sa.PrimaryKeyConstraint("kind", "id", "event", name=op.f("pk_definition")),
    )
    op.create_table(
        "event_slice",
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column(
            "shape", sa.Text(), nullable=False, comment="breakdown columns used, joined by a comma; empty for totals"
        ),
        sa.Column("from_date", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("territories", sa.Integer(), nullable=False, comment="how many territories the slice covers"),
        sa.Column("observations", sa.Integer(), nullable=False, comment="how many observations it brought"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_event_slice_event")),
        sa.PrimaryKeyConstraint("event", "source", "step", "unit", "measure", "shape", name=op.f("pk_event_slice")),
    )
    op.create_table(
        "grouping_member",
        sa.Column("grouping", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["grouping"], ["territory.code"], name=op.f("fk_grouping_member_grouping")),
        sa.ForeignKeyConstraint(["member"], ["territory.code"], name=op.f("fk_grouping_member_member")),
        sa.PrimaryKeyConstraint("grouping", "member", name=op.f("pk_grouping_member")),
    )
    op.create_table(
        "observation",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Integer(), nullable=False, comment="equal to to_date for a stock"),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column(
            "value",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="NULL: no longer reported",
        ),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_observation_event")),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_observation_series")),
        sa.PrimaryKeyConstraint("series", "to_date", "from_date", "event", name=op.f("pk_observation")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_observation_event", "observation", ["event"], unique=False)
    op.create_table(
        "quotation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False, comment="share (thousandths of a percent in value) or count"),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False, comment="what is counted; for a share, what it is a share of"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_quotation_event")),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_quotation")),
    )
    op.create_table(
        "rollup",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column(
            "value",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="sum over the children; NULL: no child reports any more",
        ),
        sa.Column("reporting", sa.Integer(), nullable=False, comment="children that reported in full"),
        sa.Column("expected", sa.Integer(), nullable=False, comment="children there are"),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_rollup_event")),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_rollup_series")),
        sa.PrimaryKeyConstraint("series", "to_date", "from_date", "event", name=op.f("pk_rollup")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rollup_event", "rollup", ["event"], unique=False)
    op.create_table(
        "target",
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column(
            "value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True, comment="NULL: withdrawn"
        ),
        sa.Column("starts", sa.Integer(), nullable=False, comment="first day of the planned path"),
        sa.Column("set_by", sa.Text(), nullable=False, comment="assigned, adopted, announced or arithmetical"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name=op.f("fk_target_event")),
        sa.ForeignKeyConstraint(["territory"], ["territory.code"], name=op.f("fk_target_territory")),
        sa.PrimaryKeyConstraint("indicator", "territory", "due", "event", name=op.f("pk_target")),
    )
    for view, category in (("registry", "= 'register'"), ("enrollment", "<> 'register'")):
        op.execute(
            VIEW.format(view=view, category=category, from_date=_date("o.from_date"), to_date=_date("o.to_date"))
        )


def downgrade() -> None:
    for view in ("registry", "enrollment"):
        op.execute(f"DROP VIEW {view}")
    for table in (
        "target",
        "rollup",
        "quotation",
        "observation",
        "grouping_member",
        "event_slice",
        "definition",
        "citation",
        "census",
        "capacity",
        "territory",
        "series",
        "event",
    ):
        op.drop_table(table)
