"""The HTML document in which every page opens: Streamlit's own index page, put into the reader's language.

It is what a browser shows before the first word from the server, what it shows without JavaScript, and what a
screen reader takes the language from.
"""

import html
import json
import re
from urllib.parse import parse_qs

_LANGUAGE = re.compile(r'<html lang="[^"]*"')
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_ICON = re.compile(r'<link rel="shortcut icon"[^>]*>')
_FONT_PRELOAD = re.compile(r'<link\s+rel="preload"[^>]*as="font"[^>]*>', re.DOTALL)
_AGENTS = re.compile(r'<link rel="service-desc"[^>]*>')
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_LATER = (
    'addEventListener("load",()=>{for(const address of %s){const link=document.createElement("link");'
    'link.rel="prefetch";link.as="script";link.crossOrigin="";link.href=address;'
    "document.head.append(link)}})"
)
# Beside the first scripts, a chart's code (1.2 MB) would hold them up: the title came half a second later.
_NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)


def in_language(
    index: str,
    *,
    locale: str,
    title: str,
    without_script: str,
    icon: str = "",
    sheet: str = "",
    fonts=(),
    soon=(),
    scripts=(),
) -> str:
    """`index` with the language, title, icon and no-JavaScript sentence of `locale`.

    `sheet` is the address of our style sheet: linked here it is fetched once, where a page would send it at every run.
    `fonts` are addresses fetched beside the first script, since text jumps when its typeface arrives late. `soon`
    are the small scripts of the first view, fetched beside Streamlit's own. `scripts`
    are fetched when the page's own scripts have arrived: Streamlit asks for the code of a chart only once the first
    chart is there, and the line is idle until then.
    """
    hints = [
        f'<link rel="preload" href="{html.escape(address)}" as="font" type="font/woff2" crossorigin>'
        for address in fonts
    ]
    if scripts:
        hints.append(f"<script>{_LATER % json.dumps(list(scripts))}</script>")
    page = _COMMENT.sub("", index)
    page = _LANGUAGE.sub(f'<html lang="{html.escape(locale)}"', page, count=1)
    page = _TITLE.sub(lambda _: f"<title>{html.escape(title)}</title>", page, count=1)
    page = _AGENTS.sub("", page)
    # Streamlit's own typeface is not ours: fetching it ahead would cost 170 kB for nothing.
    page = _FONT_PRELOAD.sub("", page)
    if icon:
        page = _ICON.sub(lambda _: f'<link rel="icon" type="image/svg+xml" href="{html.escape(icon)}">', page, count=1)
    page = _NO_SCRIPT.sub(lambda _: f"<noscript><p>{html.escape(without_script)}</p></noscript>", page, count=1)
    hints += [f'<link rel="modulepreload" crossorigin href="{html.escape(address)}">' for address in soon]
    if sheet:
        # At the end of the body: of two rules of one weight the later wins, and Streamlit writes its own into the head.
        page = page.replace("</body>", f'<link rel="stylesheet" href="{html.escape(sheet)}"></body>', 1)
    return page.replace("</head>", "\n".join([*hints, "</head>"]), 1)


def language_asked(query_string: bytes, *, offered: tuple[str, ...]) -> str:
    """The language that the address asks for (?lang=fr), else the first one offered."""
    asked = parse_qs(query_string.decode("latin-1")).get("lang", [""])[-1]
    return asked if asked in offered else offered[0]
