"""`python -m data.importer FILE… [--layout NAME|FILE] [--date DAY] [--json] [--accept-rest] [--rejects FILE]
[--lang ar|fr|en]`, or `--withdraw NUMBER`, `--erase NUMBER`; for records, `FILE… --layout NAME` or
`--from-database URL --layout NAME`.

Exit code 0: every file is stored, or was before. 1: something was refused. 2: the command itself is not understood.
130: stopped at the keyboard; of the file that was being taken in nothing is stored.
"""

import argparse
import datetime as dt
import json
import os
import sys
import time
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from data.catalogue import Catalogue, catalogue
from data.database import MigrationRefused, engine_for, hindrance, local_folder, migrate
from data.importer import (
    Interrupted,
    Layout,
    LayoutError,
    Problem,
    Report,
    Territories,
    erase,
    import_file,
    interrupted,
    named,
    records,
    rejects,
    withdraw,
)
from data.importer.layouts import UNKNOWN, layouts
from data.importer.report import clipped
from i18n import LOCALES, Words, words
from i18n.problems import grouped, notes, sentence, told
from i18n.records import lasting, said

ACTOR = "administrator"
QUIET_SECONDS = 1.0
LEAST_SPENT = 0.25
"""Seconds below which a rate would be a guess."""
UNCOUNTED = ("checking", "summing")
"""Stages that do not go row by row."""


class Terminal:
    """Sentences for whoever typed the command: results to standard output, progress to standard error."""

    def __init__(self, w: Words, *, as_json: bool):
        self.w, self.as_json = w, as_json
        self.started = self.told = time.monotonic()
        self.stage, self.stage_started = "", self.started

    def progress(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.stage_started = stage, now
        if now - self.started < QUIET_SECONDS or now - self.told < QUIET_SECONDS:
            return
        w, spent = self.w, now - self.stage_started
        amount = w.number(done) if not total else f"{w.number(done)} / {w.number(total)}"
        if stage in UNCOUNTED:
            line = f"{w(f'importer.stage.{stage}')} {amount}"
        elif done and spent >= LEAST_SPENT and total:
            left = lasting(spent / done * (total - done), w)
            stage = w(f"importer.stage.{stage}")
            line = w("importer.progress_left", stage=stage, done=amount, rate=round(done / spent), left=left)
        elif done and spent >= LEAST_SPENT:
            line = w("importer.progress", stage=w(f"importer.stage.{stage}"), done=amount, rate=round(done / spent))
        else:
            return
        self.told = now
        print(line, file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def report(self, report: Report, *, accept_rest: bool) -> None:
        w = self.w
        if self.as_json:
            print(json.dumps(as_json(report, w), ensure_ascii=False), flush=True)
        else:
            for line in grouped(report.problems, w):
                print(line)
        for line in notes(report.noted, w):
            self.say(line)
        if report.sheet is not None and not report.sheet.known:
            self.say(w("importer.guess", option="--layout"))
            self.say(report.sheet.guess.layout.to_toml())
        if isinstance(report, records.RecordsReport):
            for line in said(report, w):
                self.say(line)
            if report.event is None and report.accepted_rest_would_do and not accept_rest:
                self.say(w("importer.accept_rest", option="--accept-rest"))
        elif report.already:
            self.say(w("importer.already", file=report.file, event=report.event))
        elif report.event is not None and not self.as_json:
            fields = ("file", "event", "rows_read", "accepted", "refused", "unchanged")
            self.say(w("importer.stored", **{name: getattr(report, name) for name in fields}))
            if report.doubts:
                named = (
                    w("rulings.group", rule=w(f"rulings.rule_{name}"), rows=w.number(n))
                    for name, n in report.doubts.items()
                )
                self.say(w("rulings.waits", rows=w.count("row", report.quarantined), rules=w.join(named)))
        elif report.event is None and not self.as_json:
            problems = len(report.problems)
            self.say(w("importer.refused", file=report.file, rows_read=report.rows_read, problems=problems))
            mere_lines = report.sheet is None or (report.sheet.known and not report.sheet.asked)
            if not accept_rest and mere_lines and report.rejected is not None:
                self.say(w("importer.accept_rest", option="--accept-rest"))

    def hand_back(self, report: Report, path: Path) -> None:
        """Write what was refused beside the other files; of several files with refused lines, each has a name."""
        w = self.w
        if report.rejected is None:
            return
        if path.exists():
            path = path.with_name(f"{path.stem}-{Path(report.file).stem}{path.suffix}")
        path.write_bytes(handed_back(report, w))
        self.say(w("importer.rejects_written", rows=len(report.rejected.rows), file=path.name))


def cut_short_in_words(found: Interrupted, w: Words) -> str:
    """What became of an import that did not end by itself."""
    if found.event is None:
        return w("importer.interrupted_before", file=found.file)
    return w("importer.interrupted_after", file=found.file, event=str(found.event))


def handed_back(report: Report, w: Words) -> bytes:
    """The refused lines of a report as a file, with what is wrong with each in words."""
    return rejects.written(report.rejected, heading=w("importer.rejects_heading"), say=lambda one: told(one, w))


def as_json(report: Report, w: Words) -> dict:
    """The report as one object: its numbers, and every problem in words."""
    names = ("file", "rows_read", "accepted", "refused", "quarantined", "event")
    problems = []
    for problem in report.problems:
        said, mend = sentence(problem, w)
        where = {"line": problem.line, "column": problem.column, "cell": problem.cell, "seen": problem.seen}
        problems.append(where | {"problem": said, "mend": mend})
    return {name: getattr(report, name) for name in names} | {"problems": problems}


def _language(asked: str | None) -> str:
    """The language asked for, else that of the terminal, else Arabic."""
    if asked:
        return asked
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            said = os.environ[name][:2].lower()
            return said if said in LOCALES else LOCALES[0]
    return LOCALES[0]


def _parser(w: Words) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.importer", description=w("importer.help.about"))
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help=w("importer.help.files"))
    parser.add_argument("--layout", metavar="NAME", help=w("importer.help.layout"))
    parser.add_argument("--date", metavar="DAY", type=dt.date.fromisoformat, help=w("importer.help.date"))
    parser.add_argument("--json", action="store_true", help=w("importer.help.json"))
    parser.add_argument("--accept-rest", action="store_true", help=w("importer.help.accept_rest"))
    parser.add_argument("--lang", choices=LOCALES, help=w("importer.help.lang"))
    parser.add_argument("--rejects", metavar="FILE", type=Path, help=w("importer.help.rejects"))
    parser.add_argument("--from-database", metavar="URL", help=w("importer.help.from_database"))
    parser.add_argument("--on", metavar="DATE", type=dt.date.fromisoformat, help=w("importer.help.on"))
    parser.add_argument("--withdraw", metavar="N", type=int, help=w("importer.help.withdraw"))
    parser.add_argument("--erase", metavar="N", type=int, help=w("importer.help.erase"))
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    asked = argparse.ArgumentParser(add_help=False)
    asked.add_argument("--lang", choices=LOCALES)
    w = words(_language(asked.parse_known_args(given)[0].lang))
    parser = _parser(w)
    options = parser.parse_args(given)
    wanted = options.files or options.from_database or options.withdraw is not None or options.erase is not None
    if not wanted or (options.from_database and not options.layout):
        parser.print_usage(sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding must not stop an import half said.
        stream.reconfigure(encoding="utf-8", errors="replace")
    terminal = Terminal(w, as_json=options.json)
    try:
        return _run(options, terminal)
    except KeyboardInterrupt:
        print(w("importer.cancelled"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone (`… | head`); what is stored is stored.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MigrationRefused as refused:
        said, mend = w("importer.not_migrated"), w("importer.not_migrated.mend", command=refused.command)
    except sa.exc.SQLAlchemyError as error:
        why = hindrance(error)
        said = w("importer.database_refused")
        mend = w(f"importer.database_refused.mend_{why}" if why else "importer.database_refused.mend")
    print(f"{said} {mend}", file=sys.stderr)
    return 1


def _layout(asked: str | None, local: Path, known: Catalogue) -> Layout | Problem | None:
    """The layout of sheets asked for by its name or its file; a problem when there is none."""
    if not asked:
        return None
    try:
        return named(asked, local)
    except LayoutError as wrong:
        if wrong.where == UNKNOWN:
            return Problem("records_no_layout", seen=clipped(asked), values={"known": _layout_names(local, known)})
        return Problem("layout_unreadable", seen=clipped(asked), values={"field": wrong.where})
    except (OSError, UnicodeDecodeError):
        return Problem("not_opened", seen=clipped(asked))


def _layout_names(local: Path, known: Catalogue) -> list[str]:
    """The names of all layouts there are, of sheets and of records."""
    names = {layout.id for layout in layouts(local)}
    with suppress(records.LayoutWrong):
        names |= records.layouts(local, known).keys()
    return sorted(names)


def _of_records(options: argparse.Namespace, local: Path, known: Catalogue) -> bool:
    """Whether records are handed in: a table of a database, or files in a layout that is one of records."""
    if options.from_database:
        return True
    try:
        return options.layout in records.layouts(local, known)
    except records.LayoutWrong:
        # Whoever asks for a layout of sheets is not stopped by a faulty one of records.
        return bool(options.layout) and isinstance(_layout(options.layout, local, known), Problem)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    w, local = terminal.w, local_folder()
    engine = engine_for()
    try:
        migrate(engine)
        known, territories = catalogue(local), Territories.load(local)
        failed = False
        for cut_short in interrupted(engine, local=local):
            terminal.say(cut_short_in_words(cut_short, w))
        layout = None
        if not _of_records(options, local, known):
            layout = _layout(options.layout, local, known)
            if isinstance(layout, Problem):
                print(" ".join(sentence(layout, w)), file=sys.stderr)
                return 1
        for work, number, key in (
            (withdraw, options.withdraw, "importer.withdrawn"),
            (erase, options.erase, "importer.erased"),
        ):
            if number is None:
                continue
            answer = work(engine, number, actor=ACTOR, catalogue=known, territories=territories)
            if isinstance(answer, Problem):
                failed = True
                print(" ".join(sentence(answer, w)), file=sys.stderr)
            else:
                terminal.say(w(key, event=number, by=answer))
        today = dt.datetime.now(zoneinfo.ZoneInfo("Africa/Casablanca")).date()
        if _of_records(options, local, known):
            return int(not all([*_take_records(options, terminal, engine, known, territories, today)]) or failed)
        for path in options.files:
            try:
                report = import_file(
                    engine,
                    path,
                    name=path.name,
                    actor=ACTOR,
                    today=today,
                    catalogue=known,
                    territories=territories,
                    accept_rest=options.accept_rest,
                    layout=layout,
                    on=options.date,
                    local=local,
                    progress=terminal.progress,
                )
            except OSError:
                report = Report(file=path.name, problems=(Problem("not_opened", seen=clipped(path.name)),))
            terminal.report(report, accept_rest=options.accept_rest)
            if options.rejects is not None:
                terminal.hand_back(report, options.rejects)
            failed |= not report.stored
        return int(failed)
    finally:
        engine.dispose()


def _take_records(options, terminal: Terminal, engine, known, territories, today: dt.date) -> Iterator[bool]:
    """Whether each extract is stored, a table first; each is told."""
    how = {
        "actor": ACTOR,
        "today": today,
        "catalogue": known,
        "territories": territories,
        "on": options.on,
        "accept_rest": options.accept_rest,
        "progress": terminal.progress,
    }

    def told(report: Report) -> bool:
        terminal.report(report, accept_rest=options.accept_rest)
        return report.stored

    name = options.layout
    try:
        held = records.layouts(local_folder(), known)
    except records.LayoutWrong as wrong:
        yield told(Report(file=name, problems=(Problem("records_layout", values={"faults": str(wrong)}),)))
        return
    if name not in held:
        missing = Problem("records_no_layout", seen=clipped(name), values={"known": sorted(held)})
        yield told(Report(file=name, problems=(missing,)))
        return
    if options.from_database:
        yield told(records.take_table(engine, options.from_database, layout=held[name], **how))
    for path in options.files:
        try:
            yield told(records.take_file(engine, path, layout=held[name], name=path.name, **how))
        except OSError:
            yield told(Report(file=path.name, problems=(Problem("not_opened", seen=clipped(path.name)),)))


if __name__ == "__main__":
    sys.exit(main())
