"""A title in its parts: the source's word for the kind, the matter, who stands behind the colon, closing remarks."""

import re
from dataclasses import dataclass

from indexer.normalise.text import fold
from indexer.normalise.themes.lexicon import lexicon


@dataclass(frozen=True)
class Title:
    """A folded title without the issuer: `start` is where `text` begins in it, `main` is it without closing remarks.

    `source_word` is the source's word before the colon or in 【】, `issuer` who stands behind the last colon, `company`
    the issuer that is a company, or the title that is a company's name and nothing else; all as in the raw title.
    `portrait`: the issuer stands there with its place, or is a person (氏). `part` is where the part of a
    budget line begins, else 0.
    """

    text: str
    start: int
    main: str
    source_word: str
    issuer: str
    company: str
    portrait: bool = False
    part: int = 0


_HEAD = re.compile(r"\s*【([^】]{1,30})】\s*")
_ISSUER = re.compile(r"(?:[都道府県市区町村省庁局部課室会社]|センター|機構|財団|公庫|協会)$")
_PREFIX = re.compile(r"\s*([^「」：:]{1,14}?)\s*[：:]\s*(?=\S)")
_BY = re.compile(
    r"\s*[：:]\s*([^：:「」]{1,45}?(?:[都道府県市区町村省庁局会社団行]|機構|公庫|金庫|組合|センター|本部|事務所|など|期"
    r"|[A-Z]{3,}|[一-龥]氏|[)）]))\s*$"
)
# 「… - 支援の窓口 - 青山県公式ホームページ」「… | 青山ネット」
_SITE = re.compile(
    r"(?:\s[-–—]\s|\s*[|/]\s*)[^|/]{0,40}(?:ホームページ|公式サイト|Webサイト|ウェブサイト|県庁|市役所|ネット)\s*$"
    r"|(?:\s[-–—]|\s*\|)\s[^|/\s]{1,6}[都道府県市区町村]\s*$"
)
_PORTRAIT = re.compile(r"[(][^()]{2,3}[都道府県][^()]{1,12}[)]$|[一-龥]氏$")
_PART = re.compile(r"[(]うち|事業費?(?:補助金)?[)]?のうち")
_COMPANY = re.compile("株式会社|有限会社|合同会社")
_COMPANY_ALONE = re.compile("(?:株式会社|有限会社|合同会社).{1,20}|.{1,20}(?:株式会社|有限会社|合同会社)")
_END = re.compile(r"(?:\s*[(（［\[【＜<][^()（）］\]】＞>]*[)）］\]】＞>]|[」』。!！\s])+$")


def parts(title: str) -> Title:
    text, start, end, word = fold(title), 0, len(title), ""
    kinds = lexicon().kind_of_source
    if (head := _HEAD.match(text)) and (head[1] in kinds or _ISSUER.search(head[1])):
        word, start = title[head.start(1) : head.end(1)] if head[1] in kinds else "", head.end()
    if (prefix := _PREFIX.match(text, start)) and (prefix[1] in kinds or prefix[1] == "支援情報"):
        word, start = title[prefix.start(1) : prefix.end(1)], prefix.end()
    if site := _SITE.search(text, start):
        end = site.start()
    issuer = ""
    if by := _BY.search(text[:end], start):
        issuer, end = title[by.start(1) : by.end(1)], by.start()
    main = text[start:end]
    company = issuer if _COMPANY.search(issuer) else title[start:end] if _COMPANY_ALONE.fullmatch(main) else ""
    part = _PART.search(main)
    return Title(
        text=main,
        start=start,
        main=_END.sub("", main),
        source_word=word,
        issuer=issuer,
        company=company,
        portrait=bool(_PORTRAIT.search(fold(issuer))),
        part=part.end() if part else 0,
    )
