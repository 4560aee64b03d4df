"""What people type by its sound: kana, romaji and the wrong character of the same sound become the word they mean.

Only words of the vocabulary (labels and synonyms) are put in, and only for what is no word of it itself. A sound that
several words share, which are no synonyms (きぎょう), is left as it is.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache

from indexer.normalise.readings import Unit, reading, sound, units
from indexer.normalise.text import fold
from indexer.vocab import labels

_HALF_WIDTH = re.compile(r"[\uff66-\uff9f]")
_LOOKALIKE = re.compile("(?<=[ァ-ヶー])[へべぺ](?=[ァ-ヶー])")
"""Hiragana between katakana that looks the same there: ホームぺージ."""
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
    if _HALF_WIDTH.search(q):
        q = unicodedata.normalize("NFKC", q)
    q = _LOOKALIKE.sub(lambda kana: chr(ord(kana[0]) + ord("ァ") - ord("ぁ")), q)
    parts = q.split()
    found = [_part(part) for part in parts]
    if not all(map(known, found)) and all(unit.kana_only for part in parts for unit in units(part)):
        # denki jidousha is one word in two.
        together = _part("".join(parts))
        if known(together):
            return together
    return " ".join(found)


def corrected(q: str) -> str:
    """Without what many type otherwise than it is written, and no sound tells.

    >>> corrected("継続化補助金"), corrected("物づくり補助金"), corrected("果物づくり")
    ('持続化補助金', 'ものづくり補助金', '果物づくり')
    """
    return _misspelt().sub(lambda found: labels.spellings()[found[0]], q)


@cache
def _misspelt() -> re.Pattern[str]:
    words = sorted(map(re.escape, labels.spellings()), key=len, reverse=True)
    # 植物作り is none: in front stands no other Han character.
    return re.compile(f"(?<![一-鿿])(?:{'|'.join(words)})")


def known(word: str) -> bool:
    """Is it a word of the vocabulary?

    >>> known("太陽光"), known("太陽高")
    (True, False)
    """
    return word.lower() in _known_words()


def subjects(text: str) -> list[str]:
    """The words of the vocabulary that stand in a text, the longest where they overlap.

    >>> subjects("太陽光発電設備と蓄電池")
    ['太陽光発電', '設備', '蓄電池']
    """
    return list(dict.fromkeys(match[0] for match in _any_word().finditer(text)))


@cache
def _any_word() -> re.Pattern[str]:
    words = sorted((re.escape(each) for each in _vocabulary() if len(each) > 1), key=len, reverse=True)
    # A Latin word counts only alone: the EV in EVENT is none.
    alone = (rf"(?<![A-Za-z]){each}(?![A-Za-z])" if each.isascii() else each for each in words)
    return re.compile("|".join(alone), re.IGNORECASE)


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
    words.update(dict.fromkeys(each.name for each in labels.schemes()))
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
    for scheme in labels.schemes():
        found[reading(scheme.kana)] = [scheme.name]
    for word in labels.homophones():
        # A rival that is never put in, as it is no synonym of the others.
        found[sound("".join(each.kana for each in units(word)))].append(word)
    near = labels.synonyms()
    rivals = set(labels.homophones())
    return {
        said: words[0]
        for said, words in found.items()
        if words[0] not in rivals and all(each in near.get(words[0], ()) for each in words[1:])
    }
