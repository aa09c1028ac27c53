"""The words of a text that tell what it is about: folded Latin words, and pairs of Chinese characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crm_site.lib.text import fold
from crm_site.lib.text.romanising import chinese_runs

SHORTEST, LONGEST, PAIR = 3, 40, 2
_WORD = re.compile(r"[a-z][a-z0-9'-]*[a-z0-9]")
# Words that stand in every text, whatever it is about. German umlauts are folded.
_STOP_WORDS = """
    a about after again all also always an and any are as at be because been before being but by can could did do does
    don't each every few for from get gets give had has have having he her here his how if in into is it its just like
    many may me more most much must my need needs never no nor not now of off on once only or other our out over own
    please same shall she should since so some still such than that the their them then there these they this those
    through to too under until up us very want wants was we were what when where which while who why will with without
    would yet you your
    aber alle als also am an auch auf aus bei beim bin bis bitte brauchen braucht da damit dann das dass dem den denn
    der des die dies diese dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas fur gegen gibt
    haben hat hatte hatten ich ihr ihre im immer in ins ist ja jede jeder jetzt kann kein keine konnen konnte man mehr
    mit mochte mochten muss mussen nach nicht noch nur ob oder ohne schon sehr sein seine seit sich sie sind so soll
    sollte sollten uber um und uns unser unsere unter vom von vor war waren warum was wenn wer werden wie wieder wir
    wird wollen wunschen wurde zu zum zur zwischen
"""
_STOP_PAIRS = """
    我们 你们 他们 希望 需要 可以 能够 能不 不能 是否 请问 一个 一些 这个 那个 这些 没有 目前 现在 应该 如果 因为 所以
    但是 而且 以及 还是 就是 已经 比较 非常 什么 怎么 怎样 如何 进行 提供 支持 方面 问题 要求 客户
    们希 们需 望能 够提 以提 要能
"""
STOP_WORDS, STOP_PAIRS = frozenset(_STOP_WORDS.split()), frozenset(_STOP_PAIRS.split())


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text, repeated ones as often as they stand there."""
    folded = fold(text)
    for word in _WORD.findall(folded):
        if SHORTEST <= len(word) <= LONGEST and word not in STOP_WORDS:
            yield word
    for run in chinese_runs(folded):
        for at in range(len(run) - 1):
            pair = run[at : at + PAIR]
            if pair not in STOP_PAIRS:
                yield pair


def told(terms: list[str], most: int) -> str:
    """Return a name made of terms, the weightiest first; of pairs of Chinese characters that overlap one is enough."""
    chosen: list[str] = []
    for term in terms:
        if not any(_overlap(term, known) for known in chosen):
            chosen.append(term)
    return " · ".join(chosen[:most])


def _overlap(one: str, other: str) -> bool:
    return bool(chinese_runs(one) and chinese_runs(other)) and (one[0] == other[-1] or one[-1] == other[0])
