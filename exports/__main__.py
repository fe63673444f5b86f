"""What is made without a page: the sheets of a delivery, the documents of a meeting, minutes that are read back.

`python -m exports form --delivery ID --from DATE --to DATE [--territory CODE] [--lang ar|fr|en] [--to-file FILE]`
`python -m exports --meeting ID --to DIR [--lang ar|fr|en] [--beside fr] [--outside] [--only minutes,slides]`
`python -m exports --check FILE [--meeting ID] [--lang ar|fr|en]`

With `--demonstration` meetings are those of the made-up office. Exit code 0: what was asked for is written, or the
minutes say what was frozen. 1: it cannot be, or they differ, and why is said. 2: the command itself is not understood.
"""

import argparse
import datetime as dt
import os
import sys
import zoneinfo
from pathlib import Path

import findings
from data import demonstration
from data.database import as_day, demonstration_url, engine_for, local_folder, migrate
from data.loading import prepare
from data.settings import settings
from exports import documents, forms
from exports.check import Unreadable, about, checked
from exports.office_templates import TemplateRefused
from exports.readback import NotReleased, told
from exports.record import Record, record
from findings import meetings
from i18n import LOCALES, Words, words

KINGDOM = "MA"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    asked = argparse.ArgumentParser(add_help=False)
    asked.add_argument("--lang", choices=LOCALES)
    w = words(_language(asked.parse_known_args(given)[0].lang))
    options = _parser(w).parse_args(given)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    if options.command == "form":
        return _form(options, w)
    if options.check:
        return _check(options, w)
    if options.meeting and options.to:
        return _documents(options, w)
    _parser(w).print_usage(sys.stderr)
    return 2


def _language(asked: str | None) -> str:
    """The language asked for, else that of the terminal, else Arabic."""
    said = asked or os.environ.get("LANG", "")[:2].lower()
    return said if said in LOCALES else LOCALES[0]


def _parser(w: Words) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exports")
    parser.add_argument("--meeting", metavar="ID", help=w("exports.help_meeting"))
    parser.add_argument("--to", type=Path, metavar="DIR", help=w("exports.help_to"))
    parser.add_argument("--beside", choices=LOCALES, default="", help=w("exports.help_beside"))
    parser.add_argument("--outside", action="store_true", help=w("exports.help_outside"))
    parser.add_argument("--only", default="", metavar="NAMES", help=w("exports.help_only"))
    parser.add_argument("--scope", default=KINGDOM, metavar="CODE", help=w("exports.help_scope"))
    parser.add_argument("--demonstration", action="store_true", help=w("exports.help_demonstration"))
    parser.add_argument("--check", type=Path, metavar="FILE", help=w("exports.help_check"))
    parser.add_argument("--lang", choices=LOCALES, help=w("importer.help.lang"))
    commands = parser.add_subparsers(dest="command", required=False)
    form = commands.add_parser("form", help=w("forms.help_about"), description=w("forms.help_about"))
    form.add_argument("--delivery", required=True, metavar="ID", help=w("forms.help_delivery"))
    form.add_argument("--from", dest="first", required=True, type=_date, metavar="DATE", help=w("forms.help_from"))
    form.add_argument("--to", dest="last", required=True, type=_date, metavar="DATE", help=w("forms.help_to"))
    form.add_argument("--territory", metavar="CODE", help=w("forms.help_territory"))
    form.add_argument("--to-file", type=Path, metavar="FILE", help=w("forms.help_file"))
    form.add_argument("--lang", choices=LOCALES, help=w("importer.help.lang"))
    return parser


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _form(options: argparse.Namespace, w: Words) -> int:
    local = local_folder()
    known = {delivery.id: delivery for delivery in settings(local).deliveries}
    if options.delivery not in known:
        print(w("forms.unknown_delivery", seen=options.delivery, known=w.join(known)), file=sys.stderr)
        return 1
    engine = engine_for()
    try:
        prepare(engine, today=dt.datetime.now(zoneinfo.ZoneInfo("Africa/Casablanca")).date())
        (panel,) = findings.find(
            "form",
            engine,
            cut=findings.latest_cut(engine),
            scope=KINGDOM,
            locale=w.locale,
            delivery=options.delivery,
            territory=options.territory or settings(local).office.territory,
            first=as_day(options.first),
            last=as_day(options.last),
        ).panels
    finally:
        engine.dispose()
    rows, dates = len(panel.parts["rows"]), len(panel.parts["dates"])
    if not rows or not dates:
        level = w(f"forms.level_{known[options.delivery].level}")
        print(w("forms.no_dates") if rows else w("forms.no_offices", level=level), file=sys.stderr)
        return 1
    try:
        content = forms.form(panel, locale=w.locale)
    except forms.FormTooLarge:
        print(w("forms.too_large", dates=forms.MOST_DATES, rows=forms.MOST_ROWS), file=sys.stderr)
        return 1
    file = options.to_file or Path(f"tatabbu-{options.delivery}-{options.first}-{options.last}.xlsx")
    file.write_bytes(content)
    print(w("forms.written", file=file.name, rows=rows, dates=dates))
    return 0


def _documents(options: argparse.Namespace, w: Words) -> int:
    """Write the documents of a meeting into a folder, telling each as it is made."""
    names = [name.strip() for name in options.only.split(",") if name.strip()]
    unknown = [name for name in names if name not in documents.DOCUMENTS]
    if unknown:
        known = w.join(documents.DOCUMENTS)
        print(w("exports.unknown_document", seen=unknown[0], known=known), file=sys.stderr)
        return 1
    found = _record(options, w, options.meeting, w.locale, "outside" if options.outside else "office", options.beside)
    if found is None:
        return 1
    if not found.slides:
        print(w("exports.not_frozen", meeting=options.meeting), file=sys.stderr)
    try:
        options.to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(w("exports.no_folder", folder=str(options.to), reason=error.strerror or ""), file=sys.stderr)
        return 1
    wrong = 0
    names = names or list(documents.DOCUMENTS)
    for place, name in enumerate(names, 1):
        print(w("exports.making", name=name, place=place, n=len(names)), file=sys.stderr, flush=True)
        try:
            files = documents.DOCUMENTS[name](found)
        except NotReleased as error:
            wrong += 1
            print("\n".join(error.said(w)), file=sys.stderr)
            continue
        except TemplateRefused as error:
            wrong += 1
            print(error.said(w), file=sys.stderr)
            continue
        for file, content in files:
            # Whatever a maker calls its file, it is written into this folder and nowhere else.
            path = options.to / Path(file.replace("\\", "/")).name
            path.write_bytes(content)
            print(w("exports.written", file=w.file_name(path.name)))
    return 1 if wrong else 0


def _check(options: argparse.Namespace, w: Words) -> int:
    """Read minutes back that somebody edited, and name every figure that is no longer the frozen one."""
    if not options.check.is_file():
        print(w("exports.no_file", file=w.file_name(options.check.name)), file=sys.stderr)
        return 1
    content = options.check.read_bytes()
    try:
        said = about(content)
    except Unreadable:
        print(w("exports.not_word", file=w.file_name(options.check.name)), file=sys.stderr)
        return 1
    meeting = options.meeting or said.meeting
    if not meeting:
        print(w("exports.which_meeting", file=w.file_name(options.check.name)), file=sys.stderr)
        return 1
    locale = said.locale or w.locale
    found = _record(options, w, meeting, locale, said.audience or "office", said.beside)
    if found is None:
        return 1
    result = checked(content, found)
    for difference in result.differences:
        print(told(difference, w))
    for slide in result.gone:
        print(w("exports.gone", slide=slide), file=sys.stderr)
    if result.differences:
        print(w("exports.differs", n=w.count("figure", len(result.differences))), file=sys.stderr)
        return 1
    if not result.read:
        print(w("exports.nothing_read", file=w.file_name(options.check.name)), file=sys.stderr)
        return 1
    print(w("exports.equal", n=w.count("figure", result.read)))
    return 0


def _record(
    options: argparse.Namespace, w: Words, meeting: str, locale: str, audience: str, beside: str
) -> Record | None:
    """The record of a meeting of the office or the demonstration; None, with the reason said, where there is none."""
    today = dt.datetime.now(zoneinfo.ZoneInfo("Africa/Casablanca")).date()
    if options.demonstration and not demonstration.is_ready():
        print(w("exports.no_demonstration"), file=sys.stderr)
        return None
    engine = engine_for(demonstration_url()) if options.demonstration else engine_for()
    try:
        if options.demonstration:
            # One that was made by an earlier version has that one's tables.
            migrate(engine)
        else:
            prepare(engine, today=today)
        cut = findings.latest_cut(engine)
        asked = {"cut": cut, "scope": options.scope}
        known = meetings.meetings(engine, **asked)
        held = next((one for one in known if one.id in (meeting, f"m{meeting}")), None)
        if held is None:
            listed = w.join(one.id for one in known) or w("exports.no_meetings")
            print(w("exports.unknown_meeting", seen=meeting, known=listed), file=sys.stderr)
            return None
        return record(
            engine,
            held,
            locale=locale,
            audience=audience,
            demonstration=options.demonstration,
            # The made-up office lives in its own days.
            on=None if options.demonstration else max(as_day(today), held.on_date),
            beside=beside,
            **asked,
        )
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
