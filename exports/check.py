"""Minutes that were edited, read back: which of their figures is no longer the one that was frozen.

Each paragraph of a panel stands in a hidden bookmark, which survives editing; where somebody retyped a passage and lost
them, the id printed below the panel still leads to it. Within a passage the figures are compared in their order, so
that words may be changed at will.
"""

import difflib
import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from exports import letters
from exports.direction import bare
from exports.readback import Difference, figures, paragraph_text
from exports.record import Record
from exports.word import PREFIX, Line, texts_of

_MOST_UNPACKED = 200_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_IDENTIFIER = "{http://purl.org/dc/elements/1.1/}identifier"
_BLOCKS = {"minutes": letters.minutes_blocks, "note": letters.note_blocks}
"""The letters that show figures."""


class Unreadable(ValueError):
    """The file is no document of Word."""


@dataclass(frozen=True)
class About:
    """What a document says it is the document of; empty where it says nothing. beside: its second language."""

    kind: str = ""
    meeting: str = ""
    locale: str = ""
    audience: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Checked:
    """What reading back found. differences: figures that are not as frozen. gone: sentences of slides that are not in
    the document any more. read: how many figures were compared."""

    differences: tuple[Difference, ...]
    gone: tuple[str, ...]
    read: int


@dataclass(frozen=True)
class _Passage:
    text: str
    marks: frozenset[str]


def about(content: bytes) -> About:
    """What a document is the document of, by its bookmark or its properties. Raises Unreadable."""
    parts = _parts(content)
    for start in parts["word/document.xml"].iter(f"{_W}bookmarkStart"):
        name = start.get(f"{_W}name") or ""
        if name.startswith(f"{PREFIX}is_"):
            return About(*name.removeprefix(f"{PREFIX}is_").split("_")[:5])
    if "docProps/core.xml" in parts:
        said = (parts["docProps/core.xml"].findtext(_IDENTIFIER) or "").split(":")
        if said[0] == "tatabbu":
            return About(*said[1:6])
    return About()


def checked(content: bytes, record: Record, *, kind: str = "") -> Checked:
    """What became of the figures of a letter of this record. Raises Unreadable."""
    passages = _passages(_parts(content)["word/document.xml"])
    blocks = _BLOCKS.get(kind or about(content).kind, letters.minutes_blocks)
    differences: list[Difference] = []
    gone: list[str] = []
    read = 0
    for one in (record, record.other) if record.other else (record,):
        expected: dict[str, list[str]] = {}
        for block in blocks(one):
            if block.mark:
                expected.setdefault(block.mark, []).extend(texts_of([block]))
        titles = {slide.panel: slide.title for slide in one.slides}
        heads = {bare(b.text) for b in blocks(one) if isinstance(b, Line) and b.style.startswith("heading")}
        suffix = f"_{one.locale}" if record.other else ""
        for mark, texts in expected.items():
            found = _found(passages, mark, suffix, titles, heads)
            title = bare(titles.get(mark, texts[0]))
            if found is None:
                gone.append(title)
                continue
            wanted = [figure for text in texts for figure in figures(text, locale=one.locale)]
            there = [figure for text in found for figure in figures(text, locale=one.locale)]
            read += len(wanted)
            differences += _compared(wanted, there, title)
    return Checked(tuple(differences), tuple(gone), read)


def _compared(wanted: Sequence[tuple[str, str]], there: Sequence[tuple[str, str]], title: str) -> list[Difference]:
    matcher = difflib.SequenceMatcher(None, [one for one, _ in wanted], [one for one, _ in there], autojunk=False)
    found = []
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            continue
        before, after = [printed for _, printed in wanted[i1:i2]], [printed for _, printed in there[j1:j2]]
        for place in range(max(len(before), len(after))):
            printed = before[place] if place < len(before) else ""
            seen = after[place] if place < len(after) else ""
            found.append(Difference("", printed, seen, title))
    return found


def _found(
    passages: Sequence[_Passage], mark: str, suffix: str, titles: Mapping[str, str], heads: Collection[str]
) -> list[str] | None:
    """The texts of a part of the document: those in its bookmark, else those above the id of its panel."""
    name = re.compile(rf"{re.escape(PREFIX + mark + suffix)}_\d+")
    marked = [at for at, one in enumerate(passages) if any(name.fullmatch(own) for own in one.marks)]
    if marked and suffix:
        # Two languages stand in turns: what lies between belongs to either.
        return [passages[at].text for at in marked]
    if marked:
        between = range(marked[0], marked[-1] + 1)
        return [passages[at].text for at in between if at in set(marked) or not passages[at].marks]
    ends = [at for at, one in enumerate(passages) if mark in titles and mark in bare(one.text)]
    if not ends:
        return None
    texts = [passages[ends[0]].text]
    for one in reversed(passages[: ends[0]]):
        if one.marks or bare(one.text) in heads or any(panel in bare(one.text) for panel in titles):
            break
        texts.insert(0, one.text)
    return texts


def _passages(root: etree._Element) -> list[_Passage]:
    """The paragraphs of a document in their order, each with the bookmarks that begin in it, or right before it."""
    found: list[tuple[etree._Element, set[str]]] = []
    before: set[str] = set()
    for node in root.iter(f"{_W}p", f"{_W}bookmarkStart"):
        if node.tag == f"{_W}p":
            found.append((node, before))
            before = set()
            continue
        name = node.get(f"{_W}name") or ""
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}is_"):
            inside = any(one.tag == f"{_W}p" for one in node.iterancestors())
            (found[-1][1] if inside else before).add(name)
    return [_Passage(paragraph_text(paragraph), frozenset(marks)) for paragraph, marks in found]


def _parts(content: bytes) -> dict[str, etree._Element]:
    """The parts of a document that are read, as XML. Raises Unreadable."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise Unreadable("too large")
            names = set(packed.namelist()) & {"word/document.xml", "docProps/core.xml"}
            parts = {name: etree.fromstring(packed.read(name), parser) for name in names}
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, EOFError, RuntimeError) as error:
        raise Unreadable(str(error)) from error
    if "word/document.xml" not in parts:
        raise Unreadable("no document")
    return parts
