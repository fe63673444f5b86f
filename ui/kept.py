"""Answers kept between runs, by what they depend on."""

import functools
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any


def kept(entries: int) -> Callable:
    """Keep the last `entries` answers of a function, by its arguments but those whose names begin with `_`.

    Twenty viewers who ask the same at once wait for one answer. `st.cache_resource` does as much, and takes a third of
    a millisecond to hash the arguments of each of a view's twenty calls.
    """

    def keep(work: Callable) -> Callable:
        names = inspect.signature(work).parameters
        counted = [at for at, name in enumerate(names) if not name.startswith("_")]
        answers: OrderedDict[tuple, Any] = OrderedDict()
        making: dict[tuple, threading.Lock] = {}
        lock = threading.Lock()

        @functools.wraps(work)
        def call(*arguments: Any) -> Any:
            key = tuple(arguments[at] for at in counted)
            with lock:
                if key in answers:
                    answers.move_to_end(key)
                    return answers[key]
                own = making.setdefault(key, threading.Lock())
            with own:
                with lock:
                    if key in answers:
                        return answers[key]
                try:
                    made = work(*arguments)
                finally:
                    with lock:
                        making.pop(key, None)
                with lock:
                    answers[key] = made
                    while len(answers) > entries:
                        answers.popitem(last=False)
            return made

        return call

    return keep
