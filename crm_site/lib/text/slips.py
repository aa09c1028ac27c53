"""Slips of the finger: words that are one letter more, less, other or swapped apart."""

from __future__ import annotations

# Shorter words have too many neighbours to be told apart.
SHORTEST = 5
_LONG, _LONG_END = 9, 3


def is_near(typed: str, word: str) -> bool:
    """Tell whether the word, or its beginning, is what was typed but for one slip; the first letter must be right.

    A slip is one letter more, one less, another one, or two neighbours swapped.
    """
    if len(typed) < SHORTEST or typed[:1] != word[:1]:
        return False
    return any(_is_one_slip(typed, word[:length]) for length in range(len(typed) - 1, len(typed) + 2))


def _is_one_slip(one: str, other: str) -> bool:
    if one == other:
        return True
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    left, right = one[same:], other[same:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) >= 2)
    )


def near_expression(typed: str) -> str:
    """Return a regular expression that every search text with a near whole word matches; empty for short words.

    Wherever the slip is, the letters before and after it stand as typed, which is what a trigram index goes by; what
    is found beyond that, `is_near` sorts out. A slip at the end of a long word is left out: its beginning alone may
    have been met too often, and has been found already while it was typed.
    """
    if len(typed) < SHORTEST or not typed.isalnum():
        return ""
    last = len(typed) - (_LONG_END if len(typed) > _LONG else 1)
    cases = [f"{typed[:place]}[^ ]{{1,3}}{typed[place + 2 :]}" for place in range(1, last)]
    return f" ({'|'.join(cases)}) "
