"""The page of targets, by the front door: what it says, what a form and a file change, what each role may do."""

import datetime as dt
from html import unescape

import pytest
import sqlalchemy as sa

import findings
from data.schema import milestone, target
from data.targets import COLUMNS, Promise, set_targets, withdraw_target
from i18n import words
from i18n.catalogues import catalogue
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
RSU = "rsu.registered_share"
MAY = {"territory": "MA", "on": "2023-05-15", "indicator": RSU}
HERE = {"territory": "09.273", "on": "2023-09-15", "indicator": RSU}


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def days(iso):
    return (dt.date.fromisoformat(iso) - dt.date(1970, 1, 1)).days


@pytest.fixture
def own(tmp_path, monkeypatch, opened):
    """An office of its own, whose targets may be written; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


@pytest.fixture
def weekly(own):
    """Weekly counts of the prefecture and its communes in the office of its own; the codes of the communes."""
    from data.catalogue import catalogue as definitions
    from data.importer import import_file

    codes = [c for c, level, parent in findings.territory_choices(own(), scope="MA") if parent == "09.273"]
    lines = ["territory,step,unit,measure,date,value"]
    for week in range(36):
        on = (dt.date(2023, 1, 8) + dt.timedelta(weeks=week)).isoformat()
        lines += [f"{code},rsu.registered,household,stock,{on},{(at + 1) * 50 * week}" for at, code in enumerate(codes)]
    report = import_file(
        own(),
        "\n".join(lines).encode(),
        name="w.csv",
        actor="preparer",
        today=dt.date(2026, 11, 23),
        catalogue=definitions(),
        judged=False,
    )
    assert report.event is not None, report.problems
    return codes


@pytest.fixture
def promise(own):
    """A function that sets a target in the office of its own."""

    def run(territory="09.273", value=60_000, due="2023-12-31", **more):
        one = Promise(
            indicator=more.pop("indicator", RSU),
            territory=territory,
            due=days(due),
            value=value,
            starts=days("2023-01-02"),
            set_by="assigned",
            source=more.pop("source", "letter 12"),
            **more,
        )
        return set_targets(own(), [one], actor="preparer")

    return run


def held(engine, code="09.273"):
    """What was ever said of the targets of a territory, oldest first."""
    with engine.connect() as connection:
        wanted = sa.select(target).where(target.c.territory == code).order_by(target.c.event)
        return [row._asdict() for row in connection.execute(wanted)]


@pytest.mark.parametrize("locale", LOCALES)
def test_mid_may_2023_is_shown_with_its_path_in_three_languages(opened, html, locale):
    app = sound(opened("targets", lang=locale, **MAY))
    page, w = unescape(html(app)), words(locale)
    assert app.title[0].value == w("targets.title", date=w.date(dt.date(2023, 5, 15)))
    for text in (w("targets.verdict_ahead"), w.short(1_530_000), w.number(10_898), w.short(3_500_000)):
        assert text in page
    assert w.count("household", 270_000, short=True, millions=True) in page
    assert app.get("plotly_chart")[0].proto.spec
    assert page.index("tt-promise") < page.index("tt-course")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_card_stands_on_the_first_screen_with_the_programme(opened, html, locale):
    page = unescape(html(sound(opened(lang=locale, territory="MA", on="2023-05-15"))))
    assert page.count('class="tt-brief"') == 2 and words(locale)("targets.verdict_ahead") in page


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", ["MA", "09", "09.273", "09.273.01.15", "06.141.01.0", "06.141.01.01"])
@pytest.mark.parametrize("on", ["2022-01-01", "2023-12-31", "2024-01-01"])
def test_the_page_opens_on_published_figures_for_each_kind_of_territory_and_day(opened, html, code, on, locale):
    app = sound(opened("targets", lang=locale, territory=code, on=on))
    assert "nan" not in unescape(html(app)).lower().replace("finan", "").split()
    w = words(locale)
    assert app.title[0].value == w("targets.title", date=w.date(dt.date.fromisoformat(on)))


@pytest.mark.parametrize("locale", LOCALES)
def test_without_figures_the_page_says_what_is_promised_and_that_nothing_is_known(
    opened, without_figures, html, locale
):
    app = sound(opened("targets", lang=locale, **MAY))
    w = words(locale)
    said = w("targets.no_figure", things=w.of_things("rsu.registered", "household"), place=w.in_territory("MA"))
    assert said in unescape(html(app)) and not app.get("plotly_chart")
    assert w("targets.alerts_none") in [h.value for h in app.header]
    empty = sound(opened("targets", lang=locale, **MAY | {"indicator": "amo_tadamon.covered_share"}))
    assert w("targets.empty") in empty.info[0].value and w("targets.empty_next") in empty.info[0].value


def test_an_indicator_that_there_is_not_is_said_and_the_first_one_shown(opened, html):
    app = opened("targets", lang="fr", territory="MA", indicator="nothing.here")
    assert "nothing.here" in html(app) and [e.value for e in app.exception] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_who_carries_the_gap_and_the_map_are_shown_where_communes_have_figures(weekly, promise, opened, html, locale):
    promise()
    app = sound(opened("targets", lang=locale, **HERE))
    page, w = unescape(html(app)), words(locale)
    assert page.count('class="tt-carried"') == 1 and "tt-promises" in page
    assert all(w.territory(code) in page for code in weekly)
    assert len(app.get("plotly_chart")) == 2
    (by,) = [one for one in app.get("button_group") if one.key == "switch-by"]
    assert by.value == "need"


def test_where_nothing_was_promised_there_is_a_table_and_no_map(weekly, take_in, opened, html):
    take_in(*(f"{code},amo_tadamon.covered,person,stock,2023-08-31,500" for code in weekly))
    app = sound(opened("targets", lang="fr", **HERE | {"indicator": "amo_tadamon.covered_share"}))
    page = unescape(html(app))
    assert "tt-promises" in page and "switch-split" not in [one.key for one in app.get("button_group")]
    assert words("fr")("targets.need_none") not in page and words("fr")("targets.empty") in app.info[0].value


@pytest.fixture
def take_in(own):
    """A function that takes a file of stocks into the office of its own: lines of territory, step, unit, day, value."""
    from data.catalogue import catalogue as definitions
    from data.importer import import_file

    def run(*lines):
        text = "\n".join(("territory,step,unit,measure,date,value", *lines))
        asked = {"name": "f.csv", "actor": "preparer", "today": dt.date(2026, 11, 23), "catalogue": definitions()}
        report = import_file(own(), text.encode(), **asked)
        assert report.event is not None, report.problems

    return run


@pytest.mark.parametrize("locale", LOCALES)
def test_by_what_a_target_is_shared_out_is_chosen_and_where_it_cannot_be_that_is_said(
    weekly, promise, take_in, opened, html, locale
):
    covered, w = "amo_tadamon.covered_share", words(locale)
    # A sixth of 60,000, on 31 August: 241 days of 363.
    alike = w.number(6_639)

    def told(split):
        app = sound(opened("targets", lang=locale, **HERE | {"indicator": covered, "split": split}))
        (by,) = [one for one in app.get("button_group") if one.key == "switch-split"]
        missing = w("targets.split_missing") in [one.value for one in app.caption]
        return by.value, unescape(html(app)).count(alike), missing

    promise(indicator=covered)
    take_in(*(f"{code},amo_tadamon.covered,person,stock,2023-08-31,{500 + at}" for at, code in enumerate(weekly)))
    assert told("") == ("population", 0, False)
    assert told("predecessor") == ("predecessor", 0, True)
    take_in(*(f"{code},ramed.covered,person,stock,2022-11-30,90" for code in weekly))
    assert told("predecessor") == ("predecessor", len(weekly), False)
    assert told("area") == ("population", 0, False)


def test_a_reader_sees_no_probability_no_map_of_verdicts_and_no_place_to_write(
    own, weekly, promise, opened, html, monkeypatch
):
    from data.forecasts import store
    from findings import forecasts_at, latest_cut

    promise()
    for rows in forecasts_at(own(), cut=latest_cut(own())):
        store(own(), rows)
    w = words("fr")
    told = w("targets.probability", share="X").split("X")[0]
    map_of_verdicts = w("targets.map_verdict", name=w.name("indicator", RSU), place=w.in_territory("09.273"))
    assert told in unescape(html(opened("targets", lang="fr", **HERE)))
    prepared = opened("targets", lang="fr", by="verdict", **HERE)
    assert map_of_verdicts in [h.value for h in prepared.header]
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273"))
    app = sound(opened("targets", lang="fr", by="verdict", **HERE))
    assert told not in unescape(html(app)) and map_of_verdicts not in [h.value for h in app.header]
    assert [e.label for e in app.expander] == [words("fr")("downloads.title")] and not app.get("file_uploader")
    assert not [b for b in app.button if b.label == w("targets.save")]


# ------------------------------------------------------------------------------------------------------- by the form


def filled(app, **typed):
    usual = {"value": "40000", "starts": "2023-01-02", "due": "2023-12-31", "source": "lettre 7"}
    for name, text in (usual | typed).items():
        if name == "path":
            app.selectbox(key="target-path").select(text)
        else:
            app.text_input(key=f"target-{name}").input(text)
    w = words(app.query_params["lang"] if isinstance(app.query_params["lang"], str) else app.query_params["lang"][0])
    (button,) = [b for b in app.button if b.label == w("targets.save")]
    return button.click().run()


@pytest.mark.parametrize(
    ("locale", "value", "starts", "due"),
    [
        ("ar", "40 000", "2 يناير 2023", "31 دجنبر 2023"),
        ("fr", "40\u202f000", "2 janvier 2023", "31/12/2023"),
        ("en", "40,000", "2 January 2023", "2023-12-31"),
    ],
)
def test_a_target_is_typed_as_each_language_writes_numbers_and_days(own, opened, html, locale, value, starts, due):
    app = sound(filled(opened("targets", lang=locale, **HERE), value=value, starts=starts, due=due))
    (row,) = held(own())
    assert (row["value"], row["starts"], row["due"]) == (40_000, days("2023-01-02"), days("2023-12-31"))
    assert (row["set_by"], row["path"], row["source"]) == ("assigned", "linear", "lettre 7")
    w = words(locale)
    assert w("targets.stored", event=row["event"]) in [s.value for s in app.success]
    assert w.short(40_000) in unescape(html(app))


def test_the_stages_of_a_path_are_typed_and_kept(own, opened):
    app = opened("targets", lang="fr", **HERE)
    sound(filled(app, path="milestones", milestones="2023-06-30=10000; 2023-09-30=25000"))
    (row,) = held(own())
    assert row["path"] == "milestones"
    with own().connect() as connection:
        stages = connection.execute(
            sa.select(milestone.c.on_date, milestone.c.value).order_by(milestone.c.on_date)
        ).all()
    assert [tuple(stage) for stage in stages] == [(days("2023-06-30"), 10_000), (days("2023-09-30"), 25_000)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"due": "32 mai 2023"}, "not_a_date"),
        ({"starts": ""}, "empty_cell"),
        ({"value": "beaucoup"}, "not_a_number"),
        ({"value": "-5"}, "not_a_number"),
        ({"value": "40 %"}, "not_a_number"),
        ({"value": "12,5"}, "not_a_number"),
        ({"due": "2022-12-31"}, "due_before_start"),
        ({"source": ""}, "empty_cell"),
        ({"path": "stepped"}, "milestones_missing"),
        ({"milestones": "2023-06-30=10000"}, "milestones_unused"),
        ({"path": "milestones", "milestones": "juin: 10000"}, "milestones_form"),
        ({"path": "milestones", "milestones": "2024-06-30=10000"}, "milestones_order"),
    ],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_typed_wrong_is_refused_with_how_to_mend_it(own, opened, typed, code, locale):
    app = filled(opened("targets", lang=locale, **HERE), **typed)
    w = words(locale)
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == [w("targets.refused")]
    assert held(own()) == []
    beginning = catalogue(locale).text(f"importer.{code}").split("{")[0]
    assert any(beginning in text.value for text in app.text)


def test_the_same_target_again_is_nothing_new(own, opened):
    for _ in range(2):
        app = sound(filled(opened("targets", lang="fr", **HERE)))
    assert len(held(own())) == 1 and words("fr")("targets.nothing_new") in [i.value for i in app.info]


def test_a_preparer_of_a_prefecture_sets_no_target_elsewhere_and_takes_none_back(own, promise, opened, monkeypatch):
    promise("MA", value=4_000_000)
    before = held(own(), "MA")
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("preparer", "09.273"))
    w = words("fr")
    app = filled(opened("targets", lang="fr", **HERE | {"territory": "MA"}))
    assert [e.value for e in app.error] == [w("targets.refused")]
    assert held(own(), "MA") == before and len(before) == 3
    assert not [s for s in app.selectbox if (s.key or "").startswith("target-withdraw-")]
    own_place = sound(filled(opened("targets", lang="fr", **HERE)))
    assert len(held(own())) == 1
    assert [s for s in own_place.selectbox if (s.key or "").startswith("target-withdraw-")]


# ----------------------------------------------------------------------------------- by a file, taken back, history


def handed_in(app, lines, name="targets.csv"):
    app.get("file_uploader")[0].upload(name, "\n".join([",".join(COLUMNS), *lines]).encode(), "text/csv").run()
    return app.button(key="target-take-in").click().run()


LINE = f"{RSU},09.273,2023-12-31,50000,2023-01-02,,linear,,adopted,session 3,"


def test_a_file_of_targets_is_taken_in_whole_or_not_at_all(own, opened):
    w = words("fr")
    app = handed_in(opened("targets", lang="fr", **HERE), [LINE, LINE.replace("50000", "beaucoup")])
    assert [e.value for e in app.error] == [w("targets.refused")] and held(own()) == []
    app = sound(handed_in(opened("targets", lang="fr", **HERE), [LINE]))
    (row,) = held(own())
    assert row["value"] == 50_000 and w("targets.stored", event=row["event"]) in [s.value for s in app.success]


def test_a_target_is_taken_back_and_its_history_keeps_who_said_what(own, promise, opened, html):
    first = promise()
    w = words("fr")
    app = opened("targets", lang="fr", **HERE)
    (box,) = [s for s in app.selectbox if (s.key or "").startswith("target-withdraw-")]
    box.select(days("2023-12-31")).run()
    app.button(key="target-withdraw-do").click().run()
    said = held(own())
    assert [row["value"] for row in said] == [60_000, None] and said[0]["event"] == first
    assert w("targets.withdrawn_done", event=said[1]["event"]) in [s.value for s in sound(app).success]
    assert w("targets.empty") in "".join(i.value for i in app.info) or "tt-tone-none" in html(app)
    page = unescape(html(sound(opened("targets", lang="fr", history="1", **HERE))))
    for text in (w("targets.withdrawn"), w("targets.superseded"), "letter 12", w.number(60_000)):
        assert text in page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_history_lists_both_published_targets_with_their_address(opened, html, locale):
    page = unescape(html(sound(opened("targets", lang=locale, history="1", **MAY))))
    w = words(locale)
    assert w.number(10_000_000) in page and w.number(3_500_000) in page and page.count(w("targets.in_force")) >= 2
    assert page.count('href="https://') >= 3


def test_what_somebody_wrote_as_a_source_never_becomes_markup(own, promise, opened, html):
    promise(source='<img src=x onerror="alert(1)">')
    page = html(sound(opened("targets", lang="fr", history="1", **HERE)))
    assert "&lt;img src=x" in page and "<img src=x" not in page


# ------------------------------------------------------------------------------------------------------- the alerts


def test_alerts_are_a_file_without_formulas(own, promise, weekly, opened, monkeypatch):
    from ui import targets as page

    promise(value=900_000, due="2023-06-30")
    got = {}
    real = page.st.download_button
    monkeypatch.setattr(
        page.st, "download_button", lambda label, data, **k: got.update({k["key"]: data}) or real(label, data, **k)
    )
    app = sound(opened("targets", lang="fr", **HERE))
    w = words("fr")
    assert any(h.value == w("targets.alerts_title", n="1") for h in app.header)
    text = got["alerts-file"].decode("utf-8-sig")
    assert w("targets.column_alert") in text and w.territory("09.273") in text
    for cell in ("=1+1", "+1", "-1", "@x", "\tx"):
        assert page._plain(cell) == f"'{cell}"
    assert page._plain("12") == "12"


def test_the_first_screen_lists_the_alerts_and_is_silent_where_there_are_none(own, promise, weekly, opened):
    title = words("fr")("targets.alerts_title", n="1")
    assert title not in [h.value for h in sound(opened("situation", lang="fr", **HERE)).header]
    promise(value=900_000, due="2023-06-30")
    assert title in [h.value for h in sound(opened("situation", lang="fr", **HERE)).header]


def test_a_target_that_was_taken_back_alarms_nobody(own, promise, weekly, opened):
    promise(value=900_000, due="2023-06-30")
    withdraw_target(own(), indicator=RSU, territory="09.273", due=days("2023-06-30"), actor="preparer")
    app = sound(opened("targets", lang="fr", **HERE))
    assert words("fr")("targets.alerts_none") in [h.value for h in app.header]


# -------------------------------------------------------------------------------------------------- the Method page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_method_page_tells_the_rule_and_how_good_forecasts_have_been(opened, html, locale):
    w = words(locale)
    app = sound(opened("method", lang=locale))
    page = unescape(html(app))
    assert w("targets.rules_title") in [h.value for h in app.header]
    assert all(w(f"targets.verdict_{code}") in page for code in ("on_path", "ahead", "watch", "below", "expired"))
    assert page.count('<ul class="tt-notes"') == 1
    assert w("targets.judged_none") not in [s.value for s in app.subheader]
    judged = sound(opened("method", lang=locale, judged="1"))
    assert w("targets.judged_none") in [s.value for s in judged.subheader]
