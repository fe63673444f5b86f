"""What is wrong with what somebody wrote: codes and values, which whoever shows them puts into words."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `code` names it, `about` says which field; `values` fill the sentence."""

    code: str
    about: str = ""
    values: dict = field(default_factory=dict)


class Refused(Exception):
    """Nothing was stored; `faults` says why."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("; ".join(f"{fault.about}: {fault.code}" for fault in faults))
        self.faults = list(faults)
