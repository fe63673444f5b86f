"""The chain of command: its file, what is wrong with it, and the sums that follow it."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from data import chain
from data.catalogue import catalogue
from data.chain import ChainRefused, Fault, Office, changes, checked, next_code, rows_of, save, text_of, uncovered
from data.database import write
from data.importer import Territories, import_file, withdraw
from data.importer.chain import MOST_LINES, chain_rows
from data.loading import load_reference
from data.schema import census, event, jurisdiction, rollup, territory

TODAY = dt.date(2026, 11, 23)
PREFECTURE = "09.273"
AIT_MELLOUL, DCHEIRA, INEZGANE, LQLIAA = (f"{PREFECTURE}.01.{n}" for n in ("05", "13", "15", "17"))
OULAD_DAHOU, TEMSIA = f"{PREFECTURE}.05.19", f"{PREFECTURE}.05.27"
CHAIN = (
    "code,kind,parent,name_ar,name_fr,covers\n"
    f"09.273.D01,pachalik,09.273,إنزكان,Inezgane,\n"
    f"09.273.D02,cercle,09.273,أيت ملول,Aït Melloul,\n"
    f"09.273.A01,caidat,09.273.D02,التمسية,Temsia,{TEMSIA} {OULAD_DAHOU}\n"
    f"09.273.A02,annex,09.273.D01,الأولى,1,{INEZGANE}\n"
    f"09.273.A03,annex,09.273.D01,الثانية,2,{INEZGANE}\n"
    f"09.273.A04,annex,09.273,القليعة,Lqliaa,{LQLIAA}\n"
    f"09.273.A05,annex,09.273,المركز,Centre,{AIT_MELLOUL} {DCHEIRA}\n"
    f"09.273.L01,lycee,09.273,محمد السادس,Mohammed VI,{INEZGANE}\n"
    f"09.273.L02,lycee,09.273,ابن سينا,Ibn Sina,\n"
)
ANNEXES = [f"09.273.A0{n}" for n in range(1, 6)]
HEAD = "territory,step,unit,measure,date,value"


def rsu(territory, date, value):
    return f"{territory},rsu.registered,household,stock,{date},{value}"


@pytest.fixture
def folder(tmp_path):
    """An office's folder with a chain of command."""
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / chain.FILE).write_text(CHAIN, encoding="utf-8")
    return folder


@pytest.fixture
def engine(reference_engine, folder):
    """A database that knows the chain of command."""
    load_reference(reference_engine, local=folder)
    return reference_engine


@pytest.fixture
def take_in(engine, folder):
    def run(*lines):
        report = import_file(
            engine,
            "\n".join((HEAD, *lines)).encode(),
            name="counts.csv",
            actor="administrator",
            today=TODAY,
            catalogue=catalogue(folder),
            territories=Territories.load(folder),
        )
        assert not report.problems
        return report.event

    return run


@pytest.fixture
def sums(engine, day):
    """A function that reads the sum of a territory at a day: (value, reporting, expected), None when there is none."""

    def read(code, date, cut=10**9):
        statement = sa.text(
            "SELECT r.value, r.reporting, r.expected FROM rollup r JOIN series s ON s.id = r.series WHERE s.territory ="
            " :code AND r.to_date = :day AND r.event = (SELECT max(n.event) FROM rollup n WHERE n.series = r.series AND"
            " n.to_date = r.to_date AND n.from_date = r.from_date AND n.event <= :cut)"
        )
        with engine.connect() as connection:
            row = connection.execute(statement, {"code": code, "day": day(date), "cut": cut}).one_or_none()
        return None if row is None or row[0] is None else tuple(row)

    return read


def rewritten(folder, engine, *, without=(), also=()):
    """Save the chain without some offices and with others, and load it; the event's number."""
    kept = [one for one in chain.offices(folder) if one.code not in without]
    save(folder, [*kept, *also])
    return load_reference(engine, local=folder, actor="preparer")


# Sums, many to many


def test_two_annexes_make_up_their_commune_and_a_caidat_of_two_communes_makes_up_neither(take_in, sums):
    take_in(
        rsu("09.273.A02", "2023-09-14", 300),
        rsu("09.273.A03", "2023-09-14", 200),
        rsu("09.273.A01", "2023-09-14", 90),
    )
    assert sums(INEZGANE, "2023-09-14") == (500, 2, 2)
    assert sums(TEMSIA, "2023-09-14") is None
    assert sums(OULAD_DAHOU, "2023-09-14") is None
    assert sums("09.273.D01", "2023-09-14") == (500, 2, 2)
    assert sums("09.273.D02", "2023-09-14") == (90, 1, 1)
    assert sums(PREFECTURE, "2023-09-14") == (590, 3, 5)


def test_annexes_and_communes_are_never_added_to_each_other(take_in, sums):
    take_in(*[rsu(code, "2023-09-14", 10) for code in ANNEXES])
    assert sums(PREFECTURE, "2023-09-14") == (50, 5, 5)
    take_in(rsu(TEMSIA, "2023-09-14", 7), rsu(OULAD_DAHOU, "2023-09-14", 4))
    assert sums(PREFECTURE, "2023-09-14") == (50, 5, 5)
    take_in(rsu(AIT_MELLOUL, "2023-09-14", 6), rsu(DCHEIRA, "2023-09-14", 5))
    # All six communes are known now, two of them by their annexes: of families as complete, communes come first.
    assert sums(PREFECTURE, "2023-09-14") == (7 + 4 + 6 + 5 + 20 + 10, 6, 6)


def test_an_annex_that_reports_later_does_not_displace_the_sum_of_all_communes(take_in, sums):
    communes = [AIT_MELLOUL, DCHEIRA, INEZGANE, LQLIAA, OULAD_DAHOU, TEMSIA]
    take_in(*[rsu(code, "2023-09-14", 10) for code in communes])
    take_in(rsu("09.273.A01", "2023-09-15", 999))
    assert sums(PREFECTURE, "2023-09-14") == (60, 6, 6)
    assert sums(PREFECTURE, "2023-09-15") is None
    take_in(*[rsu(code, "2023-09-15", 11) for code in ANNEXES if code != "09.273.A01"])
    # Both families are whole and have figures of that very day: two communes are known by their annexes.
    assert sums(PREFECTURE, "2023-09-15") == (22 + 11 + 4 * 10, 6, 6)


def test_schools_are_a_family_of_their_own(take_in, sums):
    take_in(rsu("09.273.L01", "2023-09-14", 40), rsu("09.273.L02", "2023-09-14", 2))
    assert sums(PREFECTURE, "2023-09-14") == (42, 2, 2)
    take_in(rsu("09.273.A04", "2023-09-14", 1))
    assert sums(PREFECTURE, "2023-09-14") == (42, 2, 2)


def test_a_late_report_a_correction_and_a_withdrawal_of_an_annex_move_what_they_should(engine, take_in, sums, folder):
    take_in(rsu("09.273.A02", "2023-09-14", 300))
    assert sums(INEZGANE, "2023-09-14") == (300, 1, 2)
    late = take_in(rsu("09.273.A03", "2023-09-14", 200))
    assert sums(INEZGANE, "2023-09-14") == (500, 2, 2)
    assert sums(INEZGANE, "2023-09-14", cut=late - 1) == (300, 1, 2)
    take_in(rsu("09.273.A02", "2023-09-14", 310))
    assert sums("09.273.D01", "2023-09-14") == (510, 2, 2)
    withdraw(engine, late, actor="administrator", catalogue=catalogue(folder), territories=Territories.load(folder))
    assert sums(INEZGANE, "2023-09-14") == (310, 1, 2)
    assert sums(PREFECTURE, "2023-09-14") == (310, 1, 5)


def test_sums_are_written_again_by_the_event_that_changes_the_chain(engine, take_in, sums, folder):
    take_in(rsu("09.273.A02", "2023-09-14", 300), rsu("09.273.A03", "2023-09-14", 200))
    before = rewritten(folder, engine, without=["09.273.A03"]) - 1
    assert sums(INEZGANE, "2023-09-14") == (300, 1, 1)
    assert sums("09.273.D01", "2023-09-14") == (300, 1, 1)
    assert sums(PREFECTURE, "2023-09-14") == (300, 1, 4)
    assert sums("09", "2023-09-14") == (300, 0, 6)
    assert sums(INEZGANE, "2023-09-14", cut=before) == (500, 2, 2)
    rewritten(folder, engine, also=[Office("09.273.A03", "annex", "09.273.D01", "الثانية", "2", (INEZGANE,))])
    assert sums(INEZGANE, "2023-09-14") == (500, 2, 2)


def test_a_sum_that_no_office_makes_any_more_is_gone(engine, take_in, sums, folder):
    take_in(rsu("09.273.A04", "2023-09-14", 5))
    assert sums(LQLIAA, "2023-09-14") == (5, 1, 1)
    rewritten(folder, engine, without=["09.273.A04"])
    assert sums(LQLIAA, "2023-09-14") is None
    assert sums(PREFECTURE, "2023-09-14") is None
    assert sums("MA", "2023-09-14") is None


def test_a_chain_that_leaves_a_commune_out_is_only_a_part_of_its_prefecture(engine, take_in, sums, folder):
    rewritten(folder, engine, without=["09.273.A04"])
    take_in(*[rsu(code, "2023-09-14", 10) for code in ANNEXES if code != "09.273.A04"])
    assert sums(PREFECTURE, "2023-09-14") == (40, 4, 5)


def test_a_change_of_the_reference_list_itself_writes_its_sums_again(engine, take_in, sums, folder):
    take_in(rsu(LQLIAA, "2023-09-14", 10))
    with write(engine) as connection:
        # As if an earlier release had had this commune elsewhere: its prefecture then had no sum of it.
        connection.execute(sa.update(territory).where(territory.c.code == LQLIAA).values(parent="09.001"))
        connection.execute(sa.update(event).where(event.c.kind == "reference").values(file_hash="earlier"))
        connection.execute(sa.delete(rollup))
    assert sums(PREFECTURE, "2023-09-14") is None
    load_reference(engine, local=folder)
    assert sums(PREFECTURE, "2023-09-14") == (10, 1, 6)
    assert sums("MA", "2023-09-14") == (10, 0, 75)


# In the tables


def test_offices_become_territories_after_every_commune(engine):
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(territory.c.code, territory.c.level, territory.c.kind, territory.c.parent)
            .where(territory.c.level.in_(chain.LEVELS))
            .order_by(territory.c.position)
        ).all()
        last = connection.execute(
            sa.select(sa.func.max(territory.c.position)).where(territory.c.level == "commune")
        ).scalar_one()
        first = connection.execute(
            sa.select(sa.func.min(territory.c.position)).where(territory.c.level.in_(chain.LEVELS))
        ).scalar_one()
        covers = set(map(tuple, connection.execute(sa.select(jurisdiction))))
    codes = ["D01", "A02", "A03", "D02", "A01", "A04", "A05", "L01", "L02"]
    assert [row.code for row in rows] == [f"09.273.{code}" for code in codes]
    assert tuple(rows[4]) == ("09.273.A01", "annex", "caidat", "09.273.D02")
    assert first > last
    assert {("09.273.A01", TEMSIA), ("09.273.A01", OULAD_DAHOU)} < covers


def test_an_office_that_is_no_more_keeps_its_row_and_says_since_when(engine, folder):
    number = rewritten(folder, engine, without=["09.273.A03"])
    with engine.connect() as connection:
        ended = dict(connection.execute(sa.select(territory.c.code, territory.c.ended)).all())
        at = connection.execute(sa.select(event.c.recorded_at).where(event.c.number == number)).scalar_one()
    assert ended["09.273.A03"] == at // 86_400
    assert ended["09.273.A02"] is None
    rewritten(folder, engine, also=[Office("09.273.A03", "annex", "09.273.D01", "الثانية", "2", (INEZGANE,))])
    with engine.connect() as connection:
        again = connection.execute(sa.select(territory.c.ended).where(territory.c.code == "09.273.A03")).scalar_one()
    assert again is None


def test_the_event_says_how_many_offices_changed_and_who_changed_them(engine, folder):
    new = Office("09.273.A06", "annex", "09.273.D01", "الثالثة", "3", (INEZGANE,))
    number = rewritten(folder, engine, without=["09.273.A04"], also=[new])
    with engine.connect() as connection:
        row = connection.execute(sa.select(event).where(event.c.number == number)).one()
    assert (row.kind, row.actor) == ("reference", "preparer")
    assert json.loads(row.details)["offices"] == {"added": 1, "changed": 0, "removed": 1}
    assert load_reference(engine, local=folder) is None


def test_an_office_alone_on_its_communes_has_their_census_and_one_that_shares_has_none(engine):
    with engine.connect() as connection:
        rows = connection.execute(sa.select(census.c.territory, census.c.unit, census.c.year, census.c.value)).all()
    found = {tuple(row[:3]): row[3] for row in rows}
    for year in (2014, 2024):
        for unit in ("person", "household"):
            both = found[TEMSIA, unit, year] + found[OULAD_DAHOU, unit, year]
            assert found["09.273.A01", unit, year] == found["09.273.D02", unit, year] == both
            # Both annexes of Inezgane lie in the same pachalik, which alone has all of it.
            assert found["09.273.D01", unit, year] == found[INEZGANE, unit, year]
            assert ("09.273.A02", unit, year) not in found
            assert ("09.273.L01", unit, year) not in found


# The file


def faults_of(text, **given):
    return [(fault.code, fault.line, fault.column) for fault in checked(rows_of(text), **given)[1]]


def lines(*rows):
    return "\n".join((",".join(chain.COLUMNS), *rows)) + "\n"


def test_a_file_in_order_has_no_fault(folder):
    found, faults = checked(rows_of(CHAIN))
    assert not faults
    assert found == chain.offices(folder)
    assert [one.level for one in found].count("annex") == 5


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",hamlet,09.273,ا,A,", ("unknown_kind", 2, "kind")),
        (f",annex,09.999,ا,A,{LQLIAA}", ("unknown_parent", 2, "parent")),
        (f",annex,09,ا,A,{LQLIAA}", ("unknown_parent", 2, "parent")),
        (f",annex,09.273.D09,ا,A,{LQLIAA}", ("unknown_parent", 2, "parent")),
        (f"09.273.D01,annex,09.273,ا,A,{LQLIAA}", ("wrong_code", 2, "code")),
        (f"09.001.A01,annex,09.273,ا,A,{LQLIAA}", ("wrong_code", 2, "code")),
        (f"09.273.XA01,annex,09.273,ا,A,{LQLIAA}", ("wrong_code", 2, "code")),
        (f",annex,09.273,,A,{LQLIAA}", ("no_name", 2, "name_ar")),
        (f",annex,09.273,ا,{'A' * 81},{LQLIAA}", ("long_name", 2, "name_fr")),
        (",annex,09.273,ا,A,", ("covers_nothing", 2, "covers")),
        (",annex,09.273,ا,A,09.273.99.99", ("unknown_commune", 2, "covers")),
        (",annex,09.273,ا,A,09.273", ("unknown_commune", 2, "covers")),
        (",annex,09.273,ا,A,09.001.01.01", ("commune_elsewhere", 2, "covers")),
        (",annex,01.511,ا,A,01.511.01.0 01.511.01.03", ("covered_twice", 2, "covers")),
    ],
)
def test_what_is_wrong_with_a_line_is_said_with_its_line_and_column(row, expected):
    assert faults_of(lines(row)) == [expected]


def test_what_two_lines_do_to_each_other_is_said(folder):
    assert faults_of(CHAIN.replace("09.273.A03", "09.273.A02")) == [("same_code", 6, "code")]
    assert faults_of(CHAIN.replace("الثانية,2", "الأولى,2")) == [("same_name", 6, "name_ar")]
    assert faults_of(CHAIN.replace("D01,pachalik,09.273,إنزكان,Inezgane,", f"D01,pachalik,09.273,ا,I,{INEZGANE}")) == [
        ("covers_by_annexes", 2, "covers")
    ]
    assert faults_of(CHAIN.replace("L02,lycee,09.273,", "L02,lycee,09.273.D01,")) == [("parent_of_annex", 10, "parent")]
    assert faults_of(CHAIN, within={"09.001"}) == [("outside_scope", line, "parent") for line in range(2, 11)]


def test_a_file_without_its_columns_is_refused_as_a_whole():
    assert faults_of("code,kind\n09.273.A01,annex\n") == [("missing_column", None, "parent")]


def test_a_line_without_a_code_is_given_the_next_one_and_the_demonstrations_carry_its_letter():
    rows = rows_of(lines(f",annex,09.273,ا,A,{LQLIAA}", f"09.273.A01,annex,09.273,ب,B,{LQLIAA}"))
    assert [one.code for one in checked(rows)[0]] == ["09.273.A02", "09.273.A01"]
    rows = rows_of(lines(f",annex,09.273,ا,A,{LQLIAA}"))
    assert [one.code for one in checked(rows, mark="X")[0]] == ["09.273.XA01"]


def test_an_office_is_known_again_by_its_name_and_a_code_is_never_given_twice(folder):
    known = chain.offices(folder)
    rows = rows_of(lines(f",annex,09.273,القليعة,Lqliaa,{LQLIAA}", f",annex,09.273,ج,New,{LQLIAA}"))
    assert [one.code for one in checked(rows, known=known)[0]] == ["09.273.A04", "09.273.A06"]
    assert next_code("09.273", "L", {"09.273.L01"}) == "09.273.L02"


@pytest.mark.parametrize(
    ("kind", "column", "written", "name"),
    [
        ("caidat", "name_ar", "قيادة التمسية", "التمسية"),
        ("caidat", "name_fr", "Caïdat de Temsia", "Temsia"),
        ("pachalik", "name_fr", "pachalik d'Inezgane", "Inezgane"),
        ("annex", "name_ar", "الملحقة الإدارية الأولى", "الأولى"),
        ("annex", "name_fr", "Annexe administrative de la gare", "de la gare"),
        ("annex", "name_fr", "Annexes", "Annexes"),
        ("lycee", "name_ar", "الثانوية التأهيلية ابن سينا", "ابن سينا"),
    ],
)
def test_a_name_is_kept_without_what_it_names(kind, column, written, name):
    assert chain.bare(kind, column, written) == name


def test_a_spreadsheets_semicolons_and_mark_are_read(tmp_path):
    (tmp_path / chain.FILE).write_text("\ufeff" + CHAIN.replace(",", ";"), encoding="utf-8")
    assert len(chain.offices(tmp_path)) == 9


def test_saving_keeps_the_version_before_and_the_offices_that_are_no_more(folder):
    before = chain.offices(folder)
    save(folder, [one for one in before if one.code != "09.273.A04"])
    assert len(chain.offices(folder)) == 8
    assert chain.before(folder) == before
    assert [one.code for one in chain.ended(folder)] == ["09.273.A04"]
    save(folder, chain.before(folder))
    assert chain.offices(folder) == before
    assert chain.ended(folder) == ()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_chain_that_is_not_in_order_is_not_loaded(folder, reference_engine):
    (folder / chain.FILE).write_text(CHAIN.replace("annex,", "hamlet,"), encoding="utf-8")
    with pytest.raises(ChainRefused, match="unknown_kind") as refused:
        load_reference(reference_engine, local=folder)
    assert {fault.code for fault in refused.value.faults} == {"unknown_kind"}


def test_a_folder_without_a_chain_has_none(tmp_path):
    assert chain.offices(tmp_path) == ()
    assert chain.before(tmp_path) is None


def test_changes_say_what_is_added_removed_and_changed(folder):
    old = chain.offices(folder)
    new = [
        Office("09.273.A04", "annex", "09.273", "القليعة", "El Kolea", (LQLIAA, TEMSIA)),
        *(one for one in old if one.code not in ("09.273.A04", "09.273.L02")),
        Office("09.273.A06", "annex", "09.273", "جديدة", "New", (LQLIAA,)),
    ]
    found = {(change.what, change.office.code): change.columns for change in changes(old, new)}
    assert found == {
        ("changed", "09.273.A04"): ("name_fr", "covers"),
        ("added", "09.273.A06"): (),
        ("removed", "09.273.L02"): (),
    }
    assert changes(old, old) == ()


def test_communes_that_no_office_covers_are_named(folder):
    whole = chain.offices(folder)
    assert uncovered(whole, PREFECTURE) == ()
    assert uncovered([one for one in whole if one.code != "09.273.A05"], PREFECTURE) == (AIT_MELLOUL, DCHEIRA)
    assert uncovered([], PREFECTURE) == ()
    half = [Office("01.511.A01", "annex", "01.511", "ا", "A", ("01.511.01.03",))]
    left = uncovered(half, "01.511")
    assert "01.511.01.05" in left and "01.511.01.03" not in left and "01.511.01.0" not in left


def test_the_template_is_a_chain_in_order_with_the_communes_of_the_prefecture():
    found, faults = checked(rows_of(chain.template(PREFECTURE)))
    assert not faults
    assert [one.covers for one in found] == [(code,) for code in chain.coverable(PREFECTURE)]
    assert "القليعة" in chain.template(PREFECTURE)


def test_what_is_saved_is_read_back_the_same(folder):
    found = chain.offices(folder)
    assert checked(rows_of(text_of(found)))[0] == found


# Handed in


def test_a_file_handed_in_is_read_with_its_columns_in_any_order():
    rows, problems = chain_rows(
        "kind;code;parent;name_fr;name_ar;covers;note\nannex;;09.273;A;ا;09.273.01.17;x\n".encode()
    )
    assert not problems
    assert rows == [
        {
            "code": "",
            "kind": "annex",
            "parent": "09.273",
            "name_ar": "ا",
            "name_fr": "A",
            "covers": "09.273.01.17",
            "line": 2,
        }
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7", "not_a_table"),
        (b"code,kind\nx,annex\n", "missing_column"),
        (lines(*["a,b,c,d,e,f"] * (MOST_LINES + 1)).encode(), "too_many_lines"),
    ],
)
def test_a_file_that_is_no_chain_is_refused(content, code):
    rows, problems = chain_rows(content)
    assert rows == []
    assert [problem.code for problem in problems] == [code]


def test_counts_of_offices_are_taken_in_by_name_within_their_prefecture(folder):
    places = Territories.load(folder)
    assert places.find("قيادة التمسية") == "09.273.A01"
    assert places.find("caïdat de temsia") == "09.273.A01"
    # The commune's own name still means the commune.
    assert places.find("التمسية") == TEMSIA
    assert places.find("Temsia", kind="caidat") == "09.273.A01"
    assert places.find("Temsia", kind="annex") == "09.273.A01"
    assert places.find("الأولى", parent="Inezgane-Aït Melloul") == "09.273.A02"
    assert places.find("الأولى", parent="09.001") == ("territory_elsewhere", {"candidates": ["09.273.A02"]})
    assert places.find("Lycée Ibn Sina") == "09.273.L02"


def test_a_fault_is_a_value_like_a_problem_of_the_importer():
    fault = Fault("no_name", line=2, column="name_ar")
    assert (fault.code, fault.line, fault.column, fault.seen, fault.values) == ("no_name", 2, "name_ar", "", {})
