"""What is kept of the first screen from one event to the next: after each event it says what a database read afresh
does, whatever the event was."""

import datetime as dt

import pytest

import findings
from data import actions, targets
from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.importer import Territories, import_file, withdraw
from data.loading import load_reference
from data.settings import checked, save
from ui.foresee import foresee

TODAY = dt.date(2026, 11, 23)
LATE = dt.date(2027, 6, 1)
LINE = ("MA", "09", "09.273", "09.273.01.15")
HEAD = "territory,step,unit,measure,date,value,source\n"


@pytest.fixture
def take_in(reference_engine):
    """A function that takes in counts, (territory, step, unit, date, value, source) each, as one file; its event."""
    engine = reference_engine

    def run(*rows):
        lines = [
            ",".join([code, step, unit, "stock", date, str(value), source])
            for code, step, unit, date, value, source in rows
        ]
        report = import_file(
            engine,
            (HEAD + "\n".join(lines) + "\n").encode(),
            name="counts.csv",
            actor="preparer",
            today=TODAY,
            catalogue=catalogue(),
            territories=Territories.load(),
        )
        assert report.stored, report.problems
        return report.event

    return run


def rsu(value, *, code="09.273.01.15", date="2026-02-20", step="rsu.registered", unit="household", source="office"):
    return (code, step, unit, date, value, source)


def asd(value, **other):
    return rsu(value, step="asd.paid", unit="household", **other)


def as_said(engine, *, territory, on=TODAY, scope="MA", role="administrator", locale="ar"):
    """All that the first screen says and draws, in words."""
    cut = findings.latest_cut(engine)
    asked = {"cut": cut, "scope": scope, "role": role, "locale": locale, "territory": territory, "on": as_day(on)}
    answer = findings.find("situation", engine, **asked)
    promises = answer.facts["promises"]
    others = answer.facts["others"]
    return {
        "panels": [findings.text(panel, locale=locale) for panel in answer.panels],
        "titles": [panel.title for panel in answer.panels],
        "paths": {
            key: findings.drawing(path, locale=locale, height=150).to_json() for key, path in answer.paths.items()
        },
        "promises": {key: findings.text(card, locale=locale) for key, card in promises.items()},
        "others": findings.text(others, locale=locale) if others else "",
        "facts": {key: answer.facts[key] for key in ("line", "listed", "silent", "empty")},
        "dates": findings.date_choices(engine, territory=territory, cut=cut, scope=scope),
    }


READERS = (
    *({"territory": code} for code in LINE),
    {"territory": "09.273", "locale": "fr"},
    {"territory": "09.273", "on": LATE},
    {"territory": "09.273", "on": dt.date(2026, 2, 25)},
    {"territory": "09.273", "scope": "09.273", "role": "preparer"},
    {"territory": "09.273.01.15", "scope": "09.273.01.15", "role": "reader"},
    {"territory": "06.141"},
)
"""Who looks where, on which day: each is asked before and after every event."""


class Screens:
    """The first screen of many readers on one database, kept from event to event, beside one that keeps nothing."""

    def __init__(self, engine):
        self.engine = engine
        self.seen = self.look()

    def look(self):
        return [as_said(self.engine, **reader) for reader in READERS]

    def after(self):
        """What has changed for whom since the last look, after it was found to be what is read afresh."""
        fresh = engine_for(self.engine.url.render_as_string(hide_password=False))
        try:
            said = self.look()
            for reader, kept in zip(READERS, said, strict=True):
                assert kept == as_said(fresh, **reader), reader
        finally:
            fresh.dispose()
        changed = [
            {part for part in now if now[part] != before[part]} for now, before in zip(said, self.seen, strict=True)
        ]
        self.seen = said
        return changed


@pytest.fixture
def screens(reference_engine, take_in):
    """The screens of an office that has taken in one file."""
    take_in(rsu(5000), rsu(4000, date="2026-01-20"), rsu(900, code="09.273.01.13"), asd(1200))
    return Screens(reference_engine)


def test_a_count_changes_on_every_view_that_shows_it_and_nowhere_else(screens, take_in):
    take_in(rsu(8000))
    changed = screens.after()
    assert all("panels" in parts for parts in changed), (
        "it is in the commune, and in the sum of all that stands above it"
    )
    assert "paths" in changed[3]
    before = screens.seen
    take_in(rsu(100, code="06.141.01.01"))
    changed = screens.after()
    assert "panels" in changed[0] and "panels" in changed[9]
    for programme in (0, 2):
        assert before[2]["panels"][programme] == screens.seen[2]["panels"][programme]


def test_a_denominator_that_moves_changes_the_share_over_it(screens, take_in):
    shares = screens.seen[3]["panels"]
    take_in(rsu(10000))
    screens.after()
    names = [programme["id"] for programme in _featured(screens.engine)]
    at = names.index("asd")
    assert shares[at] != screens.seen[3]["panels"][at]


def _featured(engine):
    known = findings.definitions(engine, cut=findings.latest_cut(engine))
    return [programme for programme in known.ordered_programmes if programme.get("featured")]


def test_a_child_that_speaks_or_falls_silent_is_counted_and_named_at_once(screens, take_in):
    number = take_in(rsu(700, code="09.273.01.05"))
    assert "panels" in screens.after()[2]
    withdraw(screens.engine, number, actor="administrator", catalogue=catalogue())
    assert "panels" in screens.after()[2]


def test_another_source_is_told_beside_and_speaks_when_it_comes_first(screens, take_in):
    take_in(rsu(5100, source="published"))
    assert "panels" in screens.after()[3]


def test_the_first_figure_of_a_step_ends_that_nothing_was_known(reference_engine, take_in):
    screens = Screens(reference_engine)
    assert screens.seen[3]["facts"]["empty"] and not screens.seen[3]["dates"]
    number = take_in(("09.273.01.15", "rnp.registered", "person", "2026-02-20", 10, "office"))
    assert {"panels", "facts", "dates"} <= screens.after()[3]
    withdraw(reference_engine, number, actor="administrator", catalogue=catalogue())
    assert {"panels", "facts", "dates"} <= screens.after()[3]


def test_a_figure_that_is_emptied_takes_its_day_with_it(screens, take_in):
    take_in(rsu(5200, date="2026-03-20"))
    assert "dates" in screens.after()[3]
    number = take_in(rsu(5300, date="2026-03-21"))
    assert "dates" in screens.after()[3]
    withdraw(screens.engine, number, actor="administrator", catalogue=catalogue())
    assert "dates" in screens.after()[3]


@pytest.fixture
def promise():
    """A target for the registered households of a prefecture, or of another territory."""

    def make(territory="09.273", value=100_000):
        return targets.Promise(
            indicator="rsu.registered_share",
            territory=territory,
            due=as_day(dt.date(2027, 12, 31)),
            value=value,
            starts=as_day(dt.date(2025, 1, 1)),
            set_by="assigned",
            source="office",
        )

    return make


def test_a_target_and_its_withdrawal_are_told_at_once(screens, promise):
    one = promise()
    targets.set_targets(screens.engine, [one], actor="preparer")
    assert "promises" in screens.after()[2]
    said = {"indicator": one.indicator, "territory": one.territory, "due": one.due}
    targets.withdraw_target(screens.engine, **said, actor="preparer")
    assert "promises" in screens.after()[2]


def test_an_action_is_marked_beside_the_curve_at_once(screens):
    done = actions.Action(
        kind="mobile_unit",
        territory="09.273.01.15",
        first=dt.date(2026, 2, 1),
        last=dt.date(2026, 2, 3),
    )
    stored = actions.record(screens.engine, done, actor="preparer", today=TODAY)
    assert screens.after()[3] == {"paths"}
    actions.withdraw(screens.engine, stored.id, seen=stored.event, actor="preparer")
    assert screens.after()[3] == {"paths"}


def test_settings_and_definitions_change_every_view_at_once(screens, tmp_path):
    hidden = [{"indicator": "asd.paid_share", "roles": ["reader"]}]
    save(tmp_path, checked({"office": {"territory": "09.273"}, "hidden": hidden}, tmp_path))
    assert load_reference(screens.engine, local=tmp_path)
    changed = screens.after()
    assert "titles" in changed[8], "what the office keeps from a reader is gone"
    assert not changed[2], "and from nobody else"


def test_forecasts_that_come_after_their_event_are_told_when_they_are_there(screens, take_in, promise):
    targets.set_targets(screens.engine, [promise("MA", 6_000_000)], actor="preparer")
    weeks = [dt.date(2026, 8, 3) + dt.timedelta(weeks=week) for week in range(16)]
    take_in(*(rsu(4_000_000 + 20_000 * at, code="MA", date=day.isoformat()) for at, day in enumerate(weeks)))
    screens.after()
    assert foresee(screens.engine) > 0
    changed = screens.after()
    assert "promises" in changed[0] and not changed[2] & {"paths", "others"}


def test_an_earlier_cut_is_still_what_it_was(screens, take_in):
    cut = findings.latest_cut(screens.engine)
    asked = {"scope": "MA", "locale": "ar", "territory": "09.273", "on": as_day(TODAY)}
    before = [panel.title for panel in findings.find("situation", screens.engine, cut=cut, **asked).panels]
    take_in(rsu(7000))
    screens.after()
    again = [panel.title for panel in findings.find("situation", screens.engine, cut=cut, **asked).panels]
    assert again == before and before != screens.seen[2]["titles"]


def test_what_an_event_did_not_touch_is_not_made_again(screens, take_in):
    asked = {"scope": "MA", "locale": "ar", "territory": "09.273", "on": as_day(TODAY)}
    before = findings.find("situation", screens.engine, cut=findings.latest_cut(screens.engine), **asked)
    take_in(rsu(5001))
    after = findings.find("situation", screens.engine, cut=findings.latest_cut(screens.engine), **asked)
    same = {old.parts["programme"]: old is new for old, new in zip(before.panels, after.panels, strict=True)}
    assert same["rnp"] and same["minhaty"] and not same["rsu"] and not same["asd"]


def test_the_spellings_of_the_office_make_what_is_kept_another(screens):
    asked = {"cut": findings.latest_cut(screens.engine), "scope": "MA", "locale": "ar"}
    asked |= {"territory": "09.273", "on": as_day(TODAY)}
    first = findings.find("situation", screens.engine, wording=1, **asked)
    assert first.panels[0] is findings.find("situation", screens.engine, wording=1, **asked).panels[0]
    assert first.panels[0] is not findings.find("situation", screens.engine, wording=2, **asked).panels[0]
