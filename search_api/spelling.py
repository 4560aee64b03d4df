"""What people type by its sound: kana, romaji and the wrong character of the same sound become the word they mean.

Only words of the vocabulary (labels and synonyms) are put in, and only for what is no word of it itself. A sound that
several words share, which are no synonyms (きぎょう), is left as it is.
"""

from collections import defaultdict
from functools import cache

from indexer.normalise.readings import Unit, sound, units
from indexer.normalise.text import fold
from indexer.vocab import labels

_FACETS = ("theme", "kind", "field", "industry")
_SHORTEST = 3
_SHORTEST_PART = 4
"""Kana of a word that stands alone, and of one that is part of what was typed."""
_MOST_PIECES = 24
"""More than any word of the vocabulary has, so that a long question is read as fast as a short one."""
_KANA_OF_A_LETTER = 2
_ENDINGS = frozenset("等課化部局性的者家用系型法権")
"""Characters that stand behind words of all kinds."""


def respelled(q: str) -> str:
    """
    >>> respelled("たいようこう"), respelled("taiyoukou hojokin"), respelled("補助禁"), respelled("ものづくり 補助金")
    ('太陽光', '太陽光 補助金', '補助金', 'ものづくり 補助金')
    """
    parts = q.split()
    found = [_part(part) for part in parts]
    if found == parts and len(parts) > 1 and all(unit.kana_only for part in parts for unit in units(part)):
        # denki jidousha is one word in two.
        joined = "".join(parts)
        together = _part(joined)
        return q if together == joined else together
    return " ".join(found)


def known(word: str) -> bool:
    """Is it a word of the vocabulary?

    >>> known("太陽光"), known("太陽高")
    (True, False)
    """
    return word.lower() in _known_words()


def _part(part: str) -> str:
    pieces = units(part)
    kana_only = bool(pieces) and all(each.kana_only for each in pieces)
    found: list[str] = []
    at = 0
    while at < len(pieces):
        end, word = _longest(pieces, at)
        if not word and kana_only:
            return part  # Half a name in Han and half in kana is worse than all in kana.
        found.append(word or pieces[at].surface)
        at = end
    return (" " if kana_only else "").join(found) if found else part


def _longest(pieces: list[Unit], at: int) -> tuple[int, str]:
    """The end of the longest word of the vocabulary from here, and the word; the next piece and "" where none is."""
    for end in range(min(len(pieces), at + _MOST_PIECES), at, -1):
        span = pieces[at:end]
        typed = "".join(each.surface for each in span)
        if known(typed):
            return end, typed
        # A Han word that the dictionary has as one is what was meant: 衣料 is no slip for 医療.
        if (len(span) == 1 and not span[0].kana_only) or not all(each.kana for each in span):
            continue
        kana = "".join(each.kana for each in span)
        if len(kana) >= (_SHORTEST if len(span) == len(pieces) else _SHORTEST_PART):
            word = _words().get(sound(kana))
            if word and word.isascii() and len(kana) < len(word) * _KANA_OF_A_LETTER:
                continue  # である is no DR, which is でぃーあーる.
            if word and (all(each.kana_only for each in span) or _slip(span, word)):
                return end, word
    return at + 1, ""


def _slip(span: list[Unit], word: str) -> bool:
    """Is the word typed with one wrong character, which stands alone in what was typed (太陽|高 for 太陽光)?

    Not 船等 for 銭湯, 省エネルギー課 for 省エネルギー化, nor 賞品開発 for 商品開発: these mean what they say.
    """
    typed = fold("".join(each.surface for each in span))
    if len(typed) != len(word) or sum(one != other for one, other in zip(typed, word, strict=True)) > 1:
        return False
    at = 0
    for each in span:
        if typed[at : at + len(each.surface)] != word[at : at + len(each.surface)]:
            return len(each.surface) == 1 and each.surface not in _ENDINGS
        at += len(each.surface)
    return True


@cache
def _vocabulary() -> dict[str, None]:
    words = dict.fromkeys(labels.synonyms())
    for facet in _FACETS:
        for each in labels.labels(facet).values():
            words.update(dict.fromkeys((each.name, *each.synonyms)))
    return words


@cache
def _known_words() -> frozenset[str]:
    return frozenset(each.lower() for each in _vocabulary())


@cache
def _words() -> dict[str, str]:
    """The word of each sound; none where words that are no synonyms share it."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in _vocabulary():
        pieces = units(word)
        kana = "".join(each.kana for each in pieces)
        # Jクレジット is not what クレジット is meant for.
        if len(kana) >= _SHORTEST and all(each.kana for each in pieces if each.surface.isalnum()):
            found[sound(kana)].append(word)
    near = labels.synonyms()
    return {
        said: words[0] for said, words in found.items() if all(each in near.get(words[0], []) for each in words[1:])
    }
