"""Targets in words: sentences in three languages, marks and their colours, tables and parts that add up."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from findings import THRESHOLDS
from i18n import words
from panels.targets import (
    NEEDS,
    SHAPE,
    TONE,
    alerts,
    card,
    carried,
    children,
    course,
    history,
    judged,
    legend,
    position,
    rules,
    tone_of,
    verdict_map,
)
from queries.methods import pace, verdict
from queries.targets import ALERT_COLUMNS, ALERTS, CHILDREN_COLUMNS, HISTORY_COLUMNS, Course

LOCALES = ("ar", "fr", "en")
PREFECTURE, COMMUNES = "09.273", ("09.273.01.13", "09.273.01.15", "09.273.01.17")
UNITS = ("household", "person", "file", "beneficiary", "insured", "application", "student")

WORDS = {
    "on_path": ("وفق البرمجة", "conforme à la programmation"),
    "ahead": ("متقدم على البرمجة", "en avance"),
    "watch": ("يستدعي التتبع عن قرب", "à suivre de près"),
    "below": ("دون المستوى المبرمج", "en deçà de la programmation"),
    "met": ("تم بلوغ الهدف", "objectif atteint"),
    "expired": ("انقضى الأجل", "échéance échue"),
    "no_target": ("بدون هدف معتمد", "sans objectif arrêté"),
    "indicative": ("مقارنة استرشادية", "repère indicatif"),
}


@pytest.fixture(scope="module")
def rows(day):
    """A function from some columns of each row to a frame of `queries.targets.children`."""
    usual = dict.fromkeys(CHILDREN_COLUMNS, np.nan) | {
        "indicator": "rsu.registered_share",
        "programme": "rsu",
        "step": "rsu.registered",
        "unit": "household",
        "territory_code": PREFECTURE,
        "target": 64_000.0,
        "starts": day("2023-01-02"),
        "due": day("2023-12-31"),
        "start_value": 0.0,
        "path": "linear",
        "set_by": "assigned",
        "target_source": "letter 12",
        "target_address": "",
        "planned": 40_000.0,
        "planned_today": 40_000.0,
        "on_date": day("2023-09-17"),
        "actual": 38_000.0,
        "reported": 38_000.0,
        "reported_on": day("2023-09-17"),
        "gap": -2_000.0,
        "remaining": 26_000.0,
        "working_days": 72.0,
        "needed_per_day": 361.11,
        "recent_per_day": 212.4,
        "times": 1.7,
        "pace_state": "running",
        "verdict": "watch",
        "verdict_now": "watch",
        "direction": "",
        "doubted": False,
        "recomputing": False,
        "body": "local_authority",
        "held_elsewhere": False,
        "late": False,
        "source": "office",
        "reporting": 0,
        "expected": 0,
        "state": "shown",
    }
    return lambda *given: pd.DataFrame([usual | row for row in given], columns=CHILDREN_COLUMNS)


@pytest.fixture(scope="module")
def row(rows):
    """A function from some columns to one row."""
    return lambda **changed: next(rows(changed).itertuples(index=False))


@pytest.fixture(scope="module")
def may_2023(row, day):
    """The kingdom in the middle of May 2023: 1.8 of 3.5 million households, by a line from 17 November 2022."""
    planned = Fraction(3_500_000 * (day("2023-05-15") - day("2022-11-17")), day("2023-12-31") - day("2022-11-17"))
    return row(
        territory_code="MA",
        target=3_500_000.0,
        starts=day("2022-11-17"),
        planned=float(planned),
        planned_today=float(planned),
        actual=1_800_000.0,
        gap=float(1_800_000 - planned),
        on_date=day("2023-05-15"),
        remaining=1_700_000.0,
        needed_per_day=float(Fraction(1_700_000, 156)),
        recent_per_day=math.nan,
        times=math.nan,
        pace_state="not_enough_history",
        verdict="ahead",
        set_by="announced",
        target_address="https://example.org/rsu",
    )


# ------------------------------------------------------------------------------------------------ words of a verdict


@pytest.mark.parametrize("code", WORDS)
def test_each_verdict_has_the_word_that_was_agreed(row, code):
    for locale, word in zip(("ar", "fr"), WORDS[code], strict=True):
        assert card(row(verdict=code), locale=locale).parts["word"] == word


def test_every_verdict_of_the_method_has_a_shape_and_a_word_of_its_own():
    assert set(SHAPE) == set(verdict.CODES)
    assert len(set(SHAPE.values())) == len(SHAPE)
    for locale in LOCALES:
        told = [words(locale)(f"targets.verdict_{code}") for code in SHAPE]
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("code", verdict.CODES)
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_colour_is_that_of_the_method_and_never_red_for_what_another_body_holds(code, elsewhere):
    mine = tone_of(code, held_elsewhere=elsewhere)
    assert mine == verdict.Verdict(code=code, held_elsewhere=elsewhere).tone
    assert not (elsewhere and mine == "bad")
    assert TONE.get(code, "none") == verdict.Verdict(code=code).tone


@pytest.mark.parametrize("locale", LOCALES)
def test_the_legend_names_the_verdicts_in_use_once_in_their_order(locale):
    told = legend(["below", "ahead", "below"], locale=locale)
    assert [shape for shape, _ in told] == [SHAPE["ahead"], SHAPE["below"]]


# -------------------------------------------------------------------------------------------- where a count stands


def test_mid_may_2023_is_said_as_it_was_agreed(may_2023, plain):
    assert plain(position(may_2023, words("ar"))) == (
        "بلغ عدد الأسر المسجلة في السجل الاجتماعي الموحد بالمملكة 1,8 مليون إلى غاية 15 ماي 2023، "
        "أي بزيادة 0,27 مليون أسرة عن المستوى المبرمج لهذا التاريخ (1,53 مليون)."
    )
    assert plain(position(may_2023, words("fr"))) == (
        "Au 15 mai 2023, au niveau national, on compte 1,8 million de ménages inscrits au RSU, "
        "soit 0,27 million de ménages de plus que le niveau programmé à cette date (1,53 million)."
    )
    told = plain(position(may_2023, words("en")))
    assert "1.8 million households" in told and ": 0.27 million households more than" in told


def test_what_is_in_arabic_stands_in_isolates_and_is_not_reversed(may_2023):
    told = position(may_2023, words("ar"))
    assert told.count("\u2068") + told.count("\u2067") == told.count("\u2069") >= 5
    assert "\u20681,53\u00a0مليون\u2069" in told


def test_on_its_path_exactly_is_said_so(row, plain):
    exact = row(gap=0.0, planned=38_000.0, verdict="on_path")
    assert plain(position(exact, words("ar"))).endswith(
        "38 000 إلى غاية 17 شتنبر 2023، وهو ما يطابق المستوى المبرمج لهذا التاريخ."
    )
    assert plain(position(exact, words("fr"))).endswith(
        "on compte 38 000 ménages inscrits au RSU, soit exactement le niveau programmé à cette date."
    )
    assert position(exact, words("en")).endswith("exactly the level planned for that day.")


@pytest.mark.parametrize(
    ("direction", "arabic", "french", "english"),
    [
        ("closing", "؛ وهو فارق آخذ في التقلص.", "; l'écart se réduit.", "; the gap is closing."),
        ("widening", "؛ وهو فارق آخذ في الاتساع.", "; l'écart se creuse.", "; the gap is widening."),
        (
            "stable",
            "؛ وهو فارق مستقر منذ 1 شتنبر 2023.",
            "; l'écart est stable depuis le 1er septembre 2023.",
            "; the gap has been stable since 1 September 2023.",
        ),
        ("", "بفارق 2 000 أسرة.", "(40 000).", "(40,000)."),
    ],
)
def test_off_its_path_the_gap_and_where_it_is_going(row, plain, day, direction, arabic, french, english):
    short = row(direction=direction, since=day("2023-09-01") if direction == "stable" else math.nan)
    told = {locale: plain(position(short, words(locale))) for locale in LOCALES}
    assert "38 000 إلى غاية 17 شتنبر 2023، أي دون المستوى المبرمج لهذا التاريخ (40 000) بفارق 2 000 أسرة" in told["ar"]
    assert (
        "Au 17 septembre 2023, dans la préfecture d'Inezgane-Aït Melloul, on compte 38 000 ménages inscrits au RSU, "
        "soit 2 000 ménages de moins que le niveau programmé à cette date (40 000)"
    ) in told["fr"]
    assert "2,000 households fewer than the level planned for that day (40,000)" in told["en"]
    for locale, end in zip(LOCALES, (arabic, french, english), strict=True):
        assert told[locale].endswith(end)


@pytest.mark.parametrize(
    ("verdict", "named"), [("watch", True), ("below", True), ("expired", True), ("on_path", False)]
)
def test_a_shortfall_of_a_stage_that_another_body_holds_names_that_body(row, plain, verdict, named):
    short = row(held_elsewhere=True, body="interior", direction="widening", verdict=verdict)
    told = {locale: plain(position(short, words(locale))) for locale in LOCALES}
    assert ("وهو فارق آخذ في الاتساع، وهي مرحلة تندرج ضمن اختصاص وزارة الداخلية" in told["ar"]) is named
    assert ("l'écart se creuse, étape relevant de : ministère de l'Intérieur" in told["fr"]) is named
    assert ("the gap is widening, a stage held by: Ministry" in told["en"]) is named


@pytest.mark.parametrize(
    ("gap", "arabic", "french", "english"),
    [
        (1, "أسرة واحدة", "1 ménage", "1 household"),
        (2, "أسرتين", "2 ménages", "2 households"),
        (3, "3 أسر", "3 ménages", "3 households"),
        (10, "10 أسر", "10 ménages", "10 households"),
        (11, "11 أسرة", "11 ménages", "11 households"),
        (99, "99 أسرة", "99 ménages", "99 households"),
        (100, "100 أسرة", "100 ménages", "100 households"),
        (103, "103 أسر", "103 ménages", "103 households"),
        (1_000, "1 000 أسرة", "1 000 ménages", "1,000 households"),
        (1_800_000, "1,8 مليون أسرة", "1,8 million de ménages", "1.8 million households"),
        (2_500_000, "2,5 مليون أسرة", "2,5 millions de ménages", "2.5 million households"),
    ],
)
def test_a_gap_is_counted_in_all_the_forms_of_the_noun(row, plain, gap, arabic, french, english):
    over = row(actual=5_000_001.0 + gap, planned=5_000_001.0, gap=float(gap), verdict="ahead")
    under = row(actual=5_000_001.0 - gap, planned=5_000_001.0, gap=float(-gap), verdict="below")
    assert f"أي بزيادة {arabic} عن" in plain(position(over, words("ar")))
    assert f"بفارق {arabic}." in plain(position(under, words("ar")))
    assert f"soit {french} de plus que" in plain(position(over, words("fr")))
    assert f"soit {french} de moins que" in plain(position(under, words("fr")))
    assert f": {english} more than" in plain(position(over, words("en")))
    assert f": {english} fewer than" in plain(position(under, words("en")))


@pytest.mark.parametrize(
    ("actual", "french", "english"),
    [
        (0, "le nombre de ménages inscrits au RSU est de 0", "the number of households registered"),
        (1, "le nombre de ménages inscrits au RSU est de 1", "the number of households registered"),
        (2, "on compte 2 ménages inscrits au RSU", "there were 2 households"),
        (999_999, "on compte 999 999 ménages inscrits au RSU", "there were 999,999 households"),
        (1_000_000, "on compte 1 million de ménages inscrits au RSU", "there were 1 million households"),
        (13_600_000, "on compte 13,6 millions de ménages inscrits au RSU", "there were 13.6 million households"),
    ],
)
def test_the_count_itself_takes_its_noun_as_the_language_wants_it(row, plain, actual, french, english):
    alone = row(actual=float(actual), target=math.nan, gap=math.nan, verdict="no_target")
    assert french in plain(position(alone, words("fr"))) and english in plain(position(alone, words("en")))
    assert plain(position(alone, words("fr"))).count(" de de ") == 0


def test_a_rounded_count_bears_no_more_digits_than_it_has_and_an_exact_one_keeps_its_own(row, plain):
    def gap_of(actual, planned):
        told = plain(position(row(actual=actual, planned=planned, gap=actual - planned, verdict="ahead"), words("fr")))
        return told.split("soit ")[1].split(" de plus")[0]

    assert gap_of(1_800_000.0, 1_530_731.7) == "0,27 million de ménages"
    assert gap_of(1_800_001.0, 1_530_731.7) == "269 269 ménages"
    assert gap_of(800_000.0, 530_731.7) == "270 000 ménages"
    assert gap_of(799_999.0, 530_731.7) == "269 267 ménages"
    # A difference is not rounded away: else what is short of its path would be said to be on it.
    assert gap_of(1_800_000.0, 1_798_000.0) == "2 000 ménages"


def test_where_fewer_are_better_what_is_ahead_has_fewer_and_what_is_short_has_more(row, plain):
    lower = {"target": 100.0, "start_value": 900.0, "remaining": 300.0, "actual": 400.0}
    ahead = row(**lower, planned=500.0, gap=100.0, verdict="ahead")
    assert "أي بانخفاض 100 أسرة عن المستوى المبرمج لهذا التاريخ (500)." in plain(position(ahead, words("ar")))
    assert "soit 100 ménages de moins que le niveau programmé" in plain(position(ahead, words("fr")))
    short = row(**lower, planned=300.0, gap=-100.0, verdict="below", direction="widening")
    assert "أي بزيادة 100 أسرة عن المستوى المبرمج لهذا التاريخ (300)؛ وهو فارق آخذ" in plain(
        position(short, words("ar"))
    )
    assert "soit 100 ménages de plus que le niveau programmé à cette date (300) ; l'écart se creuse." in plain(
        position(short, words("fr"))
    )
    needed = {locale: plain(card(short, locale=locale).parts["needed"]) for locale in LOCALES}
    assert "يلزم تقليص 362 أسرة" in needed["ar"]
    assert "il faut retrancher 362 ménages" in needed["fr"] and "take off 362 households" in needed["en"]
    back = card(row(**lower, pace_state="recent_backward", recent_per_day=-3.0, times=math.nan), locale="fr")
    assert "le nombre a augmenté" in back.parts["needed"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("state", ["missing", "withheld", "not_applicable"])
def test_without_a_figure_nothing_is_compared(row, locale, state):
    silent = row(state=state, actual=math.nan, gap=math.nan, verdict="no_figure", pace_state="no_figure")
    silent = silent._replace(needed_per_day=math.nan, recent_per_day=math.nan, times=math.nan, remaining=math.nan)
    panel = card(silent, locale=locale)
    w = words(locale)
    assert panel.title == w(
        "targets.no_figure", things=w.of_things("rsu.registered", "household"), place=w.in_territory(PREFECTURE)
    )
    assert panel.parts["needed"] == "" and panel.parts["sentences"] == ()
    assert [cell.label for cell in panel.parts["cells"]] == [w("targets.planned_today")]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_partial_sum_is_said_and_compared_with_nothing(row, locale):
    partial = row(gap=math.nan, planned=math.nan, verdict="no_figure", pace_state="no_figure", reporting=4, expected=6)
    partial = partial._replace(needed_per_day=math.nan, recent_per_day=math.nan, times=math.nan)
    panel = card(partial, locale=locale)
    assert words(locale).short(38_000) in panel.title and words(locale).short(40_000) not in panel.title
    assert panel.parts["needed"] == ""


@pytest.mark.parametrize(
    ("days", "arabic", "french", "english"),
    [
        (1, "يوم واحد", "1 jour", "1 day"),
        (2, "يومين", "2 jours", "2 days"),
        (5, "5 أيام", "5 jours", "5 days"),
        (30, "30 يوما", "30 jours", "30 days"),
        (100, "100 يوم", "100 jours", "100 days"),
    ],
)
def test_a_target_that_was_met_before_its_date_says_by_how_much(row, plain, day, days, arabic, french, english):
    early = row(actual=64_100.0, gap=24_100.0, verdict="met", pace_state="met", reach_on=day("2023-12-31") - days)
    assert f"تم بلوغ الهدف (64 000) قبل أجله، بفارق {arabic}." in plain(position(early, words("ar")))
    assert f"objectif (64 000) atteint {french} avant l'échéance." in plain(position(early, words("fr")))
    assert f"the target (64,000) was met {english} before its date." in plain(position(early, words("en")))
    assert card(early, locale="fr").parts["needed"] == ""


def test_a_target_met_on_its_day_or_later_is_not_said_to_be_early(row, plain, day):
    for on in (day("2023-12-31"), day("2024-02-01"), math.nan):
        late = row(actual=64_100.0, gap=24_100.0, verdict="met", pace_state="met", reach_on=on)
        assert plain(position(late, words("ar"))).endswith(": تم بلوغ الهدف (64 000).")
        assert plain(position(late, words("fr"))).endswith(": objectif (64 000) atteint.")


# -------------------------------------------------------------------------------------------------- the pace needed


def needed(row, locale, plain):
    return plain(card(row, locale=locale).parts["needed"])


def test_the_pace_is_said_as_it_was_agreed(row, plain):
    assert needed(row(), "ar", plain) == (
        "لبلوغ الهدف (64 000) قبل 31 دجنبر 2023، يلزم تسجيل 362 أسرة في كل يوم عمل، مقابل معدل 212 أسرة "
        "خلال الأسابيع الأربعة الأخيرة، أي 1,7 مرة الوتيرة المسجلة."
    )
    assert needed(row(), "fr", plain) == (
        "Pour atteindre l'objectif (64 000) avant le 31 décembre 2023, il faut enregistrer 362 ménages par jour "
        "ouvrable, contre 212 ménages en moyenne sur les quatre dernières semaines, soit 1,7 fois le rythme constaté."
    )
    assert "register 362 households a working day, against 212 households" in needed(row(), "en", plain)
    assert needed(row(), "en", plain).endswith(": 1.7 times the recent pace.")


@pytest.mark.parametrize(
    ("times", "arabic", "french"),
    [
        (0.4, "؛ والوتيرة المسجلة كافية لبلوغه.", "; le rythme constaté suffit."),
        (1.0, "؛ والوتيرة المسجلة كافية لبلوغه.", "; le rythme constaté suffit."),
        # What is not enough is never said to be one time the pace.
        (1.004, "أي 1,1 مرة الوتيرة المسجلة.", "soit 1,1 fois le rythme constaté."),
        (1.94, "أي 1,9 مرة الوتيرة المسجلة.", "soit 1,9 fois le rythme constaté."),
        (2.0, "أي ضعف الوتيرة المسجلة.", "soit deux fois le rythme constaté."),
        (2.04, "أي ضعف الوتيرة المسجلة.", "soit deux fois le rythme constaté."),
        (2.06, "أي 2,1 مرة الوتيرة المسجلة.", "soit 2,1 fois le rythme constaté."),
        (3.0, "أي 3 مرات الوتيرة المسجلة.", "soit 3 fois le rythme constaté."),
        (11.0, "أي 11 مرة الوتيرة المسجلة.", "soit 11 fois le rythme constaté."),
        (100.0, "أي 100 مرة الوتيرة المسجلة.", "soit 100 fois le rythme constaté."),
    ],
)
def test_how_many_times_the_recent_pace(row, plain, times, arabic, french):
    assert needed(row(times=times), "ar", plain).endswith(arabic)
    assert needed(row(times=times), "fr", plain).endswith(french)


@pytest.mark.parametrize(
    ("per_day", "arabic", "french"),
    [
        (0.2, "معدل أقل من أسرة واحدة خلال", "contre moins de 1 ménage en moyenne"),
        (0.5, "معدل أسرة واحدة خلال", "contre 1 ménage en moyenne"),
        (2.5, "معدل 3 أسر خلال", "contre 3 ménages en moyenne"),
        (10.6, "معدل 11 أسرة خلال", "contre 11 ménages en moyenne"),
    ],
)
def test_a_recent_pace_is_to_the_nearest_and_never_nothing_when_there_was_some(row, plain, per_day, arabic, french):
    slow = row(recent_per_day=per_day, times=400.0)
    assert arabic in needed(slow, "ar", plain) and french in needed(slow, "fr", plain)
    (cell,) = [c for c in card(slow, locale="fr").parts["cells"] if c.label == words("fr")("targets.recent")]
    assert cell.number != "0"


@pytest.mark.parametrize(("per_day", "printed"), [(361.01, "362"), (361.0, "361"), (0.1, "1")])
def test_a_needed_pace_is_rounded_up(row, plain, per_day, printed):
    told = needed(row(needed_per_day=per_day), "fr", plain)
    assert f"il faut enregistrer {printed} ménage" in told
    cells = {cell.label: cell.number for cell in card(row(needed_per_day=per_day), locale="fr").parts["cells"]}
    assert cells[words("fr")("targets.needed")] == printed


@pytest.mark.parametrize(
    ("state", "arabic", "french", "english"),
    [
        (
            "recent_zero",
            "ولم تسجل أي عملية خلال الأسابيع الأربعة الأخيرة.",
            "; aucune opération enregistrée sur les quatre dernières semaines.",
            "none was recorded over the last four weeks.",
        ),
        (
            "recent_backward",
            "وقد انخفض العدد خلال الأسابيع الأربعة الأخيرة.",
            "; le nombre a baissé sur les quatre dernières semaines.",
            "the count fell over the last four weeks.",
        ),
        ("nothing_yet", "ولم يسجل بعد أي رقم.", "; rien n'est encore enregistré.", "nothing is recorded yet."),
        (
            "not_enough_history",
            "؛ ولا تكفي المعطيات المتوفرة لحساب الوتيرة الأخيرة.",
            "; les données ne suffisent pas à calculer le rythme récent.",
            "the figures do not suffice for a recent pace.",
        ),
    ],
)
def test_a_pace_that_cannot_be_compared_says_why(row, plain, state, arabic, french, english):
    without = row(pace_state=state, times=math.nan, recent_per_day=0.0 if state == "recent_zero" else math.nan)
    for locale, end in zip(LOCALES, (arabic, french, english), strict=True):
        told = needed(without, locale, plain)
        assert told.endswith(end) and "362" in told


@pytest.mark.parametrize(
    ("remaining", "arabic", "french"),
    [
        (1.0, "أسرة واحدة", "1 ménage"),
        (2.0, "أسرتين", "2 ménages"),
        (7.0, "7 أسر", "7 ménages"),
        (1_700_000.0, "1,7 مليون أسرة", "1,7 million de ménages"),
    ],
)
def test_once_the_time_is_over_what_remains_is_said(row, plain, remaining, arabic, french):
    over = row(pace_state="deadline_passed", verdict="expired", remaining=remaining, needed_per_day=math.nan)
    assert needed(over, "ar", plain) == f"انقضى الأجل بتاريخ 31 دجنبر 2023 مع بقاء {arabic} دون إنجاز."
    assert needed(over, "fr", plain) == f"Échéance échue le 31 décembre 2023 ; reste {french}."
    none = over._replace(pace_state="no_days_left", verdict="below")
    assert needed(none, "ar", plain) == f"لم يبق أي يوم عمل قبل 31 دجنبر 2023 مع بقاء {arabic} دون إنجاز."
    assert needed(none, "fr", plain) == f"Plus aucun jour ouvrable avant le 31 décembre 2023 ; reste {french}."


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("state", pace.STATES)
@pytest.mark.parametrize("code", verdict.CODES)
def test_every_state_and_verdict_is_said_without_a_place_left_open(row, locale, state, code):
    figures = dict.fromkeys(("needed_per_day", "recent_per_day", "times", "remaining"), math.nan)
    told = {
        "running": {},
        "recent_zero": {"recent_per_day": 0.0, "times": math.nan},
        "recent_backward": {"recent_per_day": -4.0, "times": math.nan},
        "nothing_yet": {"recent_per_day": math.nan, "times": math.nan, "actual": 0.0},
        "not_enough_history": {"recent_per_day": math.nan, "times": math.nan},
        "deadline_passed": {"needed_per_day": math.nan, "times": math.nan},
        "no_days_left": {"needed_per_day": math.nan, "times": math.nan},
        "met": figures | {"remaining": 0.0},
        "no_target": figures | {"target": math.nan, "gap": math.nan, "due": math.nan},
        "no_figure": figures | {"actual": math.nan, "gap": math.nan, "state": "missing"},
    }[state]
    panel = card(row(verdict=code, pace_state=state, **told), locale=locale, with_probability=True)
    said = [panel.title, panel.parts["word"], *panel.parts["sentences"], *(c.number for c in panel.parts["cells"])]
    assert all(said) and not any("{" in text or "nan" in text.lower().split() for text in said)
    assert bool(panel.parts["promise"]) == (state != "no_target")


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_of_the_catalogue_can_be_counted_in_millions(unit, plain):
    for locale in LOCALES:
        w = words(locale)
        assert plain(w.count(unit, 270_000, short=True, millions=True)).startswith("0.27" if locale == "en" else "0,27")
        assert plain(w.count(unit, 270_000, short=True)).startswith("270,000" if locale == "en" else "270 000")


# ------------------------------------------------------------------------------------------------- what is expected


FORESEEN = {"foreseen_from": 19_600.0}


def test_an_expected_date_has_its_band_and_one_without_is_not_promised(row, plain, day):
    sure = row(**FORESEEN, reach_early=day("2023-11-02"), reach_on=day("2023-12-15"), reach_late=day("2024-01-09"))
    w = words("fr")
    (cell,) = [c for c in card(sure, locale="fr").parts["cells"] if c.label == w("targets.expected")]
    assert plain(cell.number) == "15/12/2023" and plain(cell.below) == "entre le 02/11/2023 et le 09/01/2024"
    (open_end,) = [
        c
        for c in card(sure._replace(reach_late=math.nan), locale="fr").parts["cells"]
        if c.label == w("targets.expected")
    ]
    assert plain(open_end.below) == "entre le 02/11/2023 et plus de quatre mois"
    panel = card(row(**FORESEEN), locale="fr")
    (never,) = [c for c in panel.parts["cells"] if c.label == w("targets.expected")]
    assert never.said and never.number == w("targets.not_at_this_pace")
    assert w("targets.outlook_none") in panel.parts["sentences"]


def test_a_date_that_the_figures_cannot_bear_is_not_out_of_reach_where_it_is_possible(row):
    w = words("fr")
    for probability, key, sentence in (
        (0.5, "uncertain", "outlook_uncertain"),
        (0.2, "not_at_this_pace", "outlook_none"),
    ):
        panel = card(row(**FORESEEN, probability=probability), locale="fr")
        (said,) = [c for c in panel.parts["cells"] if c.label == w("targets.expected")]
        assert said.number == w(f"targets.{key}") and w(f"targets.{sentence}") in panel.parts["sentences"]


@pytest.mark.parametrize("probability", [math.nan, 0.2])
def test_a_pace_that_is_enough_is_never_said_to_be_too_slow(row, probability):
    w = words("fr")
    for times, key in (
        (0.9, "uncertain"),
        (1, "uncertain"),
        (1.01, "not_at_this_pace"),
    ):
        panel = card(row(**FORESEEN, probability=probability, times=times), locale="fr")
        (said,) = [c for c in panel.parts["cells"] if c.label == w("targets.expected")]
        assert said.number == w(f"targets.{key}")


@pytest.mark.parametrize("locale", LOCALES)
def test_without_a_forecast_no_date_is_said_and_the_reason_is(row, locale):
    panel = card(row(), locale=locale)
    w = words(locale)
    assert w("targets.expected") not in [c.label for c in panel.parts["cells"]]
    assert w("targets.too_short") in panel.parts["sentences"]
    renewed = card(row(**FORESEEN, recomputing=True), locale=locale)
    assert w("targets.recomputing") in renewed.parts["sentences"]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_next_stage_is_said_with_the_day_it_is_expected_on(row, plain, day, locale):
    w = words(locale)
    stage = {"milestone": 45_000.0, "milestone_due": day("2023-10-31")}
    cases = {
        "stage": row(**stage),
        "stage_none": row(**stage, **FORESEEN),
        "stage_on": row(**stage, **FORESEEN, milestone_on=day("2023-10-20")),
        "stage_on_between": row(
            **stage,
            **FORESEEN,
            milestone_early=day("2023-10-12"),
            milestone_on=day("2023-10-20"),
            milestone_late=day("2023-11-03"),
        ),
    }
    told = {name: plain(card(one, locale=locale).parts["sentences"][1]) for name, one in cases.items()}
    assert len(set(told.values())) == 4
    assert all(plain(w.short(45_000)) in text for text in told.values())
    assert plain(w.date_short(pd.Timestamp("2023-11-03").date())) in told["stage_on_between"]
    passed = card(row(**stage | {"milestone": 30_000.0}), locale=locale)
    assert not any(plain(w.short(30_000)) in plain(text) for text in passed.parts["sentences"])


@pytest.mark.parametrize("locale", LOCALES)
def test_a_report_that_is_not_believed_is_told_with_its_day(row, plain, day, locale):
    doubted = row(doubted=True, reported=76_000.0, reported_on=day("2023-09-18"))
    w = words(locale)
    told = [plain(text) for text in card(doubted, locale=locale).parts["sentences"]]
    assert plain(w("targets.doubted", n=w.number(76_000), date=w.date(pd.Timestamp("2023-09-18").date()))) in told


@pytest.mark.parametrize("locale", LOCALES)
def test_a_probability_is_said_to_who_prepares_alone(row, locale):
    sure = row(**FORESEEN, probability=0.46)
    w = words(locale)
    said = w("targets.probability", share=w.share(0.46, decimals=0))
    assert said in card(sure, locale=locale, with_probability=True).parts["sentences"]
    reader = card(sure, locale=locale)
    assert not any(w.share(0.46, decimals=0) in text for text in (*reader.parts["sentences"], reader.title))


@pytest.mark.parametrize("set_by", ["assigned", "adopted", "announced", "arithmetical"])
@pytest.mark.parametrize("locale", LOCALES)
def test_who_set_a_target_is_said_with_the_address_where_it_was_published(row, locale, set_by):
    line = card(row(set_by=set_by, target_address="https://example.org/a"), locale=locale).parts["promise"]
    w = words(locale)
    assert line.address == "https://example.org/a"
    assert line.text == w(
        f"targets.set_{set_by}", target=w.short(64_000), deadline=w.date(pd.Timestamp("2023-12-31").date())
    )


# ---------------------------------------------------------------------------------------------------------- the path


@pytest.fixture
def path(day):
    """A course of four reports, the last of an unfinished week and one not believed, with a forecast of two weeks."""
    days = [day(iso) for iso in ("2023-08-20", "2023-08-27", "2023-09-03", "2023-09-05")]
    actual = pd.DataFrame(
        {
            "on_date": days,
            "value": [100.0, 180.0, 500.0, 190.0],
            "believed": [True, True, False, True],
            "complete": [True, True, True, False],
        }
    )
    planned = pd.DataFrame({"on_date": [day("2023-01-01"), day("2023-12-31")], "planned": [0.0, 400.0]})
    ahead = pd.DataFrame(
        {
            "on_date": [days[3], days[3] + 7],
            "median": [190.0, 220.0],
            "low": [190.0, 200.0],
            "high": [190.0, 260.0],
        }
    )
    return Course(planned, actual, ahead, pd.Series({"verdict": "watch"}))


def drawn(path, locale="fr", on="2023-09-06", day=None):
    return course(
        path,
        indicator="rsu.registered_share",
        territory=PREFECTURE,
        step="rsu.registered",
        unit="household",
        on=day(on),
        locale=locale,
    )


def test_a_report_of_an_unfinished_week_and_one_not_believed_are_drawn_apart(path, day):
    parts = drawn(path, day=day).parts
    assert [value for _, value in parts["actual"]] == [100.0, 180.0]
    assert [value for _, value in parts["incomplete"]] == [190.0]
    assert [value for _, value in parts["doubted"]] == [500.0]
    assert parts["planned"][-1][0].isoformat() == "2023-12-31" and len(parts["ahead"]) == 2
    assert parts["today"].isoformat() == "2023-09-06" and parts["said"] == "6 septembre 2023"


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("ar", "عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول والمسار المبرمج"),
        ("fr", "Nombre de ménages inscrits au RSU dans la préfecture d'Inezgane-Aït Melloul et niveau programmé"),
    ],
)
def test_the_title_of_a_path_is_a_sentence_of_its_language(path, day, plain, locale, title):
    assert plain(drawn(path, locale, day=day).title) == title
    alone = Course(path.planned[:0], path.actual, path.ahead[:0], None)
    assert "programm" not in drawn(alone, "fr", day=day).title


# --------------------------------------------------------------------------------------------- children, and the gap


@pytest.fixture(scope="module")
def below(rows, day):
    """Three communes of which one has no figure, and what none of them explains."""
    return rows(
        {
            "territory_code": COMMUNES[0],
            "gap_part": -1500.0,
            "gap": -1499.6,
            "set_by": "arithmetical",
            "verdict": "indicative",
        },
        {"territory_code": COMMUNES[1], "gap_part": 400.0, "gap": 400.4, "verdict": "ahead", "times": 0.8},
        {
            "territory_code": COMMUNES[2],
            "state": "missing",
            "verdict": "no_figure",
            "pace_state": "no_figure",
            **dict.fromkeys(("actual", "gap", "planned", "needed_per_day", "recent_per_day", "times"), math.nan),
        },
        {
            "territory_code": "",
            "gap_part": -900.0,
            "state": "not_applicable",
            "verdict": "no_target",
            "actual": math.nan,
        },
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_table_has_a_row_for_each_child_in_administrative_order_and_none_for_the_rest(below, plain, locale):
    panel = children(below, parent=PREFECTURE, indicator="rsu.registered_share", locale=locale)
    w = words(locale)
    assert [row[0] for row in panel.parts["rows"]] == [w.territory(code) for code in COMMUNES]
    assert all(len(row) == len(panel.parts["head"]) for row in panel.parts["rows"])
    told = [plain(cell if isinstance(cell, str) else cell[0]) for cell in panel.parts["rows"][2]]
    assert w("state.missing") in told and "nan" not in told
    at = panel.parts["head"].index(w("targets.column_gap"))
    assert [plain(row[at]) for row in panel.parts["rows"]] == [plain(w.signed(-1500)), plain(w.signed(400)), ""]


def test_columns_of_which_nothing_is_known_are_left_out(rows):
    nothing = dict.fromkeys(("target", "planned", "gap", "needed_per_day", "times"), math.nan)
    frame = rows(*({"territory_code": code, "verdict": "no_target", **nothing} for code in COMMUNES))
    w = words("fr")
    panel = children(frame, parent=PREFECTURE, indicator="rsu.registered_share", locale="fr")
    assert panel.parts["head"] == tuple(
        w(f"targets.column_{name}") for name in ("territory", "verdict", "actual", "recent")
    )


@pytest.mark.parametrize("code", ["met", "indicative"])
def test_a_child_that_is_there_already_has_that_for_a_date(rows, code):
    done = {"verdict": code, "pace_state": "met", "needed_per_day": math.nan, "times": math.nan}
    frame = rows({"territory_code": COMMUNES[0]} | done)
    panel = children(frame, parent=PREFECTURE, indicator="rsu.registered_share", locale="ar")
    assert panel.parts["rows"][0][-1] == words("ar")("targets.verdict_met")


@pytest.mark.parametrize(
    ("state", "key"), [("withheld", "targets.withheld"), ("not_applicable", "state.not_applicable")]
)
def test_a_child_without_a_number_says_which_way(rows, state, key):
    frame = rows({"territory_code": COMMUNES[0], "state": state, "actual": math.nan, "gap": math.nan})
    panel = children(frame, parent=PREFECTURE, indicator="rsu.registered_share", locale="fr")
    assert words("fr")(key) in panel.parts["rows"][0]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_parts_of_a_gap_add_up_to_the_one_that_is_said(below, plain, locale):
    panel = carried(below, parent=PREFECTURE, indicator="rsu.registered_share", locale=locale)
    bars, w = panel.parts["bars"], words(locale)
    assert sum(bar.part for bar in bars) == panel.parts["whole"] == -2000
    assert plain(w.count("household", 2000)) in plain(panel.title)
    assert [bar.name for bar in bars] == [*(w.territory(c) for c in COMMUNES[:2]), w("targets.not_attributable")]
    assert max(bar.length for bar in bars) == 1 and bars[1].length == pytest.approx(400 / 1500)
    assert [plain(bar.text) for bar in bars] == [plain(w.signed(n)) for n in (-1500, 400, -900)]


@pytest.mark.parametrize(
    ("parts", "key"), [((300.0, -100.0), "more"), ((-300.0, 100.0), "less"), ((50.0, -50.0), "none")]
)
def test_a_lead_and_a_gap_and_neither_have_a_title_each(rows, parts, key):
    frame = rows(
        {"territory_code": COMMUNES[0], "gap_part": parts[0]},
        {"territory_code": COMMUNES[1], "gap_part": parts[1]},
        {"territory_code": "", "gap_part": 0.0},
    )
    panel = carried(frame, parent=PREFECTURE, indicator="rsu.registered_share", locale="en")
    w = words("en")
    said = {} if key == "none" else {"gap": w.count("household", abs(int(sum(parts))))}
    assert panel.title == w(f"targets.carried_{key}", **said, place=w.in_territory(PREFECTURE))
    assert len(panel.parts["bars"]) == 2


def test_children_that_may_not_be_seen_are_one_bar_without_a_name(below, rows):
    frame = below.assign(territory_code=[*COMMUNES, "other"])
    panel = carried(frame, parent=PREFECTURE, indicator="rsu.registered_share", locale="fr")
    assert panel.parts["bars"][-1].name == words("fr")("targets.other")


def test_nobody_carries_a_gap_that_is_not_known_or_that_no_child_explains(below):
    told = {"parent": PREFECTURE, "indicator": "rsu.registered_share", "locale": "fr"}
    assert carried(below[:3], **told) is None
    assert carried(below[3:], **told) is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("show", ["need", "verdict"])
def test_a_map_groups_each_child_once(below, locale, show):
    panel = verdict_map(
        below, parent=PREFECTURE, indicator="rsu.registered_share", boundaries="x", show=show, locale=locale
    )
    assert sorted(code for _, _, codes in panel.parts["groups"] for code in codes) == sorted(COMMUNES)
    keys = [key for key, _, _ in panel.parts["groups"]]
    order = NEEDS if show == "need" else tuple(SHAPE)
    assert all(order.index(a) < order.index(b) for a, b in pairwise(keys))
    assert set(panel.parts["texts"]) == set(panel.parts["names"]) == set(COMMUNES)
    assert not panel.parts["elsewhere"]


@pytest.mark.parametrize(
    ("given", "group"),
    [
        ({"verdict": "met", "pace_state": "met", "times": math.nan}, "met"),
        ({"verdict": "indicative", "pace_state": "met", "times": math.nan, "needed_per_day": math.nan}, "met"),
        ({"times": 1.0}, "enough"),
        ({"times": 2.0}, "up_to_two"),
        ({"times": 2.01}, "over_two"),
        ({"times": math.nan, "pace_state": "recent_zero"}, "no_pace"),
        ({"times": math.nan, "needed_per_day": math.nan, "actual": math.nan, "state": "missing"}, "none"),
    ],
)
def test_a_map_of_need_has_a_group_for_each_pace(rows, given, group):
    frame = rows({"territory_code": COMMUNES[0]} | given)
    told = {
        "parent": PREFECTURE,
        "indicator": "rsu.registered_share",
        "boundaries": "x",
        "show": "need",
        "locale": "ar",
    }
    assert [key for key, _, _ in verdict_map(frame, **told).parts["groups"]] == [group]


# -------------------------------------------------------------------------------------------------- alerts, history


def alert(**changed):
    usual = {
        "kind": "will_miss",
        "indicator": "rsu.registered_share",
        "step": "rsu.registered",
        "unit": "household",
        "territory_code": PREFECTURE,
        "since": 19_617.0,
        "value": 38_000.0,
        "other": 40_000.0,
        "body": "local_authority",
        "held_elsewhere": False,
        "delivery": "",
    }
    return pd.DataFrame([usual | changed], columns=ALERT_COLUMNS)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", ALERTS)
def test_every_alert_says_what_where_which_figure_since_when_and_who_can_act(kind, locale, plain):
    panel = alerts(alert(kind=kind), locale=locale)
    (row,) = panel.parts["rows"]
    w = words(locale)
    assert len(row) == len(panel.parts["head"]) == 6 and all(row)
    assert row[2] == w.territory(PREFECTURE) and row[5] == w.name("body", "local_authority")
    assert plain(w.number(38_000)) in plain(row[3])
    assert len({alerts(alert(kind=other), locale=locale).parts["rows"][0][0] for other in ALERTS}) == len(ALERTS)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_list_of_alerts_says_how_many_and_an_empty_one_that_there_is_none(locale):
    w = words(locale)
    assert alerts(alert()[:0], locale=locale).title == w("targets.alerts_none")
    assert alerts(pd.concat([alert()] * 3), locale=locale).title == w("targets.alerts_title", n="3")


@pytest.mark.parametrize(
    ("days", "arabic", "french"), [(1, "يوم واحد", "1 jour"), (2, "يومين", "2 jours"), (11, "11 يوما", "11 jours")]
)
def test_the_age_of_a_late_figure_is_counted(plain, days, arabic, french):
    late = alert(kind="late_source", value=float(days))
    assert plain(alerts(late, locale="ar").parts["rows"][0][3]).endswith(arabic)
    assert plain(alerts(late, locale="fr").parts["rows"][0][3]).endswith(french)


def said(day, **changed):
    usual = {
        "indicator": "rsu.registered_share",
        "territory_code": PREFECTURE,
        "due": day("2023-12-31"),
        "event": 7,
        "recorded_at": 1_673_000_000,
        "actor": "preparer",
        "value": 64_000.0,
        "starts": day("2023-01-02"),
        "start_value": 0,
        "path": "linear",
        "milestones": (),
        "set_by": "assigned",
        "source": "letter 12",
        "address": "",
        "current": True,
    }
    return pd.DataFrame([usual | changed], columns=HISTORY_COLUMNS)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_history_says_how_many_by_when_by_whom_along_which_path_and_when_it_was_recorded(day, plain, locale):
    stages = ((day("2023-06-30"), 30_000), (day("2023-09-30"), 45_000))
    panel = history(said(day, path="milestones", milestones=stages), locale=locale)
    (row,) = panel.parts["rows"]
    w = words(locale)
    assert len(row) == len(panel.parts["head"])
    told = [plain(cell if isinstance(cell, str) else cell.text) for cell in row]
    assert plain(w.number(64_000)) in told and "letter 12" in told and w("targets.by_assigned") in told
    assert w("targets.in_force") in told
    path = told[panel.parts["head"].index(w("targets.column_path"))]
    assert plain(w.number(45_000)) in path and "02/01/2023" in path and "30/09/2023" in path
    assert "06/01/2023" in told[panel.parts["head"].index(w("targets.column_recorded"))]


def test_a_target_taken_back_and_one_replaced_are_told_apart_from_one_in_force(day):
    w = words("fr")
    (gone,) = history(said(day, value=math.nan, current=False), locale="fr").parts["rows"]
    (old,) = history(said(day, current=False), locale="fr").parts["rows"]
    assert w("targets.withdrawn") in gone and w("targets.withdrawn") not in old
    assert w("targets.superseded") in old and w("targets.in_force") not in old


@pytest.mark.parametrize("locale", LOCALES)
def test_how_good_forecasts_have_been_is_said_by_horizon(plain, locale):
    names = ["indicator", "step", "unit", "horizon", "n", "median_error", "inside_share", "bias", "first", "last"]
    row = ["rsu.registered_share", "rsu.registered", "household", 28, 42, 0.031, 0.79, -0.012, 19_000, 19_600]
    panel = judged(pd.DataFrame([row], columns=names), locale=locale)
    w = words(locale)
    told = [plain(cell) for cell in panel.parts["rows"][0]]
    assert told[1:] == [
        plain(w.count("day", 28)),
        "42",
        plain(w.share(0.031)),
        plain(w.share(0.79)),
        plain(w.share(-0.012)),
    ]
    assert panel.title == w("targets.judged_title") and panel.notes
    empty = judged(pd.DataFrame(columns=names), locale=locale)
    assert empty.title == w("targets.judged_none") and empty.parts["rows"] == ()


# ------------------------------------------------------------------------------------------------ the rule, in words


def test_the_thresholds_that_are_told_are_those_of_the_methods():
    assert {
        "ahead_by": float(verdict.AHEAD_BY),
        "below_by": float(verdict.BELOW_BY),
        "floor": float(verdict.FLOOR),
        "likely": float(verdict.LIKELY),
        "unlikely": float(verdict.UNLIKELY),
        "tolerance": float(pace.TOLERANCE),
        "ramadan": pytest.approx(0.8),
        "weeks": verdict.WEEKS_FOR_PROBABILITY,
        "oldest": pace.OLDEST,
    } == THRESHOLDS


@pytest.mark.parametrize("locale", LOCALES)
def test_the_rule_of_each_verdict_is_told_and_follows_its_threshold(plain, locale):
    panel = rules(THRESHOLDS, locale=locale)
    told = {row[0][0]: plain(row[1]) for row in panel.parts["rows"]}
    assert len(told) == len(verdict.CODES)
    whole = " ".join([*told.values(), *map(plain, panel.notes)])
    for name, value in THRESHOLDS.items():
        moved = rules(THRESHOLDS | {name: value / 2 if isinstance(value, float) else 77}, locale=locale)
        again = " ".join([*(plain(row[1]) for row in moved.parts["rows"]), *map(plain, moved.notes)])
        assert again != whole, name
    assert "5,0" not in whole and "5.0" not in whole
