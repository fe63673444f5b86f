"""A programme that an office writes into its own files is followed on every page without a line of code."""

import datetime as dt
import uuid
from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import findings
from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.importer import import_file
from data.loading import prepare
from i18n import words

ROOT = Path(__file__).parents[1]
LOCALES = ("ar", "fr", "en")
TODAY = dt.date(2026, 11, 23)
COMMUNE, PREFECTURE = "09.273.01.15", "09.273"

PROGRAMMES = """
[[programme]]
id = "orchard"
order = 5
featured = true
kind = "programme"
branch = "childhood"
mechanism = "assistance"
headline = "orchard.paid_share"
name = {ar = "برنامج البستان", fr = "Programme Verger", en = "Orchard programme"}
short = {ar = "البستان", fr = "Verger", en = "Orchard"}
description = {ar = "عدد الأسر المستفيدة.", fr = "Nombre de ménages.", en = "How many households benefit."}

[[programme.step]]
id = "applied"
kind = "sequence"
units = ["application"]
stale_after = 45
follows = ["rsu.registered"]
body = "orchard_office"
prefecture_can_act = true
name = {ar = "إيداع الطلب", fr = "Dépôt de la demande", en = "Application"}
act = {ar = "إيداع", fr = "déposer", en = "file"}
[programme.step.things]
application = {ar = "طلبات الاستفادة من البستان", fr = "demandes Verger", en = "Orchard applications"}

[[programme.step]]
id = "paid"
kind = "sequence"
units = ["household"]
stale_after = 45
follows = ["orchard.applied"]
body = "orchard_office"
prefecture_can_act = false
name = {ar = "صرف دعم البستان", fr = "Versement du Verger", en = "Orchard payment"}
act = {ar = "صرف الدعم", fr = "verser l'aide à", en = "pay"}
[programme.step.things]
household = {ar = "الأسر المستفيدة من البستان", fr = "ménages bénéficiaires du Verger", en = "Orchard households"}

[[body]]
id = "orchard_office"
name = {ar = "مكتب البستان", fr = "bureau du Verger", en = "Orchard office"}
"""

MEADOW = """
[[programme]]
id = "pasture"
order = 290
kind = "programme"
branch = "childhood"
mechanism = "assistance"
name = {ar = "برنامج المرعى", fr = "Programme Pâturage", en = "Pasture programme"}
short = {ar = "المرعى", fr = "Pâturage", en = "Pasture"}
description = {ar = "برنامج منته.", fr = "Programme achevé.", en = "A programme that ended."}

[[programme.step]]
id = "covered"
kind = "sequence"
units = ["household"]
stale_after = 45
body = "orchard_office"
prefecture_can_act = false
name = {ar = "الاستفادة من المرعى", fr = "Bénéfice du Pâturage", en = "Cover under Pasture"}
act = {ar = "نقل", fr = "transférer", en = "transfer"}
things.household = {ar = "الأسر المستفيدة من المرعى", fr = "ménages du Pâturage", en = "Pasture households"}

[[programme]]
id = "meadow"
order = 300
kind = "programme"
branch = "childhood"
mechanism = "assistance"
name = {ar = "برنامج المرج", fr = "Programme Prairie", en = "Meadow programme"}
short = {ar = "المرج", fr = "Prairie", en = "Meadow"}
description = {ar = "عدد الأسر المستفيدة.", fr = "Nombre de ménages.", en = "How many households benefit."}
windows = [{year = 2026, opens = 2026-09-01, closes = 2026-12-15}]

[programme.transition]
former = "pasture.covered"
former_on = 2025-12-31
on = 2026-01-01
confirmed = "meadow.confirmed"
waiting = "meadow.waiting"

[[programme.step]]
id = "applied"
kind = "sequence"
units = ["application", "household"]
stale_after = 45
follows = ["rsu.indexed"]
body = "orchard_office"
prefecture_can_act = true
waits = false
name = {ar = "إيداع طلب المرج", fr = "Dépôt de la demande Prairie", en = "Meadow application"}
act = {ar = "إيداع", fr = "déposer", en = "file"}
[programme.step.things]
application = {ar = "طلبات المرج", fr = "demandes Prairie", en = "Meadow applications"}
household = {ar = "الأسر التي أودعت طلب المرج", fr = "ménages demandeurs Prairie", en = "households that applied"}

[[programme.step]]
id = "decided"
kind = "sequence"
units = ["application"]
stale_after = 45
follows = ["meadow.applied"]
body = "meadow_board"
prefecture_can_act = false
name = {ar = "البت في طلب المرج", fr = "Décision Prairie", en = "Meadow decision"}
act = {ar = "البت في", fr = "statuer sur", en = "decide on"}
things.application = {ar = "طلبات المرج التي بت فيها", fr = "demandes Prairie tranchées", en = "Meadow decisions"}

[[programme.step]]
id = "paid"
kind = "sequence"
units = ["household"]
stale_after = 45
follows = ["meadow.decided"]
bridges = [{from = "application", to = "household", one_to_one = true}]
body = "orchard_office"
prefecture_can_act = false
name = {ar = "صرف دعم المرج", fr = "Versement Prairie", en = "Meadow payment"}
act = {ar = "صرف الدعم", fr = "verser l'aide à", en = "pay"}
things.household = {ar = "الأسر المستفيدة من المرج", fr = "ménages de la Prairie", en = "Meadow households"}

[[programme.step]]
id = "refused"
kind = "exit"
units = ["application"]
stale_after = 45
follows = ["meadow.applied"]
body = "meadow_board"
prefecture_can_act = false
name = {ar = "رفض طلب المرج", fr = "Refus Prairie", en = "Meadow refusal"}
act = {ar = "رفض", fr = "refuser", en = "refuse"}
things.application = {ar = "طلبات المرج المرفوضة", fr = "demandes Prairie refusées", en = "Meadow refusals"}

[[programme.step]]
id = "confirmed"
kind = "memo"
units = ["household"]
stale_after = 45
body = "meadow_board"
prefecture_can_act = true
name = {ar = "تأكيد الاستفادة من المرج", fr = "Confirmation Prairie", en = "Meadow confirmation"}
act = {ar = "تأكيد", fr = "confirmer", en = "confirm"}
things.household = {ar = "الأسر المؤكدة في المرج", fr = "ménages confirmés Prairie", en = "households confirmed"}

[[programme.step]]
id = "waiting"
kind = "memo"
units = ["household"]
stale_after = 45
body = "meadow_board"
prefecture_can_act = true
name = {ar = "انتظار المرج", fr = "Attente Prairie", en = "Meadow waiting"}
act = {ar = "تأكيد", fr = "confirmer", en = "confirm"}
things.household = {ar = "الأسر التي تنتظر المرج", fr = "ménages en attente Prairie", en = "households waiting"}

[[body]]
id = "meadow_board"
name = {ar = "مجلس المرج", fr = "conseil de la Prairie", en = "Meadow board"}
"""

MEADOW_COUNTS = f"""territory,step,unit,measure,date,from,to,reason,cohort,value
{COMMUNE},meadow.applied,household,stock,2026-10-31,,,,,1800
{COMMUNE},meadow.applied,application,stock,2026-10-31,,,,,1800
{COMMUNE},meadow.decided,application,stock,2026-10-31,,,,,1200
{COMMUNE},meadow.paid,household,stock,2026-10-31,,,,,900
{COMMUNE},meadow.applied,application,flow,,2026-09-07,2026-09-13,,2026-09,500
{COMMUNE},meadow.decided,application,flow,,2026-09-14,2026-09-20,,2026-09,300
{COMMUNE},meadow.refused,application,flow,,2026-09-01,2026-09-30,wrong_form,,60
{COMMUNE},pasture.covered,household,stock,2025-12-31,,,,,2000
{COMMUNE},meadow.confirmed,household,stock,2026-10-31,,,,,1500
{COMMUNE},meadow.waiting,household,stock,2026-10-31,,,,,400
"""

INDICATORS = """
[[indicator]]
id = "orchard.paid_share"
programme = "orchard"
numerator = {step = "orchard.paid", unit = "household"}
denominator = {census = "household"}
name = {ar = "نسبة الاستفادة من البستان", fr = "Part des ménages du Verger", en = "Share of households in the Orchard"}
denominator_name = {ar = "الأسر حسب الإحصاء", fr = "ménages du recensement", en = "census households"}
caveat = {ar = "الوحدة: الأسرة.", fr = "Unité : le ménage du Verger.", en = "Unit: the household of the Orchard."}
"""

COUNTS = f"""territory,step,unit,measure,date,value
{COMMUNE},orchard.applied,application,stock,2026-10-31,640
{COMMUNE},orchard.paid,household,stock,2026-09-30,400
{COMMUNE},orchard.paid,household,stock,2026-10-31,412
"""

NAMES = {"ar": "برنامج البستان", "fr": "Programme Verger", "en": "Orchard programme"}
INDICATOR = {
    "ar": "نسبة الاستفادة من البستان",
    "fr": "Part des ménages du Verger",
    "en": "Share of households in the Orchard",
}


def write_definitions(folder):
    (folder / "programmes.toml").write_text(PROGRAMMES + MEADOW, encoding="utf-8")
    (folder / "indicators.toml").write_text(INDICATORS, encoding="utf-8")


def take_in(engine):
    return import_file(
        engine, COUNTS.encode(), name="orchard.csv", actor="preparer", today=TODAY, catalogue=catalogue()
    )


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The folder of an office that has written a programme of its own; the environment names it."""
    folder = tmp_path_factory.mktemp("local")
    write_definitions(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(folder))
        yield folder


def made(url):
    """An engine on a database of that office, with counts of one commune."""
    engine = engine_for(url)
    prepare(engine, today=TODAY)
    asked = {"actor": "preparer", "today": TODAY, "catalogue": catalogue()}
    report = import_file(engine, MEADOW_COUNTS.encode(), name="meadow.csv", **asked)
    assert report.problems == () and report.accepted == 10
    report = take_in(engine)
    assert report.problems == () and report.accepted == 3
    return engine


@pytest.fixture(scope="module")
def embedded(local):
    """The office's embedded database, with counts of one commune."""
    engine = made(None)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(local, postgresql, run_on_server):
    """A PostgreSQL database of that office, with counts of one commune."""
    name = f"t{uuid.uuid4().hex}"
    run_on_server(f"CREATE DATABASE {name}")
    engine = made(postgresql(name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    run_on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["embedded", "served"])
def office(request):
    """An engine on the office's database; a test that asks for it runs once on each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def ask(office):
    """A function that asks a finding of that office's database on the first of November 2026."""

    def answer(name, *, locale, **choices):
        asked = {"cut": findings.latest_cut(office), "scope": "MA", "on": as_day(dt.date(2026, 11, 1))}
        return findings.find(name, office, locale=locale, **asked | choices)

    return answer


@pytest.mark.parametrize("locale", LOCALES)
def test_it_stands_first_on_the_situation_with_its_count_its_share_and_its_change(ask, locale):
    answer = ask("situation", locale=locale, territory=COMMUNE)
    panel = answer.panels[0]
    assert panel.parts["programme"] == "orchard"
    w = words(locale)
    said = panel.parts["readings"][-1]
    assert (said.territory_code, said.number, said.exact) == (COMMUNE, "412", w.count("household", 412))
    assert said.share and said.share_of == w("reading.of_census_household", year="2024")
    assert said.change == w("reading.change", n=w.signed(12), date=w.date(dt.date(2026, 9, 30)))
    page = findings.text(panel, locale=locale)
    assert NAMES[locale] in page and w.of_things("orchard.paid", "household") in page
    assert answer.paths["orchard"].parts["values"] == [400, 412]


@pytest.mark.parametrize("locale", LOCALES)
def test_above_the_commune_the_sum_says_that_it_is_partial_and_has_no_share(ask, locale):
    panel = ask("situation", locale=locale, territory=PREFECTURE).panels[0]
    assert panel.parts["programme"] == "orchard"
    said = panel.parts["readings"][-1]
    w = words(locale)
    assert (said.number, said.partial, said.share) == ("412", w("reading.partial"), "")
    assert w("situation.sentence_partial", **partial_sentence(w)) == panel.title


def partial_sentence(w):
    """What the sentence of the prefecture's partial sum says."""
    return {
        "things": w.of_things("orchard.paid", "household"),
        "place": w.in_territory(PREFECTURE),
        "n": w.number(412),
        "date": w.date(dt.date(2026, 10, 31)),
        "k": w.number(1),
        "m": w.count("commune", 6),
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_both_its_steps_are_among_all_the_figures(ask, locale):
    assert ask("situation", locale=locale, territory=COMMUNE).facts["listed"]
    rows = ask("figures", locale=locale, territory=COMMUNE).panels[0].parts["rows"]
    w = words(locale)
    assert [row[1] for row in rows[:2]] == [w.count("application", 640), w.count("household", 412)]
    for row, step in zip(rows, ("applied", "paid"), strict=False):
        assert w.name("step", f"orchard.{step}") in row[0] and w.name("programme", "orchard", field="short") in row[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_its_indicator_can_be_chosen_on_the_map_and_is_drawn(ask, office, locale):
    assert findings.indicator_choices(office, cut=findings.latest_cut(office))[0] == (
        "orchard.paid_share",
        "orchard",
        True,
    )
    (panel,) = ask(
        "map",
        locale=locale,
        territory=PREFECTURE,
        indicator="orchard.paid_share",
        show="share",
        level=None,
        boundaries="x",
    ).panels
    assert INDICATOR[locale] in panel.title
    assert {r.territory_code: (r.state, r.tint, r.count) for r in panel.parts["rows"]}[COMMUNE] == ("shown", 0, "412")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_programme_of_four_steps_has_its_stages_its_bridge_its_refusals_and_its_bodies(ask, office, locale):
    assert "meadow" in findings.stage_choices(office, cut=findings.latest_cut(office))
    answer = ask("stages", locale=locale, territory=COMMUNE, programme="meadow")
    w = words(locale)
    branches, passages = answer.panels
    mine = next(branch for branch in branches.parts["branches"] if branch.programme == "meadow")
    (strand,) = mine.strands
    assert [node.step for node in strand.nodes] == ["meadow.applied", "meadow.decided", "meadow.paid"]
    assert [node.tone for node in strand.nodes] == ["none", "cohort", "stocks"]
    rows = {row[0]: row for row in passages.parts["rows"]}
    # One household for an application, as the definitions say: 900 of 1,200.
    assert rows[w.name("step", "meadow.paid")][2] == w("stages.ratio_of_stocks", share=w.share(0.75))
    decided = rows[w.name("step", "meadow.decided")]
    assert (decided[1], decided[4]) == (w.name("body", "meadow_board"), w.count("application", 200))
    assert w.percent_words(1) in answer.facts["refusals"].title
    assert "meadow_board" in answer.facts["bodies"].parts["sheets"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_programme_that_took_over_from_another_has_its_transition(ask, office, locale):
    choices = findings.transition_choices(office, cut=findings.latest_cut(office))
    assert choices["meadow"] == ("household",)
    asked = {"programme": "meadow", "unit": "household", "level": None, "below": PREFECTURE}
    answer = ask("transition", locale=locale, territory=COMMUNE, **asked)
    w = words(locale)
    assert w.percent_words(0.75) in answer.panels[0].title
    assert [one.part for one in answer.panels[0].parts["parts"]] == ["former", "confirmed", "waiting"]
    row = next(row for row in answer.facts["below"].parts["rows"] if row.cells[0] == w.territory(COMMUNE))
    assert row.cells[3] == w.share(0.2)


@pytest.mark.parametrize("locale", LOCALES)
def test_it_is_defined_on_the_method_page(ask, locale):
    panel = ask("method", locale=locale).panels[0]
    w = words(locale)
    assert panel.title == INDICATOR[locale]
    answers = [row[1] for row in panel.parts["rows"]]
    assert w.name("body", "orchard_office") in answers
    assert w.name("indicator", "orchard.paid_share", field="caveat") in answers


@pytest.mark.parametrize("locale", LOCALES)
def test_the_data_page_says_how_fresh_it_is(ask, locale):
    fresh, log = ask("events", locale=locale).panels
    w = words(locale)
    (paid,) = [row for row in fresh.parts["rows"] if w.name("step", "orchard.paid") in row[1]]
    assert paid[2] == w.date(dt.date(2026, 10, 31))
    assert log.parts["rows"][0][3] == w.file_name("orchard.csv")


def test_when_it_is_taken_out_of_the_files_its_counts_stay_and_every_page_still_stands(tmp_path, monkeypatch):
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    write_definitions(tmp_path)
    office = made(None)
    for name in ("programmes.toml", "indicators.toml"):
        (tmp_path / name).unlink()
    prepare(office, today=TODAY)
    asked = {"cut": findings.latest_cut(office), "scope": "MA", "locale": "fr", "on": as_day(dt.date(2026, 11, 1))}
    situation = findings.find("situation", office, territory=COMMUNE, **asked)
    assert "orchard" not in [p.parts["programme"] for p in situation.panels]
    assert findings.find("figures", office, territory=COMMUNE, **asked).panels[0].parts["rows"] == []
    fresh, _ = findings.find("events", office, **asked).panels
    assert "orchard.paid" in [row[1] for row in fresh.parts["rows"]]
    assert findings.find("method", office, **asked).panels
    office.dispose()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pages_show_it(embedded, locale):
    def opened(page, **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in {"lang": locale, "territory": COMMUNE, "on": "2026-11-01", **address}.items():
            app.query_params[name] = value
        app.run()
        if page != "situation":
            app.switch_page(f"pages/{page}.py").run()
        assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
        return app, "".join(e.proto.body for e in app.get("html"))

    assert escape(NAMES[locale]) in opened("situation")[1]
    app, page = opened("map", indicator="orchard.paid_share")
    assert app.selectbox(key="choose-indicator").value == "orchard.paid_share"
    assert INDICATOR[locale] in app.selectbox(key="choose-indicator").options and ">412<" in page
    assert INDICATOR[locale] in [e.label for e in opened("method")[0].expander]
    assert escape(words(locale).name("step", "orchard.paid")) in opened("events")[1]
    w = words(locale)
    assert escape(w.name("step", "meadow.paid")) in opened("stages", programme="meadow")[1]
    app, _ = opened("transition", programme="meadow")
    assert w.name("programme", "meadow", field="short") in app.title[0].value
