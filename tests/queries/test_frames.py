"""Frames out of rows: texts and numbers stay what they are."""

import math

import numpy as np

from queries.frames import array_of, of_columns, of_rows, rows_of


def test_texts_stay_pythons_own_and_numbers_become_numpys():
    frame = of_rows([("09", 1, True, 2.5), ("MA", 2, False, 3.5)], ["code", "count", "late", "share"])
    assert [str(kind) for kind in frame.dtypes] == ["object", "int64", "bool", "float64"]
    assert rows_of(frame) == [["09", 1, True, 2.5], ["MA", 2, False, 3.5]]
    assert [type(value) for value in rows_of(frame)[0]] == [str, int, bool, float]


def test_no_number_is_nan():
    assert array_of([3, None]).tolist()[0] == 3.0
    assert math.isnan(array_of([3, None])[1])
    assert np.isnan(array_of([None, None])).all()


def test_a_mixture_is_left_as_it_is():
    values = [math.nan, "office", True]
    assert array_of(values).tolist() == values
    assert array_of([math.nan, True])[1] is True


def test_a_column_may_hold_floats_where_all_of_its_values_are_whole():
    frame = of_rows([(1, 2)], ["value", "day"], floats=["value"])
    assert [str(kind) for kind in frame.dtypes] == ["float64", "int64"]
    assert frame["value"].item() == 1.0


def test_no_rows_make_an_empty_frame_with_all_columns():
    frame = of_rows(iter([]), ["code", "value"], floats=["value"])
    assert frame.empty
    assert list(frame.columns) == ["code", "value"]
    assert str(frame["value"].dtype) == "float64"


def test_arrays_become_columns_in_their_order_and_the_rows_are_numbered_from_zero():
    frame = of_columns({"code": array_of(["09", "MA"]), "value": np.array([1.0, 2.0])})
    assert list(frame.columns) == ["code", "value"]
    assert frame.index.tolist() == [0, 1]
    assert str(frame["code"].dtype) == "object"
