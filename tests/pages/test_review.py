"""The quarterly review by the front door."""

import pytest

from data import meetings as writing
from data.database import as_date
from tests.queries.conftest import on
from tests.queries.test_review import HERE


@pytest.mark.parametrize(
    "lang, heading, law",
    [
        ("ar", "حصيلة", "المادة 3 من القانون-الإطار رقم 09.21"),
        ("fr", "Bilan du 3e trimestre 2023", "article 3 de la loi-cadre n° 09-21"),
        ("en", "Review of the third quarter of 2023", "article 3 of framework law 09-21"),
    ],
)
def test_a_quarter_is_reviewed_in_three_languages(opened, html, lang, heading, law):
    app = opened("review", lang=lang, territory="MA", on="2023-09-30")
    assert not app.exception
    assert heading in app.title[0].value
    assert law in app.markdown[0].value.replace("\u00a0", " ")
    # The kingdom has targets: they stand beside their paths.
    assert "tt-review" in html(app) and ("▼" in html(app) or "●" in html(app) or "▲" in html(app) or "◆" in html(app))


def test_the_quarter_is_kept_in_the_address_and_another_may_be_chosen(opened):
    app = opened("review", lang="fr", territory="MA", on="2023-09-30")
    app.selectbox(key="choose-quarter").set_value("2023-2").run()
    assert app.query_params["quarter"] in ("2023-2", ["2023-2"]) and "2e trimestre 2023" in app.title[0].value
    assert not app.exception


def test_a_quarter_that_there_is_not_is_said_and_replaced(opened, html):
    app = opened("review", lang="fr", territory="MA", on="2023-09-30", quarter="1999-9")
    assert not app.exception and "1999-9" in html(app) and "3e trimestre 2023" in app.title[0].value


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_with_nothing_to_review_it_says_what_to_do(opened, without_figures, lang):
    app = opened("review", lang=lang, territory="09.273.01.05", on="2023-09-30")
    assert not app.exception and app.info[0].value and not app.get("header")


def test_a_meeting_of_the_quarter_is_a_link_to_it(opened, html):
    from ui.engine import engine

    new = writing.Meeting("session", as_date(on("2023-08-21")), HERE)
    stored = writing.prepare(engine(), new, actor="preparer", today=as_date(on("2023-08-21")))
    row = writing.Frozen("office", "fr", "cover", "", "", "{}")
    writing.freeze(engine(), stored.id, [row], at=stored.event, seen=stored.event, actor="preparer")
    app = opened("review", lang="fr", territory=HERE, on="2023-09-30")
    assert not app.exception
    assert f"meeting={stored.id}" in html(app) and "Séance de travail du 21 août 2023" in html(app)
