"""A panel of a page as a slide: it stands alone, so it says where its figures come from even where its page says it
elsewhere."""

import pandas as pd

from i18n import words
from panels import Panel, SourceLine
from panels.as_slide import as_slide

ASKED = {"territory": "09.273", "on": 19_618, "cut": 3}


def table(**fields):
    frame = pd.DataFrame({"source": ["office", "", "office"], "on_date": [19_617.0, float("nan"), 19_610.0]})
    usual = {"subject": "targets", "kind": "table", "title": "x", "frame": frame}
    return Panel(**usual | {"parts": {"head": ("a", "b"), "rows": [("y", "1")]}} | fields)


def test_a_panel_without_a_source_line_says_the_sources_and_the_days_of_its_frame():
    slide = as_slide(table(), locale="fr", asked=ASKED)
    assert [one.text for one in slide.sources] == [words("fr").name("source", "office")]
    assert slide.dates == (19_610, 19_617)


def test_what_a_panel_says_itself_stands():
    slide = as_slide(table(sources=(SourceLine("HCP"),), data_dates=(19_000,)), locale="fr", asked=ASKED)
    assert [one.text for one in slide.sources] == ["HCP"] and slide.dates == (19_000,)


def test_a_frame_without_either_has_neither():
    slide = as_slide(table(frame=pd.DataFrame({"value": [1]})), locale="fr", asked=ASKED)
    assert slide.sources == () and slide.dates == ()
