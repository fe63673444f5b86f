"""The pages, the addresses they have, and to whom they are offered."""

from typing import NamedTuple


class Page(NamedTuple):
    """A page. key: of its name in the catalogues; address: its file's name, empty for the first; group: the word of the
    bar under which it stands; roles: to whom it is offered, None for all."""

    name: str
    key: str
    address: str
    group: str
    roles: tuple[str, ...] | None = None


PREPARE = ("preparer", "administrator")
ADMINISTER = ("administrator",)

PAGES = (
    Page("situation", "app.page_situation", "", "follow"),
    Page("map", "app.page_map", "map", "follow"),
    Page("targets", "app.page_targets", "targets", "follow"),
    Page("branches", "app.page_branches", "branches", "follow"),
    Page("stages", "app.page_stages", "stages", "causes"),
    Page("transition", "app.page_transition", "transition", "causes"),
    Page("window", "app.page_window", "window", "causes"),
    Page("levers", "app.page_levers", "levers", "causes"),
    Page("meetings", "app.page_meetings", "meetings", "meetings"),
    Page("recommendations", "app.page_recommendations", "recommendations", "meetings"),
    Page("review", "app.page_review", "review", "meetings"),
    Page("events", "app.page_data", "events", "data"),
    Page("rulings", "app.page_rulings", "rulings", "data"),
    Page("sources", "app.page_sources", "sources", "data"),
    Page("typing", "app.page_typing", "typing", "data", PREPARE),
    Page("reconcile", "app.page_reconcile", "reconcile", "data", PREPARE),
    Page("remarks", "app.page_remarks", "remarks", "data"),
    Page("changes", "app.page_changes", "changes", "data"),
    Page("actions", "app.page_actions", "actions", "data"),
    Page("settings", "app.page_settings", "settings", "office", ADMINISTER),
    Page("chain", "app.page_chain", "chain", "office"),
    Page("access", "app.page_access", "access", "office", ADMINISTER),
    Page("method", "app.page_method", "method", "method"),
)
"""The pages in the order of the frame. An address must be its file's name: until some session has run `st.navigation`,
Streamlit knows pages by their files and says in English that others do not exist."""

GROUPS = tuple(dict.fromkeys(page.group for page in PAGES))
"""The words of the bar; a click on one leads to its first page."""

MISSING = "missing"
"""The choice in the address that tells the first page that another was asked for and does not exist."""


def offered(role: str) -> tuple[Page, ...]:
    """The pages that a viewer of this role finds."""
    return tuple(page for page in PAGES if page.roles is None or role in page.roles)
