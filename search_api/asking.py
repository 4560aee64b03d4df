"""What is left of a question that is asked in a sentence: 「従業員の賃上げをしたいが使える助成金はあるか」 asks for
従業員, 賃上げ and 助成金. Only whole sentences are cut; words typed side by side stay as they are.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from indexer.normalise.areas import named_places
from indexer.normalise.readings import Morpheme, morphemes
from indexer.normalise.text import fold
from indexer.vocab import labels
from search_api.spelling import known, subjects

_GRAMMAR = frozenset({"助詞", "助動詞", "代名詞", "感動詞", "副詞", "接続詞", "連体詞"})
_VERBS = frozenset({
    "ある", "する", "したい", "使う", "使える", "使用", "できる", "出来る", "始める", "変える", "替える",
    "換える", "探す", "知る", "教える", "貰う", "もらう", "もらえる", "受ける", "受けられる", "出る", "いる",
    "居る", "なる", "くれる", "下さる", "くださる", "困る", "行う", "良い", "よい", "いい", "欲しい", "ほしい",
    "無い", "ない", "付ける", "つける", "入れる", "したがる", "進める", "すすめる", "考える", "済む", "思う",
    "言う",
})  # fmt: skip
_NOUNS = frozenset({"次回", "一覧", "おすすめ", "オススメ", "お勧め", "今年度", "まとめ", "検索", "募集情報"})
_SIGNS = frozenset("？?。、！!")
_KATAKANA_LONG = re.compile("[ァ-ヴ]ー")
"""In hiragana it is a word typed by its sound (そーらーぱねる)."""


_COMMON = frozenset({
    "地域", "環境", "締切", "自治体", "サービス", "製品", "社員", "支援", "制度", "事業", "企業", "中小企業",
    "会社", "申請", "方法", "対象", "導入", "設備", "促進", "推進", "活用", "利用", "費用", "経費", "募集",
    "公募", "事業者", "小規模事業者",
})  # fmt: skip


_YEARS = re.compile(r"(?:令和|R)?[0-9元]{1,4}年?度?|第[0-9一二三四五六七八九十]+[回次期弾]")


def common(word: str) -> bool:
    """Does it stand in texts about anything, or name only a kind of support?"""
    return word in _COMMON or word in _kinds()


def weighed(words: Sequence[str], found: Mapping[str, int]) -> list[str]:
    """The most telling words first: those found at all, before those only kinds of support or what stands in every
    text; of them words of the vocabulary, and the rarer ones. `found` counts programmes by word.

    >>> weighed(["補助金", "漁業", "燃油"], {"補助金": 900, "漁業": 12, "燃油": 0})
    ['漁業', '補助金', '燃油']
    """

    def weight(word: str) -> tuple[bool, bool, bool, int]:
        count = found.get(word, 0)
        return (not count, common(word), not known(word), count)

    return sorted(words, key=weight)


def telling(title: str, most: int = 3) -> list[str]:
    """What a programme is about, in words of its title: those of the vocabulary, else the longest nouns.

    >>> telling("令和8年度 福岡市中小企業太陽光発電設備・LED照明導入補助金"), telling("伝統の醤油を醸す事業")
    (['太陽光発電', 'LED照明'], ['伝統', '醤油'])
    """
    bare = _YEARS.sub(" ", fold(title))
    for start, end, _ in reversed(named_places(bare)):
        bare = bare[:start] + " " + bare[end:]
    found = [word for word in subjects(bare) if not common(word)]
    if not found:
        nouns = (each.surface for each in morphemes(bare) if each.kind == "名詞" and len(each.surface) > 1)
        found = [each for each in dict.fromkeys(nouns) if not common(each)]
    return found[:most]


@cache
def _kinds() -> frozenset[str]:
    return frozenset(word for each in labels.labels("kind").values() for word in (each.name, *each.synonyms))


def asked(q: str) -> str:
    """
    >>> asked("従業員の賃上げをしたいが使える助成金はあるか"), asked("ものづくり補助金 次回"), asked("見える化")
    ('従業員 賃上げ 助成金', 'ものづくり補助金', '見える化')
    """
    found = " ".join(filter(None, (_part(part) for part in q.split())))
    return found or " ".join(q.split())


def _part(part: str) -> str:
    if part in _NOUNS:
        return ""
    pieces = morphemes(part)
    # A name may have の in it (みどりの食料). Who types no Han character types by the sound, or one word: there is no
    # grammar to be seen.
    joints = [each.surface for each in pieces if _asks(each)]
    if known(part) or not set(joints) - {"の"} or not _is_sentence(part, pieces):
        return part
    words, open_ = [""], False
    for each in pieces:
        if _asks(each):
            open_ = False
            continue
        if not open_:
            words.append("")
        words[-1] += each.surface
        open_ = True
    return " ".join(filter(None, words))


def _asks(piece: Morpheme) -> bool:
    """Does it only ask, or join?"""
    return piece.kind in _GRAMMAR or piece.lemma in _VERBS or all(char in _SIGNS for char in piece.surface)


def _is_sentence(part: str, pieces: list[Morpheme]) -> bool:
    if all(map(_asks, pieces)) or _KATAKANA_LONG.search(part):
        return True
    return any("一" <= char <= "鿿" or char.isascii() for char in part)
