"""The board of deliveries in words: its title, its states, who is awaited, and the sentences that ask."""

import pandas as pd
import pytest

from panels.sources import MOST_NAMED, board, called
from queries.sources import COLUMNS

LQLIAA, TEMSIA = "09.273.01.17", "09.273.05.27"
DAY = 19620
"""20 September 2023."""
SETTINGS = {
    "service": [{"id": "interior", "name": {"ar": "قسم الشؤون الداخلية", "fr": "Affaires intérieures", "en": ""}}],
    "delivery": [
        {
            "id": name,
            "name": {"ar": f"إرسالية {name}", "fr": f"Envoi {name}", "en": ""},
            "service": service,
            "source": "office",
            "channel": "email",
            "periodicity": periodicity,
            "expected_day": 5,
            "reminder_days": 2,
            "level": "commune",
            "counts": [{"step": "rsu.registered", "unit": "household"}],
            "starts": "2023-01-02",
        }
        for name, service, periodicity in (
            ("a", "interior", "weekly"),
            ("b", "gone", "monthly"),
            ("c", "", "quarterly"),
            ("d", "", "daily"),
        )
    ],
}


def row(delivery, state, *, due=DAY + 3, days=0, missed=0, reported=0, expected=6, last=None):
    said = (last, 7, 1_700_000_000) if last else (None, None, None)
    return (delivery, state, due, days, missed, reported, expected, *said)


def made(*rows, silent=None, locale="ar"):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return board(frame, silent or {}, SETTINGS, on=DAY, locale=locale)


def plain(text):
    return "".join(mark for mark in text if mark not in "\u2066\u2067\u2068\u2069").replace("\u00a0", " ")


def test_the_title_counts_what_is_late_and_what_is_incomplete():
    panel = made(row("a", "late", days=3), row("b", "incomplete", days=1), row("c", "received"))
    assert plain(panel.title) == "عدد الإرساليات المتأخرة إلى غاية 20 شتنبر 2023: 1 من أصل 3؛ وغير المكتملة: 1."
    panel = made(row("a", "late", days=3), row("b", "received"), locale="fr")
    assert plain(panel.title) == "Au 20 septembre 2023, envois en retard : 1 sur 2 ; incomplets : 0."


def test_with_nothing_late_the_title_says_so():
    title = made(row("a", "received"), row("c", "due"), locale="fr").title
    assert plain(title) == "Au 20 septembre 2023, aucun envoi en retard (envois réguliers : 2)."


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("late", "en retard de 8 jours"),
        ("incomplete", "incomplet depuis 8 jours"),
        ("due", "attendu aujourd'hui"),
        ("reminder", "rappel à adresser avant le 23 septembre 2023"),
        ("received", "reçu ; prochaine échéance le 23 septembre 2023"),
        ("not_started", "pas encore commencé ; première échéance le 23 septembre 2023"),
        ("without_offices", "aucune entité déclarée à ce niveau"),
    ],
)
def test_each_state_is_said_in_a_few_words(state, expected):
    (cells,) = made(row("a", state, days=8), locale="fr").parts["rows"]
    said, css = cells[-1]
    assert plain(said) == expected and css == f"tt-delivery-{state}"


def test_when_a_delivery_is_expected_is_said_in_words():
    rows = made(*(row(name, "received") for name in "abcd"), locale="fr").parts["rows"]
    assert [plain(cells[2]) for cells in rows] == [
        "chaque semaine, le vendredi",
        "chaque mois, le 5",
        "chaque trimestre, le 5 du mois suivant",
        "chaque jour ouvrable",
    ]


def test_a_service_that_is_no_longer_in_the_settings_is_not_named():
    rows = made(row("a", "received"), row("b", "received"), locale="fr").parts["rows"]
    assert [plain(cells[1]) for cells in rows] == ["Affaires intérieures · courriel", "courriel"]


def test_a_name_that_a_language_lacks_is_that_of_another():
    assert called(SETTINGS["service"][0], locale="en") == "قسم الشؤون الداخلية"
    assert called({"id": "bare", "name": {}}, locale="fr") == "bare"


def test_who_is_awaited_is_named_where_some_have_reported():
    panel = made(row("a", "incomplete", days=2, reported=4, last=DAY), silent={"a": (LQLIAA, TEMSIA)}, locale="fr")
    (cells,) = panel.parts["rows"]
    assert plain(cells[4]) == "4 sur 6 · en attente : Lqliaa et Temsia"
    assert "fichier reçu n° 7" in plain(cells[3])
    everybody = made(row("a", "late", days=2), silent={"a": (LQLIAA, TEMSIA)}, locale="fr").parts["rows"]
    assert plain(everybody[0][4]) == "0 sur 6"


def test_a_long_list_of_offices_ends_with_how_many_more_there_are():
    silent = {"a": (LQLIAA,) * (MOST_NAMED + 3)}
    (cells,) = made(row("a", "incomplete", days=2, reported=1, expected=20), silent=silent, locale="en").parts["rows"]
    assert plain(cells[4]).endswith("others (3)")


def test_reminders_are_ready_in_three_languages_for_what_is_awaited_only():
    panel = made(
        row("a", "incomplete", days=2, reported=4, due=DAY - 2),
        row("b", "late", days=9, due=DAY - 9),
        row("c", "received"),
        row("d", "reminder", days=2, due=DAY + 2),
        silent={"a": (TEMSIA,)},
    )
    found = {delivery: texts for delivery, _, _, texts in panel.parts["reminders"]}
    assert set(found) == {"a", "b", "d"}
    assert all(set(texts) == {"ar", "fr", "en"} for texts in found.values())
    assert "Temsia" in found["a"]["fr"] and "التمسية" in found["a"]["ar"]
    assert "11 septembre 2023" in plain(found["b"]["fr"]) and "ne nous est pas encore parvenu" in found["b"]["fr"]
    assert "est attendu le 22 septembre 2023" in plain(found["d"]["fr"])


def test_no_count_stands_on_the_board():
    assert not {"value", "count"} & set(made(row("a", "received")).frame.columns)
