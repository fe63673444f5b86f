"""Since: every part of a change in words, and every number that is printed among the figures."""

import re
from collections import namedtuple
from types import SimpleNamespace

import pytest

from panels.since import Telling, revised_slide, slides
from queries.methods.split import rounded

HERE, FIRST, SECOND = "09.273", "09.273.01.05", "09.273.01.13"
COUNT = ("rsu.registered", "household")
DAY = 19_600
DIGITS = re.compile(r"\d")

Told = namedtuple("Told", "value on_date source basis reporting expected")
Reason = namedtuple("Reason", "reason value source on_date")


def figure(value, on=DAY - 30, source="office", basis="reported", reporting=0, expected=0):
    return Told(float(value), on, source, basis, reporting, expected)


def one(code, then, now, *, known=None, reasons=(), activity=0, state="shown"):
    revision = sum(value for reason, value in reasons if reason != "source")
    jump = sum(value for reason, value in reasons if reason == "source")
    shown = state == "shown"
    return SimpleNamespace(
        territory=code,
        count=COUNT,
        then=then,
        known=known or then,
        now=now,
        state=state,
        activity=activity,
        reasons=tuple(Reason(reason, value, "", DAY) for reason, value in reasons),
        change=int(now.value - then.value) if shown else None,
        revision=revision if shown else None,
        jump=jump,
    )


def row(code, then, now, activity, revision, state="shown"):
    change = None if None in (then, now) else now - then
    return SimpleNamespace(
        code=code, then=then, now=now, change=change, activity=activity, revision=revision, state=state
    )


def found(whole, *children, rows=(), together=frozenset(), unit_changed=None, defined_on=None):
    by_code = {child.territory: child for child in (whole, *children) if child.territory not in together}
    return SimpleNamespace(
        whole=whole,
        children=children,
        rows=rows,
        together=together,
        unit_changed=unit_changed,
        defined_on=defined_on,
        by_code=by_code,
    )


def tell(locale="fr", audience="office", sitting="session"):
    return Telling(locale, "i1", *COUNT, sitting, DAY - 28, DAY, rounded, body="interior", audience=audience)


def plain_of(plain, slide):
    return plain(" ".join((slide.title, *slide.lines, *slide.notes)))


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
@pytest.mark.parametrize("sitting", ["session", "committee", "visit"])
def test_a_negative_part_is_said_in_a_word_and_never_with_a_sign(plain, locale, sitting):
    whole = one(HERE, figure(500), figure(440), reasons=[("correction", -80)], activity=20)
    (slide,) = slides(found(whole), tell(locale, sitting=sitting))
    text = plain_of(plain, slide)
    minus = {"ar": "ناقص 80", "fr": "moins 80", "en": "minus 80"}[locale]
    assert minus in text and "-80" not in text and "−" not in text


def test_each_reason_has_its_words_and_its_figure(plain):
    parts = [("late", 1), ("correction", 2), ("withdrawal", -3), ("definition", 4), ("territories", 5), ("rest", 6)]
    whole = one(HERE, figure(500), figure(540, on=DAY), reasons=[*parts, ("source", 7)], activity=18)
    (slide,) = slides(found(whole), tell())
    assert [plain(line) for line in slide.lines] == [
        "réception tardive de données (ministère de l'Intérieur et Agence nationale des registres) : 1",
        "correction à la source : 2",
        "retrait d'un fichier reçu : moins 3",
        "changement de définition à compter du 31 août 2023 : 4",
        "réaffectation entre communes : 5",
        "écart non réparti : 6",
        "changement de la source retenue : 7",
    ]
    assert "par changement de la source retenue : 7" in plain(slide.title)
    values = {f.what: f.value for f in slide.figures}
    assert [values[f"reason_{name}"] for name, _ in parts] == [1, 2, -3, 4, 5, 6]
    assert values["activity"] + values["revision"] + values["source_change"] == values["change"] == 40


def test_where_activity_cannot_be_told_from_the_source_it_is_not_claimed(plain):
    whole = one(HERE, figure(500), figure(540), reasons=[("source", 40)], activity=None)
    (slide,) = slides(found(whole), tell())
    assert "qui ne peuvent être séparés : 40" in plain(slide.title)
    assert "activity" not in {f.what for f in slide.figures}


def test_rows_of_no_territory_are_figures_of_no_other(plain):
    whole = one(HERE, figure(300), figure(360), activity=60)
    first = one(FIRST, figure(100), figure(130), activity=30)
    rows = (row(FIRST, 100, 130, 30, 0), row("others", 200, 230, 30, 0, "withheld"))
    second = one(SECOND, None, None, state="withheld")
    asked = found(whole, first, second, rows=rows, together=frozenset({SECOND}))
    told = slides(asked, tell())
    assert [slide.key for slide in told] == ["i1/since", f"i1/since/{FIRST}"]
    slide = told[0]
    assert [r[0] for r in slide.table.rows] == ["Ait Melloul", "Autres", "Inezgane-Aït Melloul (préfecture)"]
    assert any("n'est pas diffusé" in plain(line) for line in slide.notes)
    named = {f.what for f in slide.figures if f.what.startswith("others_")}
    assert {"others_then", "others_now", "others_change"} <= named
    assert SECOND not in {f.territory for f in slide.figures}


def test_reasons_are_kept_back_where_a_child_is(plain):
    whole = one(HERE, figure(300), figure(340), reasons=[("correction", -20)], activity=60)
    rows = (row(FIRST, 100, 130, 30, 0), row("others", 200, 210, 30, -20, "withheld"))
    asked = found(whole, rows=rows, together=frozenset({SECOND, "09.273.01.15"}))
    (slide,) = slides(asked, tell())
    assert not [f for f in slide.figures if f.what.startswith("reason_")]
    assert "correction" not in plain_of(plain, slide)


def test_another_number_of_units_in_the_sums_is_said(plain):
    then = figure(500, basis="summed", reporting=4, expected=6)
    now = figure(700, on=DAY, basis="summed", reporting=6, expected=6)
    (slide,) = slides(found(one(HERE, then, now, activity=200)), tell())
    assert "Le total d'alors porte sur 4 unités sur 6, celui d'aujourd'hui sur 6 sur 6." in plain_of(plain, slide)
    assert {f.value for f in slide.figures if f.what.startswith("reporting_")} == {4, 6}


def test_no_newer_figure_is_said(plain):
    (slide,) = slides(found(one(HERE, figure(500), figure(500))), tell())
    assert "sans changement" in plain(slide.title)
    assert "Aucun chiffre plus récent que celui du 1er août 2023" in plain_of(plain, slide)


def test_a_definition_that_changed_is_said_even_where_it_moved_nothing(plain):
    (slide,) = slides(found(one(HERE, figure(500), figure(540, on=DAY), activity=40), defined_on=DAY), tell())
    assert "La définition est autre depuis le 31 août 2023" in plain_of(plain, slide)


def test_only_what_was_shown_is_announced_as_revised(plain):
    whole = one(HERE, figure(500), figure(540), known=figure(480), reasons=[("correction", -20)], activity=60)
    first = one(FIRST, figure(100), figure(130), known=figure(80), reasons=[("correction", -20)], activity=50)
    asked = found(whole, first)
    assert revised_slide(asked, tell(), shown={}) is None
    only_child = revised_slide(asked, tell(), shown={FIRST: 100})
    assert "pour 1 unité territoriale" in plain(only_child.title) and only_child.kind == "text"
    both = revised_slide(asked, tell(), shown={HERE: 500, FIRST: 100})
    assert "500 devient 480" in plain(both.title) and len(both.table.rows) == 2
    unmoved = one(HERE, figure(500), figure(540), known=figure(500), activity=40)
    # The slide had rounded it: that is no revision.
    assert revised_slide(found(unmoved), tell(), shown={HERE: 505}) is None


def test_outside_a_revision_that_rounds_away_is_not_announced():
    whole = one(HERE, figure(501), figure(540), known=figure(502), reasons=[("correction", 1)], activity=38)
    assert revised_slide(found(whole), tell(audience="outside"), shown={HERE: 501}) is None
    assert revised_slide(found(whole), tell(), shown={HERE: 501}) is not None


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_units_that_differ_are_named(plain, locale):
    whole = one(HERE, None, None, state="missing")
    (slide,) = slides(found(whole, unit_changed=("household", "person")), tell(locale))
    words = {"ar": ("أسرة", "شخص"), "fr": ("ménage", "personne"), "en": ("household", "person")}[locale]
    assert all(word in plain(slide.title) for word in words) and slide.figures == ()
