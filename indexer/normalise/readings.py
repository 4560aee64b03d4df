"""How Japanese is read: what one types in kana, in romaji or with a wrong character of the same sound is found by it.

Readings are Sudachi's (small dictionary). They are compared without what people hear and spell differently: long
vowels and small pauses. 太陽光, たいようこう, taiyoukou, taiyoko and the slip 太陽高 all read タイヨコ.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import jaconv
from sudachipy import Dictionary, SplitMode, Tokenizer

from indexer.normalise.text import fold

_LONG = re.compile(
    r"ー|(?<=[オコソトノホモヨロゴゾドボポョォ])[ウオ]|(?<=[ウクスツヌフムユルグズブプュ])ウ|(?<=[エケセテネヘメレゲゼデベペ])[イエ]"
)
_SOUND = str.maketrans("ヂヅヲッァィゥェォャュョヮ", "ジズオツアイウエオヤユヨワ")
_KATAKANA = re.compile(r"[ァ-ヴー]+")
_MORA = re.compile(r"[ァ-ヴー][ァィゥェォャュョー]*")
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmrwyjf]|sh|ch|ts|[kgnhbpmrsjtz]y)?[aiueo]|n(?![aiueoy])|([kstpcg])(?=\1)|t(?=ch)|(?<=[aiueo])-)+"
)
_SHORTEST_ROMAJI = 4
_TOGETHER = 4
_PREFIXES = frozenset("省再脱低新非超無未")

_tokenizers = threading.local()
_opening = threading.Lock()


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of what was typed, and its reading in katakana. `kana_only`: it was typed in kana or romaji."""

    surface: str
    kana: str
    kana_only: bool = False


def reading(text: str) -> str:
    """The text's sounds, words apart; empty where it has none.

    >>> reading("太陽高"), reading("taiyoukou"), reading("たいようこう"), reading("補助禁"), reading("LED照明")
    ('タイヨコ', 'タイヨコ', 'タイヨコ', 'ホジヨキン', 'エルイデ シヨメ')
    """
    words: list[str] = []
    for part in text.split():
        pieces = units(part)
        if pieces and pieces[0].kana_only:
            words.append("".join(each.kana for each in pieces))
        else:
            words += _joined(pieces)
    return " ".join(filter(None, map(sound, words)))


def yomi(text: str) -> str:
    """What a text is found by that is typed by its sound: its words, and two to four that stand side by side as one.

    In Latin letters, which an engine that reads Japanese leaves whole: it would cut ケンコウ into ケン and コウ.

    >>> yomi("空き店舗活用")
    'aki tenpo katsuyo akitenpo tenpokatsuyo akitenpokatsuyo'
    """
    words = latin(reading(text)).split()
    joined = ("".join(words[at : at + length]) for length in range(1, _TOGETHER + 1) for at in range(len(words)))
    return " ".join(dict.fromkeys(joined))


def latin(sounds: str) -> str:
    """A reading as it stands in `yomi`.

    >>> latin(reading("健康"))
    'kenko'
    """
    return str(jaconv.kata2alphabet(sounds))


def all_kana(text: str) -> bool:
    """Is it typed in kana or romaji alone?

    >>> all_kana("しょうえね hojokin"), all_kana("省エネ")
    (True, False)
    """
    return all(each.kana_only for part in text.split() for each in units(part))


def units(part: str) -> list[Unit]:
    """A text without blanks in its smallest pieces: characters of kana and romaji, else the dictionary's words.

    Pieces without a reading (signs, numbers) have no kana; empty where nothing can be read.
    """
    same = _lower(fold(part))
    romaji = bool(len(same) >= _SHORTEST_ROMAJI and _ROMAJI.fullmatch(same))
    kana = jaconv.alphabet2kata(same.replace("-", "ー")) if romaji else jaconv.hira2kata(same)
    if _KATAKANA.fullmatch(kana):
        typed = kana if romaji else part
        return [Unit(typed[each.start() : each.end()], each[0], kana_only=True) for each in _MORA.finditer(kana)]
    return _read(same, part)


def _lower(text: str) -> str:
    """In lower case where that keeps positions."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


@dataclass(frozen=True, slots=True)
class Morpheme:
    """A word of a sentence: as it stands there, its dictionary form, and its part of speech (名詞, 助詞 …)."""

    surface: str
    lemma: str
    kind: str


def morphemes(text: str) -> list[Morpheme]:
    """
    >>> [each.lemma for each in morphemes("使える助成金")]
    ['使える', '助成', '金']
    """
    return [
        Morpheme(each.surface(), each.dictionary_form(), each.part_of_speech()[0])
        for each in _tokenizer().tokenize(text)
    ]


def _tokenizer() -> Tokenizer:
    """One for each thread: a tokenizer keeps what it works on. The dictionary, a hundred megabytes, is there once."""
    if not hasattr(_tokenizers, "own"):
        with _opening:
            _tokenizers.own = _dictionary().tokenizer(mode=SplitMode.C)
    own: Tokenizer = _tokenizers.own
    return own


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


def _read(text: str, typed: str) -> list[Unit]:
    found = []
    for each in _tokenizer().tokenize(text):
        kinds, kana = each.part_of_speech(), each.reading_form()
        silent = (
            kinds[1] == "数詞"
            or kinds[0] in ("補助記号", "空白", "助詞", "助動詞", "記号")
            or not _KATAKANA.fullmatch(kana)
        )
        found.append(Unit(typed[each.begin() : each.end()], "" if silent else kana))
    return found


def _joined(pieces: list[Unit]) -> Iterator[str]:
    """Readings of words: single characters are put to what they belong to, as people write no gaps (補助 + 金)."""
    word, open_ = "", False
    for each in pieces:
        first = each.surface in _PREFIXES
        single = len(each.surface) == 1
        if word and (not each.kana or first or not (single or open_)):
            yield word
            word = ""
        word += each.kana
        open_ = single and word == each.kana
    if word:
        yield word


def sound(kana: str) -> str:
    """Katakana without what is heard alike and written differently: long vowels, small kana, ヂ and ヅ."""
    return _LONG.sub("", kana.translate(_SOUND)) if len(kana) > 1 else kana
