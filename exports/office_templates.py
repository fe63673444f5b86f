"""The office's own templates: a document made from one has its page, its styles, its header and its footer.

`template.docx` and `template.pptx` lie in the office's folder. A file that is damaged, that holds a macro or that would
have a reader's machine fetch something from elsewhere is refused in words: nobody notices in the meeting that his
letterhead is missing.
"""

import io
import os
import re
import zipfile
from pathlib import Path

from i18n import Words

FILES = {"docx": "template.docx", "pptx": "template.pptx"}
_MOST_BYTES, _MOST_UNPACKED, _MOST_PARTS = 20_000_000, 200_000_000, 3_000
_MAIN = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml"}
_ACTIVE = re.compile(r"vbaProject|activeX|\.bin$|oleObject|embeddings/.*\.(?:exe|dll|js|vbs)$", re.IGNORECASE)
_HARMLESS = re.compile(r"printerSettings|embeddedFont|fonts/")


class TemplateRefused(ValueError):
    """The office's template cannot be used. code: damaged, macros, fetches or large; file: its name."""

    def __init__(self, code: str, file: str):
        super().__init__(f"{file}: {code}")
        self.code, self.file = code, file

    def said(self, w: Words) -> str:
        """Why, and what would mend it, in a reader's language."""
        return w(f"letters.template_{self.code}", file=w.file_name(self.file))


def folder() -> Path:
    """The office's own folder."""
    return Path(os.environ.get("TATABBU_LOCAL") or Path(__file__).resolve().parents[1] / "data" / "local")


def template(kind: str, *, where: Path | None = None) -> bytes | None:
    """The office's template for a kind of document (docx or pptx), None where it has none. Raises TemplateRefused."""
    path = (where or folder()) / FILES[kind]
    if not path.is_file():
        return None
    if path.stat().st_size > _MOST_BYTES:
        raise TemplateRefused("large", path.name)
    content = path.read_bytes()
    _check(content, kind, path.name)
    return content


def _check(content: bytes, kind: str, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise TemplateRefused("large", name)
            names = [part.filename for part in parts]
            if _MAIN[kind] not in names or packed.testzip() is not None:
                raise TemplateRefused("damaged", name)
            if any(_ACTIVE.search(one) and not _HARMLESS.search(one) for one in names):
                raise TemplateRefused("macros", name)
            if b"macroEnabled" in packed.read("[Content_Types].xml"):
                raise TemplateRefused("macros", name)
            for one in names:
                if one.endswith(".rels"):
                    _check_links(packed.read(one), name)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise TemplateRefused("damaged", name) from error


def _check_links(links: bytes, name: str) -> None:
    """A link that is followed only when it is clicked on may stay; whatever is fetched on opening may not."""
    for link in re.findall(rb"<[\w:]*Relationship\b[^>]*>", links):
        external = re.search(rb"TargetMode\s*=\s*[\"']External[\"']", link)
        if external and not re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", link):
            raise TemplateRefused("fetches", name)
