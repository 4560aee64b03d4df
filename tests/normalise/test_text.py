import pytest

from indexer.normalise.text import fold, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<script>alert(1)</script><p>本文</p>", "本文"),
        ("<table><tr><th>期間</th><td>4月1日</td></tr></table>", "期間 4月1日"),
        ("公募 < 3月 & 上限 > 5万円", "公募 < 3月 & 上限 > 5万円"),
        ("<p>一行目<br>二行目</p><p>&nbsp;</p>", "一行目\n二行目"),
    ],
)
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text


def test_fold_keeps_positions() -> None:
    text = "⾼⼯⾦ ㈱ ㍻ ｶﾞ ①　令和８年～〜"
    assert len(fold(text)) == len(text)
    assert fold("⾼⼯⾦") == "高工金"
