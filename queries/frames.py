"""Frames out of the rows of a result."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd


def of_rows(rows: Iterable[Sequence], columns: Sequence[str], *, floats: Collection[str] = ()) -> pd.DataFrame:
    """The rows as a frame with these columns. `floats`: those that hold floats even where no value needs it."""
    listed = list(zip(*rows, strict=True))
    if not listed:
        return _empty(tuple(columns), frozenset(floats)).copy()
    arrays = {name: array_of(values) for name, values in zip(columns, listed, strict=True)}
    return of_columns(arrays | {name: arrays[name].astype(float) for name in floats})


@cache
def _empty(columns: tuple[str, ...], floats: frozenset[str]) -> pd.DataFrame:
    """A frame without rows: to build one costs as much as one with many, to copy it little."""
    nothing = np.empty(0, dtype=object)
    return of_columns({name: nothing.astype(float) if name in floats else nothing for name in columns})


def of_columns(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The arrays, all of one length, as a frame.

    Left to itself pandas keeps texts in Arrow, where looking at one of them costs twenty times as much.
    """
    index = pd.RangeIndex(len(next(iter(columns.values()))))
    kept = {
        name: pd.Series(array, index=index, dtype=object, copy=False) if array.dtype == object else array
        for name, array in columns.items()
    }
    return pd.DataFrame(kept, index=index, copy=False)


def array_of(values: Sequence) -> np.ndarray:
    """The values of one column: numbers as NumPy has them, None among them as NaN; texts and mixtures as they are."""
    kinds = set(map(type, values))
    if kinds and kinds <= _NUMBERS:
        return np.array(values, dtype=int if kinds == {int} else float)
    if kinds == {bool}:
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


_NUMBERS = {int, float, type(None)}


def rows_of(frame: pd.DataFrame) -> list[list]:
    """The rows of a frame as lists of Python's own values. Its columns one by one, as `itertuples` does, cost more."""
    return frame.to_numpy(dtype=object).tolist()
