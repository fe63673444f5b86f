"""A programme with four steps and a window, written into an office's files, has its clock with no code."""

import datetime as dt

import pytest

import findings
from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.importer import import_file
from data.loading import prepare
from i18n import words

LOCALES = ("ar", "fr", "en")
TODAY = dt.date(2026, 11, 23)
PREFECTURE = "09.273"


def step(id, unit, follows, body, can_act):
    return f"""
[[programme.step]]
id = "{id}"
kind = "sequence"
units = ["{unit}"]
stale_after = 45
follows = {follows}
body = "{body}"
prefecture_can_act = {can_act}
name = {{ar = "مرحلة {id}", fr = "étape {id}", en = "stage {id}"}}
act = {{ar = "تسجيل", fr = "inscrire", en = "register"}}
things = {{{unit} = {{ar = "الأشخاص {id}", fr = "personnes {id}", en = "persons {id}"}}}}
"""


PROGRAMME = (
    """
[[programme]]
id = "orchard"
order = 5
kind = "programme"
branch = "childhood"
mechanism = "assistance"
name = {ar = "برنامج البستان", fr = "Programme Verger", en = "Orchard programme"}
short = {ar = "البستان", fr = "Verger", en = "Orchard"}
description = {ar = "عدد الأشخاص.", fr = "Nombre de personnes.", en = "How many persons."}
windows = [{year = 2026, opens = 2026-10-01, closes = 2026-12-01}]
"""
    + step("invited", "person", "[]", "education", "false")
    + step("registered", "person", '["orchard.invited", "rnp.registered"]', "interior", "true")
    + step("applied", "application", '["orchard.registered"]', "education", "true")
    + step("paid", "person", '["orchard.applied"]', "cnss", "false")
)

COUNTS = f"""territory,step,unit,measure,date,value
{PREFECTURE},orchard.invited,person,stock,2026-09-15,1000
{PREFECTURE},orchard.registered,person,stock,2026-10-11,300
{PREFECTURE},orchard.registered,person,stock,2026-11-15,400
{PREFECTURE},orchard.applied,application,stock,2026-11-15,120
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An engine on the embedded database of that office, with counts of its prefecture."""
    folder = tmp_path_factory.mktemp("local")
    (folder / "programmes.toml").write_text(PROGRAMME, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(folder))
        engine = engine_for(None)
        prepare(engine, today=TODAY)
        report = import_file(
            engine, COUNTS.encode(), name="orchard.csv", actor="preparer", today=TODAY, catalogue=catalogue()
        )
        assert report.problems == ()
        yield engine
        engine.dispose()


@pytest.fixture
def ask(office):
    """A function that asks a finding of that office on 20 November 2026."""

    def answer(name, *, locale="fr", **choices):
        asked = {"cut": findings.latest_cut(office), "scope": "MA", "on": as_day(dt.date(2026, 11, 20))}
        return findings.find(name, office, locale=locale, territory=PREFECTURE, **asked | choices)

    return answer


@pytest.mark.parametrize("locale", LOCALES)
def test_it_has_a_clock_and_stages(ask, office, locale):
    assert findings.window_choices(office, cut=findings.latest_cut(office))[0] == "orchard"
    clock, stages = ask("window", locale=locale, programme="orchard", year=None, by_remaining=False).panels
    w = words(locale)
    assert w.number(600) in clock.title and w.name("programme", "orchard", field="short") in clock.title
    lacking = w(
        "window.lacking", things=w.things("orchard.invited", "person"), stage=w.name("step", "orchard.registered")
    )
    assert lacking in clock.title
    lengths = [row.length for row in stages.parts["rows"]]
    assert lengths == [1.0, 0.4, 0.12, None]


@pytest.mark.parametrize("locale", LOCALES)
def test_it_has_its_place_among_the_branches(ask, locale):
    panels = ask("branches", locale=locale).panels
    w = words(locale)
    (childhood,) = [panel for panel in panels if w("branches.branch_childhood") in panel.title]
    assert w.name("programme", "orchard", field="short") in [row[0] for row in childhood.parts["rows"]]
