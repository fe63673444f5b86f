"""`python -m exports form --delivery ID --from DATE --to DATE [--territory CODE] [--lang ar|fr|en] [--to-file FILE]`.

Exit code 0: the file is written. 1: it cannot be, and why is said. 2: the command itself is not understood.
"""

import argparse
import datetime as dt
import os
import sys
import zoneinfo
from pathlib import Path

import findings
from data.database import as_day, engine_for, local_folder
from data.loading import prepare
from data.settings import settings
from exports import forms
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
    return _form(options, w)


def _language(asked: str | None) -> str:
    """The language asked for, else that of the terminal, else Arabic."""
    said = asked or os.environ.get("LANG", "")[:2].lower()
    return said if said in LOCALES else LOCALES[0]


def _parser(w: Words) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exports")
    commands = parser.add_subparsers(dest="command", required=True)
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


if __name__ == "__main__":
    sys.exit(main())
