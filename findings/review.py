"""The quarterly review: what came of recommendations, deliveries and paths."""

import sqlalchemy as sa

from findings.reader import Answer, Reader
from panels import review as say
from queries import review as reviewing


def review(reader: Reader, *, territory: str, on: int, quarter: str) -> Answer:
    """The review of a quarter in a territory: recommendations by service, deliveries, paths, in this order.

    facts: meetings (id, text, what they made), empty: whether there is nothing of any of them.
    """
    chosen = reviewing.quarter(quarter)
    asked = {"of": territory, "quarter": chosen, "on": on, **reader.asked}
    services, held = reviewing.by_service(reader.engine, **asked)
    deliveries = reviewing.delivered(reader.engine, **asked)
    paths = reviewing.paths(reader.engine, **asked, held=[one for one, _ in held])
    named = {"year": chosen.year, "number": chosen.number, "locale": reader.locale}
    panels = (
        say.services(services, **named),
        say.deliveries(deliveries, reader.known.settings, **named),
        say.paths(paths, territory=territory, ended=on >= chosen.last, **named),
    )
    facts = {
        "meetings": say.meetings(held, locale=reader.locale),
        "empty": services.empty and deliveries.empty and paths.empty and not held,
    }
    return Answer(panels, facts=facts)


def quarter_choices(engine: sa.Engine, *, territory: str, on: int, cut: int, scope: str, locale: str) -> dict[str, str]:
    """The quarters that may be chosen, the latest first: id → in words."""
    found = reviewing.quarters(engine, of=territory, on=on, cut=cut, scope=scope)
    return {one.id: say.quarter_name(one.year, one.number, locale=locale) for one in found}
