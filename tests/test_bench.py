"""The table of speeds: every section that can be measured has its place in it."""

from bench import figures
from bench.__main__ import BY_NAME, SECTIONS
from bench.figures import ORDER, Figure, write_page


def test_every_section_has_its_place_in_the_table():
    assert {*SECTIONS, *BY_NAME} == {*ORDER}


def test_lines_of_sections_that_were_not_run_stay_as_they_were(tmp_path, monkeypatch):
    page = tmp_path / "speed.md"
    page.write_text(f"How it is measured.\n\n{figures._RESULTS}\n", encoding="utf-8")
    monkeypatch.setattr(figures, "PAGE", page)
    write_page([Figure("wall", "next slide", "20 ms", "300 ms", True), Figure("read", "a map", "9 ms", "4 ms", False)])
    write_page(
        [Figure("documents", "the full set", "6 s", "60 s", True), Figure("read", "a map", "3 ms", "4 ms", True)]
    )
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in lines] == [
        ["read", "a map", "3 ms", "4 ms", "yes"],
        ["documents", "the full set", "6 s", "60 s", "yes"],
        ["wall", "next slide", "20 ms", "300 ms", "yes"],
    ]
    assert page.read_text(encoding="utf-8").startswith("How it is measured.")
