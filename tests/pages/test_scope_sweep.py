"""Pages × roles × scopes: nothing of a territory outside the reader's scope reaches his browser, whatever he asks for.

Each territory's counts are numbers that nobody else's are. All that a browser would be sent is searched for them: text,
tables, charts, the options of lists, the bytes of downloads. A page that is added is swept without being named here.
"""

import csv
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from data.catalogue import catalogue
from data.database import as_day
from data.importer import Territories, import_file
from data.projects import Project, list_projects
from data.remarks import Remark, remark_on
from findings import territory_choices
from i18n import words
from ui.addresses import PAGES, offered

ROOT = Path(__file__).parents[2]
# Every page is opened for every role in every scope once, by one worker.
pytestmark = pytest.mark.xdist_group("sweep")

ROLES = ("reader", "preparer", "administrator")
SCOPES = ("MA", "09", "09.273", "09.273.01.15", "06.141.01.01", "09.273.A01", "09.273.L01")
FOREIGN = ("02.411", "02.411.01.11", "09.001", "09.273.05.27", "09.273.A02", "06.141.01.03")
DAYS = ("2026-01-15", "2026-02-20")
WAITS = "2026-02-27"

WEEK = ("2026-01-05", "2026-01-11")
WAITING, REFUSED, COHORT = "amo_tadamon.waiting", "amo_tadamon.refused", ("rsu.registered", "rsu.indexed")
SHOWN = {"figures": "1", "cohorts": "1", "movements": "1"}

CHAIN = """code,kind,parent,name_ar,name_fr,covers
09.273.A01,caidat,09.273,التمسية,Temsia,09.273.01.15
09.273.A02,annex,09.273,الأولى,Première,09.273.01.05
09.273.L01,lycee,09.273,السلام,Essalam,09.273.01.15
"""

SETTINGS = """
[auth]
redirect_uri = "https://tatabbu.example.org/oauth2callback"
cookie_secret = "only for this test"
client_id = "x"
client_secret = "x"
server_metadata_url = "https://login.example.org/.well-known/openid-configuration"
"""


def email(role, scope):
    return f"{role}.{scope.replace('.', '-').lower()}@example.org"


class Planted:
    """Counts that are each one territory's alone: numbers of six digits, by territory."""

    def __init__(self):
        self.numbers = {}
        self.next = 100_003

    def number(self, code):
        self.next += 23
        self.numbers.setdefault(code, set()).add(self.next)
        return self.next


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """An office whose database holds a planted number for each headline count of many territories, on two days."""
    from ui.engine import engine, today

    folder, found = tmp_path_factory.mktemp("swept"), Planted()
    (folder / "chain.csv").write_text(CHAIN, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(folder))
        known, of_office = catalogue(folder), engine()
        codes = [code for code, level, _ in territory_choices(of_office, scope="MA") if _is_planted(code, level)]
        steps = [known.indicators[p.headline].numerator for p in known.programmes if p.featured]
        for prefix in sorted({code[:6] for code in codes}):
            mine = [code for code in codes if code[:6] == prefix]
            lines = [(code, count, day, found.number(code)) for code in mine for count in steps for day in DAYS]
            # Who waits, who was refused and why, who entered in a month: told by other ways than headlines are.
            of_stages = []
            for code in mine:
                of_stages.append([code, WAITING, "person", "stock", DAYS[1], "", "", "", "", found.number(code)])
                of_stages.append(
                    [code, REFUSED, "application", "flow", "", *WEEK, "wrong_form", "", found.number(code)]
                )
                for step in COHORT:
                    of_stages.append([code, step, "household", "flow", "", *WEEK, "", "2026-01", found.number(code)])
            _handed_in(of_office, folder, known, prefix, lines, today(), more=of_stages)
        # Beyond what the axis of a chart over the other numbers reaches, and below the sum of any two of them.
        assert found.next < 170_003
        found.next = 170_003
        # Rows that wait, for what their notes say, in one file of everybody: nobody sees those of others.
        waiting = [(code, steps[0], WAITS, found.number(code)) for code in codes]
        _handed_in(of_office, folder, known, "waiting", waiting, today(), note="Mme Alaoui")
        for code in codes:
            remark = Remark(
                territory=code,
                step=steps[0].step,
                unit=steps[0].unit,
                measure="stock",
                first=dt.date.fromisoformat(DAYS[0]),
                last=dt.date.fromisoformat(DAYS[0]),
                value=found.number(code),
                reason="counted again",
                source="the annex",
            )
            remark_on(of_office, remark, actor="preparer", today=today(), catalogue=known)
        listed = [
            Project("INDH", "projet", code, as_day(dt.date(2026, 1, 10)), amount=found.number(code))
            for code in (*FOREIGN, "09.273.01.15", "09.273.A01", "09.273")
        ]
        assert list_projects(of_office, listed, actor="administrator")
        found.seen = {scope: {code for code, *_ in territory_choices(of_office, scope=scope)} for scope in SCOPES}
        found.codes = set(codes)
        of_office.dispose()
    found.folder = folder
    return found


def _handed_in(of_office, folder, known, name, lines, on, *, note="", more=()):
    """A file of these figures; those with a note are judged."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["territory", "step", "unit", "measure", "date", "from", "to", "reason", "cohort", "value", "note"])
    for code, count, day, value in lines:
        rows.writerow([code, count.step, count.unit, "stock", day, "", "", "", "", value, note])
    rows.writerows([*row, ""] for row in more)
    report = import_file(
        of_office,
        text.getvalue().encode(),
        name=f"{name}.csv",
        actor="administrator",
        today=on,
        catalogue=known,
        territories=Territories.load(folder),
        judged=bool(note),
    )
    assert report.event is not None, [str(problem) for problem in report.problems[:3]]
    assert report.quarantined == (len(lines) if note else 0)


def _is_planted(code, level):
    """All prefectures and regions, and what lies below three of them. What stands above is summed from them."""
    below = level in ("commune", "arrondissement", "annex", "school")
    return level in ("region", "prefecture") or (below and code[:6] in ("02.411", "09.273", "06.141"))


@pytest.fixture(scope="module")
def swept(planted, tmp_path_factory):
    """What every page sent to every role in every scope: by (role, scope, page, which address)."""
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    accounts = [
        f'[accounts."{email(role, scope)}"]\nrole = "{role}"\nscope = "{scope}"\n' for role in ROLES for scope in SCOPES
    ]
    (home / ".streamlit" / "secrets.toml").write_text(SETTINGS + "\n".join(accounts), encoding="utf-8")
    keys = [
        (role, scope, page.name, which)
        for role in ROLES
        for scope in SCOPES
        for page in PAGES
        # Which role reads changes nothing of what a scope keeps from him: one of them asks in every way.
        for which in (range(len(_addresses(scope))) if role == "reader" else (1,))
    ]
    asked = [
        {"email": email(role, scope), "page": page, "address": _addresses(scope)[which]}
        for role, scope, page, which in keys
    ]
    (home / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    environment = os.environ | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TATABBU_LOCAL": str(planted.folder),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("sweep.py")), str(home / "asked.json"), str(home / "told.json")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads((home / "told.json").read_text(encoding="utf-8"))
    return dict(zip(keys, told, strict=True))


def _addresses(scope):
    """The address without choices, one that asks for what is not his, and one that asks for everything at once."""
    foreign = FOREIGN[SCOPES.index(scope) % len(FOREIGN)]
    return (
        {"lang": "fr", "on": DAYS[1]},
        {"lang": "ar", "on": DAYS[1], "territory": foreign} | SHOWN,
        {"lang": "fr", "on": DAYS[1], "territory": "MA", "level": "commune"} | SHOWN,
    )


@lru_cache(maxsize=4096)
def numbers_in(text):
    """Every number of six digits in a text, however its thousands are set apart."""
    plain = re.sub("[\u2066-\u2069\u200e\u200f]", "", text)
    plain = re.sub(r"(?<=\d)[\u202f\u00a0\u2009 ,.](?=\d{3}(?!\d))", "", plain)
    # Not inside a digest, whose digits stand among letters.
    return frozenset(int(found) for found in re.findall(r"(?<![0-9A-Za-z])\d{6}(?![0-9A-Za-z])", plain))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_no_number_of_another_territory_is_sent(planted, swept, role, scope):
    outside = {
        number: code for code, mine in planted.numbers.items() if code not in planted.seen[scope] for number in mine
    }
    assert bool(outside) == (scope != "MA")
    leaks = {
        (page, which, outside[number], number)
        for (of, within, page, which), told in swept.items()
        if (of, within) == (role, scope)
        for number in numbers_in(told["sent"]) & outside.keys()
    }
    assert leaks == set()


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_his_own_numbers_are_sent(planted, swept, role, scope):
    # Without this, a sweep of empty pages would be green.
    sent = set()
    for (of, within, *_), told in swept.items():
        if (of, within) == (role, scope):
            sent |= numbers_in(told["sent"])
    own = planted.numbers.get(scope) or {n for code in ("09.273", "02.411") for n in planted.numbers[code]}
    assert sent & own


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_nothing_offers_or_links_to_another_territory(planted, swept, role, scope):
    outside = planted.codes - planted.seen[scope]
    names = {}
    for locale in ("ar", "fr"):
        w = words(locale, local=planted.folder)
        inside = {w.territory(code) for code in planted.seen[scope]}
        # Another place may have the name of one of his: a bare name then tells nothing.
        names[locale] = {w.territory(code) for code in outside} - inside
    found = set()
    for (of, within, page, which), told in swept.items():
        if (of, within) != (role, scope):
            continue
        locale = _addresses(scope)[which]["lang"]
        found |= {(page, code) for code in re.findall(r"territory=([0-9A-Z.]+)", told["sent"]) if code in outside}
        for key, options in told["options"].items():
            found |= {(page, key, option) for option in options if option in names[locale]}
    assert found == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_shown_to_its_roles_and_refused_politely_to_the_others(swept, role):
    w = {locale: words(locale) for locale in ("ar", "fr")}
    shown = {page.name for page in offered(role)}
    for (of, scope, name, which), told in swept.items():
        if of != role:
            continue
        page = next(page for page in PAGES if page.name == name)
        said = w[_addresses(scope)[which]["lang"]]
        refusal = said(
            "errors.not_offered", page=said(page.key), roles=said.join(said(f"role.{r}") for r in page.roles or ())
        )
        assert told["errors"] == [], (scope, name, which)
        assert (refusal in told["warnings"]) == (name not in shown), (scope, name, which)
        if name not in shown:
            assert told["titles"] == [] and told["headings"] == [], (scope, name)


def test_the_roles_that_pages_name_are_roles():
    assert {role for page in PAGES for role in page.roles or ()} <= set(ROLES)


def test_the_search_finds_a_number_however_it_is_written():
    for text in ("123\u202f456", "123 456", "\u2066123\u202f456\u2069", '{"y":[123456]}', "123,456 households"):
        assert numbers_in(text) == {123_456}
    assert numbers_in("1123456 12345 9f123456ab") == frozenset()
