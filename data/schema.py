"""The tables. Counts only, never persons; dates are whole days since 1970-01-01; text keys are never NULL.

Only Text and Integer are used, so that one statement means the same on SQLite and on PostgreSQL.
A row is never changed: what a later event says stands beside what an earlier one said, and reading
"as known at cut N" takes, for each key, the row with the highest event number <= N.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

ALL = "all"
"""The value of a breakdown column in a row that is not broken down."""

BREAKDOWNS = ("sex", "age_band", "area", "reason", "cohort")
"""The columns of `series` that break a total down, in the order of its key."""

SERIES_KEY = ("source", "territory", "step", "unit", "measure", *BREAKDOWNS)
"""What names one count, whatever the date."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="import, withdrawal, reference"),
    Column("recorded_at", Integer, nullable=False, comment="seconds since 1970-01-01 UTC"),
    Column("actor", Text, nullable=False, comment="role that acted; never a person's name"),
    Column("source", Text, nullable=False, server_default=""),
    Column("file_name", Text, nullable=False, server_default=""),
    Column("file_hash", Text, nullable=False, server_default="", comment="SHA-256 of the bytes received"),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("quarantined", Integer, nullable=False, server_default="0"),
    Column("withdraws", Integer, ForeignKey("event.number"), nullable=True),
    Column("details", Text, nullable=False, server_default="{}", comment="JSON, numbers and codes only"),
    Index("ix_event_file_hash", "file_hash"),
)
"""One row per numbered change of what the tables say."""

event_slice = Table(
    "event_slice",
    metadata,
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("source", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("shape", Text, nullable=False, comment="breakdown columns used, joined by a comma; empty for totals"),
    Column("from_date", Integer, nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("territories", Integer, nullable=False, comment="how many territories the slice covers"),
    Column("observations", Integer, nullable=False, comment="how many observations it brought"),
    PrimaryKeyConstraint("event", "source", "step", "unit", "measure", "shape"),
)
"""What an event declares to replace, one row per kind of count."""

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("territory", Text, nullable=False),
    Column("step", Text, nullable=False, comment="programme.step"),
    Column("unit", Text, nullable=False),
    Column("measure", Text, nullable=False, comment="stock or flow"),
    *(Column(name, Text, nullable=False, server_default=ALL) for name in BREAKDOWNS),
    UniqueConstraint(*SERIES_KEY, name="uq_series_key"),
    Index("ix_series_step", "step", "unit", "territory"),
    Index("ix_series_territory", "territory", "step"),
)
"""One row per count that has a history. An ancestor's sum (`rollup`) and its own report share one row."""

observation = Table(
    "observation",
    metadata,
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("from_date", Integer, nullable=False, comment="equal to to_date for a stock"),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("value", Number, nullable=True, comment="NULL: no longer reported"),
    PrimaryKeyConstraint("series", "to_date", "from_date", "event"),
    Index("ix_observation_event", "event"),
    sqlite_with_rowid=False,
)
"""One row per figure as an event said it."""

rollup = Table(
    "rollup",
    metadata,
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("from_date", Integer, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("value", Number, nullable=True, comment="sum over the children; NULL: no child reports any more"),
    Column("reporting", Integer, nullable=False, comment="children that reported in full"),
    Column("expected", Integer, nullable=False, comment="children there are"),
    PrimaryKeyConstraint("series", "to_date", "from_date", "event"),
    Index("ix_rollup_event", "event"),
    sqlite_with_rowid=False,
)
"""One row per ancestor's sum, written by the event that moved it. `series` names the ancestor's own count."""

citation = Table(
    "citation",
    metadata,
    Column("series", Integer, ForeignKey("series.id"), nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("from_date", Integer, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("series", "to_date", "from_date", "event"),
    sqlite_with_rowid=False,
)
"""Where a published figure stands: its address and what the source says of it."""

territory = Table(
    "territory",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent", Text, nullable=False, comment="empty for the kingdom"),
    Column("level", Text, nullable=False, comment="country, region, prefecture, commune, arrondissement, grouping"),
    Column(
        "kind", Text, nullable=False, comment="country, region, prefecture, province, urban_commune, rural_commune, …"
    ),
    Column("position", Integer, nullable=False, comment="administrative order"),
    Column("ended", Integer, nullable=True, comment="first day on which an office of the chain of command was no more"),
    Index("ix_territory_parent", "parent"),
)
"""One row per territory of the reference list, and per office of the chain of command or school that the prefecture has
entered (levels district, annex, school), whose parent is the prefecture or the district above them."""

jurisdiction = Table(
    "jurisdiction",
    metadata,
    Column("office", Text, ForeignKey("territory.code"), nullable=False),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False, comment="commune or arrondissement"),
    PrimaryKeyConstraint("office", "territory"),
    Index("ix_jurisdiction_territory", "territory"),
)
"""One row per commune or arrondissement that an office covers, in whole or in part: many to many."""

grouping_member = Table(
    "grouping_member",
    metadata,
    Column("grouping", Text, ForeignKey("territory.code"), nullable=False),
    Column("member", Text, ForeignKey("territory.code"), nullable=False),
    PrimaryKeyConstraint("grouping", "member"),
)
"""One row per arrondissement of a prefecture of arrondissements, which stands beside the tree, not in it."""

census = Table(
    "census",
    metadata,
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("unit", Text, nullable=False, comment="person or household"),
    Column("year", Integer, nullable=False),
    Column("published_on", Integer, nullable=False, comment="a view of an earlier day does not know it"),
    Column("value", Integer, nullable=False),
    PrimaryKeyConstraint("territory", "unit", "year"),
)
"""One row per census count that serves as a denominator."""

definition = Table(
    "definition",
    metadata,
    Column("kind", Text, nullable=False, comment="programme, step, indicator, source"),
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("category", Text, nullable=False, server_default="", comment="a programme's kind; else its programme"),
    Column("body", Text, nullable=True, comment="JSON; NULL: no longer defined"),
    PrimaryKeyConstraint("kind", "id", "event"),
)
"""One row per definition as an event said it."""

target = Table(
    "target",
    metadata,
    Column("indicator", Text, nullable=False),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("due", Integer, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("value", Number, nullable=True, comment="NULL: withdrawn"),
    Column("starts", Integer, nullable=False, comment="first day of the planned path"),
    Column("start_value", Number, nullable=False, server_default="0", comment="planned on the first day"),
    Column("path", Text, nullable=False, server_default="linear", comment="linear, stepped or milestones"),
    Column("set_by", Text, nullable=False, comment="assigned, adopted, announced or arithmetical"),
    Column("source", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("indicator", "territory", "due", "event"),
)
"""One row per promise: how many, where, by when, and who set it."""

milestone = Table(
    "milestone",
    metadata,
    Column("indicator", Text, nullable=False),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("due", Integer, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("on_date", Integer, nullable=False),
    Column("value", Number, nullable=False),
    PrimaryKeyConstraint("indicator", "territory", "due", "event", "on_date"),
)
"""One row per stage of a target's planned path, of the target that the same event wrote."""

forecast = Table(
    "forecast",
    metadata,
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("step", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False, comment="the cut up to which it was read"),
    Column("origin", Integer, nullable=False, comment="last day reported"),
    Column("value", Number, nullable=False, comment="as reported on that day"),
    Column("believed", Number, nullable=False, comment="as believed on that day"),
    Column("history", Integer, nullable=False, comment="days from the first report to the last"),
    Column("body", Text, nullable=False, comment="JSON: every, median, low, high; dates of milestones"),
    PrimaryKeyConstraint("territory", "step", "unit", "event"),
    Index("ix_forecast_event", "event"),
)
"""One row per forecast of a count, made from what was known at an event; never changed: it can be judged later."""

capacity = Table(
    "capacity",
    metadata,
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("means", Text, nullable=False, comment="service_centre, mobile_unit"),
    Column("on_date", Integer, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("value", Integer, nullable=True),
    Column("source", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("territory", "means", "on_date", "event"),
)
"""One row per count of means (centres, mobile units) at a date."""

quotation = Table(
    "quotation",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("territory", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("on_date", Integer, nullable=False),
    Column("measure", Text, nullable=False, comment="share (thousandths of a percent in value) or count"),
    Column("value", Number, nullable=True),
    Column("unit", Text, nullable=False, comment="what is counted; for a share, what it is a share of"),
    Column("address", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("id", "event"),
)
"""One row per printed statement that is quoted beside our figures and never computed with."""

action = Table(
    "action",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("kind", Text, nullable=False, comment="campaign, mobile_unit, extended_hours, visit, other"),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("from_date", Integer, nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("service", Text, nullable=False, server_default="", comment="a service of the settings; never a person"),
    Column("step", Text, nullable=False, server_default="", comment="what it was meant to move; empty: all"),
    Column("cost", Number, nullable=True, comment="dirhams"),
    Column("place", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("withdrawn", Integer, nullable=False, server_default="0", comment="1: taken back by this event"),
    PrimaryKeyConstraint("id", "event"),
)
"""One row per state of an action of the office: a campaign, days of a mobile unit, opening hours extended, a visit."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("place", Integer, nullable=False, comment="from 1 within its event, by rule and line"),
    Column("rule", Text, nullable=False, comment="which rule doubts it (data.importer.doubt)"),
    Column("line", Integer, nullable=True, comment="of the file; NULL: what the file did not bring"),
    Column("cell", Text, nullable=False, server_default="", comment="of a form: sheet and cell"),
    Column("lines", Integer, nullable=False, server_default="1", comment="lines that say the same"),
    *(Column(name, Text, nullable=False) for name in SERIES_KEY),
    Column("from_date", Integer, nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("value", Number, nullable=True),
    Column("compared", Number, nullable=True, comment="the figure that it was measured against"),
    Column("compared_date", Integer, nullable=True, comment="its day"),
    PrimaryKeyConstraint("event", "place"),
    Index("ix_quarantine_territory", "territory"),
)
"""One row per row of a file that waits for a yes or no: no query of figures reads it. Of a text that looks like a
person only the place is kept: its column is empty here."""

ruling = Table(
    "ruling",
    metadata,
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("file", Integer, ForeignKey("event.number"), nullable=False, comment="the event whose rows are ruled on"),
    Column("first_place", Integer, nullable=False),
    Column("last_place", Integer, nullable=False),
    Column("answer", Text, nullable=False, comment="yes or no"),
    PrimaryKeyConstraint("event", "file", "first_place"),
    Index("ix_ruling_file", "file"),
)
"""One row per run of places of `quarantine` that an event said yes or no to."""

remark = Table(
    "remark",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("step", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("measure", Text, nullable=False, comment="stock or flow"),
    Column("from_date", Integer, nullable=False),
    Column("to_date", Integer, nullable=False),
    Column("value", Number, nullable=False, comment="the other value"),
    Column("official", Number, nullable=True, comment="the figure beside which it was set; NULL: there was none"),
    Column("official_source", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False, comment="where the other value comes from; never a person"),
    Column("state", Text, nullable=False, comment="open, upheld, set_aside, taken_back"),
    PrimaryKeyConstraint("id", "event"),
    Index("ix_remark_territory", "territory"),
)
"""One row per state of a remark: another value that a territory's user set beside an official figure."""

project = Table(
    "project",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("programme", Text, nullable=False, comment="whose project it is, in the office's words"),
    Column("title", Text, nullable=False),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("on_date", Integer, nullable=False, comment="day on which it was approved or began"),
    Column("amount", Number, nullable=True, comment="dirhams"),
    Column("beneficiaries", Number, nullable=True, comment="persons it is meant for; a count"),
    Column("source", Text, nullable=False, server_default=""),
    Column("withdrawn", Integer, nullable=False, server_default="0", comment="1: taken off the list by this event"),
    PrimaryKeyConstraint("id", "event"),
)
"""One row per state of a project of another programme that the office lists beside the gaps."""

meeting = Table(
    "meeting",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("kind", Text, nullable=False, comment="session, committee or visit"),
    Column("on_date", Integer, nullable=False),
    Column("territory", Text, ForeignKey("territory.code"), nullable=False),
    Column("chair", Text, nullable=False, server_default="", comment="a function; never a person's name"),
    Column("place", Text, nullable=False, server_default=""),
    Column("room", Text, nullable=False, server_default="", comment="within the place"),
    Column("begins", Integer, nullable=True, comment="minutes after midnight in Casablanca; NULL: not said"),
    Column("rapporteur", Text, nullable=False, server_default="", comment="a function; never a person's name"),
    Column("reference", Text, nullable=False, server_default="", comment="of the office's own register"),
    Column("previous", Text, nullable=False, server_default="", comment="the meeting before; empty: none"),
    Column("next_date", Integer, nullable=True, comment="of the next meeting, where it is known"),
    Column("services", Text, nullable=False, server_default="[]", comment="JSON: ids of the services invited"),
    Column("attendance", Text, nullable=False, server_default="{}", comment="JSON: service -> present or excused"),
    Column("agenda", Text, nullable=False, server_default="[]", comment="JSON: the items in order"),
    Column("state", Text, nullable=False, comment="prepared, open, presented, closed or withdrawn"),
    Column("cut", Integer, nullable=True, comment="what is frozen is what was known at it; NULL: nothing is"),
    Column("frozen", Integer, nullable=True, comment="the event whose slides hold"),
    Column("digest", Text, nullable=False, server_default="", comment="SHA-256 over what was sealed at closing"),
    PrimaryKeyConstraint("id", "event"),
)
"""One row per state of a meeting: how it is prepared, opened, shown, closed."""

slide = Table(
    "slide",
    metadata,
    Column("meeting", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False, comment="the event that froze it"),
    Column("audience", Text, nullable=False, comment="office or outside"),
    Column("locale", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("key", Text, nullable=False, comment="its own within the meeting"),
    Column("parent", Text, nullable=False, server_default="", comment="the slide that it is a drill-down of"),
    Column("panel", Text, nullable=False, server_default="", comment="the id printed on paper"),
    Column("body", Text, nullable=False, comment="JSON of panels.slide.Slide"),
    PrimaryKeyConstraint("meeting", "event", "audience", "locale", "position"),
    Index("ix_slide_panel", "panel"),
)
"""One row per frozen slide of a meeting, in each language and for each audience. Never changed."""

shown_slide = Table(
    "shown_slide",
    metadata,
    Column("meeting", Text, nullable=False),
    Column("number", Integer, nullable=False, comment="from 1, as they were shown"),
    Column("key", Text, nullable=False),
    Column("at", Integer, nullable=False, comment="seconds since 1970-01-01 UTC"),
    PrimaryKeyConstraint("meeting", "number"),
)
"""One row per slide that the presenter turned to: what followers may see. Not an event: it says nothing of figures."""

follow_code = Table(
    "follow_code",
    metadata,
    Column("digest", Text, primary_key=True, comment="SHA-256 of the code, which itself is kept nowhere"),
    Column("meeting", Text, nullable=False),
    Column("at", Integer, nullable=False, comment="seconds since 1970-01-01 UTC"),
)
"""One row per code by which a meeting may be followed; it opens nothing once the meeting is closed."""

recommendation = Table(
    "recommendation",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("meeting", Text, nullable=False),
    Column("number", Integer, nullable=False, comment="within its meeting, from 1"),
    Column("slide", Text, nullable=False, server_default="", comment="the key of the slide it was recorded against"),
    Column("text", Text, nullable=False),
    Column("lead", Text, nullable=False, comment="the service of the settings that carries it"),
    Column("partners", Text, nullable=False, server_default="[]", comment="JSON: ids of services"),
    Column("due", Integer, nullable=False),
    Column("territory", Text, nullable=False, server_default=""),
    Column("step", Text, nullable=False, server_default=""),
    Column("unit", Text, nullable=False, server_default=""),
    Column("baseline", Number, nullable=True, comment="the figure as it was shown when it was recorded"),
    Column("baseline_date", Integer, nullable=True),
    Column("expected", Number, nullable=True, comment="what the figure is expected to gain by the due date"),
    Column("state", Text, nullable=False, comment="assigned, under_way, blocked, done or withdrawn"),
    Column("note", Text, nullable=False, server_default="", comment="what the service said of it"),
    PrimaryKeyConstraint("id", "event"),
    Index("ix_recommendation_meeting", "meeting"),
)
"""One row per state of a recommendation."""

declaration = Table(
    "declaration",
    metadata,
    Column("id", Text, nullable=False),
    Column("event", Integer, ForeignKey("event.number"), nullable=False),
    Column("meeting", Text, nullable=False),
    Column("number", Integer, nullable=False, comment="within its meeting, from 1"),
    Column("slide", Text, nullable=False, server_default=""),
    Column("service", Text, nullable=False, comment="whose representative declared it"),
    Column("territory", Text, nullable=False, server_default=""),
    Column("step", Text, nullable=False, server_default=""),
    Column("unit", Text, nullable=False, server_default=""),
    Column("on_date", Integer, nullable=True, comment="the day that the declared value is of"),
    Column("value", Number, nullable=True, comment="the declared value; NULL: a remark in words"),
    Column("official", Number, nullable=True, comment="the figure on the slide beside which it was declared"),
    Column("text", Text, nullable=False, server_default=""),
    Column("remark", Text, nullable=False, server_default="", comment="the id of the remark that it became"),
    Column("withdrawn", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("id", "event"),
    Index("ix_declaration_meeting", "meeting"),
)
"""One row per state of what a service declared in a meeting. It never goes into the figures."""

proof = Table(
    "proof",
    metadata,
    Column("panel", Text, nullable=False, comment="the id printed on paper"),
    Column("locale", Text, nullable=False),
    Column("scope", Text, nullable=False, comment="the least scope that may see what it is made of"),
    Column("at", Integer, nullable=False, comment="seconds since 1970-01-01 UTC"),
    Column("asked", Text, nullable=False, comment="JSON: the canonical key"),
    Column("body", Text, nullable=False, comment="JSON of panels.slide.Slide"),
    PrimaryKeyConstraint("panel", "locale", "scope"),
)
"""One row per panel of a document that left the house outside a meeting: what its id leads back to. Never changed."""

access = Table(
    "access",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False, comment="seconds since 1970-01-01 UTC"),
    Column("who", Text, nullable=False, comment="keyed digest of the account, never its name"),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("what", Text, nullable=False, comment="page opened, file taken, file handed in, change made"),
    Column("details", Text, nullable=False, server_default="{}", comment="JSON, codes only"),
    Column("before", Text, nullable=False, comment="digest of the row before"),
    Column("digest", Text, nullable=False, comment="SHA-256 over the row and `before`"),
)
"""One row per access, never changed: each row's digest covers the one before it."""
