"""Proofs: what a panel that leaves the house outside a meeting was made of, kept under the id that is printed on it."""

import json
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from data.database import write
from data.schema import proof


def keep(
    engine: sa.Engine,
    *,
    panel: str,
    locale: str,
    scope: str,
    asked: Mapping[str, Any],
    body: str,
    at: int | None = None,
) -> bool:
    """Keep what a panel was made of; False where it is kept already, which is never changed.

    scope: the territory of which a reader has to be, or above which he has to stand. body: JSON of panels.slide.Slide.
    """
    key = (proof.c.panel == panel, proof.c.locale == locale, proof.c.scope == scope)
    with engine.connect() as connection:
        # Most are taken more than once: nobody waits behind an import for what is there.
        if connection.execute(sa.select(proof.c.panel).where(*key)).first():
            return False
    with write(engine) as connection:
        if connection.execute(sa.select(proof.c.panel).where(*key)).first():
            return False
        connection.execute(
            sa.insert(proof).values(
                panel=panel,
                locale=locale,
                scope=scope,
                at=int(time.time()) if at is None else at,
                asked=json.dumps(asked, ensure_ascii=False, sort_keys=True),
                body=body,
            )
        )
    return True
