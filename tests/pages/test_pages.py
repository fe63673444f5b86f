"""The four pages by the front door, in three languages: with published figures, with none, for a narrower scope."""

import csv
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from data.catalogue import catalogue
from data.importer import import_file
from i18n import words
from ui.viewer import Viewer

ROOT = Path(__file__).parents[2]
LOCALES = ("ar", "fr", "en")
PAGES = ("situation", "map", "method", "events", "stages", "transition", "meetings")


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def title_of(app, html):
    """The title of a page: Streamlit's own, or the sentence over the map."""
    return app.title[0].value if app.title else html(app).partition('class="tt-map-title"')[2].partition("<")[0]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("territory", ["MA", "02", "02.411", "09.273.01.15", "06.141.01.00", "06.141.01.01"])
def test_the_situation_says_where_and_when_it_stands(opened, on, locale, territory):
    app = sound(opened(lang=locale, territory=territory, on="2026-03-01"))
    w = words(locale)
    title = w("situation.title", place=w.in_territory(territory), date=w.date(on("2026-03-01")))
    assert [t.value for t in app.title] == [title]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_situation_has_the_readings_of_every_featured_programme(opened, html, locale):
    page = html(sound(opened(lang=locale, territory="02.411", on="2024-01-20")))
    w = words(locale)
    for programme in ("rnp", "rsu", "amo_tadamon", "asd", "minhaty"):
        assert w.name("programme", programme) in page.replace("&#x27;", "'")
    assert w.share(0.352) in page and w.number(239_000) in page
    assert f'dir="{w.direction}"' in page


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("territory", "level", "children"), [("MA", "", 75), ("MA", "commune", 1503), ("02", "", 8), ("09.273", "", 6)]
)
def test_the_map_shows_the_children_and_their_table(opened, html, locale, territory, level, children):
    address = {"level": level} if level else {}
    app = sound(opened("map", lang=locale, territory=territory, on="2026-03-01", **address))
    page = html(app)
    assert page.count('<th scope="row">') == children
    w = words(locale)
    assert w.name("indicator", "rnp.registered_share") in page.replace("&#x27;", "'")
    (chart,) = app.get("plotly_chart")
    sent = json.loads(chart.proto.spec)
    located = {code for trace in sent["data"] if trace["type"] == "choropleth" for code in trace["locations"]}
    assert len(located) == children
    assert json.loads(chart.proto.config)["topojsonURL"] == "/app/static/topojson/"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_method_page_opens_every_indicator(opened, locale):
    app = sound(opened("method", lang=locale))
    w = words(locale)
    assert [t.value for t in app.title] == [w("method.title")]
    assert {e.label for e in app.expander} >= {w.name("indicator", i) for i in catalogue().indicators}
    assert w("method.quoted_title") in [h.value for h in app.header]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_data_page_names_the_file_that_was_taken_in(opened, html, locale):
    app = sound(opened("events", lang=locale))
    w = words(locale)
    assert [t.value for t in app.title] == [w("events.title")]
    page = html(app)
    assert "counts.csv" in page and w.name("source", "published") in page
    assert w("events.empty") not in "".join(i.value for i in app.info)


@pytest.mark.parametrize("locale", LOCALES)
def test_all_the_figures_of_a_territory_are_sent_when_they_are_asked_for_and_the_address_says_so(opened, html, locale):
    app = sound(opened(lang=locale, territory="02.411", on="2024-01-20"))
    w = words(locale)
    counted = w.count("person", 241_000)
    toggle = app.toggle(key="unfold-figures")
    assert toggle.label == w("situation.all_figures", place=w.in_territory("02.411")) and counted not in html(app)
    toggle.set_value(True).run()
    assert counted in html(sound(app)) and app.query_params["figures"] in ("1", ["1"])
    again = sound(opened(lang=locale, territory="02.411", on="2024-01-20", figures="1"))
    assert counted in html(again) and again.toggle(key="unfold-figures").value is True
    again.toggle(key="unfold-figures").set_value(False).run()
    assert counted not in html(sound(again)) and "figures" not in again.query_params


@pytest.mark.parametrize("locale", LOCALES)
def test_each_name_in_the_table_of_the_map_leads_down_and_keeps_the_other_choices(opened, html, locale):
    page = html(sound(opened("map", lang=locale, territory="02", on="2024-01-20", indicator="asd.paid_share")))
    links = [parse_qs(unescape(text)) for text in re.findall(r'<th scope="row"><a href="\?([^"]*)"', page)]
    assert len(links) == 8 and ["02.411"] in [asked["territory"] for asked in links]
    kept = {"lang": [locale], "on": ["2024-01-20"], "indicator": ["asd.paid_share"]}
    assert all({name: value for name, value in asked.items() if name != "territory"} == kept for asked in links)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_cold_goes_through_the_front_door_first(office, monkeypatch, html, page, locale):
    # Before its first run the app knows pages by their files alone, as Streamlit does for a deep link.
    monkeypatch.setenv("TATABBU_LOCAL", str(office))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["lang"], app.query_params["territory"] = locale, "02.411"
    sound(app.switch_page(f"pages/{page}.py").run())
    w = words(locale)
    named = {page: w(f"{page}.title") for page in ("events", "meetings", "method")}
    expected = named[page] if page in named else w.in_territory("02.411")
    assert expected in title_of(app, html).replace("&#x27;", "'")
    assert app.selectbox(key="choose-upper").value == "02.411"


@pytest.mark.parametrize("page", PAGES)
def test_the_file_of_a_page_started_by_itself_shows_the_app(office, monkeypatch, page):
    monkeypatch.setenv("TATABBU_LOCAL", str(office))
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    app.query_params["lang"] = "fr"
    sound(app.run())
    assert app.selectbox(key="choose-upper").value == "09.273"
    assert len(app.title) == 1


def test_without_choices_the_app_opens_in_arabic_on_the_offices_prefecture_today(opened, today):
    w = words("ar")
    title = w("situation.title", place=w.in_territory("09.273"), date=w.date(today()))
    assert [t.value for t in sound(opened()).title] == [title]


def test_choices_in_the_address_are_those_of_the_view(opened, html):
    app = sound(
        opened(
            "map",
            lang="fr",
            territory="02",
            on="2024-01-20",
            indicator="asd.paid_share",
            show="count",
            order="count",
        )
    )
    assert app.selectbox(key="choose-indicator").value == "asd.paid_share"
    assert app.selectbox(key="choose-upper").value == "02"
    assert app.text_input(key="type-on").value == "20 janvier 2024"
    page = html(app)
    assert page.index("Oujda-Angad") < page.index("Berkane") and "21\u202f500" in page


def test_a_choice_made_by_hand_is_written_into_the_address(opened):
    app = opened(lang="fr", territory="02.411", on="2024-01-20")
    app.selectbox(key="choose-upper").set_value("03.451").run()
    assert app.query_params["territory"] in ("03.451", ["03.451"])
    assert words("fr").in_territory("03.451") in sound(app).title[0].value


def test_another_language_shows_the_same_view(opened, on):
    app = opened(lang="fr", territory="02.411", on="2024-01-20")
    app.query_params["lang"] = "ar"
    sound(app.run())
    w = words("ar")
    title = w("situation.title", place=w.in_territory("02.411"), date=w.date(on("2024-01-20")))
    assert [t.value for t in app.title] == [title]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", PAGES)
def test_a_territory_there_is_not_is_said_on_every_page(opened, html, page, locale):
    app = sound(opened(page, lang=locale, territory="99.999"))
    w = words(locale)
    assert escape(w("errors.unknown_territory", seen="99.999", place_in=w.in_territory("09.273"))) in html(app)


@pytest.mark.parametrize("seen", ["<img src=x onerror=alert(1)>", "![x](https://example.org/x.png)"])
def test_what_stands_in_the_address_never_becomes_markup(opened, html, seen):
    app = sound(opened(lang="fr", territory=seen))
    w = words("fr")
    shown = html(app)
    assert escape(w("errors.unknown_territory", seen=seen, place_in=w.in_territory("09.273"))) in shown
    assert "<img" not in shown
    assert [e.value for kind in (app.markdown, app.warning, app.info) for e in kind if "example.org" in e.value] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_day_that_has_not_come_is_said_and_today_is_shown(opened, html, today, locale):
    later = today() + dt.timedelta(days=400)
    app = sound(opened(lang=locale, territory="02.411", on=later.isoformat()))
    w = words(locale)
    assert escape(w("errors.future_date", seen=w.date(later), shown=w.date(today()))) in html(app)
    assert w.date(today()) in app.title[0].value


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("seen", ["soon", "2024-02-30", "31/31/2024"])
def test_a_date_that_is_none_is_said_and_today_is_shown(opened, html, today, locale, seen):
    app = sound(opened(lang=locale, territory="02.411", on=seen))
    w = words(locale)
    text = w("errors.unknown_date", seen=seen, shown=w.date(today()), example=w.date_short(today()))
    assert escape(text) in html(app)
    assert w.date(today()) in app.title[0].value


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("typed", ["soon", "31/31/2024", "<b>x</b>"])
def test_a_mistyped_date_keeps_the_view_and_is_said_once(opened, html, on, locale, typed):
    app = sound(opened(lang=locale, territory="02.411", on="2024-01-20"))
    w = words(locale)
    before = [t.value for t in app.title]
    app.text_input(key="type-on").set_value(typed).run()
    said = escape(w("errors.typed_date", seen=typed, example=w.date_short(on("2024-01-20"))))
    assert said in html(sound(app))
    assert [t.value for t in app.title] == before and app.query_params["on"] in ("2024-01-20", ["2024-01-20"])
    assert app.text_input(key="type-on").value == w.date(on("2024-01-20"))
    app.run()
    assert said not in html(sound(app))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_date_typed_well_is_the_day_of_the_view(opened, on, locale):
    app = opened(lang=locale, territory="02.411", on="2024-01-20")
    app.text_input(key="type-on").set_value("1/3/2026").run()
    w = words(locale)
    assert w.date(on("2026-03-01")) in sound(app).title[0].value
    assert app.query_params["on"] in ("2026-03-01", ["2026-03-01"])


@pytest.mark.parametrize("locale", LOCALES)
def test_an_indicator_there_is_not_is_said_and_the_first_is_shown(opened, html, locale):
    app = sound(opened("map", lang=locale, indicator="rsu.<b>"))
    w = words(locale)
    shown = w.name("indicator", "rnp.registered_share")
    assert escape(w("errors.unknown_choice", seen="rsu.<b>", shown=shown)) in html(app)
    assert app.selectbox(key="choose-indicator").value == "rnp.registered_share"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_day_before_all_figures_is_called_what_it_is(opened, locale):
    app = sound(opened(lang=locale, territory="02.411", on="2015-01-01"))
    assert words(locale)("situation.empty") in app.info[0].value


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("territory", ["MA", "09.273", "09.273.01.15"])
def test_without_any_figure_the_situation_says_what_to_do_next(without_figures, opened_here, locale, territory):
    app = sound(opened_here(lang=locale, territory=territory))
    w = words(locale)
    assert w("situation.empty") in app.info[0].value and w("situation.empty_next") in app.info[0].value
    assert len(app.title) == 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", ["map", "method", "events", "meetings"])
def test_without_any_figure_the_other_pages_stand(without_figures, opened_here, html, locale, page):
    app = sound(opened_here(page, lang=locale, territory="09.273"))
    assert title_of(app, html)
    if page == "map":
        assert words(locale)("map.legend_missing") in html(app) and 'class="tt-swatch tt-tint' not in html(app)
    if page == "events":
        assert escape(words(locale)("events.kind_withdrawal")) in html(app)


@pytest.fixture
def opened_here():
    """A function that opens a page on the database of the folder that the test is in."""

    def run(page="situation", **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        if page != "situation":
            app.switch_page(f"pages/{page}.py").run()
        return app

    return run


LOGGED_IN = """
import json, sys
from streamlit import config
from streamlit.testing.v1 import AppTest

# What `streamlit run --server.address 0.0.0.0` settles: AppTest reads no command line.
config.set_option("server.address", "0.0.0.0")
asked = json.loads(sys.argv[1])
app = AppTest.from_file("app.py", default_timeout=120)
app.user = asked["user"]
for name, value in asked["address"].items():
    app.query_params[name] = value
app.run()
if asked["page"] != "situation":
    app.switch_page(f"pages/{asked['page']}.py").run()
print(json.dumps({
    "titles": [t.value for t in app.title],
    "html": "".join(e.proto.body for e in app.get("html")),
    "warnings": [x.value for x in app.warning],
    "infos": [x.value for x in app.info],
    "errors": [e.value for e in app.error] + [e.value for e in app.exception],
    "upper": [s.options for s in app.selectbox if s.key == "choose-upper"],
    "uploads": len(app.get("file_uploader")),
    "buttons": [b.label for b in app.button],
    "expanders": [e.label for e in app.expander],
}))
"""

SECRETS = """
[auth]
redirect_uri = "https://tatabbu.example.org/oauth2callback"
cookie_secret = "only for this test"
client_id = "x"
client_secret = "x"
server_metadata_url = "https://login.example.org/.well-known/openid-configuration"

[accounts."reader@example.org"]
role = "reader"
scope = "02.411"

[accounts."preparer@example.org"]
role = "preparer"
scope = "02.411"

[accounts."administrator@example.org"]
role = "administrator"
scope = "MA"

[accounts."lost@example.org"]
role = "reader"
scope = "99.999"
"""


@pytest.fixture(scope="module")
def as_user(office, tmp_path_factory):
    """A function that opens a page of a server open to other machines, as somebody who has logged in or has not.

    In a process of its own: where the accounts stand, and to whom the server listens, is settled when it starts.
    """
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "secrets.toml").write_text(SECRETS, encoding="utf-8")
    environment = os.environ | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TATABBU_LOCAL": str(office),
    }

    def run(email, page="situation", local=None, **address):
        user = {"is_logged_in": bool(email)} | ({"email": email} if email else {})
        asked = json.dumps({"user": user, "page": page, "address": address})
        done = subprocess.run(
            [sys.executable, "-c", LOGGED_IN, asked],
            cwd=ROOT,
            env=environment | ({"TATABBU_LOCAL": str(local)} if local else {}),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_a_reader_opens_on_his_own_prefecture_and_is_offered_no_other(as_user):
    seen = as_user("reader@example.org", lang="fr", on="2024-01-20")
    w = words("fr")
    assert seen["errors"] == [] and seen["titles"][0].startswith("Situation dans la préfecture d'Oujda-Angad")
    assert len(seen["upper"][0]) == 3 and w.share(0.352) in seen["html"]


def test_a_reader_who_follows_a_link_to_another_prefecture_is_told_that_it_is_not_his(as_user):
    seen = as_user("reader@example.org", lang="ar", territory="09.273", on="2024-01-20")
    w = words("ar")
    assert seen["errors"] == [] and w("errors.outside_scope", place_in=w.in_territory("09.273")) in seen["html"]
    assert w.in_territory("02.411") in seen["titles"][0]


@pytest.mark.parametrize(("email", "uploads"), [("reader@example.org", 0), ("preparer@example.org", 2)])
def test_only_who_prepares_can_hand_in_a_file(as_user, email, uploads):
    seen = as_user(email, page="events", lang="en")
    w = words("en")
    assert seen["errors"] == [] and seen["titles"] == [w("events.title")]
    assert seen["uploads"] == uploads


COUNTS = """territory,step,unit,measure,date,value
02.411.01.11,rsu.registered,household,stock,2026-02-20,800
09.273.01.15,rsu.registered,household,stock,2026-02-20,12000
"""


@pytest.fixture
def taken_in(tmp_path, monkeypatch):
    """An office of its own that has taken in a file of counts of two prefectures."""
    from ui.engine import engine, today

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    report = import_file(
        engine(), COUNTS.encode(), name="two.csv", actor="administrator", today=today(), catalogue=catalogue()
    )
    assert report.event == 3
    yield tmp_path
    engine().dispose()


def test_only_who_answers_for_the_whole_kingdom_can_withdraw_a_file(as_user, taken_in):
    w = words("en")
    offered = {
        name: w("events.withdraw") in as_user(f"{name}@example.org", "events", taken_in, lang="en")["expanders"]
        for name in ("reader", "preparer", "administrator")
    }
    assert offered == {"reader": False, "preparer": False, "administrator": True}


@pytest.mark.parametrize(
    ("role", "scope", "may_import", "may_withdraw"),
    [
        ("administrator", "MA", True, True),
        ("preparer", "MA", True, True),
        ("preparer", "02.411", True, False),
        ("administrator", "02.411", True, False),
        ("reader", "MA", False, False),
        ("reader", "02.411", False, False),
    ],
)
def test_what_a_viewer_may_do_depends_on_his_role_and_his_scope(role, scope, may_import, may_withdraw):
    assert (Viewer(role, scope).may_import, Viewer(role, scope).may_withdraw) == (may_import, may_withdraw)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_file_is_withdrawn_after_a_choice_and_a_confirmation_and_that_is_said(taken_in, opened_here, html, locale):
    w = words(locale)
    app = sound(opened_here("events", lang=locale))
    assert "withdraw-do" not in [b.key for b in app.button]
    (box,) = [s for s in app.selectbox if (s.key or "").startswith("withdraw-")]
    assert box.value is None and len(box.options) == 1 and "two.csv" in box.options[0]
    box.select_index(0).run()
    sound(app)
    assert w("events.withdraw_sure", file="two.csv", number="3") in [m.value for m in app.markdown]
    assert [s.value for s in app.success] == []
    app.button(key="withdraw-do").click().run()
    sound(app)
    assert [s.value for s in app.success] == [w("importer.withdrawn", event=3, by=4)]
    assert escape(w("events.withdrawn_by", kind=w("events.kind_import"), number="4")) in html(app)
    # Nothing else can be withdrawn: what ships with the product is not offered.
    assert not [s for s in app.selectbox if (s.key or "").startswith("withdraw-")]
    assert [s.value for s in app.run().success] == []


def test_a_file_is_handed_in_on_the_page_and_what_became_of_it_is_said(taken_in, opened_here, html):
    app = sound(opened_here("events", lang="fr"))
    w = words("fr")
    content = COUNTS.replace("800", "many").replace("12000", "12100").encode()
    app.file_uploader(key="file").set_value(("next.csv", content, "text/csv")).run()
    app.button(key="take-in").click().run()
    said = [e.value for e in app.error]
    assert said == [w("importer.refused", file="next.csv", rows_read=2, problems="1")]
    assert any("many" in t.value for t in app.text)
    app.checkbox(key="accept-rest").check().run()
    app.button(key="take-in").click().run()
    sound(app)
    stored = w("importer.stored", file="next.csv", event=4, rows_read=2, accepted=1, refused=1, unchanged=0)
    assert stored in [s.value for s in app.success]
    assert "next.csv" in html(app)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("territory", "children"), [("MA", 12), ("02", 8), ("09.273", 6), ("09.273.01.15", 1), ("06.141.01.0", 16)]
)
def test_the_template_is_taken_in_once_its_values_are_written(
    office, monkeypatch, reference_engine, today, on, territory, children, locale
):
    import findings
    from ui.cache import View
    from ui.choices import Choices
    from ui.engine import engine
    from ui.intake import template

    monkeypatch.setenv("TATABBU_LOCAL", str(office))
    cut, reference = findings.latest_events(engine())
    view = View(cut=cut, scope="MA", locale=locale, reference=reference)
    text = template(Choices(view, territory, on("2026-03-01"), (territory,), {}))
    rows = list(csv.DictReader(io.StringIO(text)))
    counts = findings.headline_counts(engine(), cut=cut)
    assert len(rows) == children * len(counts) and {(r["step"], r["unit"]) for r in rows} == set(counts)
    w = words(locale)
    assert {r["note"] for r in rows} == {w.territory(r["territory"]) for r in rows}
    assert {(r["value"], r["date"]) for r in rows} == {("", "2026-03-01")}

    def hand_in(content):
        return import_file(
            reference_engine,
            content,
            name="template.csv",
            actor="preparer",
            today=today(),
            catalogue=catalogue(),
        )

    refused = hand_in(("\ufeff" + text).encode())
    assert refused.event is None and {p.code for p in refused.problems} == {"empty_cell"}
    filled = io.StringIO()
    table = csv.DictWriter(filled, rows[0].keys())
    table.writeheader()
    table.writerows(row | {"value": 1000 + i} for i, row in enumerate(rows))
    taken = hand_in(("\ufeff" + filled.getvalue()).encode())
    assert taken.problems == () and taken.event is not None and taken.accepted == len(rows)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_template_of_the_chosen_territory_is_offered(opened, locale):
    app = sound(opened("events", lang=locale, territory="09.273"))
    (button,) = app.get("download_button")
    assert button.proto.label == words(locale)("events.template")
    assert button.proto.url.endswith(".csv")


def test_a_readers_map_gives_nothing_away_of_other_prefectures(as_user):
    seen = as_user("reader@example.org", page="map", lang="en", territory="02", on="2024-01-20")
    assert seen["errors"] == [] and "Oujda-Angad" in seen["html"] and seen["uploads"] == 0


@pytest.mark.parametrize("email", ["stranger@example.org", "lost@example.org"])
def test_somebody_without_an_account_or_whose_territory_is_none_sees_nothing(as_user, email):
    seen = as_user(email, lang="en")
    assert seen["warnings"] == [words("en")("errors.no_account")] and seen["errors"] == []
    assert seen["upper"] == [] and 'class="tt-programme' not in seen["html"]
    assert words("en")("app.log_out") in seen["buttons"]


def test_somebody_who_has_not_logged_in_is_asked_to(as_user):
    seen = as_user("", lang="fr", territory="02.411")
    assert seen["infos"] == [words("fr")("errors.login_required")]
    assert seen["upper"] == [] and 'class="tt-programme' not in seen["html"]
