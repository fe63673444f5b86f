"""Stages in words: the priority sentence, branches that are parallel, what is not measured, refusals, sheets."""

import numpy as np
import pandas as pd
import pytest

from i18n import words
from panels import lengths, stages
from panels.html import rows_html
from panels.plot import movements_figure
from queries import stages as query
from queries.methods import stages as method
from queries.movements import COLUMNS as MOVED
from queries.refusals import COLUMNS as REFUSED

LOCALES = ("ar", "fr", "en")
PREFECTURE = "09.273"
REGISTERED, INDEXED, APPLIED, DECIDED = "rsu.registered", "rsu.indexed", "amo_tadamon.applied", "amo_tadamon.decided"
COVERED = "amo_tadamon.covered"


@pytest.fixture
def frame(day):
    """A function from some columns of each passage to a frame of `queries.stages`."""
    usual = dict.fromkeys(query.COLUMNS, np.nan) | {
        "programme": "amo_tadamon",
        "from_step": APPLIED,
        "to_step": DECIDED,
        "from_unit": "application",
        "unit": "application",
        "bridge": "same",
        "skipped": (),
        "basis": "cohort",
        "why": "",
        "entered": 1000.0,
        "passed": 400.0,
        "passed_share": 0.4,
        "median_weeks": 7.0,
        "waiting": 600.0,
        "oldest_month": "2023-03",
        "oldest_weeks": 20.0,
        "source": "office",
        "partial": False,
        "waits": True,
        "body": "cnss",
        "can_act": False,
        "state": "shown",
        "on_date": float(day("2023-09-17")),
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=query.COLUMNS)


@pytest.fixture
def found(day):
    """A function from some fields to what the query says of the priority stage."""

    def make(step=DECIDED, **fields):
        gains = pd.DataFrame(
            {
                "step": [APPLIED, DECIDED],
                "unit": ["household", "application"],
                "body": ["local_authority", "cnss"],
                "can_act": [True, False],
                "gain": [0.0, 310.7],
                "own_share": [0.3, 0.4],
                "reference_share": [0.3, 0.7],
                "part": [0.0, -90.0],
                "log": [0.0, -0.56],
            }
        )
        usual = {
            "last": DECIDED,
            "unit": "application",
            "gain": 310.7,
            "due": day("2023-12-31"),
            "due_kind": "year_end",
            "peers": 8,
            "gains": gains,
            "gap": -90.0,
        }
        return query.Priority(step=step, **usual | fields)

    return make


def test_the_priority_sentence_in_arabic_is_that_of_the_house(frame, found, plain):
    panel = stages.priority(found(), frame({}), territory=PREFECTURE, locale="ar")
    assert plain(panel.title) == (
        "المرحلة ذات الأولوية بعمالة إنزكان أيت ملول هي البت في طلب أمو تضامن: عدد الملفات في الانتظار لدى "
        "الصندوق الوطني للضمان الاجتماعي 600، وأجل انتظار نصفها يفوق 7 أسابيع؛ والارتقاء بها إلى المستوى الوسيط "
        "للعمالات والأقاليم المماثلة يمكن من استكمال 310 طلبات قبل 31 دجنبر 2023."
    )


def test_the_priority_sentence_in_french_is_that_of_the_house(frame, found, plain):
    panel = stages.priority(found(), frame({}), territory=PREFECTURE, locale="fr")
    assert plain(panel.title) == (
        "Étape prioritaire dans la préfecture d'Inezgane-Aït Melloul : Décision sur la demande d'AMO Tadamon. "
        "Dossiers en attente auprès de Caisse nationale de sécurité sociale (CNSS) : 600, dont la moitié depuis plus "
        "de 7 semaines ; la porter au niveau médian des préfectures et provinces comparables permettrait de finaliser "
        "310 demandes avant le 31 décembre 2023."
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_median_under_a_week_and_one_that_is_not_reached_are_said_in_words(frame, found, locale):
    w = words(locale)
    for weeks, key in ((0.0, "wait_under"), (np.nan, "wait_half")):
        panel = stages.priority(found(), frame({"median_weeks": weeks}), territory=PREFECTURE, locale=locale)
        assert w(f"stages.{key}") in panel.title


@pytest.mark.parametrize("locale", LOCALES)
def test_a_stage_where_nobody_waits_by_definition_is_told_by_its_shares(frame, found, locale):
    mine = frame({"to_step": APPLIED, "waits": False, "waiting": np.nan, "median_weeks": np.nan})
    panel = stages.priority(found(step=APPLIED), mine, territory=PREFECTURE, locale=locale)
    w = words(locale)
    assert w.percent_words(0.3) in panel.title
    # Its share also depends on how many may apply at all: that stands beside it.
    assert w("stages.share_note", stages=w.join([w.name("step", APPLIED)])) in panel.notes


def test_a_stage_of_another_body_wears_another_colour_and_never_red(frame, found):
    panel = stages.priority(found(), frame({}), territory=PREFECTURE, locale="fr")
    assert [row.tone for row in panel.parts["rows"]] == ["own", "elsewhere"]
    page = lengths.lengths_html(panel, locale="fr")
    assert "tt-length-elsewhere" in page and "tt-tone-bad" not in page


def test_where_nothing_adds_anything_no_stage_is_named(frame, found):
    panel = stages.priority(found(step="", gain=np.nan), frame({}), territory=PREFECTURE, locale="fr")
    assert panel.title == words("fr")("stages.priority_none", place=words("fr").in_territory(PREFECTURE))


def test_a_gap_that_cannot_be_split_says_so(frame, found):
    panel = stages.priority(found(gap=np.nan), frame({}), territory=PREFECTURE, locale="en")
    assert words("en")("stages.no_split_note") in panel.notes


@pytest.mark.parametrize("reason", ["stocks", "level", "peers", "date"])
@pytest.mark.parametrize("locale", LOCALES)
def test_why_no_stage_is_named_is_said(reason, locale):
    assert stages.unnamed(reason, territory=PREFECTURE, locale=locale)


def test_the_weeks_of_comparison_are_those_of_the_method():
    assert stages.WITHIN == method.WITHIN


@pytest.fixture
def sefrou(frame, day):
    """The branches of Sefrou as they were published in February 2024, by language."""
    on = float(day("2024-02-09"))
    nodes = pd.DataFrame(
        [
            ("rnp", "rnp.registered", "person", 200_000.0, on, "shown"),
            ("rsu", REGISTERED, "household", 52_000.0, on, "shown"),
            ("amo_tadamon", COVERED, "household", 43_000.0, on, "shown"),
            ("amo_tadamon", APPLIED, "application", np.nan, np.nan, "missing"),
            ("asd", "asd.applied", "application", np.nan, np.nan, "missing"),
            ("asd", "asd.paid", "household", 13_000.0, on, "shown"),
            ("minhaty", "minhaty.applied", "application", np.nan, np.nan, "missing"),
        ],
        columns=["programme", "step", "unit", "value", "on_date", "state"],
    ).assign(source="published", basis="reported", address="https://example.org/a", late=False)
    none = {"basis": "none", "passed_share": np.nan, "median_weeks": np.nan, "waiting": np.nan, "state": "missing"}
    units = {"why": "units", "from_unit": "person", "unit": "household"}
    passages = frame(
        none | units | {"from_step": "rnp.registered", "to_step": REGISTERED},
        none | {"from_step": REGISTERED, "to_step": COVERED, "why": "parallel"},
        none | {"from_step": INDEXED, "to_step": APPLIED, "why": "both"},
        none | {"from_step": REGISTERED, "to_step": "asd.applied", "why": "to"},
        none | {"from_step": "asd.applied", "to_step": "asd.paid", "why": "from"},
        none
        | {"from_step": REGISTERED, "to_step": "asd.paid", "skipped": ("asd.applied",)}
        | {"basis": "stocks", "passed_share": 0.25, "state": "shown"},
        none | {"from_step": REGISTERED, "to_step": "minhaty.applied", "why": "both"},
    )

    def make(locale):
        asked = {"registers": ["rnp", "rsu"], "programme": "amo_tadamon", "territory": "03.451", "threshold": 10}
        return stages.branches(nodes, passages, **asked, locale=locale)

    return make


@pytest.mark.parametrize("locale", LOCALES)
def test_the_published_case_shows_parallel_branches_and_one_ratio(sefrou, locale):
    w, panel = words(locale), sefrou(locale)
    assert [node.step for node in panel.parts["trunk"]] == ["rnp.registered", REGISTERED]
    amo, asd = panel.parts["branches"]
    assert [[node.step for node in strand.nodes] for strand in amo.strands] == [[COVERED], [APPLIED]]
    covered = amo.strands[0].nodes[0]
    # 43,000 over 52,000 is no conversion: it is nowhere.
    assert (covered.tone, covered.arrow) == ("parallel", w("stages.why_parallel"))
    page = stages.branches_html(panel, locale=locale)
    assert w.share(43 / 52) not in page and w.share(0.26) not in page
    paid = asd.strands[0].nodes[-1]
    assert paid.tone == "stocks" and w.share(0.25) in paid.arrow
    assert panel.parts["trunk"][1].arrow == w("stages.arrow_none", why=stages.why(UNITS, w))
    assert any(w.name("programme", "minhaty", field="short") in note for note in panel.notes)
    assert panel.title == w("stages.finding_stocks", place=w.in_territory("03.451"))


class UNITS:
    state, why, from_unit, unit = "missing", "units", "person", "household"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_table_says_how_each_passage_is_known_and_never_a_zero_for_what_is_not(frame, locale):
    w = words(locale)
    none = {"basis": "none", "passed_share": np.nan, "median_weeks": np.nan, "waiting": np.nan, "oldest_month": ""}
    mine = frame(
        {},
        {"basis": "stocks", "passed_share": 0.7, "waiting": 300.0, "median_weeks": np.nan, "oldest_month": ""},
        none | {"why": "to", "state": "missing"},
        none | {"waits": False, "basis": "cohort", "passed_share": 0.3},
    )
    rows = stages.passages(mine, programme="amo_tadamon", territory=PREFECTURE, threshold=10, locale=locale)
    cohort, stock, missing, free = rows.parts["rows"]
    assert cohort[2:5] == (w.share(0.4), w.count("week", 7), w.count("application", 600))
    assert stock[2] == w("stages.ratio_of_stocks", share=w.share(0.7)) and stock[3] == w("stages.not_measured")
    assert stock[4] == w("stages.difference_of_stocks", n=w.count("application", 300))
    assert missing[2:6] == (w("stages.not_measured"),) * 4 and missing[6] == w("stages.why_to")
    assert free[3:6] == (w("state.not_applicable"),) * 3
    assert rows.sources


@pytest.mark.parametrize("locale", LOCALES)
def test_only_stocks_are_said_to_be_so_in_the_title(frame, locale):
    w = words(locale)
    mine = frame({"basis": "stocks", "median_weeks": np.nan})
    panel = stages.passages(mine, programme="amo_tadamon", territory=PREFECTURE, threshold=10, locale=locale)
    said = {"programme": w.name("programme", "amo_tadamon", field="short"), "place": w.in_territory(PREFECTURE)}
    assert panel.title == w("stages.passages_stocks", **said)


@pytest.fixture
def refused(day):
    """A function from (reason, can be mended, count) to a frame of `queries.refusals`."""

    def make(*reasons):
        total = sum(count for *_, count in reasons if count == count)
        rows = [
            (
                "asd.refused",
                "application",
                reason,
                mendable,
                count,
                count / total if total else np.nan,
                day("2024-04-01"),
                day("2024-06-30"),
                "office",
                False,
                "shown" if count == count else "withheld",
            )
            for reason, mendable, count in reasons
        ]
        return pd.DataFrame(rows, columns=REFUSED)

    return make


@pytest.mark.parametrize("locale", LOCALES)
def test_the_title_says_what_part_of_the_refusals_can_be_mended(refused, locale):
    w = words(locale)
    mine = refused(("wrong_form", True, 45.0), ("above_threshold", False, 55.0))
    panel = stages.refusals(mine, territory=PREFECTURE, threshold=10, measure="flow", locale=locale)
    assert w.percent_words(0.45) in panel.title
    assert [row.tone for row in panel.parts["rows"]] == ["own", "muted"]
    assert panel.parts["rows"][1].length == 1


def test_a_withheld_reason_is_said_to_be_so_and_draws_no_bar(refused):
    mine = refused(("wrong_form", True, np.nan), ("above_threshold", False, 55.0))
    panel = stages.refusals(mine, territory=PREFECTURE, threshold=10, measure="flow", locale="fr")
    first = panel.parts["rows"][0]
    assert first.cells[2] == words("fr")("state.withheld", threshold=10) and first.length is None


def test_without_reasons_there_is_no_panel(refused):
    assert stages.refusals(refused(), territory=PREFECTURE, threshold=10, measure="flow", locale="fr") is None


@pytest.mark.parametrize("locale", LOCALES)
def test_each_body_has_a_sheet_of_its_own_stages(frame, day, locale):
    mine = query.bodies(frame({}, {"to_step": INDEXED, "body": "interior", "from_unit": "household"}))
    panel = stages.bodies(mine, territory=PREFECTURE, on=day("2023-09-17"), locale=locale)
    w = words(locale)
    assert set(panel.parts["sheets"]) == {"cnss", "interior"}
    sheet = panel.parts["sheets"]["cnss"]
    assert w.name("body", "cnss") in sheet.title
    assert [row[0] for row in sheet.parts["rows"]] == [w.name("step", DECIDED)]
    assert rows_html(panel, locale=locale)


def test_nobody_who_is_concerned_is_no_panel(frame, day):
    nothing = query.bodies(frame({"waiting": np.nan}))
    assert stages.bodies(nothing, territory=PREFECTURE, on=day("2023-09-17"), locale="fr") is None


@pytest.fixture
def moved(day):
    """A function from (from, to, before, value, entries, exits) to a frame of `queries.movements`."""

    def make(*spans):
        rows = []
        for first, last, before, value, entries, exits in spans:
            net = value - before
            a_month = net / (day(last) - day(first)) * stages.MONTH
            share = a_month / before
            rest = net - entries + exits
            rows.append((day(first), day(last), before, value, net, a_month, share, entries, exits, rest))
        return pd.DataFrame(rows, columns=MOVED)

    return make


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("value", "key"), [(5_310_000, "flat"), (5_500_000, "up"), (5_000_000, "down")])
def test_a_stock_is_said_to_be_flat_to_rise_or_to_fall(moved, locale, value, key):
    mine = moved(("2025-01-31", "2025-02-28", 5_300_000.0, float(value), np.nan, np.nan))
    count = {"step": REGISTERED, "unit": "household", "territory": "MA"}
    panel = stages.movements(mine, **count, locale=locale)
    w = words(locale)
    said = {"things": w.of_things(REGISTERED, "household"), "place": w.in_territory("MA"), "n": w.short(value)}
    change = {} if key == "flat" else {"change": w.count("household", abs(round(mine["net_a_month"][0])))}
    date = w.date(pd.Timestamp("2025-02-28").date())
    assert panel.title == w(f"stages.movement_{key}", date=date, **said, **change)
    assert w("stages.movement_note") in panel.notes


@pytest.mark.parametrize(("locale", "side"), [("ar", "right"), ("fr", "left"), ("en", "left")])
def test_entries_stand_above_the_line_and_exits_below_it(moved, locale, side):
    mine = moved(
        ("2023-03-31", "2023-04-30", 1000.0, 1050.0, 80.0, 30.0),
        ("2023-04-30", "2023-05-31", 1050.0, 1040.0, 20.0, 30.0),
    )
    count = {"step": COVERED, "unit": "person", "territory": PREFECTURE}
    panel = stages.movements(mine, **count, locale=locale)
    figure = movements_figure(panel, locale=locale)
    into, out, net = figure.data
    assert min(into.y) > 0 and max(out.y) < 0 and len(net.y) == 2
    assert figure.layout.yaxis.side == side
    assert list(into.x) == sorted(into.x)


def test_without_flows_the_net_alone_is_drawn(moved):
    mine = moved(("2023-03-31", "2023-04-30", 1000.0, 950.0, np.nan, np.nan))
    panel = stages.movements(mine, step=COVERED, unit="person", territory=PREFECTURE, locale="fr")
    (only,) = movements_figure(panel, locale="fr").data
    assert only.y[0] < 0 and only.marker.pattern.shape[0] == "/"
