"""Words typed by their sound become the word that is meant, and only where it is sure."""

import pytest

from indexer.normalise.readings import reading
from search_api.spelling import respelled

MEANT = [
    ("たいようこう", "太陽光"),
    ("タイヨウコウ", "太陽光"),
    ("taiyoukou", "太陽光"),
    ("taiyoko", "太陽光"),
    ("hojokin", "補助金"),
    ("しょうえね ほじょきん", "省エネ 補助金"),
    ("たいようこうほじょきん", "太陽光 補助金"),
    ("denki jidousha", "電気自動車"),
    ("jigyoshokei", "事業承継"),
    ("ゆうし", "融資"),
    ("えるいーでぃー", "LED"),
    ("補助禁", "補助金"),
    ("捕助金", "補助金"),
    ("⼩規模事業者持続化補助⾦", "小規模事業者持続化補助金"),
    ("太陽高発電", "太陽光発電"),
    ("脱単素", "脱炭素"),
    ("蓄電知", "蓄電池"),
    ("カーボンニュトラル", "カーボンニュートラル"),
    ("ソーラ", "ソーラー"),
    # hiragana that looks like katakana between katakana, and the particle that does not stand there
    ("ホームぺージ制作", "ホームページ制作"),
    ("省エネへの投資", "省エネへの投資"),
]

AS_IT_IS = [
    "太陽光", "事業継承", "LED照明", "ev", "DX化", "led", "solar", "ものづくり", "まちづくり", "衣料", "医療", "人財",
    "ゼロエミッション船等", "制度を利用して", "省エネルギー課", "物価高等", "賞品開発", "融資保証", "医療福祉分野",
    "である", "クレジット", "じんざいいくせい", "しょうこうかいぎしょ", "令和8年度", "！？", "( )", "ー", "ん",
    "福岡市", "tokyo", "こ", "きぎょう", "こうぎょう",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), MEANT)
def test_a_word_of_the_same_sound(typed: str, meant: str) -> None:
    assert respelled(typed) == meant


@pytest.mark.parametrize("typed", AS_IT_IS)
def test_what_is_a_word_or_no_known_one_stays(typed: str) -> None:
    assert respelled(typed) == typed


def test_readings_agree_however_it_is_typed() -> None:
    assert len({reading(each) for each in ("商工会議所", "しょうこうかいぎしょ", "shoukoukaigisho")}) <= 2
    assert reading("展示会") == reading("tenjikai") == reading("てんじかい")
    assert reading("！？ 2026") == ""
