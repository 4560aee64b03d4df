"""List pages as municipalities and foundations build them: what is found on pages that nobody described."""

from typing import Any

import pytest

from crawlers.reading import Entry, decoded, next_page, read_list

URL = "https://www.city.kakuu.example/sangyo/hojo/index.html"
HERE = "https://www.city.kakuu.example/sangyo/hojo/"

NAV = """<div id="header"><h1><a href="/">架空市</a></h1><ul><li><a href="/kurashi/">くらし</a></li>
<li><a href="/kosodate/">子育て支援</a></li><li><a href="/sangyo/">産業・事業者向け情報</a></li></ul></div>
<p class="topicpath"><a href="/">トップ</a> &gt; <a href="/sangyo/">産業</a> &gt; 補助金</p>"""
FOOT = """<div id="footer"><ul><li><a href="/about/">このサイトについて</a></li>
<li><a href="/privacy/">個人情報の取扱い</a></li></ul><p>架空市役所</p></div>"""

Row = tuple[str, str, str]
"""Title, path below the list's folder, date as printed."""

CASES: dict[str, tuple[str, str, list[Row]]] = {
    "ul_with_dates": (
        "utf-8",
        NAV
        + """<main><h1>事業者向け補助金</h1><ul class="list">
        <li><span class="date">2026年8月20日</span><a href="shoene.html">中小企業省エネ設備更新補助金</a></li>
        <li><span class="date">2026年7月1日</span><a href="sogyo.html">創業支援事業補助金のご案内</a></li>
        <li><span class="date">2026年4月1日</span><a href="tenji.html">展示会出展費用の助成</a></li></ul></main>"""
        + FOOT,
        [
            ("中小企業省エネ設備更新補助金", "shoene.html", "2026年8月20日"),
            ("創業支援事業補助金のご案内", "sogyo.html", "2026年7月1日"),
            ("展示会出展費用の助成", "tenji.html", "2026年4月1日"),
        ],
    ),
    "table_of_calls_in_era_dates": (
        "utf-8",
        NAV
        + """<div id="main"><h2>公募一覧</h2><table><tr><th>開始日</th><th>締切日</th><th>公募名</th></tr>
        <tr><td>令和8年7月1日</td><td>令和8年8月31日</td><td><a href="/j/kobo/a.html">強い農業づくり総合支援交付金</a></td></tr>
        <tr><td>令和8年8月3日</td><td>令和8年9月11日</td><td><a href="/j/kobo/b.html">食品産業脱炭素化推進事業</a></td></tr>
        </table></div>"""
        + FOOT,
        [
            ("強い農業づくり総合支援交付金", "/j/kobo/a.html", ""),
            ("食品産業脱炭素化推進事業", "/j/kobo/b.html", ""),
        ],
    ),
    "dl_of_dates_and_links": (
        "cp932",
        NAV
        + """<div id="contents"><h1>新着情報</h1><dl><dt>令和8年8月18日</dt><dd><a href="r8/setsubi.html">設備投資促進補助金の募集を開始しました</a></dd>
        <dt>令和8年8月10日</dt><dd><a href="r8/kensyu.html">人材育成研修費補助金（第2回）</a></dd>
        <dt>令和8年8月3日</dt><dd><a href="r8/denki.html">電気自動車導入支援事業</a></dd></dl></div>"""
        + FOOT,
        [
            ("設備投資促進補助金の募集を開始しました", "r8/setsubi.html", "令和8年8月18日"),
            ("人材育成研修費補助金（第2回）", "r8/kensyu.html", "令和8年8月10日"),
            ("電気自動車導入支援事業", "r8/denki.html", "令和8年8月3日"),
        ],
    ),
    "cards": (
        "utf-8",
        NAV
        + """<main><div class="cards"><div class="card new"><a href="/p/101"><img src="1.png" alt=""><h3>GX推進補助金</h3>
        <p>温室効果ガスの削減に取り組む設備投資を支援します。</p><p>2026.08.01</p></a></div>
        <div class="card"><a href="/p/102"><img src="2.png" alt=""><h3>販路開拓助成金</h3><p>展示会などへの出展を助成します。</p>
        <p>2026.07.15</p></a></div></div></main>"""
        + FOOT,
        [("GX推進補助金", "/p/101", "2026.08.01"), ("販路開拓助成金", "/p/102", "2026.07.15")],
    ),
    "sections_with_a_list_each": (
        "utf-8",
        NAV
        + """<div id="tmp_contents"><h1>中小企業支援</h1><h2>補助金</h2><ul><li><a href="hojo/1.html">ものづくり補助金（市独自上乗せ）</a></li>
        <li><a href="hojo/2.html">商店街活性化事業補助金</a></li></ul><h2>融資</h2><ul><li><a href="yushi/1.html">小口資金融資制度</a></li>
        </ul><h2>相談</h2><ul><li><a href="sodan/1.html">経営相談窓口（中小企業診断士）</a></li></ul></div>"""
        + FOOT,
        [
            ("ものづくり補助金（市独自上乗せ）", "hojo/1.html", ""),
            ("商店街活性化事業補助金", "hojo/2.html", ""),
            ("小口資金融資制度", "yushi/1.html", ""),
            ("経営相談窓口（中小企業診断士）", "sodan/1.html", ""),
        ],
    ),
    "files_only_in_shift_jis": (
        "cp932",
        """<html><head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><title>補助金</title></head><body>"""
        + NAV
        + """<div id="honbun"><p>要綱は次のとおりです。</p><ul>
        <li><a href="youkou1.pdf">架空町省エネ家電買換促進補助金交付要綱（PDF：182KB）</a></li>
        <li><a href="youkou2.pdf">架空町店舗リフォーム補助金交付要綱（PDF形式：95キロバイト）</a></li></ul>
        <p><a href="https://get.adobe.com/jp/reader/">Adobe Readerのダウンロード</a></p></div></body></html>""",
        [
            ("架空町省エネ家電買換促進補助金交付要綱", "youkou1.pdf", ""),
            ("架空町店舗リフォーム補助金交付要綱", "youkou2.pdf", ""),
        ],
    ),
    "layout_by_tables_in_euc": (
        "euc_jp",
        """<HTML><HEAD><TITLE>架空村商工会</TITLE></HEAD><BODY><TABLE width=800><TR><TD width=150 valign=top>
        <A href="top.htm">トップ</A><BR><A href="gaiyou.htm">商工会の概要</A><BR><A href="link.htm">リンク集</A></TD>
        <TD><FONT size=4>お知らせ</FONT><TABLE border=1>
        <TR><TD>8.8.20<TD><A href="shien1.htm">小規模事業者持続化支援セミナー</A>
        <TR><TD>8.8.5<TD><A href="shien2.htm">記帳指導・税務相談会のお知らせ</A>
        <TR><TD>8.7.22<TD><A href="shien3.htm">村内事業者応援給付金</A></TABLE></TABLE></BODY></HTML>""",
        [
            ("小規模事業者持続化支援セミナー", "shien1.htm", ""),
            ("記帳指導・税務相談会のお知らせ", "shien2.htm", ""),
            ("村内事業者応援給付金", "shien3.htm", ""),
        ],
    ),
    "table_by_field_and_state": (
        "utf-8",
        NAV
        + """<main><h2>2026年度</h2><table class="tbl"><thead><tr><th>公募名</th><th>公募</th><th>決定</th><th>状況</th></tr></thead>
        <tbody><tr><td><a href="/koubo/CA2_100001.html">水素社会構築技術開発事業</a></td><td>2026年 8月 3日</td><td></td><td>公募中</td></tr>
        <tr><td><a href="/koubo/CA2_100002.html">省エネルギー技術開発支援</a></td><td>2026年 2月 3日</td><td>2026年 6月 1日</td><td>終了</td></tr>
        </tbody></table></main>"""
        + FOOT,
        [
            ("水素社会構築技術開発事業", "/koubo/CA2_100001.html", ""),
            ("省エネルギー技術開発支援", "/koubo/CA2_100002.html", ""),
        ],
    ),
    "links_between_line_breaks": (
        "cp932",
        NAV
        + """<div class="main"><p>・<a href="a.html">勤労者住宅資金利子補給制度</a><br>・<a href="b.html">中小企業退職金共済掛金補助</a><br>
        ・<a href="c.html">先端設備等導入計画の認定</a></p></div>"""
        + FOOT,
        [
            ("勤労者住宅資金利子補給制度", "a.html", ""),
            ("中小企業退職金共済掛金補助", "b.html", ""),
            ("先端設備等導入計画の認定", "c.html", ""),
        ],
    ),
    "nothing_is_closed": (
        "utf-8",
        """<html><body><div id=nav><ul><li><a href=/>ホーム</a><li><a href=/a/>観光のご案内</a></ul></div>
        <div id=main><h2>支援メニュー<ul><li><a href=s1.html>新製品開発支援助成金<li><a href=s2.html>知的財産出願費用補助<li>
        <a href=s3.html>海外展開支援事業</ul></div>""",
        [
            ("新製品開発支援助成金", "s1.html", ""),
            ("知的財産出願費用補助", "s2.html", ""),
            ("海外展開支援事業", "s3.html", ""),
        ],
    ),
    "longer_menu_than_list": (
        "utf-8",
        """<body><div class="side"><ul class="menu">"""
        + "".join(f'<li><a href="/menu/{n}.html">市政情報の第{n}分野のページ</a></li>' for n in range(12))
        + """</ul></div><div class="body"><h1>事業者支援</h1><ul class="links"><li><a href="x.html">太陽光発電設備設置費補助金</a></li>
        <li><a href="y.html">ZEB化支援事業</a></li><li><a href="z.html">省エネ診断の受診費用助成</a></li></ul></div></body>""",
        [
            ("太陽光発電設備設置費補助金", "x.html", ""),
            ("ZEB化支援事業", "y.html", ""),
            ("省エネ診断の受診費用助成", "z.html", ""),
        ],
    ),
    "page_and_form_in_one_row": (
        "utf-8",
        NAV
        + """<main><ul><li><a href="p1.html">雇用促進奨励金</a> <a href="p1.docx">申請書（ワード：35KB）</a>（商工観光課）</li>
        <li><a href="p2.html">空き店舗活用補助金</a> <a href="p2.pdf">要綱（PDF：80KB）</a>（商工観光課）</li></ul></main>"""
        + FOOT,
        [("雇用促進奨励金", "p1.html", ""), ("空き店舗活用補助金", "p2.html", "")],
    ),
    "words_glued_in_the_link": (
        "utf-8",
        NAV
        + """<main><div class="list"><a href="/support/josei/r8/a.html"><span>申請受付中</span><p>ゼロエミッション推進に向けた事業転換支援事業</p>
        <p>【申請受付期間】令和8年8月1日～9月30日</p></a><a href="/support/josei/r8/b.html"><span>受付終了</span>
        <p>設備投資緊急支援事業</p><p>【申請受付期間】令和8年5月1日～6月30日</p></a></div></main>"""
        + FOOT,
        [
            (
                "申請受付中 ゼロエミッション推進に向けた事業転換支援事業 【申請受付期間】令和8年8月1日～9月30日",
                "/support/josei/r8/a.html",
                "",
            ),
            ("受付終了 設備投資緊急支援事業 【申請受付期間】令和8年5月1日～6月30日", "/support/josei/r8/b.html", ""),
        ],
    ),
    "the_link_only_says_details": (
        "utf-8",
        NAV
        + """<main><table><tr><td>事業名</td><td>担当課</td><td>リンク</td></tr>
        <tr><td>省エネルギー設備等導入促進事業費補助金</td><td>環境政策課</td><td><a href="d1.html">詳細ページ</a></td></tr>
        <tr><td>次世代自動車購入費補助金</td><td>環境政策課</td><td><a href="d2.html">詳細ページ</a></td></tr></table></main>"""
        + FOOT,
        [
            ("省エネルギー設備等導入促進事業費補助金", "d1.html", ""),
            ("次世代自動車購入費補助金", "d2.html", ""),
        ],
    ),
    "headings_with_text_behind_them": (
        "utf-8",
        NAV
        + """<article><h1>助成制度</h1><h3><a href="t1/">新技術開発助成</a></h3><p>独自の技術の実用化を助成します。</p>
        <h3><a href="t2/">植物研究助成</a></h3><p>植物に関わる研究を助成します。</p><h3><a href="t3/">地域技術振興支援</a></h3>
        <p>地域の中小企業を支援します。</p></article>"""
        + FOOT,
        [("新技術開発助成", "t1/", ""), ("植物研究助成", "t2/", ""), ("地域技術振興支援", "t3/", "")],
    ),
    "base_scripts_and_anchors": (
        "utf-8",
        """<html><head><base href="https://www.city.kakuu.example/sangyo/hojo/"></head><body>"""
        + NAV
        + """<main><a href="#a1">補助金の一覧へ</a> <a href="javascript:void(0)">印刷する補助金</a><ul>
        <li><a href="./k1.html#top">環境配慮型経営支援補助金</a></li><li><a href="k2.html">エコアクション21認証取得補助金</a></li></ul></main>"""
        + FOOT,
        [("環境配慮型経営支援補助金", "k1.html", ""), ("エコアクション21認証取得補助金", "k2.html", "")],
    ),
    "says_utf_8_and_is_not": (
        "cp932",
        """<html><head><meta charset="utf-8"></head><body><div id="main"><ul><li><a href="m1.html">木質バイオマス設備導入補助</a></li>
        <li><a href="m2.html">林業担い手支援</a></li></ul></div></body></html>""",
        [("木質バイオマス設備導入補助", "m1.html", ""), ("林業担い手支援", "m2.html", "")],
    ),
    "also_elsewhere_and_twice": (
        "utf-8",
        NAV
        + """<main><ul><li><a href="n1.html">テレワーク導入補助金</a></li><li><a href="n1.html">テレワーク導入補助金</a></li>
        <li><a href="https://www.pref.kakuu.example/n2.html">県の賃上げ支援補助金（県のページ）</a></li></ul></main>"""
        + FOOT,
        [
            ("テレワーク導入補助金", "n1.html", ""),
            ("県の賃上げ支援補助金（県のページ）", "https://www.pref.kakuu.example/n2.html", ""),
        ],
    ),
    "terms_with_lists_inside": (
        "utf-8",
        NAV
        + """<main><dl><dt>創業する</dt><dd><ul><li><a href="e1.html">創業融資利子補給</a></li><li><a href="e2.html">創業塾（セミナー）</a></li></ul></dd>
        <dt>環境に取り組む</dt><dd><ul><li><a href="e3.html">LED化補助金</a></li></ul></dd></dl></main>"""
        + FOOT,
        [("創業融資利子補給", "e1.html", ""), ("創業塾（セミナー）", "e2.html", ""), ("LED化補助金", "e3.html", "")],
    ),
}


def found(name: str) -> list[Entry]:
    encoding, html, _ = CASES[name]
    return read_list(decoded(html.encode(encoding)), URL)


@pytest.mark.parametrize("name", CASES)
def test_list(name: str) -> None:
    expected = [(title, path if "://" in path else HERE + path, date) for title, path, date in CASES[name][2]]
    expected = [
        (
            title,
            "https://www.city.kakuu.example" + url.removeprefix(HERE)
            if url.removeprefix(HERE).startswith("/")
            else url,
            date,
        )
        for title, url, date in expected
    ]
    assert [(each.title, each.url, each.date) for each in found(name)] == expected


def test_the_other_columns_are_kept() -> None:
    [first, _] = found("table_by_field_and_state")
    assert first.cells == {"公募名": "水素社会構築技術開発事業", "公募": "2026年 8月 3日", "状況": "公募中"}
    [first, _] = found("the_link_only_says_details")
    assert first.department == "環境政策課"
    [first, _] = found("page_and_form_in_one_row")
    assert first.files == (("申請書", HERE + "p1.docx"),) and first.department == "商工観光課"


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ('<a rel="next" href="?page=2">2</a>', "index.html?page=2"),
        ('<div class="pager"><a href="p1.html">前へ</a><a href="p3.html">次へ</a></div>', "p3.html"),
        ('<a href="list2.html">次の20件</a>', "list2.html"),
        ('<a href="#">次へ</a>', ""),
        ('<a href="a.html">次世代産業の支援</a>', ""),
    ],
)
def test_next_page(html: str, path: str) -> None:
    assert next_page(html, URL) == (HERE + path if path else "")


def test_a_selector_that_matches_nothing_raises() -> None:
    with pytest.raises(ValueError, match="nothing matches '#gone'"):
        read_list("<main><a href='x'>補助金</a></main>", URL, "#gone")


def test_an_empty_page_has_no_entries() -> None:
    empty: list[Any] = []
    assert read_list("<html><body><h1>ただいまメンテナンス中です</h1></body></html>", URL) == empty
