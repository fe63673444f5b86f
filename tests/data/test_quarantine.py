"""Rows that look wrong wait for a yes or no: nothing is blocked, nothing is lost, nothing is read before its answer."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.importer import RulingRefused, import_file, rule, withdraw
from data.importer.personal import group_looks_personal, note_looks_personal
from data.loading import load_reference

HEAD = "territory,step,unit,measure,date,value"
TODAY = dt.date(2026, 11, 23)
TEMSIA, LQLIAA = "09.273.05.27", "09.273.01.17"
COMMUNES = ("09.273.01.05", "09.273.01.13", "09.273.01.15", "09.273.01.17", "09.273.05.19", "09.273.05.27")

# What is doubted does not depend on the database.
on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])


def row(territory, date, value, step="rnp.registered", unit="person", measure="stock"):
    return f"{territory},{step},{unit},{measure},{date},{value}"


def weeks(values, *, start="2023-03-05", territory=TEMSIA, **named):
    first = dt.date.fromisoformat(start)
    return [
        row(territory, (first + dt.timedelta(7 * at)).isoformat(), value, **named) for at, value in enumerate(values)
    ]


STEADY = [1000, 1010, 1022, 1030, 1041, 1050, 1062, 1070]


@pytest.fixture
def waiting(engine):
    """A function that lists what waits: (rule, line, territory, value, compared)."""

    def read():
        statement = sa.text("SELECT rule, line, territory, value, compared FROM quarantine ORDER BY event, place")
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(statement)]

    return read


@pytest.fixture
def answer(engine, known, places):
    """A function that says yes or no to rows of a file."""

    def run(file, *rows, say="yes", within=None):
        asked = {"answer": say, "actor": "preparer", "catalogue": known, "territories": places, "within": within}
        return rule(engine, file, rows, **asked)

    return run


def value_of(figures, territory, date, day, cut=10**9):
    return figures(cut=cut).get((territory, "rnp.registered", "all", day(date)))


# What is doubted


@on_one_engine
def test_a_jump_beyond_the_counts_own_history_waits_and_the_rest_is_stored(take_in, waiting, figures, day):
    report = take_in(HEAD, *weeks([*STEADY, 4000, 1090]))
    assert (report.rows_read, report.accepted, report.refused, report.quarantined) == (10, 9, 0, 1)
    assert report.doubts == {"jump": 1}
    assert waiting() == [("jump", 10, TEMSIA, 4000, 1070)]
    assert value_of(figures, TEMSIA, "2023-04-30", day) is None
    assert value_of(figures, TEMSIA, "2023-05-07", day) == 1090


@on_one_engine
def test_a_new_level_after_a_jump_waits_with_it_whether_in_one_file_or_week_by_week(take_in, waiting):
    take_in(HEAD, *weeks([*STEADY, 4000, 4010]))
    assert [found[:2] for found in waiting()] == [("jump", 10), ("jump", 11)]
    take_in(HEAD, row(TEMSIA, "2023-05-14", 4020))
    assert [found[0] for found in waiting()] == ["jump", "jump", "jump"]


@on_one_engine
def test_a_first_delivery_has_no_history_to_jump_from(take_in, waiting):
    assert take_in(HEAD, *weeks([10, 4000, 9000])).quarantined == 0
    assert waiting() == []


@on_one_engine
def test_a_count_that_cannot_fall_and_falls_waits(take_in, waiting):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    report = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    assert (report.accepted, report.quarantined) == (0, 1)
    assert report.event == 2
    assert waiting() == [("fall", 2, TEMSIA, 1100, 1200)]


@on_one_engine
def test_of_a_peak_and_what_follows_it_the_peak_waits(take_in, waiting):
    take_in(HEAD, *weeks([1000, 3000, 1010, 1020]))
    assert [found[:4] for found in waiting()] == [("fall", 3, TEMSIA, 3000)]


@on_one_engine
def test_a_figure_of_the_past_above_what_is_known_of_later_days_waits(take_in, waiting):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1000), row(TEMSIA, "2023-09-10", 1100))
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1500))
    assert waiting() == [("fall", 2, TEMSIA, 1500, 1100)]


@on_one_engine
def test_a_step_that_may_fall_falls_without_waiting(take_in, waiting, known):
    assert known.steps["rsu.registered"].can_fall
    assert take_in(HEAD, *weeks([500, 300, 480], step="rsu.registered", unit="household")).quarantined == 0
    assert waiting() == []


@on_one_engine
def test_a_file_that_says_everything_twice_waits(take_in, waiting):
    take_in(HEAD, *[row(code, "2023-09-03", 500 + at) for at, code in enumerate(COMMUNES)])
    doubled = [row(code, "2023-09-10", 2 * (500 + at)) for at, code in enumerate(COMMUNES)]
    report = take_in(HEAD, *doubled)
    assert (report.quarantined, report.doubts) == (len(COMMUNES), {"doubled": len(COMMUNES)})


@on_one_engine
def test_one_territory_that_doubles_is_no_doubled_file(take_in):
    take_in(HEAD, *[row(code, "2023-09-03", 500) for code in COMMUNES])
    rows = [row(code, "2023-09-10", 1000 if code == TEMSIA else 510) for code in COMMUNES]
    assert take_in(HEAD, *rows).quarantined == 0


@on_one_engine
def test_a_count_above_its_ceiling_waits_by_the_census_known_on_its_day(engine, take_in, waiting, tmp_path):
    load_reference(engine, local=tmp_path)
    # Temsia has grown so much that what was too many for the census of 2014 is not for that of 2024.
    with engine.connect() as connection:
        counted = dict(
            connection.execute(
                sa.text("SELECT year, value FROM census WHERE territory = :code AND unit = 'person'"),
                {"code": TEMSIA},
            ).all()
        )
    over = int(counted[2014] * 1.2) + 1
    assert over < counted[2024] * 1.2
    take_in(HEAD, row(TEMSIA, "2023-09-03", over), row(TEMSIA, "2026-09-03", over))
    assert waiting() == [("ceiling", 2, TEMSIA, over, counted[2014])]


@on_one_engine
def test_a_total_unlike_its_complete_breakdown_waits_and_the_parts_are_stored(take_in, waiting):
    head = f"{HEAD},sex"
    rows = [row(TEMSIA, "2023-09-03", value) + f",{sex}" for value, sex in ((500, "female"), (480, "male"), (1100, ""))]
    report = take_in(head, *rows)
    assert (report.accepted, report.quarantined) == (2, 1)
    assert waiting() == [("parts", 4, TEMSIA, 1100, 980)]


@on_one_engine
def test_a_total_may_differ_from_its_parts_by_a_few(take_in):
    rows = [row(TEMSIA, "2023-09-03", value) + f",{sex}" for value, sex in ((500, "female"), (480, "male"), (984, ""))]
    assert take_in(f"{HEAD},sex", *rows).quarantined == 0


@on_one_engine
def test_a_total_below_the_groups_of_an_open_breakdown_waits(take_in, waiting):
    rows = [
        row(TEMSIA, "2025-09-03", value) + f",{reason}"
        for value, reason in ((60, "wrong_form"), (50, "not_in_rsu"), (80, ""))
    ]
    take_in(f"{HEAD},reason", *rows)
    assert [found[0] for found in waiting()] == ["parts"]


@on_one_engine
def test_a_prefecture_unlike_the_sum_of_all_its_communes_waits(take_in, waiting):
    rows = [row(code, "2023-09-03", 100) for code in COMMUNES]
    take_in(HEAD, *rows, row("09.273", "2023-09-03", 900))
    assert waiting() == [("parts", 8, "09.273", 900, 600)]


@on_one_engine
def test_a_territory_that_went_silent_is_asked_about_and_counts_as_no_row(take_in, waiting):
    take_in(HEAD, *[row(code, "2023-09-03", 500) for code in COMMUNES])
    report = take_in(HEAD, *[row(code, "2023-09-10", 510) for code in COMMUNES if code != TEMSIA])
    assert (report.rows_read, report.accepted, report.quarantined, report.doubts) == (5, 5, 0, {"silent": 1})
    assert waiting() == [("silent", None, TEMSIA, None, 500)]


@on_one_engine
def test_a_delivery_of_one_commune_makes_nobody_silent(take_in, waiting):
    take_in(HEAD, *[row(code, "2023-09-03", 500) for code in COMMUNES])
    take_in(HEAD, row(TEMSIA, "2023-09-10", 510))
    assert waiting() == []


@on_one_engine
def test_a_zero_where_there_were_always_many_waits(take_in, waiting):
    head = "territory,step,unit,measure,from,to,value"
    rows = []
    for at, value in enumerate([40, 45, 38, 50, 41, 44, 39, 0]):
        start = dt.date(2023, 3, 6) + dt.timedelta(7 * at)
        rows.append(f"{TEMSIA},rsu.registered,household,flow,{start},{start + dt.timedelta(6)},{value}")
    take_in(head, *rows)
    assert [found[:2] for found in waiting()] == [("silent", 9)]


@on_one_engine
def test_of_a_reason_that_looks_like_a_person_only_the_place_is_kept(engine, take_in, waiting):
    rows = [row(TEMSIA, "2025-09-03", value) + f",{reason}" for value, reason in ((60, "wrong_form"), (50, "fatima.z"))]
    report = take_in(f"{HEAD},reason", *rows)
    assert (report.accepted, report.quarantined, report.doubts) == (1, 1, {"person": 1})
    assert waiting() == [("person", 3, TEMSIA, 50, None)]
    assert "fatima" not in everything(engine)


@on_one_engine
def test_of_a_note_that_names_somebody_nothing_is_kept(engine, take_in):
    report = take_in(f"{HEAD},note", row(TEMSIA, "2025-09-03", 60) + ",dossier de Mme Alaoui")
    assert report.doubts == {"person": 1}
    assert "Alaoui" not in everything(engine)


def everything(engine):
    """All that the database holds, as text."""
    found = []
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            found += [str(line) for line in connection.exec_driver_sql(f"SELECT * FROM {table}").all()]
    return "\n".join(found)


@pytest.mark.parametrize(
    ("note", "personal"),
    [
        ("recensement de 2024", False),
        ("hôpital Hassan II", False),
        ("شارع محمد الخامس", False),
        ("Sidi Ifni, annexe 2", False),
        ("selon le ministre, 13,6 millions", False),
        ("dossier de Mohamed ALAOUI", True),
        ("ملف السيدة ربيعة", True),
        ("محمد العلوي ينتظر", True),
        ("JB123456", True),
        ("06 61 23 45 67", True),
        ("a.b@example.org", True),
    ],
)
def test_a_note_is_doubted_for_a_name_or_a_number_of_somebody_and_for_nothing_else(note, personal):
    assert note_looks_personal(note) is personal


@pytest.mark.parametrize(("text", "personal"), [("missing_photo", False), ("youssef", True), ("عبد_الله", True)])
def test_the_name_of_a_group_is_doubted_for_a_given_name(text, personal):
    assert group_looks_personal(text) is personal


@on_one_engine
def test_what_the_tables_say_already_is_not_doubted_again(take_in, answer):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    second = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    answer(second.event, 1)
    assert take_in(HEAD, row(TEMSIA, "2023-09-10", 1100), row(TEMSIA, "2023-09-17", 1105)).quarantined == 0


@on_one_engine
def test_the_same_bytes_again_change_nothing_while_their_rows_wait(take_in, waiting):
    lines = (HEAD, *weeks([*STEADY, 4000]))
    first = take_in(*lines)
    assert (take_in(*lines).already, take_in(*lines).quarantined) == (True, 1)
    assert len(waiting()) == 1
    assert first.quarantined == 1


@on_one_engine
def test_a_group_that_waits_is_not_taken_for_gone(take_in, figures, day):
    head = f"{HEAD},sex"

    def both(date, female, male):
        return [row(TEMSIA, date, female) + ",female", row(TEMSIA, date, male) + ",male"]

    take_in(head, *both("2023-09-03", 600, 500), *both("2023-09-10", 610, 510))
    take_in(head, *both("2023-09-10", 300, 512))
    assert figures()[(TEMSIA, "rnp.registered", "female", day("2023-09-10"))] == 610


# The identity


@on_one_engine
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*COMMUNES, "09.273", "nowhere"]),
            st.sampled_from(["2023-09-03", "2023-09-10", "2023-09-17", "2030-01-01"]),
            st.sampled_from([0, 7, 500, 510, 1000, 1020, 99_999, "x", ""]),
            st.sampled_from(["female", "male", "", "other"]),
            st.sampled_from(["", "wrong_form", "fatima", "khalid_b"]),
            st.sampled_from(["", "Mme Alaoui", "plain"]),
        ),
        min_size=1,
        max_size=40,
    ),
    st.booleans(),
)
def test_accepted_refused_and_quarantined_are_the_rows_read(engine, known, places, rows, rest):
    lines = [
        f"{HEAD},sex,reason,note",
        *(row(code, date, value) + f",{s},{r},{n}" for code, date, value, s, r, n in rows),
    ]
    report = import_file(
        engine,
        "\n".join(lines).encode(),
        name="a.csv",
        actor="a",
        today=TODAY,
        catalogue=known,
        territories=places,
        accept_rest=rest,
    )
    assert report.rows_read == len(rows)
    assert report.accepted + report.refused + report.quarantined == report.rows_read
    if report.event is not None and not report.already:
        with engine.connect() as connection:
            kept = connection.execute(
                sa.text("SELECT coalesce(sum(lines), 0) FROM quarantine WHERE event = :event"), {"event": report.event}
            ).scalar()
        assert kept == report.quarantined


# Yes and no


def test_a_yes_makes_the_row_a_figure_with_the_sums_it_moves_and_an_earlier_cut_stays(
    engine, take_in, answer, figures, day
):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    held = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    number = answer(held.event, 1)
    assert value_of(figures, TEMSIA, "2023-09-10", day) == 1100
    assert figures("rollup")[("09.273", "rnp.registered", "all", day("2023-09-10"))] == 1100
    assert value_of(figures, TEMSIA, "2023-09-10", day, cut=held.event) is None
    with engine.connect() as connection:
        said = connection.execute(
            sa.text("SELECT kind, actor, accepted, refused FROM event WHERE number = :n"), {"n": number}
        )
        assert tuple(said.one()) == ("ruling", "preparer", 1, 0)


def test_a_no_leaves_the_trace_and_no_figure(take_in, answer, figures, day, waiting, rows_in):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    held = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    before = rows_in()
    answer(held.event, 1, say="no")
    assert rows_in() == before | {"event": before["event"] + 1}
    assert len(waiting()) == 1
    with pytest.raises(RulingRefused) as refused:
        answer(held.event, 1)
    assert refused.value.fault.code == "answered"


def test_a_ruling_that_is_undone_lets_the_row_wait_again(engine, take_in, answer, figures, day, known, places):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    held = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    number = answer(held.event, 1)
    withdraw(engine, number, actor="preparer", catalogue=known, territories=places)
    assert value_of(figures, TEMSIA, "2023-09-10", day) is None
    answer(held.event, 1)
    assert value_of(figures, TEMSIA, "2023-09-10", day) == 1100


def test_a_file_that_is_withdrawn_takes_the_answers_to_its_rows_with_it(
    engine, take_in, answer, figures, day, known, places
):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    held = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100), row(LQLIAA, "2023-09-10", 10))
    answer(held.event, 1)
    withdraw(engine, held.event, actor="administrator", catalogue=known, territories=places)
    assert value_of(figures, TEMSIA, "2023-09-10", day) is None
    assert value_of(figures, LQLIAA, "2023-09-10", day) is None
    assert value_of(figures, TEMSIA, "2023-09-03", day) == 1200
    with pytest.raises(RulingRefused) as refused:
        answer(held.event, 1)
    assert refused.value.fault.code == "withdrawn"


@on_one_engine
def test_many_rows_are_ruled_on_together_or_none_of_them(take_in, answer, figures, day):
    take_in(HEAD, *[row(code, "2023-09-03", 500) for code in COMMUNES])
    held = take_in(HEAD, *[row(code, "2023-09-10", 400) for code in COMMUNES])
    assert held.quarantined == 6
    answer(held.event, 3)
    with pytest.raises(RulingRefused):
        answer(held.event, 1, 2, 3)
    answer(held.event, 1, 2, 4, 5, 6)
    assert figures("rollup")[("09.273", "rnp.registered", "all", day("2023-09-10"))] == 2400


@on_one_engine
def test_nobody_rules_on_rows_outside_his_territories(take_in, answer):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    held = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    with pytest.raises(RulingRefused) as refused:
        answer(held.event, 1, within={LQLIAA})
    assert refused.value.fault.code == "outside"
    answer(held.event, 1, within={TEMSIA})


@on_one_engine
def test_a_yes_does_not_overwrite_what_a_later_file_says(take_in, answer):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    held = take_in(HEAD, row(TEMSIA, "2023-09-10", 1100))
    take_in(HEAD, row(TEMSIA, "2023-09-10", 1250))
    with pytest.raises(RulingRefused) as refused:
        answer(held.event, 1)
    assert (refused.value.fault.code, refused.value.fault.values) == ("overtaken", {"event": 3})
    answer(held.event, 1, say="no")


@on_one_engine
def test_a_row_whose_reason_was_not_kept_cannot_be_said_yes_to(take_in, answer):
    held = take_in(f"{HEAD},reason", row(TEMSIA, "2025-09-03", 50) + ",fatima")
    with pytest.raises(RulingRefused) as refused:
        answer(held.event, 1)
    assert refused.value.fault.code == "nameless"
    answer(held.event, 1, say="no")


@on_one_engine
def test_a_row_whose_note_was_not_kept_becomes_a_figure_without_it(take_in, answer, figures, day, rows_in):
    held = take_in(f"{HEAD},note", row(TEMSIA, "2025-09-03", 60) + ",dossier de Mme Alaoui")
    answer(held.event, 1)
    assert value_of(figures, TEMSIA, "2025-09-03", day) == 60
    assert rows_in()["citation"] == 0


@on_one_engine
def test_a_territory_that_is_confirmed_to_be_silent_gets_no_figure(take_in, answer, rows_in):
    take_in(HEAD, *[row(code, "2023-09-03", 500) for code in COMMUNES])
    held = take_in(HEAD, *[row(code, "2023-09-10", 510) for code in COMMUNES if code != TEMSIA])
    before = rows_in()
    answer(held.event, 1)
    assert rows_in()["observation"] == before["observation"]
