"""Pinyin of names: fast readings of Chinese characters with surnames and polyphones right.

pypinyin's dictionaries are read once, on first use (about half a second); its own segmenter does
50,000 names a second, the tables built here several times that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm_site.lib.text.folding import IDEOGRAPHS

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_RUN = re.compile(f"[{IDEOGRAPHS}]+")
_LONGEST_PERSON = 4

# Characters read differently as a surname than in common words.
_SURNAMES = {
    "单": "shan4", "單": "shan4", "曾": "zeng1", "仇": "qiu2", "朴": "piao2",
    "解": "xie4", "查": "zha1", "盖": "ge3", "区": "ou1", "區": "ou1", "翟": "zhai2",
    "冼": "xian3", "召": "shao4", "缪": "miao4", "繆": "miao4", "覃": "qin2", "宓": "mi4",
    "逄": "pang2", "车": "che1", "車": "che1", "那": "na1", "谌": "chen2", "諶": "chen2",
    "盛": "sheng4", "石": "shi2", "沈": "shen3", "薄": "bo2", "柏": "bai3", "都": "du1",
    "贾": "jia3", "賈": "jia3", "尉": "wei4", "俞": "yu2", "郇": "xun2", "隗": "wei3",
    "葛": "ge3", "任": "ren2", "华": "hua4", "燕": "yan1", "宁": "ning4", "应": "ying1",
    "万": "wan4", "呙": "guo1", "佴": "nai4", "贠": "yun4", "牟": "mu4", "卜": "bu3",
    "褚": "chu3", "臧": "zang1", "晁": "chao2", "阚": "kan4", "幺": "yao1",
}  # fmt: skip
_COMPOUND_SURNAMES = {
    "尉迟": ("yu4", "chi2"), "万俟": ("mo4", "qi2"), "单于": ("chan2", "yu2"), "长孙": ("zhang3", "sun1"),
    "澹台": ("tan2", "tai2"), "宰父": ("zai3", "fu3"), "鲜于": ("xian1", "yu2"), "令狐": ("ling2", "hu2"),
    "皇甫": ("huang2", "fu3"), "濮阳": ("pu2", "yang2"), "淳于": ("chun2", "yu2"), "呼延": ("hu1", "yan2"),
    "尉遲": ("yu4", "chi2"), "單于": ("chan2", "yu2"), "長孫": ("zhang3", "sun1"), "澹臺": ("tan2", "tai2"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Readings:
    """Default reading of each character, and the phrases whose reading differs from it."""

    characters: dict[str, str]
    phrases: dict[str, tuple[str, ...]]
    longest: dict[str, int]


def _numbered(syllable: str) -> str:
    """Turn ``lǜ`` into ``lv4``; the neutral tone is 5."""
    tone = "5"
    letters: list[str] = []
    for sign in unicodedata.normalize("NFD", syllable):
        if sign in _TONES:
            tone = _TONES[sign]
        elif sign == "\u0308":
            letters[-1] = "v"
        elif sign.isascii():
            letters.append(sign)
    return "".join(letters) + tone


@lru_cache(maxsize=1)
def _readings() -> _Readings:
    from pypinyin.phrases_dict import phrases_dict  # imported here: web pages rarely need 20 MB of phrases
    from pypinyin.pinyin_dict import pinyin_dict

    numbered = lru_cache(maxsize=None)(_numbered)
    characters = {chr(code): numbered(sounds.split(",", 1)[0]) for code, sounds in pinyin_dict.items()}
    phrases: dict[str, tuple[str, ...]] = {}
    longest: dict[str, int] = {}
    for phrase, sounds in phrases_dict.items():
        reading = tuple(numbered(sound[0]) for sound in sounds)
        if len(reading) != len(phrase) or all(
            characters.get(sign, "")[:-1] == syllable[:-1] for sign, syllable in zip(phrase, reading, strict=True)
        ):
            continue
        phrases[phrase] = reading
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    return _Readings(characters, phrases, longest)


def _common_reading(run: str) -> list[str]:
    """Read by characters, and by the longest known phrase where its reading differs."""
    known = _readings()
    syllables = [known.characters.get(sign, sign) for sign in run]
    at, end = 0, len(run)
    while at < end:
        for length in range(min(known.longest.get(run[at], 0), end - at), 1, -1):
            phrase = known.phrases.get(run[at : at + length])
            if phrase:
                syllables[at : at + length] = phrase
                at += length - 1
                break
        at += 1
    return syllables


def _surname_reading(run: str, syllables: Sequence[str]) -> list[str]:
    compound = _COMPOUND_SURNAMES.get(run[:2])
    if compound and len(run) > len(compound):
        return [*compound, *syllables[2:]]
    if run[0] not in _SURNAMES:
        return list(syllables)
    # The given name is read on its own, or a phrase across the border would win (重庆 in 重庆生).
    return [_SURNAMES[run[0]], *_common_reading(run[1:])]


@lru_cache(maxsize=65536)
def readings(run: str) -> tuple[tuple[str, ...], ...]:
    """Return the readings of a run of Chinese characters, likeliest first, as syllables with tone digits.

    A run of two to four characters may be a person's name, so its surname reading comes first: 单伟 is
    ``shan4 wei3``, and ``dan1 wei3`` second. A character unknown to the dictionary stands for itself.
    """
    common = tuple(_common_reading(run))
    if not 2 <= len(run) <= _LONGEST_PERSON:
        return (common,)
    surname = tuple(_surname_reading(run, common))
    return (common,) if surname == common else (surname, common)


def chinese_runs(text: str) -> list[str]:
    """Return the unbroken runs of Chinese characters in a text."""
    return _RUN.findall(text)
