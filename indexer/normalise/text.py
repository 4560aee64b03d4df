"""Characters: full-width and half-width, compatibility forms, HTML to plain text."""

import re
import sys
import unicodedata

from bs4 import BeautifulSoup


def _one_to_one() -> dict[int, str]:
    table = {}
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char)
        if folded != char and len(folded) == 1:
            table[code] = folded
    # Han digits stay; the ideographic zero is read as one by the grammars. NFKC maps ～ (FF5E) to ~ but leaves
    # 〜 (301C): both stay apart here, because range signs are the grammar's business.
    table.pop(0xFF5E, None)
    return table


_FOLD = _one_to_one()


def fold(text: str) -> str:
    """NFKC for every character that stays one character, so that positions in the result are positions in the text.

    >>> fold("令和８年⾼校（ＥＶ）")
    '令和8年高校(EV)'
    >>> fold("㋿８年〜９年～")
    '㋿8年〜9年～'
    """
    return text.translate(_FOLD)


_BLOCKS = {
    "address", "article", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_CELLS = {"td", "th"}
_SILENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "head"}
_TAG = re.compile(r"<[a-zA-Z!/][^>]*>")


def plain(text: str) -> str:
    """Plain text of HTML (or of text that is plain already): a line a block, no empty lines twice, ends trimmed.

    >>> plain("<p>受付期間：<b>4月1日</b>から</p><p>上限<br>100万円</p>")
    '受付期間：4月1日から\\n上限\\n100万円'
    """
    if not _TAG.search(text):
        pieces = [text]
    else:
        pieces = []
        _walk(BeautifulSoup(text, "lxml"), pieces)
    lines = (re.sub(r"[ \t\u00a0\u200b\ufeff]+", " ", line).strip() for line in "".join(pieces).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _walk(node: object, pieces: list[str]) -> None:
    from bs4.element import CData, NavigableString, PreformattedString, Tag

    if isinstance(node, Tag):
        if node.name in _SILENT:
            return
        for child in node.children:
            _walk(child, pieces)
        if node.name in _BLOCKS:
            pieces.append("\n")
        elif node.name in _CELLS:
            pieces.append(" ")
    elif isinstance(node, NavigableString) and (isinstance(node, CData) or not isinstance(node, PreformattedString)):
        pieces.append(str(node).replace("\n", " "))
