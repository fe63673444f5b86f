"""500 strings as an office writes them, mixing Arabic, Latin, digits, percentages and brackets: what is written in a
document has to come out of it again, letter by letter and in order. The same ones at every run."""

import random

_SEED = 20230918
_ARABIC = (
    "بلغ عدد الأسر المسجلة",
    "السجل الاجتماعي الموحد",
    "عمالة إنزكان أيت ملول",
    "الملحقة الإدارية الأولى",
    "القانون-الإطار رقم 09.21",
    "المرسوم رقم 2.23.1068",
    "إلى غاية 18 شتنبر 2023",
    "منحة «منحتي»",
    "أمو تضامن",
    "الأشخاص ذوو الحقوق، لا سيما",
    "المُؤَمَّن الرئيسي",
    "لائحة الملفات",
    "في المائة",
)
_LATIN = (
    "RSU",
    "RNP",
    "AMO Tadamon",
    "Aït Melloul",
    "l'Office n° 4",
    "Minhaty 2023-2024",
    "CNSS (agence)",
    "bénéficiaires",
    "Lqliaâ",
    "A&B <test>",
)
_NUMBERS = (
    "36\u202f597",
    "1,8",
    "412\u202f530",
    "13,6",
    "0",
    "2023",
    "−35",
    "+1\u202f350",
    "09.273.01.05",
    "18/09/2023",
)
_SHARES = ("35\u00a0%", "\u206635\u00a0%\u2069", "9,4\u00a0%", "\u2066100\u00a0%\u2069", "0,1\u00a0%")
_BRACKETS = (("(", ")"), ("[", "]"), ("«", "»"), ("« ", " »"), ("\u2068", "\u2069"), ("", ""))
_BETWEEN = (" ", "، ", ": ", " - ", " / ", "؛ ", ", ", "\u00a0; ")


def strings(many: int = 500) -> list[str]:
    """So many strings, all different, deterministic; none begins or ends with a space."""
    drawn = random.Random(_SEED)
    found: dict[str, None] = {}
    while len(found) < many:
        parts = []
        for _ in range(drawn.randint(2, 6)):
            part = drawn.choice(drawn.choice((_ARABIC, _ARABIC, _LATIN, _NUMBERS, _SHARES)))
            first, last = drawn.choice(_BRACKETS) if drawn.random() < 0.4 else ("", "")
            parts.append(first + part + last)
        text = parts[0]
        for part in parts[1:]:
            text += drawn.choice(_BETWEEN) + part
        found[text.strip()] = None
    return list(found)
