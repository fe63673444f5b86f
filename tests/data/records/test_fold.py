"""Any extract gives the same counts from every engine as from a plain loop over its rows in Python."""

import calendar
import datetime as dt
import re
from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.importer.records import Aggregation, engines

TODAY = dt.date(2026, 11, 23)
STARTS = dt.date(2022, 12, 1)
"""The first day on which anyone can have applied, in the definitions."""
COMMUNES = ["09.273.01.15", "09.273.05.27", "01.151.07.13", "09.273", "Lqliaa", " القليعة ", "Atlantis", "", None]

good_days = st.dates(dt.date(2023, 8, 20), dt.date(2023, 10, 20)).map(dt.date.isoformat)
odd_days = st.sampled_from(
    ["2023-02-30", "2023-9-4", "Fatima", "2030-01-01", "1999-12-31", "2023-09-04T08:30:00", " 2023-09-05 ", "20230905"]
)
rows = st.fixed_dictionaries(
    {
        "commune": st.sampled_from(COMMUNES),
        "applied_on": st.one_of(good_days, good_days, st.none(), st.just(""), odd_days),
        "decided_on": st.one_of(good_days, st.none(), odd_days),
        "status": st.sampled_from(["cancelled", "refused", " refused", "open", "", None]),
        "reason": st.sampled_from(["W1", "W2", "T1", "x", "", None]),
        "sex": st.sampled_from(["F", "M", " F", "f", "", None]),
        "birth_year": st.sampled_from(["1990", "2010", "1963", "1964", "1800", "2024", "x", "", None]),
    }
)
COLUMNS = ["commune", "applied_on", "decided_on", "status", "reason", "sex", "birth_year"]


def day_of(text):
    text = (text or "").strip(" ")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}([ T].*)?", text):
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def fold(table, places, every):
    """(counts, refused): the counts by key without source, as a person would add them up; None for no count at all."""
    kept, refused = [], 0
    for row in table:
        if (row["status"] or "").strip(" ") == "cancelled":
            continue
        code = places.find((row["commune"] or "").strip(), kind="commune") if (row["commune"] or "").strip() else None
        said = {name: (row[name] or "").strip(" ") != "" for name in ("applied_on", "decided_on")}
        days = {name: day_of(row[name]) for name in said}
        bad = any(
            said[name] and (days[name] is None or days[name] > TODAY or days[name] < first)
            for name, first in (("applied_on", STARTS), ("decided_on", STARTS))
        )
        if not isinstance(code, str) or bad:
            refused += 1
        else:
            kept.append(row | {"code": code, "applied": days["applied_on"], "decided": days["decided_on"]})
    found = [day for row in kept for day in (row["applied"], row["decided"]) if day]
    named = {
        answer
        for row in table
        if (row["commune"] or "").strip()
        and isinstance(answer := places.find(row["commune"].strip(), kind="commune"), str)
    }
    # Territories are told even if all of their records were left out: that they have none is known.
    if not found:
        return None, refused
    on = max(found)
    counts = Counter()

    def end_of(day):
        if every == "month":
            return day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return day + dt.timedelta(days=6 - day.weekday())

    def start_of(end):
        return end.replace(day=1) if every == "month" else end - dt.timedelta(days=6)

    def reached(step, chosen, stock):
        first = min((end_of(day) for _, day in chosen), default=end_of(on))
        end = first
        while end <= on:
            for code in named:
                counts[code, step, "flow", "", start_of(end), end] += 0
                if stock:
                    counts[code, step, "stock", "", end, end] += 0
            end = end_of(end + dt.timedelta(days=1))
        for code in named if stock else ():
            counts[code, step, "stock", "", on, on] += 0
        for code, day in chosen:
            if end_of(day) <= on:
                counts[code, step, "flow", "", start_of(end_of(day)), end_of(day)] += 1
            if stock:
                for key in list(counts):
                    if (
                        key[:4] == (code, step, "stock", "")
                        and key[5] >= day
                        and (key[5] == on or end_of(key[5]) == key[5])
                    ):
                        counts[key] += 1

    refusals = [row for row in kept if (row["status"] or "").strip(" ") == "refused" and row["decided"]]
    reached("applied", [(row["code"], row["applied"]) for row in kept if row["applied"]], True)
    reached("decided", [(row["code"], row["decided"]) for row in kept if row["decided"]], True)
    reached("refused", [(row["code"], row["decided"]) for row in refusals], False)
    for row in refusals:
        reason = {"W1": "wrong_form", "W2": "wrong_form", "T1": "above_threshold"}.get((row["reason"] or "").strip(" "))
        end = end_of(row["decided"])
        if reason and end <= on:
            counts[row["code"], "refused", "flow", reason, start_of(end), end] += 1
    for row in kept:
        sex = {"F": "female", "M": "male"}.get((row["sex"] or "").strip(" "))
        year = row["birth_year"]
        age = on.year - int(year) if year and year.isdigit() else -1
        band = "0-17" if 0 <= age < 18 else "18-59" if 18 <= age < 60 else "60+" if 60 <= age <= 130 else None
        for step in ("applied", "decided"):
            for group in (sex, band):
                if group and row[step]:
                    counts[row["code"], step, "stock", group, on, on] += 1
    last = on if on.weekday() == 6 else on - dt.timedelta(days=on.weekday() + 1)

    def sunday(day):
        return day + dt.timedelta(days=6 - day.weekday())

    told = set()
    for row in kept:
        if row["applied"] and sunday(row["applied"]) <= last:
            told.add((places.by_code[row["code"]].parent, row["applied"].strftime("%Y-%m")))
    for step, chosen in (("applied", kept), ("decided", kept), ("refused", refusals)):
        for prefecture, month in told:
            counts[prefecture, step, "flow", month, last - dt.timedelta(days=6), last] += 0
        for row in chosen:
            day = row["decided"] if step != "applied" else row["applied"]
            if row["applied"] and day:
                end = sunday(max(day, row["applied"]))
                if end <= last:
                    key = (places.by_code[row["code"]].parent, step, "flow", row["applied"].strftime("%Y-%m"))
                    counts[*key, end - dt.timedelta(days=6), end] += 1
    return dict(counts), refused


def of_engine(holder, layout, known, places):
    work = Aggregation(holder, layout, known, places, TODAY, None, None)
    answer = work.counts(None)
    if not isinstance(answer, tuple):
        return None, None
    checked, _ = answer
    day = dt.date(1970, 1, 1)
    found = {}
    for at, first, last, value in zip(
        checked.series.tolist(),
        checked.from_date.tolist(),
        checked.to_date.tolist(),
        checked.value.tolist(),
        strict=True,
    ):
        key = checked.keys[at]
        groups = "/".join(part for part in key[5:] if part != "all")
        found_key = (key[1], key[2].split(".")[1], key[4], groups, day + dt.timedelta(first), day + dt.timedelta(last))
        assert found_key not in found, "one count has two values"
        found[found_key] = value
    return found, checked.refused


@pytest.fixture(scope="module")
def server(postgresql, run_on_server):
    run_on_server("CREATE DATABASE fold")
    return postgresql("fold").render_as_string(hide_password=False)


def filled(url, table):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS drawn")
        connection.exec_driver_sql(f"CREATE TABLE drawn ({', '.join(f'{name} TEXT' for name in COLUMNS)})")
        places = ", ".join(f":{name}" for name in COLUMNS)
        connection.execute(sa.text(f"INSERT INTO drawn VALUES ({places})"), table)
    engine.dispose()
    return url


@pytest.mark.parametrize("every", ["week", "month"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(rows, min_size=1, max_size=14))
def test_every_engine_gives_the_counts_of_a_plain_loop(table, every, layout, laid, known, places, server, tmp_path):
    expected, refused = fold(table, places, every)
    one = layout(every=every, territory={"column": "commune", "level": "commune"}, area=None)
    answers = {}
    for kind in ("csv", "parquet_text"):
        with engines.file(laid(kind, table, COLUMNS)) as holder:
            answers[kind] = of_engine(holder, one, known, places)
    for url in (f"sqlite:///{tmp_path / 'fold.db'}", server):
        with engines.table(filled(url, table), "drawn") as holder:
            answers[url[:6]] = of_engine(holder, one, known, places)
    for kind, (found, told) in answers.items():
        assert found == expected, kind
        if expected is not None:
            assert told == refused, kind
