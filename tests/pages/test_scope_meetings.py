"""Meetings × roles × scopes: no word of a meeting outside the reader's scope reaches his browser, whatever he asks for.

Each territory's meetings say a word that nobody else's do: in place and reference, on slides, in what was recommended,
in what became of it, in what was declared. All that a browser would be sent is searched for it.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from data import declarations, recommendations
from data.database import engine_for
from data.loading import prepare as prepare_database
from data.meetings import Frozen, Meeting, close, freeze, prepare, show
from exports.record import NotForThisReader, record
from findings import meetings, territory_choices
from findings.reader import Reader
from findings.recalled import recalled_slides
from i18n import LOCALES
from panels.slide import panel_id
from queries.cuts import latest_cut
from queries.recommendations import of_meetings
from tests.decks import deck
from tests.pages.test_scope_sweep import CHAIN, ROOT, SETTINGS, email

pytestmark = pytest.mark.xdist_group("sweep")

ROLES = ("reader", "preparer", "administrator")
SCOPES = ("MA", "09.273", "09.273.01.15", "02.411")
HOLDERS = ("09", "09.273", "09.273.01.15", "09.273.05.27", "02.411")
"""The territories that hold meetings: each scope's own, what stands above it, what lies beside it."""
STATES = ("prepared", "presented", "closed")
ON, TODAY = dt.date(2026, 2, 20), dt.date(2026, 2, 20)
SERVICES = '[[service]]\nid = "cnss"\n[service.name]\nar = "وكالة"\nfr = "Agence"\nen = "Agency"\n'
WHO = {"actor": "administrator"}


def word_of(code):
    """The word of a territory's meetings: its code in letters, which no other text holds."""
    return "kanari" + "".join("abcdefghij"[int(c)] if c.isdigit() else "x" if c == "." else c.lower() for c in code)


def panel_of(key, word):
    """The id that a slide of a holder's meetings has on paper."""
    return panel_id({"key": key, "word": word})


def hold(engine, code, state, previous=""):
    """A meeting of a territory in a state, which says its word wherever somebody may write; its id."""
    word = word_of(code)
    item = {"id": "i1", "subject": "words", "programme": "", "indicator": "", "service": "cnss", "urgent": False}
    new = Meeting(
        "session",
        ON,
        code,
        chair=f"Chef {word}",
        place=f"Salle {word}",
        reference=f"N {word}",
        previous=previous,
        services=("cnss",),
        agenda=(item | {"title": {"fr": f"Point {word}"}},),
    )
    made = prepare(engine, new, today=TODAY, **WHO)
    if state == "prepared":
        return made.id
    slides = [
        Frozen(
            audience,
            locale,
            one.key,
            one.parent,
            panel_of(one.key, word),
            replace(one, title=f"{one.key} {word}", territory=code).to_json(),
        )
        for audience in ("office", "outside")
        for locale in LOCALES
        for one in deck(locale, audience=audience)
    ]
    made = freeze(engine, made.id, slides, at=made.event, seen=made.event, **WHO)
    asked = recommendations.Recommendation(f"Ouvrir {word}", "cnss", due=dt.date(2026, 3, 20), slide="i1/pace")
    done = recommendations.record(engine, made.id, asked, **WHO)
    recommendations.tell(engine, done.id, "blocked", seen=done.event, note=f"Attente {word}", **WHO)
    said = declarations.Declaration("cnss", slide="i1/pace", text=f"Entendu {word}")
    declarations.declare(engine, made.id, said, today=TODAY, **WHO)
    if state in ("presented", "closed"):
        for key in ("cover", "i1/pace", "readback"):
            show(engine, made.id, key, **WHO)
    if state == "closed":
        of = meetings.of_id(engine, made.id, cut=latest_cut(engine), scope="MA")
        close(engine, made.id, seen=of.event, **WHO)
    return made.id


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """An office where every holder has held a meeting of each state: its folder, its engine, the ids by (holder,
    state), and what each scope sees."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "chain.csv").write_text(CHAIN, encoding="utf-8")
    (folder / "settings.toml").write_text(SERVICES, encoding="utf-8")
    engine = engine_for(f"sqlite:///{folder / 'tatabbu.db'}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(folder))
        prepare_database(engine, today=TODAY, local=folder)
        ids = {(code, state): hold(engine, code, state) for code in HOLDERS for state in STATES}
        seen = {scope: {code for code, *_ in territory_choices(engine, scope=scope)} for scope in SCOPES}
        yield folder, engine, ids, seen
    engine.dispose()


def theirs(scope, seen):
    """The holders whose meetings are not for a scope: those outside it, and those that stand above it."""
    return [code for code in HOLDERS if code not in seen[scope] or (code != scope and scope.startswith(code))]


def own_of(scope):
    """The holder whose meetings a scope's pages begin with: of the kingdom, the prefecture that opens by default."""
    return "09.273" if scope == "MA" else scope


def addresses(planted, scope, role):
    """(page, choices) of what is asked for in a scope: lists, own meetings, foreign ones by their ids. Which role reads
    changes nothing of what a scope keeps from him: one of them asks in every way, the others for what is prepared."""
    _, engine, ids, seen = planted
    said = recommendations_of(engine, latest_cut(engine))
    own = own_of(scope)
    yield from ((page, {}) for page in ("meetings", "recommendations", "review", "changes", "events"))
    for page, more in (("meetings", {}), ("situation", {"wall": "1"})):
        yield page, {"meeting": ids[own, "presented"]} | more
    for code in theirs(scope, seen):
        yield "meetings", {"meeting": ids[code, "prepared"]}
        if role != "reader":
            continue
        for state in STATES[1:]:
            yield "meetings", {"meeting": ids[code, state], "service": "cnss"}
            yield "situation", {"meeting": ids[code, state], "wall": "1"}
        yield "recommendations", {"recommendation": said[ids[code, "closed"]]}
        yield "recommendations", {"meeting": ids[code, "closed"], "territory": code}
        yield "review", {"territory": code}
        yield "situation", {"id": panel_of("i1/pace", word_of(code))}


def recommendations_of(engine, cut):
    """The ids of recommendations by the meeting that made them."""
    return {one.meeting: one.id for one in of_meetings(engine, None, cut=cut)}


@pytest.fixture(scope="module")
def swept(planted, tmp_path_factory):
    """What each page sent to each role in each scope: (role, scope, page, choices) and what was sent."""
    folder, *_ = planted
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    accounts = [f'[accounts."{email(r, s)}"]\nrole = "{r}"\nscope = "{s}"\n' for r in ROLES for s in SCOPES]
    (home / ".streamlit" / "secrets.toml").write_text(SETTINGS + "\n".join(accounts), encoding="utf-8")
    keys = [
        (role, scope, page, more)
        for scope in SCOPES
        for role in ROLES
        for page, more in addresses(planted, scope, role)
    ]
    asked = [
        {"email": email(role, scope), "page": page, "address": {"lang": "fr", "on": ON.isoformat()} | more}
        for role, scope, page, more in keys
    ]
    (home / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    sweep = str(Path(__file__).with_name("sweep.py"))
    done = subprocess.run(
        [sys.executable, sweep, str(home / "asked.json"), str(home / "told.json")],
        cwd=ROOT,
        env=os.environ | {"HOME": str(home), "TATABBU_LOCAL": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return list(zip(keys, json.loads((home / "told.json").read_text(encoding="utf-8")), strict=True))


def words_in(text):
    """The words of meetings in a text."""
    return set(re.findall(r"kanari[a-z]+", text))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_no_word_of_a_meeting_of_another_territory_is_sent(planted, swept, role, scope):
    foreign = {word_of(code): code for code in theirs(scope, planted[3])}
    assert bool(foreign) == (scope != "MA")
    leaks = {
        (page, tuple(more.items()), foreign[word])
        for (of, within, page, more), told in swept
        if (of, within) == (role, scope)
        for word in words_in(told["sent"]) & foreign.keys()
    }
    assert leaks == set()
    assert [
        told["errors"] for (of, within, *_), told in swept if (of, within) == (role, scope) and told["errors"]
    ] == []


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_the_words_of_his_own_meetings_are_sent_by_each_page_that_tells_them(planted, swept, role, scope):
    # Without this, a sweep of empty pages would be green.
    for page, more in (("meetings", {"meeting"}), ("recommendations", set()), ("situation", {"meeting", "wall"})):
        sent = [
            told["sent"]
            for (of, within, at, said), told in swept
            if (of, within, at) == (role, scope, page) and said.keys() == more
        ]
        assert word_of(own_of(scope)) in set().union(*(words_in(one) for one in sent)), page


@pytest.mark.parametrize("scope", SCOPES)
def test_what_documents_are_made_of_holds_no_word_of_a_meeting_that_is_not_his(planted, scope):
    _, engine, ids, seen = planted
    cut = latest_cut(engine)
    foreign = {word_of(code) for code in theirs(scope, seen)}
    for (code, state), id in ids.items():
        of = meetings.of_id(engine, id, cut=cut, scope="MA")
        asked = {"locale": "fr", "cut": cut, "scope": scope, "beside": "ar"}
        if code in theirs(scope, seen):
            with pytest.raises(NotForThisReader):
                record(engine, of, **asked)
            continue
        made = record(engine, of, **asked)
        assert not words_in(repr(made) + repr(made.other)) & foreign
        assert word_of(code) in repr(made), state


def test_a_meeting_that_goes_on_from_one_above_brings_back_nothing_of_it(planted):
    _, engine, ids, _ = planted
    id = hold(engine, "09.273.01.15", "prepared", previous=ids["09.273", "closed"])
    cut = latest_cut(engine)
    of = meetings.of_id(engine, id, cut=cut, scope="MA")
    reader = Reader(engine, cut=cut, scope="09.273.01.15", role="preparer", locale="fr")
    slides = recalled_slides(reader, of, meetings.of_id(engine, of.previous, cut=cut, scope=reader.scope))
    assert words_in(repr(slides)) == {word_of("09.273.01.15")}
