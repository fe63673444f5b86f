"""Since: what was done between two cuts comes back as the parts of the change, from the commune to the kingdom."""

import json
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.database import as_date, engine_for, next_event, write
from data.importer import erase, withdraw
from data.importer.typed import TypedCell, take_typed
from data.schema import definition
from queries.cuts import latest_cut
from queries.definitions import definitions
from queries.methods import split
from queries.since import OTHERS, UNALLOCATED, Moment, since
from tests.queries.conftest import TODAY, on

HERE, FIRST, SECOND = "09.273", "09.273.01.05", "09.273.01.13"
NEIGHBOUR, FAR = "09.001.01.01", "01.511.01.01"
STEP, OTHER_STEP = "rsu.registered", "rsu.indexed"
THEN, NOW = on("2023-08-20"), on("2023-09-18")


class Office:
    """An office that takes files in, takes them back and redefines what it counts."""

    def __init__(self, engine, known, places):
        self.engine, self.known, self.places = engine, known, places
        with engine.connect() as connection:
            statement = sa.select(definition.c.id, definition.c.body).where(definition.c.kind == "indicator")
            bodies = {key: json.loads(body) for key, body in connection.execute(statement)}
        headline = [key for key, body in bodies.items() if (body.get("numerator") or {}).get("step") == STEP]
        self.indicator, self.body = headline[0], bodies[headline[0]]
        self.unit = self.body["numerator"]["unit"]

    def take_in(self, *rows, step=STEP, unit=None, source="office"):
        """Store (territory, day, value) as one event of an import; its number. Typed, since a file costs a process."""
        cells = [TypedCell(code, step, unit or self.unit, as_date(at), str(value)) for code, at, value in rows]
        report = take_typed(
            self.engine,
            cells,
            source=source,
            label="counts",
            actor="administrator",
            today=TODAY,
            catalogue=self.known,
            opened=latest_cut(self.engine),
            territories=self.places,
            over_others=True,
        )
        assert report.event is not None, report.problems
        return report.event

    def withdraw(self, number):
        return withdraw(self.engine, number, actor="administrator", catalogue=self.known, territories=self.places)

    def redefine(self, step=OTHER_STEP, unit=None):
        """The indicator counts another step from now on."""
        body = self.body | {"numerator": {"step": step, "unit": unit or self.unit}}
        with write(self.engine) as connection:
            number = next_event(connection, kind="reference", actor="reference")
            row = {"kind": "indicator", "id": self.indicator, "event": number, "category": "rsu"}
            connection.execute(sa.insert(definition).values(row | {"body": json.dumps(body)}))
        return number

    def moment(self, cut, at, scope_role="administrator"):
        known = definitions(self.engine, cut=cut)
        count = known.indicators[self.indicator]["numerator"]
        return Moment(cut, at, known, (count["step"], count["unit"]))

    def since(self, cut, of=HERE, *, scope="MA", **more):
        then, now = self.moment(cut, THEN), self.moment(latest_cut(self.engine), NOW)
        asked = {"scope": scope, "role": "administrator", "indicator": self.indicator}
        return since(self.engine, of=of, then=then, now=now, **asked, **more)


@pytest.fixture
def office(reference_engine, known, places):
    return Office(reference_engine, known, places)


def reasons(one):
    return {reason.reason: reason.value for reason in one.reasons}


def adds_up(found):
    """Each column of the table is that of the whole; each line its parts."""
    whole = found.whole
    if whole.state == "shown":
        assert whole.change == (whole.activity or 0) + whole.revision + whole.jump
    for name in ("change", "activity", "revision"):
        mine = getattr(whole, name)
        if mine is not None and found.rows:
            assert sum(getattr(row, name) or 0 for row in found.rows) == mine, name


def test_what_came_after_the_meeting_is_activity(office):
    cut = office.take_in((FIRST, THEN, 100), (SECOND, THEN, 50))
    office.take_in((FIRST, NOW, 130), (SECOND, NOW, 40))
    found = office.since(cut)
    assert (found.whole.change, found.whole.activity, found.whole.revision) == (20, 20, 0)
    assert [(row.code, row.change) for row in found.rows[:2]] == [(FIRST, 30), (SECOND, -10)]
    adds_up(found)


def test_late_figures_corrections_and_withdrawals_are_told_apart(office):
    office.take_in((FIRST, THEN - 5, 100), (SECOND, THEN - 5, 50))
    wrong = office.take_in((SECOND, THEN - 2, 90))
    cut = latest_cut(office.engine)
    corrected = office.take_in((FIRST, THEN - 5, 97), (FIRST, THEN - 1, 104))
    gone = office.withdraw(wrong)
    office.take_in((FIRST, NOW, 120), (SECOND, NOW, 60))
    found = office.since(cut)
    assert reasons(found.whole) == {"correction": -3, "late": 7, "withdrawal": -40}
    assert {one.reason: one.events for one in found.whole.reasons} == {
        "correction": (corrected,),
        "late": (corrected,),
        "withdrawal": (gone,),
    }
    assert found.whole.change == 180 - 190 and found.whole.activity == 180 - 154
    assert reasons(found.by_code[FIRST]) == {"correction": -3, "late": 7}
    assert reasons(found.by_code[SECOND]) == {"withdrawal": -40}
    adds_up(found)


def test_parts_that_cancel_each_other_out_are_told_all_the_same(office):
    office.take_in((FIRST, THEN - 5, 100), (SECOND, THEN - 5, 50))
    cut = latest_cut(office.engine)
    office.take_in((FIRST, THEN - 5, 97), (FIRST, THEN - 1, 100))
    found = office.since(cut)
    assert reasons(found.whole) == reasons(office.since(cut, FIRST).whole) == {"correction": -3, "late": 3}
    # What moves from one commune to another is corrected in both, and nothing above.
    office.take_in((FIRST, THEN - 1, 90), (SECOND, THEN - 5, 60))
    found = office.since(cut)
    assert found.whole.revision == 0 and found.by_code[SECOND].revision == 10


def test_another_definition_is_a_part_of_the_revision_and_has_its_day(office):
    office.take_in((FIRST, THEN, 100))
    cut = office.take_in((FIRST, THEN, 80), step=OTHER_STEP)
    number = office.redefine()
    office.take_in((FIRST, NOW, 95), step=OTHER_STEP)
    found = office.since(cut, FIRST)
    assert reasons(found.whole) == {"definition": -20} and found.whole.activity == 15
    assert found.whole.reasons[0].events == (number,) and found.defined_on is not None


def test_other_words_for_the_same_count_are_no_other_definition(office):
    cut = office.take_in((FIRST, THEN, 100))
    office.redefine(STEP)
    office.take_in((FIRST, NOW, 120))
    found = office.since(cut, FIRST)
    assert found.defined_on is None and found.whole.reasons == () and found.whole.activity == 20


def test_two_units_are_never_compared(office):
    cut = office.take_in((FIRST, THEN, 100))
    office.redefine(STEP, "person")
    office.take_in((FIRST, NOW, 400), unit="person")
    found = office.since(cut, FIRST)
    assert found.unit_changed == ("household", "person") and found.whole.change is None


def test_a_source_that_takes_over_is_a_part_of_its_own(office):
    cut = office.take_in((HERE, THEN, 1000), source="published")
    office.take_in((HERE, THEN, 940), (HERE, NOW, 990))
    found = office.since(cut)
    assert reasons(found.whole) == {"source": -60} and found.whole.activity == 50 and found.whole.revision == 0
    adds_up(found)


def test_a_source_that_took_over_without_an_older_figure_does_not_pretend_to_activity(office):
    cut = office.take_in((HERE, THEN, 1000), source="published")
    office.take_in((HERE, NOW, 990))
    found = office.since(cut)
    assert found.whole.activity is None and reasons(found.whole) == {"source": -10}


def test_a_child_without_a_figure_then_is_in_what_is_not_allocated(office):
    cut = office.take_in((FIRST, THEN, 100))
    office.take_in((FIRST, NOW, 110), (SECOND, NOW, 500))
    found = office.since(cut)
    new = next(row for row in found.rows if row.code == SECOND)
    assert (new.then, new.now, new.change) == (None, 500, None)
    assert found.rows[-1].code == UNALLOCATED and found.rows[-1].change == 500
    adds_up(found)


def test_nothing_then_or_now_is_no_change(office):
    cut = latest_cut(office.engine)
    assert office.since(cut, FIRST).whole.state == "missing"
    office.take_in((FIRST, NOW, 5))
    found = office.since(cut, FIRST)
    assert found.whole.then is None and found.whole.now.value == 5 and found.whole.change is None


def test_what_was_erased_is_compared_with_what_the_slide_said(office):
    office.take_in((FIRST, THEN - 3, 70))
    wrong = office.take_in((FIRST, THEN, 100))
    cut = latest_cut(office.engine)
    erase(office.engine, wrong, actor="administrator", catalogue=office.known, territories=office.places)
    office.take_in((FIRST, NOW, 90))
    found = office.since(cut, FIRST, shown={FIRST: 100})
    assert found.whole.then.value == 100 and reasons(found.whole) == {"withdrawal": -30}
    assert found.whole.activity == 20


def test_what_a_reader_may_not_see_stands_together_in_one_line(office):
    codes = [FIRST, SECOND, "09.273.01.15", "09.273.01.17"]
    cut = office.take_in(*((code, THEN, 100 + at) for at, code in enumerate(codes)))
    office.take_in(*((code, NOW, 200 + 2 * at) for at, code in enumerate(codes)))
    found = office.since(cut, scope=FIRST)
    assert found.rows[0].code == FIRST and found.rows[-1].code == OTHERS
    assert len(found.together) >= 2 and not found.together & found.by_code.keys()
    adds_up(found)


def test_what_the_list_of_territories_moves_is_a_part_of_its_own(office, book):
    book.sum((HERE, "2023-08-20", 100, 6, 6))
    cut = latest_cut(office.engine)
    book.sum((HERE, "2023-08-20", 130, 7, 7), event=book.event("reference"))
    book.sum((HERE, "2023-09-18", 150, 7, 7))
    found = office.since(cut)
    assert reasons(found.whole) == {"territories": 30} and found.whole.activity == 20


def test_what_no_territory_below_explains_is_a_rest_and_is_not_spread(office, book):
    book.sum((HERE, "2023-08-20", 100, 2, 6))
    book.say((FIRST, "2023-08-10", 60))
    cut = latest_cut(office.engine)
    late = book.say((FIRST, "2023-08-20", 65))
    # Another child had grown too old to be in the sum of that day.
    book.sum((HERE, "2023-08-20", 80, 1, 6), event=late)
    found = office.since(cut)
    assert reasons(found.whole) == {"late": 5, "rest": -25}


def test_a_child_that_reported_by_sex_is_corrected_as_a_whole(office, book):
    for sex, value in (("female", 40), ("male", 50)):
        book.say((FIRST, "2023-08-20", value), sex=sex)
    cut = latest_cut(office.engine)
    book.say((FIRST, "2023-08-20", 47), sex="female")
    found = office.since(cut, FIRST)
    assert found.whole.then.value == 90 and reasons(found.whole) == {"correction": 7}


# What is done at random between two cuts

TREE = {FIRST: HERE, SECOND: HERE, "09.273.01.15": HERE, NEIGHBOUR: "09.001", FAR: "01.511"}
PLACES = (FIRST, FAR, HERE, "09", "MA")
VALUES = st.integers(0, 400)


def below(code):
    """The communes of the tree that a territory is the sum of."""
    return [c for c in TREE if code in ("MA", c, TREE[c], TREE[c].partition(".")[0])]


class Oracle:
    """What was done, remembered: files with their values, and each part by commune."""

    def __init__(self):
        self.files, self.active = [], STEP
        self.parts = {code: Counter() for code in TREE}

    def told(self, code, until, step=None):
        """The last value of a commune by a day; None: nothing."""
        said = {}
        for file in self.files:
            if file["live"] and file["step"] == (step or self.active):
                said |= {at: value for (c, at), value in file["rows"].items() if c == code and at <= until}
        return said[max(said)] if said else None

    def last(self, code):
        days = [
            at
            for file in self.files
            if file["live"] and file["step"] == self.active
            for c, at in file["rows"]
            if c == code and at <= THEN
        ]
        return max(days, default=None)


@contextmanager
def copied(path):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, Path(folder) / "t.db")
        engine = engine_for(f"sqlite:///{Path(folder) / 't.db'}")

        @sa.event.listens_for(engine, "connect")
        def _hurry(connection, _record):
            # Nothing of it has to survive a cut of the power.
            connection.execute("PRAGMA synchronous=OFF")

        yield engine
        engine.dispose()


DEED = st.tuples(
    st.sampled_from(["add", "delay", "correct", "both", "elsewhere", "withdraw", "redefine"]),
    st.lists(st.sampled_from(sorted(TREE)), min_size=1, max_size=3, unique=True),
    VALUES,
    st.integers(1, 20),
)


def begin(office, oracle, start):
    for step, values in zip((STEP, OTHER_STEP), start, strict=True):
        # One commune of each prefecture always has a figure that stays.
        stays = {(code, THEN - 20): 10 + at for at, code in enumerate((FIRST, NEIGHBOUR, FAR))}
        for rows in (stays, {(code, THEN - 15 + at): v for code, at, v in values}):
            if rows:
                number = office.take_in(*((c, at, v) for (c, at), v in rows.items()), step=step)
                oracle.files.append({"event": number, "step": step, "rows": rows, "live": True, "stays": rows is stays})


def do(office, oracle, deed, codes, value, ahead):
    """Do one thing, and remember what it did to each commune of what is known of the day that was shown."""
    if deed == "redefine":
        step = OTHER_STEP if oracle.active == STEP else STEP
        for code in TREE:
            moved = (oracle.told(code, THEN, step) or 0) - (oracle.told(code, THEN) or 0)
            oracle.parts[code]["definition"] += moved
        office.redefine(step)
        oracle.active = step
        return
    if deed == "withdraw":
        held = [file for file in oracle.files if file["live"] and not file["stays"]]
        if held:
            file = held[value % len(held)]
            before = {code: oracle.told(code, THEN) or 0 for code in TREE}
            office.withdraw(file["event"])
            file["live"] = False
            for code in TREE:
                oracle.parts[code]["withdrawal"] += (oracle.told(code, THEN) or 0) - before[code]
        return
    rows, step = {}, oracle.active
    if deed == "elsewhere":
        # Another step than the one that is looked at: nothing of it may be seen.
        step = OTHER_STEP if oracle.active == STEP else STEP
        rows = {(code, THEN - ahead % 15): value for code in codes}
    for at, code in enumerate(codes if deed != "elsewhere" else ()):
        last, said = oracle.last(code), oracle.told(code, THEN)
        new = value + 7 * at
        if deed == "add":
            rows[code, THEN + ahead] = new
        if deed in ("correct", "both") and last is not None:
            rows[code, last] = new
            oracle.parts[code]["correction"] += new - said
            said = new
        if deed in ("delay", "both") and (last is None or last < THEN):
            later = min(THEN, (THEN - 15 if last is None else last) + ahead)
            rows[code, later] = new + 3
            oracle.parts[code]["late"] += new + 3 - (said or 0)
    if rows:
        number = office.take_in(*((c, at, v) for (c, at), v in rows.items()), step=step)
        oracle.files.append({"event": number, "step": step, "rows": rows, "live": True, "stays": False})


def recovered(office, oracle, cut, shown):
    """Every part of every territory is what was done in its communes."""
    for place in PLACES:
        found = office.since(cut, place)
        adds_up(found)
        whole, mine = found.whole, below(place)
        known, now = (sum(oracle.told(code, at) or 0 for code in mine) for at in (THEN, NOW))
        if whole.state != "shown":
            assert len(mine) == 1 and (shown[place] is None or oracle.told(place, NOW) is None)
            continue
        done = sum((oracle.parts[code] for code in mine), Counter())
        expected = {}
        for code in mine:
            for reason, value in oracle.parts[code].items():
                expected[reason] = expected.get(reason, 0) + value
        assert reasons(whole) == {reason: value for reason, value in expected.items() if value}, (place, done)
        assert whole.then.value == sum(shown[code] or 0 for code in mine)
        assert (whole.now.value, whole.activity) == (now, now - known)
        assert whole.change == whole.activity + sum(expected.values())


STARTS = st.tuples(
    *(
        st.lists(
            st.tuples(st.sampled_from(sorted(TREE)), st.integers(0, 15), VALUES), max_size=5, unique_by=lambda r: r[0]
        )
        for _ in range(2)
    )
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=STARTS, deeds=st.lists(DEED, max_size=6))
def test_each_part_of_what_was_done_between_two_cuts_is_recovered_at_every_level(
    reference_file, known, places, start, deeds
):
    with copied(reference_file) as engine:
        recover(Office(engine, known, places), start, deeds)


def recover(office, start, deeds):
    oracle = Oracle()
    begin(office, oracle, start)
    cut = latest_cut(office.engine)
    shown = {code: oracle.told(code, THEN) for code in TREE}
    for deed in deeds:
        do(office, oracle, *deed)
    recovered(office, oracle, cut, shown)


def test_each_part_is_recovered_on_both_engines(office):
    start = ([(FIRST, 3, 50), (SECOND, 5, 60), (FAR, 0, 9)], [(FIRST, 4, 45)])
    deeds = [
        ("both", [FIRST, NEIGHBOUR], 70, 4),
        ("correct", [FAR], 12, 1),
        ("elsewhere", [FIRST], 5, 3),
        ("redefine", [FIRST], 0, 1),
        ("delay", [SECOND], 33, 9),
        ("withdraw", [FIRST], 1, 1),
        ("add", [FIRST, FAR], 300, 12),
    ]
    recover(office, start, deeds)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.tuples(VALUES, VALUES), min_size=3, max_size=6),
    seen=st.integers(0, 5),
)
def test_what_is_withheld_never_comes_back_by_subtraction(reference_file, known, places, values, seen):
    communes = ["09.273.01.05", "09.273.01.13", "09.273.01.15", "09.273.01.17", "09.273.05.19", "09.273.05.27"]
    communes = communes[: len(values)]
    with copied(reference_file) as engine:
        office = Office(engine, known, places)
        cut = office.take_in(*((code, THEN, then) for code, (then, _) in zip(communes, values, strict=True)))
        office.take_in(*((code, NOW, now) for code, (_, now) in zip(communes, values, strict=True)))
        found = office.since(cut, scope=communes[seen % len(communes)])
        if found.whole.state == "withheld":
            assert all(row.then is None and row.change is None for row in found.rows if row.code == OTHERS)
            return
        adds_up(found)
        alone = [row for row in found.rows if row.code in found.together]
        # What is left of each column is of two children at least, and none of them has a line.
        assert len(found.together) >= 2 and not alone
        assert found.whole.reasons == () or split.REST not in reasons(found.whole)
