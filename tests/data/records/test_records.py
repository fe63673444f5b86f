"""Records taken in: counts worked out by hand, the same from every engine that may hold them."""

import datetime as dt

import pytest

HOLDERS = ("csv", "parquet", "parquet_text", "sqlite", "postgresql", "postgresql_text")
on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])

INEZGANE, AIT_MELLOUL = "09.273.01.15", "09.273.01.01"
PREFECTURE = "09.273"


def row(commune, applied=None, decided=None, **others):
    return {"commune": commune, "prefecture": "", "applied_on": applied, "decided_on": decided, **others}


# Monday to Sunday: 2023-09-04 to 10, 11 to 17, 18 to 24. The extract ends on Wednesday the 20th.
DRAWN = [
    row(INEZGANE, "2023-09-05", "2023-09-06", sex="F", area="U", birth_year="1990"),
    row(INEZGANE, "2023-09-10", "2023-09-12", sex="M", area="U", birth_year="2010", status="refused", reason="W1"),
    row(INEZGANE, "2023-09-12", "2023-09-20", sex="F", area="U", birth_year="1950", status="refused", reason="W2"),
    row(INEZGANE, "2023-08-31", None, sex="F", area="R", birth_year=None),
    row(INEZGANE, "2023-09-05", "2023-09-15", sex="?", area="U", birth_year="1963", status="refused", reason="x"),
    row(INEZGANE, "2023-09-05", None, sex="M", area="U", birth_year="1964", status="cancelled"),
]


def of(told, step, measure, groups=""):
    return {
        (key[0], key[5]): value
        for key, value in told.items()
        if (key[1], key[2], key[3]) == (step, measure, groups) and value is not None
    }


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_engine_gives_the_counts_that_were_worked_out_by_hand(holder, laid, take, told, layout):
    report = take(laid(holder, DRAWN), layout())
    assert (report.rows_read, report.accepted, report.refused, report.left_out) == (6, 6, 0, 1)
    assert (report.problems, report.on, report.territories) == ((), dt.date(2023, 9, 20), 1)
    now = told()
    here = {day: (INEZGANE, f"2023-09-{day:02}") for day in (3, 10, 17, 20)}
    assert of(now, "applied", "flow") == {here[3]: 1, here[10]: 3, here[17]: 1}
    assert of(now, "applied", "stock") == {here[3]: 1, here[10]: 4, here[17]: 5, here[20]: 5}
    assert of(now, "decided", "flow") == {here[10]: 1, here[17]: 2}
    assert of(now, "decided", "stock") == {here[10]: 1, here[17]: 3, here[20]: 4}
    assert of(now, "refused", "flow") == {here[17]: 2}
    assert of(now, "refused", "stock") == {}
    assert of(now, "refused", "flow", "wrong_form") == {here[17]: 1}
    assert of(now, "refused", "flow", "above_threshold") == {}
    assert of(now, "applied", "stock", "female") == {here[20]: 3}
    assert of(now, "applied", "stock", "male") == {here[20]: 1}
    assert of(now, "decided", "stock", "female") == {here[20]: 2}
    assert of(now, "applied", "stock", "rural") == {here[20]: 1}
    assert of(now, "applied", "stock", "0-17") == {here[20]: 1}
    assert of(now, "applied", "stock", "18-59") == {here[20]: 1}
    assert of(now, "applied", "stock", "60+") == {here[20]: 2}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_cohort_is_a_month_of_entry_and_who_is_in_no_flow_still_waits(holder, laid, take, told, layout):
    take(laid(holder, DRAWN), layout())
    now = told()

    def cohort(step, month):
        return {key[1][8:]: value for key, value in of(now, step, "flow", month).items() if key[0] == PREFECTURE}

    assert cohort("applied", "2023-08") == {"03": 1, "17": 0}
    assert cohort("applied", "2023-09") == {"10": 3, "17": 1}
    assert cohort("decided", "2023-08") == {"17": 0}
    assert cohort("decided", "2023-09") == {"10": 1, "17": 2}
    assert cohort("refused", "2023-09") == {"17": 2}
