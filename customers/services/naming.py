"""Splitting full names by the culture they are written in."""

from __future__ import annotations

import re
import unicodedata

from crm_site.lib.text import fold
from crm_site.lib.text.folding import IDEOGRAPHS

_CHINESE = re.compile(f"[{IDEOGRAPHS}]{{2,6}}")
_HANGUL = re.compile("[\uac00-\ud7a3]{2,4}")
_EAST_ASIAN_WORD = re.compile(f"[{IDEOGRAPHS}\u3041-\u30ff\u3005]+|[\uac00-\ud7a3]+")
_COMPOUND = frozenset(
    [
        "欧阳",
        "歐陽",
        "太史",
        "端木",
        "上官",
        "司马",
        "司馬",
        "东方",
        "東方",
        "独孤",
        "獨孤",
        "南宫",
        "南宮",
        "万俟",
        "萬俟",
        "闻人",
        "聞人",
        "夏侯",
        "诸葛",
        "諸葛",
        "尉迟",
        "尉遲",
        "公羊",
        "赫连",
        "赫連",
        "澹台",
        "澹臺",
        "皇甫",
        "宗政",
        "濮阳",
        "濮陽",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "公孫",
        "慕容",
        "仲孙",
        "仲孫",
        "钟离",
        "鍾離",
        "长孙",
        "長孫",
        "宇文",
        "司徒",
        "鲜于",
        "鮮于",
        "司空",
        "闾丘",
        "子车",
        "亓官",
        "司寇",
        "巫马",
        "公西",
        "颛孙",
        "壤驷",
        "公良",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "拓跋",
        "夹谷",
        "轩辕",
        "軒轅",
        "令狐",
        "段干",
        "百里",
        "呼延",
        "东郭",
        "東郭",
        "南门",
        "羊舌",
        "微生",
        "左丘",
        "东门",
        "西门",
        "西門",
        "南荣",
        "第五",
        "淳于",
        "单于",
        "單于",
        "哥舒",
        "完颜",
        "耶律",
        "纳兰",
        "納蘭",
        "叶赫",
        "爱新",
        "钮祜",
    ]
)
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "herr",
        "frau",
        "hr",
        "fr",
        "sr",
        "sra",
        "srta",
        "don",
        "dona",
        "mme",
        "mlle",
        "m",
        "sig",
        "dott",
        "ing",
        "dipl-ing",
        "sir",
        "dame",
    ]
)
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq", "cpa", "dds"])
_INITIAL = re.compile(r"[^\W\d_]\.?")
_LEGAL_FORM = re.compile(
    r"(?:\b(?:GmbH|gmbh|AG|KG|OHG|UG|SE|SA|SAS|SARL|SRL|S\.r\.l|SpA|S\.p\.A|SL|BV|B\.V|NV|N\.V|AB|AS|A/S|A\.S|Oy|ApS|KK|"
    r"A\.Ş|S\.A|S\.L|e\.V|eG)|& ?[Cc]o|\bCo\.|\b(?i:inc|incorporated|llc|llp|ltd|limited|plc|corp|corporation|company|"
    r"lda|ltda|pty|pte|bhd|group|holding|holdings|foundation|university|institute))\.?$"
)
_CHINESE_FIRM = re.compile(
    "(?:公司|集团|集團|企业|企業|大学|大學|学校|學校|银行|銀行|医院|醫院|研究院|研究所|事务所|事務所|中心|工厂|工廠|商店|酒店|協會|协会)$"
)


def looks_like_organisation(name: str) -> bool:
    """Tell whether a name ends as the names of companies and institutions do."""
    return _CHINESE_FIRM.search(name) is not None or _LEGAL_FORM.search(name) is not None


def split_full_name(name: str, email: str = "") -> tuple[str, str]:
    """Return given and family name; a mail address such as `mary.smith@` settles where the family name begins.

    One word alone is a given name. Empty texts mean that the name cannot be told apart.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name or looks_like_organisation(name):
        return "", ""
    for sign in ("·", "•", "・"):
        given, found, family = name.partition(sign)
        if found and _EAST_ASIAN_WORD.match(given):
            return given.strip(), family.strip()  # a transcribed name keeps its own order
    if _CHINESE.fullmatch(name):
        return _split_chinese(name)
    if _HANGUL.fullmatch(name):
        return name[1:], name[0]
    words = name.split()
    if len(words) == 2 and all(_EAST_ASIAN_WORD.fullmatch(word) for word in words):
        return words[1], words[0]
    return _split_western(name, email)


def _split_chinese(name: str) -> tuple[str, str]:
    family = name[:2] if len(name) > 2 and name[:2] in _COMPOUND else name[:1]
    return name[len(family) :], family


def _split_western(name: str, email: str) -> tuple[str, str]:
    family, comma, given = name.partition(",")
    if comma and fold(given).strip(" .") not in _SUFFIXES:
        return _bare(given), _bare(family)
    words = _bare(name.replace(",", " ")).split()
    if len(words) < 2:
        return " ".join(words), ""
    border = _border_by_email(words, email) or _border(words)
    return " ".join(words[:border]), " ".join(words[border:])


def _bare(name: str) -> str:
    """Return a name without titles before it and suffixes behind it."""
    words = name.split()
    while len(words) > 1 and fold(words[0]).strip(".") in _TITLES:
        words.pop(0)
    while len(words) > 1 and fold(words[-1]).strip(".").replace(".", "") in _SUFFIXES:
        words.pop()
    return " ".join(words)


def _border(words: list[str]) -> int:
    """Return where the family name begins: behind the first name and the initials that follow it."""
    border = 1
    while border < len(words) - 1 and _INITIAL.fullmatch(words[border]):
        border += 1
    return border


def _border_by_email(words: list[str], email: str) -> int:
    """Return where the family name begins by an address such as given.family@ or family.given@, or 0."""
    local = re.sub(r"\d+$", "", email.partition("@")[0])
    parts = [_letters(part) for part in re.split(r"[._]", local)]
    if len(parts) != 2 or not all(len(part) > 1 for part in parts):
        return 0
    for border in range(1, len(words)):
        family = _letters("".join(words[border:]))
        if family in parts or family == _letters(local):
            return border
    return 0


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))
