"""Meetings: what is prepared, what was held; one of them with its agenda, its services, its opening and its closing."""

from ui.frame import choices, enter, who

enter()

from ui import meetings  # noqa: E402

meetings.page(choices(), who())
