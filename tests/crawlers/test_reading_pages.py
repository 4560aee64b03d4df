"""Pages of programmes as municipalities and foundations write them: which labels, values and files are read."""

import pytest

from crawlers.reading import Page, decoded, read_page

URL = "https://www.city.kakuu.example/sangyo/hojo/shoene.html"
HERE = "https://www.city.kakuu.example/sangyo/hojo/"

HEAD = """<html lang="ja"><head><title>中小企業省エネ設備更新補助金｜架空市公式ホームページ</title></head><body>
<div id="header"><h1>架空市公式ホームページ</h1><ul><li><a href="/">ホーム</a></li></ul></div>"""
FOOT = """<div id="footer"><p>架空市役所 〒000-0000 架空市1-1 電話：000-000-0000</p></div></body></html>"""
TITLE = "中小企業省エネ設備更新補助金"

CASES: dict[str, tuple[str, str, dict[str, str]]] = {
    "table_with_heads": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><p>省エネ設備への更新を支援します。</p><table>
        <tr><th>募集期間</th><td>令和8年7月1日（水）から<br>10月30日（金）まで</td></tr><tr><th>対象者</th><td>市内に事業所がある中小企業者</td></tr>
        <tr><th>補助率</th><td>2分の1以内</td></tr><tr><th>補助上限額</th><td>100万円</td></tr></table></main>"""
        + FOOT,
        {
            "募集期間": "令和8年7月1日（水）から\n10月30日（金）まで",
            "対象者": "市内に事業所がある中小企業者",
            "補助率": "2分の1以内",
            "補助上限額": "100万円",
        },
    ),
    "table_without_heads_in_shift_jis": (
        "cp932",
        HEAD
        + """<div id="tmp_contents"><h2>中小企業省エネ設備更新補助金</h2><table border="1"><tr><td>項目</td><td>内容</td></tr>
        <tr><td>対象経費</td><td>設備費、工事費</td></tr><tr><td>申請期間</td><td>R8.7.1～R8.10.30</td></tr></table></div>"""
        + FOOT,
        {"対象経費": "設備費、工事費", "申請期間": "R8.7.1～R8.10.30"},
    ),
    "table_of_four_columns": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><table><tr><th>補助率</th><td>1/2</td><th>上限額</th><td>50万円</td></tr>
        <tr><th>申請方法</th><td>電子申請</td><th>担当課</th><td>環境課</td></tr></table></main>"""
        + FOOT,
        {"補助率": "1/2", "上限額": "50万円", "申請方法": "電子申請", "担当課": "環境課"},
    ),
    "terms": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><dl><dt>対象者</dt><dd>中小企業者</dd><dd>個人事業主</dd>
        <dt>申請期限：</dt><dd>令和9年1月29日（必着）</dd></dl></main>"""
        + FOOT,
        {"対象者": "中小企業者\n個人事業主", "申請期限": "令和9年1月29日（必着）"},
    ),
    "headings_and_paragraphs": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><h3>1 事業の目的</h3><p>電気代を減らす。</p><h3>2 補助対象者</h3><p>次のすべてを満たす者</p>
        <ul><li>市内に本社がある</li><li>市税を納めている</li></ul><h3>3 申請期間</h3><p>令和8年8月3日から令和8年9月30日</p>
        <h4>お問い合わせ先</h4><p>環境政策課　電話000-111-2222</p></main>"""
        + FOOT,
        {
            "事業の目的": "電気代を減らす。",
            "補助対象者": "次のすべてを満たす者\n市内に本社がある\n市税を納めている",
            "申請期間": "令和8年8月3日から令和8年9月30日",
            "お問い合わせ先": "環境政策課 電話000-111-2222",
        },
    ),
    "headings_in_boxes": (
        "utf-8",
        HEAD
        + """<main><div class="h1bg"><div><h2>中小企業省エネ設備更新補助金</h2></div></div><div class="h3bg"><div><h3>対象設備</h3></div></div>
        <div><p>高効率空調、LED照明</p></div><div class="h3bg"><div><h3>受付期間</h3></div></div><div><p>随時（予算がなくなり次第終了）</p></div></main>"""
        + FOOT,
        {"対象設備": "高効率空調、LED照明", "受付期間": "随時（予算がなくなり次第終了）"},
    ),
    "brackets_in_prose": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><p>【対象者】市内の中小企業者<br>【補助金額】上限30万円（補助率3分の1）<br>
        【申請期間】<br>令和8年4月1日（水）～令和9年2月26日（金）<br>先着順</p></main>"""
        + FOOT,
        {
            "対象者": "市内の中小企業者",
            "補助金額": "上限30万円（補助率3分の1）",
            "申請期間": "令和8年4月1日（水）～令和9年2月26日（金）\n先着順",
        },
    ),
    "squares_in_prose_in_euc": (
        "euc_jp",
        """<HTML><HEAD><TITLE>中小企業省エネ設備更新補助金</TITLE></HEAD><BODY><CENTER><H1>中小企業省エネ設備更新補助金</H1></CENTER>
        <P>■募集期間<BR>8月17日（月）から9月18日（金）まで<BR>■補助対象者<BR>村内で1年以上営業する方<BR>■問合せ先<BR>架空村産業課 内線22</P></BODY></HTML>""",
        {
            "募集期間": "8月17日（月）から9月18日（金）まで",
            "補助対象者": "村内で1年以上営業する方",
            "問合せ先": "架空村産業課 内線22",
        },
    ),
    "colons_and_line_breaks": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><p>日時：令和8年9月10日（木）13時30分から<br>会場：架空会館3階<br>定員：30名（先着順）<br>
        参加費：無料</p><p>当日は9時30分：開場です。</p></main>"""
        + FOOT,
        {
            "日時": "令和8年9月10日（木）13時30分から",
            "会場": "架空会館3階",
            "定員": "30名（先着順）",
            "参加費": "無料",
        },
    ),
    "cells_that_are_not_closed": (
        "cp932",
        """<HTML><TITLE>中小企業省エネ設備更新補助金</TITLE><BODY><H2>中小企業省エネ設備更新補助金</H2><TABLE><TR><TH>補助率<TD>10分の1
        <TR><TH>限度額<TD>20万円<TR><TH>申込方法<TD>窓口へ持参</TABLE>""",
        {"補助率": "10分の1", "限度額": "20万円", "申込方法": "窓口へ持参"},
    ),
    "list_inside_a_cell": (
        "utf-8",
        HEAD
        + """<main><h2>中小企業省エネ設備更新補助金</h2><table><tbody><tr><th scope="row"><p>申請書類</p></th><td><ul><li>申請書</li><li>見積書の写し</li></ul></td></tr>
        <tr><th scope="row"><p>募集期間</p></th><td><p>第1期：6月1日～6月30日</p><p>第2期：9月1日～9月30日</p></td></tr></tbody></table></main>"""
        + FOOT,
        {"申請書類": "申請書\n見積書の写し", "募集期間": "第1期：6月1日～6月30日\n第2期：9月1日～9月30日"},
    ),
    "prose_without_labels": (
        "utf-8",
        HEAD
        + "<main><h2>中小企業省エネ設備更新補助金</h2><p>市では、省エネ設備への更新を令和8年10月30日まで受け付けています。</p></main>"
        + FOOT,
        {},
    ),
}


def read(name: str) -> Page:
    encoding, html, _ = CASES[name]
    return read_page(decoded(html.encode(encoding)), URL)


@pytest.mark.parametrize("name", CASES)
def test_page(name: str) -> None:
    page = read(name)
    assert page.title == TITLE
    assert page.facts == CASES[name][2]
    assert "架空市役所 〒" not in page.body and "ホーム" not in page.body


def test_files_date_and_department() -> None:
    html = (
        HEAD
        + """<main><div class="head"><h2>中小企業省エネ設備更新補助金</h2><p>更新日：2026年8月3日</p></div><p>くわしくは次をご覧ください。</p>
        <p><a href="youkou.pdf">交付要綱（PDF：212KB）</a><br><a href="/files/yoshiki.xlsx">様式第1号[Excel：34KB]</a></p>
        <p><a href="https://www.pref.kakuu.example/">架空県の補助金</a></p>
        <h3>このページに関するお問い合わせ</h3><p>環境政策課 温暖化対策係<br>電話：000-111-2222</p></main>"""
        + FOOT
    )
    page = read_page(html, URL)
    assert page.files == (
        ("交付要綱", HERE + "youkou.pdf"),
        ("様式第1号", "https://www.city.kakuu.example/files/yoshiki.xlsx"),
    )
    assert page.links == (("架空県の補助金", "https://www.pref.kakuu.example/"),)
    assert page.date == "2026年8月3日" and page.department == "環境政策課"
    assert page.fact("問い?合わ?せ") == "環境政策課 温暖化対策係\n電話：000-111-2222"


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>架空町 - 空き店舗補助金</title><body><h1>空き店舗補助金</h1></body>", "空き店舗補助金"),
        ("<title>空き店舗補助金 | 架空町</title><body><h1><img alt=''></h1><p>本文</p></body>", "空き店舗補助金"),
        ("<body><h2>空き店舗補助金のご案内</h2></body>", "空き店舗補助金のご案内"),
        (
            "<title>空き店舗補助金／架空町ホームページ</title><h1>架空町ホームページ</h1><h2>空き店舗補助金</h2>",
            "空き店舗補助金",
        ),
    ],
)
def test_title(html: str, title: str) -> None:
    assert read_page(html, URL).title == title


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("cp932", "shift_jis"), ("cp932", ""), ("euc_jp", ""), ("utf-8", ""), ("utf-8-sig", "utf-8"), ("cp932", "utf-8"),
     ("euc_jp", "shift_jis"), ("utf-8", "nonsense")],
)  # fmt: skip
def test_encodings(encoding: str, declared: str) -> None:
    text = (
        "①架空市の脱炭素補助金（上限１００万円）について"
        if encoding == "cp932"
        else "架空市の脱炭素補助金（上限１００万円）について"
    )
    assert decoded(text.encode(encoding), declared) == text
