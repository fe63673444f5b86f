"""The page of the chain of command: an office added, looked at, saved, in effect everywhere, and taken back."""

from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import chain
from data.catalogue import catalogue
from data.chain import Office, save
from data.importer import Territories, import_file
from i18n import look_again, words
from ui.viewer import Viewer

ROOT = Path(__file__).parents[2]
LOCALES = ("ar", "fr", "en")
PREFECTURE, INEZGANE, LQLIAA = "09.273", "09.273.01.15", "09.273.01.17"
CHAIN = (
    Office("09.273.D01", "pachalik", PREFECTURE, "إنزكان", "Inezgane"),
    Office("09.273.A01", "annex", "09.273.D01", "الأولى", "1", (INEZGANE,)),
    Office("09.273.A02", "annex", "09.273.D01", "الثانية", "2", (INEZGANE,)),
    Office("09.273.A03", "caidat", PREFECTURE, "القليعة", "Lqliaa", (LQLIAA,)),
)


@pytest.fixture
def office(tmp_path, monkeypatch):
    """The folder of an office that has entered no chain of command yet."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    look_again()
    yield tmp_path
    engine().dispose()
    look_again()


@pytest.fixture
def manned(office):
    """The folder of an office with a chain of command."""
    save(office, CHAIN)
    return office


def opened(page="chain", lang="en", **address):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in {"lang": lang, **address}.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(f"pages/{page}.py").run() if page != "situation" else app


def sound(app):
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def html(app):
    return "\n".join(e.proto.body for e in app.get("html"))


def field(app, kind, name):
    (found,) = [f for f in app.get(kind) if f.key and f.key.startswith(f"chain-{name}-")]
    return found


def add(app, *, ar, fr, covers, kind="annex"):
    field(app, "selectbox", "kind").set_value(kind).run()
    field(app, "text_input", "name_ar").set_value(ar)
    field(app, "text_input", "name_fr").set_value(fr)
    if covers:
        field(app, "button_group", "covers").set_value(covers)
    return app.button(key="chain-apply").click().run()


@pytest.mark.parametrize("lang", LOCALES)
def test_the_page_opens_in_every_language_with_and_without_offices(office, lang):
    w = words(lang)
    app = sound(opened(lang=lang))
    assert [t.value for t in app.title] == [w("chain.title", place=w.in_territory(PREFECTURE))]
    assert w("chain.empty", place=w.in_territory(PREFECTURE)) in app.info[0].value
    save(office, CHAIN)
    look_again()
    from data.loading import load_reference
    from ui.engine import engine

    load_reference(engine(), local=office)
    page = html(sound(opened(lang=lang)))
    w = words(lang)
    assert all(w.territory(one.code).replace("'", "&#x27;") in page for one in CHAIN)


def test_an_office_is_added_looked_at_saved_and_offered_on_every_page(office):
    app = sound(add(opened(), ar="الملحقة الإدارية الأولى", fr="1", covers=[INEZGANE]))
    assert not (office / chain.FILE).exists()
    assert "09.273.A01" in "".join(t.value for t in app.text)
    sound(app.button(key="chain-save").click().run())
    assert chain.offices(office) == (Office("09.273.A01", "annex", PREFECTURE, "الأولى", "1", (INEZGANE,)),)
    assert words("en").territory("09.273.A01") == "Administrative annex 1"
    assert "Administrative annex 1" in html(app)
    situation = sound(opened("situation", territory="09.273.A01"))
    assert situation.title[0].value.startswith("Situation in the administrative annex 1")
    events = html(sound(opened("events")))
    w = words("en")
    assert w("events.offices_changed", added=1, changed=0, removed=0) in events


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ar": "", "fr": "1", "covers": [INEZGANE]}, "no_name"),
        ({"ar": "ا", "fr": "1", "covers": []}, "covers_nothing"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(office, given, code):
    app = add(opened(), **given)
    w = words("en")
    (error,) = app.error
    assert error.value == w("chain.refused", n=w.count("problem", 1))
    said = w(f"chain.fault_{code}", column=w("chain.field_name_ar"), office="1")
    assert said in [t.value for t in app.text]
    assert "chain-save" not in [b.key for b in app.button]


def test_a_removed_office_is_gone_from_the_lists_and_can_be_put_back(manned):
    app = opened()
    field(app, "selectbox", "which").set_value("09.273.A02").run()
    sound(app.button(key="chain-remove").click().run())
    w = words("en")
    assert w("chain.removed_kept") in [c.value for c in app.caption]
    sound(app.button(key="chain-save").click().run())
    assert [one.code for one in chain.offices(manned)] == ["09.273.D01", "09.273.A01", "09.273.A03"]
    lower = opened().selectbox(key="choose-lower")
    assert "Administrative annex 2" not in lower.options and "Administrative annex 1" in lower.options
    back = sound(opened(how="before"))
    sound(back.button(key="chain-before").click().run())
    sound(back.button(key="chain-save").click().run())
    assert chain.offices(manned) == CHAIN


def test_a_pachalik_with_annexes_is_not_removed_under_them(manned):
    app = opened()
    field(app, "selectbox", "which").set_value("09.273.D01").run()
    app.button(key="chain-remove").click().run()
    assert len(app.error) == 1 and "chain-save" not in [b.key for b in app.button]


def test_what_is_discarded_changes_nothing(manned):
    app = sound(add(opened(), ar="ا", fr="A", covers=[LQLIAA]))
    sound(app.button(key="chain-discard").click().run())
    assert "chain-save" not in [b.key for b in app.button]
    assert chain.offices(manned) == CHAIN


def test_what_somebody_else_saved_in_the_meantime_is_not_written_over(manned):
    app = sound(add(opened(), ar="ا", fr="A", covers=[LQLIAA]))
    save(manned, CHAIN[:1])
    app.button(key="chain-save").click().run()
    assert chain.offices(manned) == CHAIN[:1]
    assert "chain-save" not in [b.key for b in app.button]


def test_a_file_replaces_the_offices_of_its_prefecture_once_it_was_looked_at(manned):
    app = opened(how="file")
    rows = f"code,kind,parent,name_ar,name_fr,covers\n,annex,09.273,الأولى,1,{INEZGANE}\n"
    (upload,) = app.get("file_uploader")
    upload.upload("chain.csv", rows.encode(), "text/csv").run()
    sound(app.button(key="chain-read").click().run())
    texts = "".join(t.value for t in app.text)
    assert "Removed" in texts and "Changed" in texts
    sound(app.button(key="chain-save").click().run())
    # The annex that has the same name keeps its code, and so its figures.
    assert chain.offices(manned) == (Office("09.273.A01", "annex", PREFECTURE, "الأولى", "1", (INEZGANE,)),)


def test_a_file_that_is_no_chain_is_refused_in_words(manned):
    app = opened(how="file", lang="fr")
    (upload,) = app.get("file_uploader")
    upload.upload("chain.csv", b"code,kind\nx,annex\n", "text/csv").run()
    app.button(key="chain-read").click().run()
    w = words("fr")
    assert [e.value for e in app.error] == [w("chain.refused", n=w.count("problem", 1))]
    assert "name_ar" in "".join(t.value for t in app.text)


@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (Viewer("administrator", "MA"), True),
        (Viewer("preparer", PREFECTURE), True),
        (Viewer("preparer", "09.001"), False),
        (Viewer("preparer", "09.273.D01"), False),
        (Viewer("preparer", INEZGANE), False),
        (Viewer("reader", "MA"), False),
        (Viewer("reader", PREFECTURE), False),
    ],
)
def test_only_who_prepares_the_whole_prefecture_changes_its_chain(manned, monkeypatch, viewer, may):
    monkeypatch.setattr("ui.frame.viewer", lambda: viewer)
    app = sound(opened(territory=PREFECTURE))
    here = app.title[0].value == words("en")("chain.title", place=words("en").in_territory(PREFECTURE))
    assert (here and "chain-apply" in [b.key for b in app.button]) is may


def test_a_caid_opens_on_his_annex_and_sees_no_other(manned, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273.A01"))
    app = sound(opened("situation"))
    assert app.title[0].value.startswith("Situation in the administrative annex 1")
    page = html(sound(opened()))
    assert "Administrative annex 1" in page and "Administrative annex 2" not in page
    assert "Administrative annex 2" not in app.selectbox(key="choose-lower").options


# The figures


@pytest.fixture
def counted(manned):
    """An office with counts of two of its three annexes."""
    from ui.engine import engine

    rows = [
        "territory,step,unit,measure,date,value",
        "09.273.A01,rsu.registered,household,stock,2026-03-01,300",
        "09.273.A03,rsu.registered,household,stock,2026-03-01,12000",
    ]
    report = import_file(
        engine(),
        "\n".join(rows).encode(),
        name="annexes.csv",
        actor="administrator",
        today=chain_day(),
        catalogue=catalogue(manned),
        territories=Territories.load(manned),
    )
    assert not report.problems
    return manned


def chain_day():
    from ui.engine import today

    return today()


@pytest.mark.parametrize("lang", LOCALES)
def test_annexes_have_a_table_with_bars_and_no_empty_map(counted, lang):
    address = {"territory": PREFECTURE, "on": "2026-03-02", "indicator": "rsu.registered_share"}
    app = sound(opened("map", lang=lang, level="annex", show="share", **address))
    page, w = html(app), words(lang)
    assert not app.get("plotly_chart")
    names = [w.territory(code) for code in ("09.273.A01", "09.273.A02", "09.273.A03")]
    places = [page.index(f">{name}</a>".replace("'", "&#x27;")) for name in names]
    assert places == sorted(places)
    # The first shares its commune and has no denominator, the second has no figure.
    assert page.count('class="tt-row-bar"') == 1
    assert w("map.credit") not in page
    counts = html(sound(opened("map", lang=lang, level="annex", **address)))
    assert counts.count('class="tt-row-bar"') == 2
    assert sound(opened("map", lang=lang, **address)).get("plotly_chart")


def test_an_annex_shows_the_map_of_its_prefecture_and_a_pachalik_its_annexes(counted):
    app = sound(opened("map", territory="09.273.A01"))
    assert app.get("plotly_chart")
    assert words("en").place(PREFECTURE) in html(app)
    app = sound(opened("map", territory="09.273.D01"))
    page = html(app)
    assert not app.get("plotly_chart")
    assert "Administrative annex 2" in page and "Caïdat of Lqliaa" not in page


def test_a_sum_over_annexes_says_that_it_is_over_annexes(manned):
    from ui.engine import engine

    rows = ["territory,step,unit,measure,date,value"]
    rows += [f"{code},rsu.registered,household,stock,2026-03-01,10" for code in ("09.273.A01", "09.273.A04")]
    ground = ("09.273.01.05", "09.273.01.13", "09.273.05.19", "09.273.05.27")
    save(manned, [*CHAIN, Office("09.273.A04", "caidat", PREFECTURE, "ب", "B", ground)])
    report = import_file(
        engine(),
        "\n".join(rows).encode(),
        name="annexes.csv",
        actor="administrator",
        today=chain_day(),
        catalogue=catalogue(manned),
        territories=Territories.load(manned),
    )
    assert not report.problems
    for lang in LOCALES:
        w = words(lang)
        page = html(sound(opened("situation", lang=lang, territory=PREFECTURE, on="2026-03-02")))
        said = w("reading.reporting", n=w.number(2), m=w.count("annex", 4))
        assert escape(said) in page
        # Which annexes are silent is said by their names.
        assert escape(w.territory("09.273.A02")) in page


def test_below_a_prefecture_communes_come_first_and_each_is_named_with_what_it_is(counted):
    options = opened("situation").selectbox(key="choose-lower").options
    assert options[-4:] == [
        "Pachalik of Inezgane",
        "Administrative annex 1",
        "Administrative annex 2",
        "Caïdat of Lqliaa",
    ]
    assert "Inezgane (commune)" in options


@pytest.mark.parametrize("locale", LOCALES)
def test_a_prefectures_situation_leads_in_one_click_to_each_kind_of_its_children(manned, locale):
    w = words(locale)

    def ways(territory):
        app = sound(opened("situation", locale, territory=territory))
        return {
            link.proto.label: link.proto.query_string
            for link in app.get("page_link")
            if "level=" in link.proto.query_string
        }

    found = ways(PREFECTURE)
    assert list(found) == [w(f"map.level_{level}") for level in ("commune", "district", "annex")]
    assert "level=annex" in found[w("map.level_annex")] and f"territory={PREFECTURE}" in found[w("map.level_annex")]
    # Of the kingdom, and of an office that has nothing below it, there is nothing to choose.
    assert ways("MA") == {} and ways("09.273.A03") == {}
