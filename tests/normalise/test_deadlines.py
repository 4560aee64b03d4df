"""Deadlines: invented rows of the forms that real pages use, and properties that hold for any text."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from indexer.cli import app
from indexer.normalise.deadlines import Reading, instant_in_japan, read, read_row
from indexer.normalise.text import plain
from indexer.schema import Basis, Delivery, Precision, Role, Window

PUBLISHED = "2026-08-05"


def ends(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(each.role.value, each.opens, each.closes) for each in reading.windows]


def only(text: str, published: str | None = PUBLISHED) -> Window:
    windows = read(text, published=published).windows
    assert len(windows) == 1, windows
    return windows[0]


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        # Years of eras and of the West, full-width, Han digits, signs.
        ("申請期間：令和8年9月1日（火）から令和8年9月30日（水）まで", "2026-09-01", "2026-09-30"),
        ("申請期間 R8.9.1〜R8.9.30", "2026-09-01", "2026-09-30"),
        ("受付期間：㋿8年9月1日～㋿8年9月30日", "2026-09-01", "2026-09-30"),
        ("募集期間：平成31年4月1日～令和元年5月10日", "2019-04-01", "2019-05-10"),
        ("応募期間：２０２６／０９／０１ － ２０２６／０９／３０", "2026-09-01", "2026-09-30"),
        ("公募期間　２０２６年９月１日　～　９月３０日", "2026-09-01", "2026-09-30"),
        ("公募期間：2026年（令和8年）9月1日から令和8（2026）年9月30日まで", "2026-09-01", "2026-09-30"),
        ("応募受付期間 自 令和8年9月1日 至 令和8年9月30日", "2026-09-01", "2026-09-30"),
        ("募集締切：令和八年九月三十日", None, "2026-09-30"),
        ("申込期限：二〇二六年十月二十一日　午後五時", None, "2026-10-21T17:00"),
        ("締切 2026.9.30", None, "2026-09-30"),
        # Only the dates: the value of a field.
        ("2026年9月1日～2026年9月30日", "2026-09-01", "2026-09-30"),
        ("～2026年9月30日", None, "2026-09-30"),
        ("2026年9月1日～", "2026-09-01", None),
        ("2026-09-30T17:00", None, "2026-09-30T17:00"),
        ("2026-09-30T08:00:00Z", None, "2026-09-30T17:00"),
        # What the text leaves out.
        ("締め切りは9月30日。", None, "2026-09-30"),
        ("申込は9月30日17時。", None, "2026-09-30T17:00"),
        ("申請期間は12月1日から1月31日", "2026-12-01", "2027-01-31"),
        ("申請期間：4月1日～9月30日", "2026-04-01", "2026-09-30"),
        ("受付期間：9月1日〜30日", "2026-09-01", "2026-09-30"),
        ("募集期間：9月1日（火）から同月30日（水）まで", "2026-09-01", "2026-09-30"),
        ("公募期間：令和8年9月1日～同年11月30日", "2026-09-01", "2026-11-30"),
        ("公募期間：2026年12月1日から翌年1月31日", "2026-12-01", "2027-01-31"),
        ("公募期間：4月1日～翌年3月31日", "2026-04-01", "2027-03-31"),
        ("公募期間：令和8年11月1日～来年3月末", "2026-11-01", "2027-03-31"),
        ("申請期限：今月末日", None, "2026-08-31"),
        ("申込締切：来月10日", None, "2026-09-10"),
        ("【申請受付期間：11/5～12/15】", "2026-11-05", "2026-12-15"),
        ("書道コンテスト募集のお知らせ（10/9締切）", None, "2026-10-09"),
        # Times.
        ("公募期間：8月7日（金）9時～9月18日（金）午後3時まで", "2026-08-07T09:00", "2026-09-18T15:00"),
        ("締切：8月31日（月）12：00", None, "2026-08-31T12:00"),
        ("締切：8月31日 正午", None, "2026-08-31T12:00"),
        ("締切：8月31日（月）23時59分", None, "2026-08-31T23:59"),
        ("締切：8月31日（月）24時", None, "2026-09-01T00:00"),
        ("締切：8月31日（月）午後5時半", None, "2026-08-31T17:30"),
        ("申請期限：8月31日（月）【17時必着】", None, "2026-08-31T17:00"),
        ("申込締切：9月10日（木）午後12時", None, "2026-09-10"),
        ("募集期間：9月1日（火）～9月30日（水）8時30分～17時15分", "2026-09-01", "2026-09-30"),
        # Parts, months, fiscal years.
        ("公募期間：令和8年9月上旬～10月中旬", "2026-09-01", "2026-10-20"),
        ("申請期間：令和8年9月～令和9年2月", "2026-09-01", "2027-02-28"),
        ("交付申請期間：令和8年度末まで", None, "2027-03-31"),
        ("受付期間：令和8年度", "2026-04-01", "2027-03-31"),
        # Open ends.
        ("受付開始：令和8年9月1日（火）から", "2026-09-01", None),
        ("9月1日（火）10時受付開始", "2026-09-01T10:00", None),
        ("令和8年8月20日（木）から募集を開始します。", "2026-08-20", None),
        ("4月19日から応募を受け付け、締め切りは5月20日。", "2027-04-19", "2027-05-20"),
        ("9月30日をもって申請受付を終了します。", None, "2026-09-30"),
        ("申請書の提出は、9月30日(水)までに郵送してください。", None, "2026-09-30"),
        ("10月12日まで一次審査の申請を受け付けている。", None, "2026-10-12"),
        ("募集開始日 令和8年9月1日 募集終了日 令和8年9月30日", "2026-09-01", "2026-09-30"),
        ("9月中旬申請受付開始、10月中旬申請締切、2027年2月上旬採択発表", "2026-09-11", "2026-10-20"),
        # English, by dateparser.
        ("Application deadline: August 31, 2026 17:00", None, "2026-08-31T17:00"),
        ("Deadline: 31 August 2026", None, "2026-08-31"),
        ("申請期間：令和9年2月26日（金）まで（午後5時必着）", None, "2027-02-26T17:00"),
        ("提出期限：令和8年9月30日（水曜日）（17時15分必着）", None, "2026-09-30T17:15"),
        ("募集期間：8月10日から9月11日まで（当日12：00締切）", "2026-08-10", "2026-09-11T12:00"),
        ("受付期間：8月10日～9月11日（9時～17時まで）", "2026-08-10", "2026-09-11"),
        ("募集期間\t令和8年9月1日（火）\t～\t令和8年9月30日（水）", "2026-09-01", "2026-09-30"),
        ("令和8年9月1日（火曜日）～令和8年9月30日（水曜日）午前9時～午後5時（土日祝除く）", "2026-09-01", "2026-09-30"),
        ("令和8年9月1日～令和8年9月30日　※郵送の場合は、令和8年9月30日（水）必着", "2026-09-01", "2026-09-30"),
        # A month's end is not past before its last day.
        ("募集期間：6月末日まで", None, "2026-06-30"),
        ("申込期間：6月下旬まで", None, "2026-06-30"),
        ("第一次締切：同年９月２３日（水）１２：００（必着）まで", None, "2026-09-23T12:00"),
        # The name stands behind the date, or the label further off.
        ("8月10日：公募開始\n9月11日：応募締切\n10月中旬：交付決定\n2月28日：事業完了", "2026-08-10", "2026-09-11"),
        (
            "スケジュール　申請受付：8月10日～9月11日　審査：9月中旬　実績報告：3月1日まで",
            "2026-08-10",
            "2026-09-11",
        ),
        ("申請期限：工事着工前かつ令和8年12月28日まで", None, "2026-12-28"),
        # In prose.
        ("8月10日（月）から9月11日（金）までの間、補助金の申請を受け付けます。", "2026-08-10", "2026-09-11"),
        ("8月10日（月）より申請受付を開始し、9月11日（金）に締め切ります。", "2026-08-10", "2026-09-11"),
        ("申請の受付は9月11日（金）で締め切ります。", None, "2026-09-11"),
        ("希望される方は、8月20日（木）までに商工課へご連絡ください。", None, "2026-08-20"),
        ("説明会の参加は、問合せ先（電話、メール）へ8月20日（木）17時までにご登録ください。", None, "2026-08-20T17:00"),
        ("2026年8月3日より、「海辺の水素の補助金」の二次公募を開始しました。", "2026-08-03", None),
        ("令和8年4月1日から予算がなくなるまで", "2026-04-01", None),
        ("9月30日をもって申請受付を終了いたします。", None, "2026-09-30"),
        ("2026年9月1日より、山川保証5号の事前相談を開始します。", "2026-09-01", None),
        ("令和8年9月1日以降に申請を受け付けます。", "2026-09-01", None),
        ("当初の受付枠に達しましたが、補正予算により9月1日（火）から受付を再開します。", "2026-09-01", None),
        ("予算額に達する見込みのため、9月18日（金）17時をもって受付を終了します。", None, "2026-09-18T17:00"),
        ("2026年9月1日(火)10:00 受付開始 - 2026年9月30日(水)17:00 受付終了", "2026-09-01T10:00", "2026-09-30T17:00"),
        ("募集要項配布期間：8月3日～9月4日　申込受付期間：8月24日～9月4日", "2026-08-24", "2026-09-04"),
        ("募集期間：R8.9.1（火）～9.30（水）", "2026-09-01", "2026-09-30"),
        ("募集期間：随時（ただし、令和9年2月26日まで）", None, "2027-02-26"),
        ("申請期限：購入後3か月以内かつ令和9年3月31日まで", None, "2027-03-31"),
        ("提出期限：今年度末（令和9年3月31日）", None, "2027-03-31"),
        ("令和８年９月１日～ ９月30日 （正午）：応募書類の受付", "2026-09-01", "2026-09-30T12:00"),
        ("令和８年９月１日（火）～９月30日（水）※最終日１７時必着", "2026-09-01", "2026-09-30T17:00"),
        (
            "公募期間：2026年9月1日～2026年9月30日（17時締切）\n（10月上旬頃採否決定予定）",
            "2026-09-01",
            "2026-09-30T17:00",
        ),
        ("2026年8月3日：【期間延長】提案書類の提出期限を2026年9月3日正午まで延長しました。", None, "2026-09-03T12:00"),
        (
            "説明会の問い合わせ先に連絡先（担当者名、電話番号）を9月8日（火）13時までにご連絡ください。",
            None,
            "2026-09-08T13:00",
        ),
        ("申請期間：9/1～9/30\n補助率 中小企業：1/2（条件により2/3）\n小規模：2/3", "2026-09-01", "2026-09-30"),
        # Words between the label and the date, and labels of every office.
        ("申請の流れ\n2.9月18日(金)までに申請書と添付書類をご提出(郵送及び電子メール)ください", None, "2026-09-18"),
        ("所定の様式で審査資料を作成の上、9月18日（金）17時までにご提出ください。", None, "2026-09-18T17:00"),
        ("■申請書受理期限\n令和8年10月30日（金）16:45", None, "2026-10-30T16:45"),
        ("申請フォームは9月18日23:59に締め切りとなります。", None, "2026-09-18T23:59"),
        ("提出期限の2026年9月18日17時を超えると申請が完了できません。", None, "2026-09-18T17:00"),
        (
            "■交付申請受付期間\n本事業では以下の期間募集を行う。\n令和8年9月1日（火）～令和9年1月29日（金）\n\n■問合せ先",
            "2026-09-01",
            "2027-01-29",
        ),
        ("■公募期間\n令和8年8月25（火）9時 ～ 令和8年9月18日（金）17時", "2026-08-25T09:00", "2026-09-18T17:00"),
        ("令和8年9月18日 募集締切\n令和8年10月中旬頃（予定） 審査委員会", None, "2026-09-18"),
        ("令和8年9月18日 交付申請締め切り\n\n令和8年10月中旬頃迄    交付決定", None, "2026-09-18"),
        (
            "■申請受付期間\n令和8年9月8日～9月17日\n■助成対象期間\n交付決定日から\n"
            "【最長の例】令和9年1月1日～令和10年12月31日\n【最短の例】令和9年1月1日～令和9年6月30日",
            "2026-09-08",
            "2026-09-17",
        ),
    ],
)
def test_one_period(text: str, opens: str | None, closes: str | None) -> None:
    window = only(text)
    assert (window.role, window.opens, window.closes) == (Role.APPLY, opens, closes)
    assert window.span and window.raw == text[slice(*window.span)]


@pytest.mark.parametrize(
    "text",
    [
        "更新日：2026年8月1日",
        "2026年8月3日　山川県は、海辺の商店街を支える補助金の申請受付を始めた。",
        "事業実施期間：交付決定日～令和9年2月28日",
        "補助対象期間：令和8年4月1日から令和9年1月31日まで",
        "実績報告書提出期限：令和9年3月10日",
        "実績報告受付期間：令和9年1月1日～令和9年1月25日",
        "採択結果の公表：令和8年10月下旬",
        "第2回公募について、令和8年1月28日から公募要領を公開し、令和8年4月30日に受付を締め切りました。",
        "令和7年12月3日から令和8年3月26日まで公募を行い、応募のあった12件について審査を行った結果、",
        "対象期間：令和8年7月28日から令和9年1月27日の間に開始した休業等が対象となります。",
        "廃棄物は令和9年3月31日までに処分することになっている。",
        "令和8年4月1日から令和9年1月29日までに新車新規登録された車両",
        "青色申告書を提出する者が、令和6年4月1日から令和9年3月31日までの間に開始する事業年度",
        "受付時間：9:00～17:00　電話：03-0000-1234（12/29～1/3を除く）",
        "補助率：1/2以内（小規模は2/3）、10/10",
        "租税特別措置法第42条の12の5",
        "令和8年度予算 商店街活性化事業費補助金",
        "システムメンテナンス：8月10日22時～8月11日6時",
        "例年6月頃に受付が始まり、1か月程度で締切となります。",
        "このページは随時更新していきます。",
        "以降、予算の範囲内において順次募集を開始する予定です。",
        "公募期間：未定",
        # Conditions, steps of those who have a grant, and what is only advised.
        "補助対象車両は、令和8年9月1日から令和9年2月26日（車両を購入後に交付申請する場合は9月30日）までに新規登録した車両",
        "対象者：申請可能期間が令和7年4月1日以降に係っていること",
        "1月から3月までの購入分を対象とします。",
        "締切直前は混み合うため、2月までの申請をおすすめしています。",
        "６月中旬 ～ ７月中旬 ：応募書類審査・ヒアリング",
        "適用期限：令和9年3月31日まで",
        "交付請求書の提出期限：令和9年3月31日",
        "変更承認申請期限：令和9年1月31日",
        "昨年度の募集期間は4月1日から5月29日でした。",
        "年末年始（12月29日～1月3日）を除く平日に受け付けます。",
        "質問のある方は、9月4日（金）までに以下の連絡先までお問い合わせください。",
        "構成員は事業期間中に随時公募等により選定できます。",
        "この補助金は通年募集となり、3か月ごとに締め切りが設けられるようになりました。",
        "海辺で開催された総会（2011年7月開催）に出席しました。",
        "",
        # Until when one can ask, which is not until when one can apply.
        "■お問い合わせ\n経理処理のお問い合わせ：a@example.jp\n受付期限：9月18日（金）正午",
        "受付時間：9時15分～17時15分\n受付期限：9月18日（金）正午迄",
        "9月18日（金）まで本事業に関する質問を受け付けます。",
        # What was, and what others must have done.
        "4月17日に公募締切りした事業の採択後に、二次公募を行う。",
        "■前回募集（募集期間：令和8年5月11日～6月30日）からの変更点",
        "※令和8年4月1日～5月15日に公募していた内容のうち、以下を修正",
        "令和8年9月18日までに公社が行う申請前の診断を受けた方",
        "応募を行った日以後から令和8年12月31日までに営業を開始していること",
        "令和8年4月1日から令和9年1月29日（募集終了日）までの間に、補助対象機器を購入し",
        "補助金申請年度の3月31日までに、補助金請求書を環境課へ提出します。",
        "申請期限：融資を受けた日から30日を経過した日、または貸付年度の3月31日のいずれか早い日まで",
        "消費税仕入控除税額の報告は、令和8年9月30日が申請期限です。",
        "請求書提出：10月中旬",
        "実績報告書を作成して、3月31日までにご提出ください。",
        "11月10日から22日まで開催された国際会議の成果を聞く。",
    ],
)
def test_no_window(text: str) -> None:
    reading = read(text, published=PUBLISHED)
    assert reading.windows == ()
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "開催概要日時10月27日13時00分～17時30分場所海辺ホール（山川市）定員40名参加費無料締め切り10月24日詳細は",
            [("event", "2026-10-27T13:00", "2026-10-27T17:30"), ("apply", None, "2026-10-24")],
        ),
        ("セミナーを9月10日（木）に東京で開催します。", [("event", "2026-09-10", "2026-09-10")]),
        ("9月10日オンライン開催！販路の作り方セミナー", [("event", "2026-09-10", "2026-09-10")]),
        ("［9/3（木）山川開催］参加無料！", [("event", "2026-09-03", "2026-09-03")]),
        (
            "会期：2026年10月21日(水)～23日(金) 10:00～17:00",
            [("event", "2026-10-21T10:00", "2026-10-23T17:00")],
        ),
        ("日時：9月10日（木）11時開始", [("event", "2026-09-10T11:00", "2026-09-10")]),
        ("8月25日～26日に「山川祭り」（山川商工会）", [("event", "2026-08-25", "2026-08-26")]),
        (
            "事前相談：9月1日～9月15日　申請受付：9月16日～9月30日",
            [("apply", "2026-09-01", "2026-09-15"), ("apply", "2026-09-16", "2026-09-30")],
        ),
        (
            "受付期間： 新規者 2026年9月7日（月）～9月23日（水） 実績者 2026年9月7日（月）～9月28日（月）",
            [("apply", "2026-09-07", "2026-09-23"), ("apply", "2026-09-07", "2026-09-28")],
        ),
        (
            "申請受付期間：\n【事業開始日が令和8年4月1日～9月30日】令和8年4月1日～令和8年8月31日\n"
            "【事業開始日が10月1日～令和9年3月31日】令和8年9月1日～令和9年2月28日",
            [("apply", "2026-04-01", "2026-08-31"), ("apply", "2026-09-01", "2027-02-28")],
        ),
        # The same deadline said twice is one window, with the hour that only one of them gives.
        (
            "持続化補助金の公募要領を公開【申請受付期間：8/31～9/30】\n申請受付：令和8年8月31日\n応募締切：令和8年9月30日18:00",
            [("apply", "2026-08-31", "2026-09-30T18:00")],
        ),
        ("受付期間：通年", [("apply", None, None)]),
        # Days in a row are one event, with the hours of each day; other days are events of their own.
        ("開催日時：10月16日、17日　会場：山川会館", [("event", "2026-10-16", "2026-10-17")]),
        ("日時 10月11、12日11時～18時", [("event", "2026-10-11T11:00", "2026-10-12T18:00")]),
        (
            "商談会を9月2日、16日にオンラインで開催する。",
            [("event", "2026-09-02", "2026-09-02"), ("event", "2026-09-16", "2026-09-16")],
        ),
        ("会期10月3日～10月7日　10月3日のみ11時開場", [("event", "2026-10-03", "2026-10-07")]),
        (
            "また、9月15日には山川会館の大ホールで、海辺の食を語る会を開催する。",
            [("event", "2026-09-15", "2026-09-15")],
        ),
        ("また、昨年12月に、廃校を使った映画祭を開催した。", []),
        (
            "開催日時：\n9月3日（木）午前11時から/山川会館\n9月3日（木）午後2時から/海辺会館\n9月4日（金）午前11時から/市民館",
            [
                ("event", "2026-09-03T11:00", "2026-09-03"),
                ("event", "2026-09-03T14:00", "2026-09-03"),
                ("event", "2026-09-04T11:00", "2026-09-04"),
            ],
        ),
        ("開催日時：9月10日（木）15時～", [("event", "2026-09-10T15:00", "2026-09-10")]),
        ("展示の開催：9月10日～", [("event", "2026-09-10", None)]),
        ("説明会：9月10日（木）14時～15時30分", [("event", "2026-09-10T14:00", "2026-09-10T15:30")]),
        ("とき：9月10日（木）　午後1時30分～3時30分", [("event", "2026-09-10T13:30", "2026-09-10T15:30")]),
        ("9月10日（木）17:30から18:45まで", [("event", "2026-09-10T17:30", "2026-09-10T18:45")]),
        (
            "セミナー「山川の始め方」9月10日（木）13:30～15:30　会場：市民会館　申込締切9月3日（木）",
            [("event", "2026-09-10T13:30", "2026-09-10T15:30"), ("apply", None, "2026-09-03")],
        ),
        (
            "開催日 9月10日(木)・17日(木) 各日18:30～20:30",
            [("event", "2026-09-10T18:30", "2026-09-10T20:30"), ("event", "2026-09-17T18:30", "2026-09-17T20:30")],
        ),
        (
            "東エリア9月10日、東山川局（東山川市）。定員50人。申し込み締め切り9月8日。西エリア9月11日、西山川局（西山川市）。定員40人。",
            [
                ("event", "2026-09-10", "2026-09-10"),
                ("apply", None, "2026-09-08"),
                ("event", "2026-09-11", "2026-09-11"),
            ],
        ),
        (
            "申請の期限は山川県が9月7日、海辺県、湖畔県が9月14日となっている。",
            [("apply", None, "2026-09-07"), ("apply", None, "2026-09-14")],
        ),
        (
            "令和7年度分の申請は令和8年9月30日まで、令和8年度分は令和9年9月30日までです。",
            [("apply", None, "2026-09-30"), ("apply", None, "2027-09-30")],
        ),
        (
            "窓口：9月30日（水）17時まで\n郵送：9月30日（水）消印有効",
            [("apply", None, "2026-09-30T17:00"), ("apply", None, "2026-09-30")],
        ),
        (
            "■申込受付期間・予定数　※先着順\n本年は2回に分けます。期間は下記のとおりです。\n"
            "前期：令和8年9月1日～令和8年9月30日\n後期：令和8年10月1日～令和8年11月13日",
            [("apply", "2026-09-01", "2026-09-30"), ("apply", "2026-10-01", "2026-11-13")],
        ),
        (
            "締め切りは9月28日。「住宅型」は1月12日となっている。",
            [("apply", None, "2026-09-28"), ("apply", None, "2027-01-12")],
        ),
        (
            "以下の期間、募集を行う。\n＜概要の（１）について＞\n令和８年9月1日～令和８年9月30日まで\n＜概要の（２）について＞\n"
            "令和８年9月1日～令和８年12月28日まで",
            [("apply", "2026-09-01", "2026-09-30"), ("apply", "2026-09-01", "2026-12-28")],
        ),
        (
            "事前連絡期間　：9月1日～9月10日\n申請書提出期間：9月1日～9月30日",
            [("apply", "2026-09-01", "2026-09-10"), ("apply", "2026-09-01", "2026-09-30")],
        ),
        (
            "公募説明会を次の日時、場所で開催します。\nオンライン_第1回　9月10日（木）13:30～16:00　Meet\n"
            "面談_第1回　9月11日（金）13:30～16:00　場所：山川市",
            [("event", "2026-09-10T13:30", "2026-09-10T16:00"), ("event", "2026-09-11T13:30", "2026-09-11T16:00")],
        ),
        (
            "日時9月8日または9日9時20分～16時30分　場所山川館",
            [("event", "2026-09-08T09:20", "2026-09-08T16:30"), ("event", "2026-09-09T09:20", "2026-09-09T16:30")],
        ),
        (
            "公募開始　9月1日（火）\n公募説明会　9月10日（木）13時30分～\n公募締切　9月30日（水）12時",
            [("event", "2026-09-10T13:30", "2026-09-10"), ("apply", "2026-09-01", "2026-09-30T12:00")],
        ),
        (
            "視聴期間：9月14日（月）～10月30日（金）　申込期限：10月23日（金）",
            [("event", "2026-09-14", "2026-10-30"), ("apply", None, "2026-10-23")],
        ),
        ("9月10日（木曜日）午後3時15分スタート！山川フォーラム", [("event", "2026-09-10T15:15", "2026-09-10")]),
        ("９月10日（木） 就職の催し 海辺大学の大講堂で開催（山川）", [("event", "2026-09-10", "2026-09-10")]),
        ("キャンペーン期間：9月1日～11月30日　参加店舗募集：8月20日まで", [("apply", None, "2026-08-20")]),
        # A month that heads a period, a course that heads its day.
        (
            "■募集期間\n【令和8年9月】 9月7日 ～ 15日\n【   10月】10月1日 ～ 13日",
            [("apply", "2026-09-07", "2026-09-15"), ("apply", "2026-10-01", "2026-10-13")],
        ),
        (
            "応募締め切り\n● オンラインコース / 来日コース（前期）:\n2026年9月15日まで\n"
            "● 来日コース（後期）:\n2026年10月7日まで",
            [("apply", None, "2026-09-15"), ("apply", None, "2026-10-07")],
        ),
        (
            "研修会を10月21日に青山県緑市で、11月1日に白浜県南市でそれぞれ開催する。",
            [("event", "2026-10-21", "2026-10-21"), ("event", "2026-11-01", "2026-11-01")],
        ),
        ("9月1日施行される改正法の説明会を9月29日、オンラインで開催する。", [("event", "2026-09-29", "2026-09-29")]),
        (
            "南エリア9月18日、南経済局（南市中央区）。\n定員80人。\n申し込み締め切り9月16日。",
            [("event", "2026-09-18", "2026-09-18"), ("apply", None, "2026-09-16")],
        ),
    ],
)
def test_windows_with_their_roles(text: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert ends(read(text, published=PUBLISHED)) == expected


@pytest.mark.parametrize(
    ("text", "rounds"),
    [
        ("【申請期間】第1回：令和8年4月7日～4月16日第2回：令和8年9月29日～10月8日", [1, 2]),
        ("【第3期】令和8年7月27日（月）～令和8年8月17日（月）12：00まで", [3]),
        ("一次締切：9月30日 二次締切：11月30日", [1, 2]),
        ("公募期間（二次公募）：2026年9月1日～2026年9月30日", [2]),
        ("受付期間：令和8年9月30日まで（1次募集期間）", [1]),
        ("公募期間：令和8年9月1日から", [None]),
        ("1回目とりまとめ：9月21日必着", [1]),
        ("9月1日より、山川県の二次公募を開始します。", [2]),
    ],
)
def test_rounds(text: str, rounds: list[int | None]) -> None:
    assert [each.round for each in read(text, published=PUBLISHED).windows] == rounds


def test_a_round_without_a_year_lies_before_the_next() -> None:
    reading = read("公募期間 第1回：4月1日～4月30日、第2回：9月1日～9月30日", published=PUBLISHED)
    assert [each.closes for each in reading.windows] == ["2026-04-30", "2026-09-30"]


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("申請期間：令和8年9月1日～30日", Basis.FIXED),
        ("申請期間：令和8年9月1日～30日（予定）", Basis.SCHEDULED),
        ("申請期間：令和8年9月1日から", Basis.UNSPECIFIED),
        ("締め切りは9月30日だが、予算に達し次第、募集を終了する。", Basis.UNTIL_BUDGET),
        ("受付期間：令和8年9月1日～予算がなくなり次第終了", Basis.UNTIL_BUDGET),
        ("受付期間：令和8年9月1日から（先着順、定員になり次第締切）", Basis.UNTIL_CAPACITY),
        ("受付：随時", Basis.ROLLING),
        ("締切日：毎月末", Basis.ROLLING),
        ("毎月15日締切", Basis.ROLLING),
        ("申請期限は9月30日です。予算の上限に達する等の場合は、受付を停止します。", Basis.UNTIL_BUDGET),
        ("受付期間：4月1日から12月末日まで（予算の範囲内で先着順）", Basis.UNTIL_BUDGET),
        ("締切：9月30日。予算額以上の申請があった場合は公募を中止することがあります。", Basis.UNTIL_BUDGET),
        ("申請期間：9月1日～30日※申請が200件に達した場合は終了します。", Basis.UNTIL_CAPACITY),
        ("9月上旬公募開始予定", Basis.SCHEDULED),
        ("申請期限：なし", Basis.ROLLING),
        ("受付期間：毎月。補助金の総額が予算枠に達した時点で受付を終了いたします。", Basis.UNTIL_BUDGET),
        ("申請期間：9月1日～9月30日 ※採択は先着順ではありません。", Basis.FIXED),
    ],
)
def test_basis(text: str, basis: Basis) -> None:
    assert only(text).basis is basis


@pytest.mark.parametrize(
    ("text", "delivery"),
    [
        ("締切：9月30日（水）必着", Delivery.MUST_ARRIVE),
        ("締切：9月30日（水） ※※必着※※", Delivery.MUST_ARRIVE),
        ("締切：9月30日（水）まで（9月30日当日消印有効）", Delivery.POSTMARK),
        ("締切：9月30日（水）", None),
    ],
)
def test_delivery(text: str, delivery: Delivery | None) -> None:
    assert only(text).delivery is delivery


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("締切：9月30日17時", Precision.MINUTE),
        ("締切：9月30日", Precision.DAY),
        ("締切：9月末日", Precision.DAY),
        ("締切：9月下旬", Precision.PART),
        ("申請期間：9月から12月まで", Precision.MONTH),
        ("受付期間：令和8年度", Precision.FISCAL_YEAR),
    ],
)
def test_precision(text: str, precision: Precision) -> None:
    assert only(text).precision is precision


@pytest.mark.parametrize(
    ("text", "inferred"),
    [
        ("申請期間：令和8年9月1日～令和8年9月30日", ()),
        ("申請期間：令和8年9月1日～9月30日", ("closes.year",)),
        ("申請期間：9月1日～9月30日", ("opens.year", "closes.year")),
        ("締切：9月30日", ("closes.year",)),
    ],
)
def test_years_that_we_concluded_are_marked(text: str, inferred: tuple[str, ...]) -> None:
    assert only(text).inferred == inferred


@pytest.mark.parametrize(
    ("text", "published", "code", "closes"),
    [
        ("公募期間：令和8年8月7日（月）まで", PUBLISHED, "weekday_conflict", ["2026-08-07"]),
        ("公募期間：令和8年2月30日まで", PUBLISHED, "impossible_date", []),
        ("公募期間：令和8年9月30日～令和8年9月1日", PUBLISHED, "impossible_date", []),
        ("締切は9月30日", None, "no_year", []),
    ],
)
def test_problems(text: str, published: str | None, code: str, closes: list[str]) -> None:
    reading = read(text, published=published)
    assert [each.closes for each in reading.windows] == closes
    assert [(each.field, each.code) for each in reading.problems] == [("windows", code)]


@pytest.mark.parametrize(
    "text",
    [
        "申請期限を8月31日から9月30日に延長しました。",
        "【延長】申請期限：8月31日→9月30日",
        "受付期限を令和8年9月30日まで延長します（当初：令和8年8月31日）。",
        "公募は8月31日をもって終了の予定でしたが、9月30日（水）まで延長することになりました。",
        "締切を9月30日に延長します（当初締切8月31日）",
        "※公募は当初8月31日締切予定でしたが、9月30日に延長されました。",
        # Brought forward: the earlier day counts.
        "申請期限は8月31日までとしていましたが、予算の上限に達する見込みのため、9月30日に繰り上げて締め切ります。",
        "8月31日が申請期限だったが、9月30日まで受付期間を延長した。",
    ],
)
def test_an_extension_counts_and_the_old_date_is_kept_apart(text: str) -> None:
    reading = read(text, published=PUBLISHED)
    assert [each.closes for each in reading.windows] == ["2026-09-30"]
    assert [each.closes for each in reading.superseded] == ["2026-08-31"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("予算額に達したため、募集を終了しました。", None),
        ("【受付終了】令和8年度 商店街支援事業", None),
        ("現在、受付を一時停止しています。", None),
        ("予算上限に達したため、8月1日をもって受付を終了しました。", "2026-08-01"),
        ("申請受付は、令和8年7月31日17時をもちまして終了いたしました。", "2026-07-31T17:00"),
        ("受付期限は8月31日に設定していたが、予算が上限に達したため8月4日に前倒しで締め切られた。", "2026-08-04"),
    ],
)
def test_ended_early(text: str, at: str | None) -> None:
    reading = read(text, published=PUBLISHED)
    assert reading.windows == ()
    assert reading.ended and reading.ended.at == at and reading.ended.raw in text


@pytest.mark.parametrize(
    "text",
    [
        "予算額に達した時点で受付を終了します。",
        "説明会の申込受付は終了しました。",
        "受付終了時刻は17時です。",
    ],
)
def test_not_ended(text: str) -> None:
    assert read(text, published=PUBLISHED).ended is None


def test_the_end_of_one_round_is_not_the_end_of_another() -> None:
    reading = read(
        "第1回申請受付終了\n申請期間\n第1回：令和8年4月7日～4月16日\n第2回：令和8年9月29日～10月8日",
        published=PUBLISHED,
    )
    assert reading.ended is None
    assert [bool(each.ended_early) for each in reading.windows] == [True, False]


def test_a_period_without_a_name_is_that_of_the_event() -> None:
    (window,) = read("名称「山川フェア」期間8月28日～31日11時～20時", published=PUBLISHED, role=Role.EVENT).windows
    assert (window.role, window.opens, window.closes) == (Role.EVENT, "2026-08-28T11:00", "2026-08-31T20:00")


def test_role_and_label_of_the_field() -> None:
    window = read("2026年9月10日", role=Role.EVENT, label="開催日").windows[0]
    assert (window.role, window.label, window.opens, window.closes) == (
        Role.EVENT,
        "開催日",
        "2026-09-10",
        "2026-09-10",
    )


@pytest.mark.parametrize(
    ("utc", "japan"),
    [
        ("2026-08-07T08:00:00.000Z", "2026-08-07T17:00"),
        ("2026-08-07T14:59:59Z", "2026-08-07T23:59:59"),
        ("2026-08-07T15:00Z", "2026-08-08T00:00"),
    ],
)
def test_instants(utc: str, japan: str) -> None:
    assert instant_in_japan(utc) == japan


PIECES = st.sampled_from(
    [
        *("令和", "平成", "㋿", "8", "８", "12", "31", "2026", "年", "月", "日", "/", ".", "-", "～", "から", "まで"),
        *(
            "（金）",
            "(木曜日)",
            "17時",
            "午後3時",
            "24:00",
            "正午",
            "末日",
            "上旬",
            "年度",
            "同年",
            "翌年",
            "来月",
            "同日",
        ),
        *(
            "申請期間",
            "締切",
            "募集",
            "受付",
            "第2回",
            "二次",
            "開催",
            "必着",
            "消印有効",
            "予算",
            "に達し次第",
            "終了",
        ),
        *("しました", "延長", "当初", "随時", "：", "。", "、", " ", "\n", "August", "T", "Z", "十", "二〇二六"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.sampled_from([None, PUBLISHED, "x"]))
def test_any_text_is_read_and_every_window_shows_its_words(text: str, published: str | None) -> None:
    reading = read(text, published=published)
    for window in (*reading.windows, *reading.superseded):
        assert window.span and window.raw and window.raw == text[slice(*window.span)]
        if window.opens and window.closes:
            assert window.opens[:10] <= window.closes[:10]
    for problem in reading.problems:
        assert problem.raw in text


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "令和",
        "8月7日～",
        "申請期間",
        "第1回：8/7 ",
        "予算に達し",
        "受付は、",
        "(",
        "（",
        "】",
        " ",
        "\n",
        "一",
        "1",
        "2026年",
        "May ",
    ],
)
def test_a_megabyte_returns(unit: str) -> None:
    """A second or two alone; a rule that looks again from every sign would take hours."""
    assert len(read(unit * (1_000_000 // len(unit)), published=PUBLISHED).windows) <= 200


def test_a_page_of_too_many_dates_says_where_reading_stopped() -> None:
    text = "更新8月7日。" * 2_000 + "申請期限：9月30日まで"
    assert [(each.code, each.raw[:4]) for each in read(text, published=PUBLISHED).problems] == [("unread", "8月7日")]


def test_rows_over_the_command_line() -> None:
    row = {"id": "a", "published": PUBLISHED, "text": "締切は9月30日"}
    result = CliRunner().invoke(app, ["normalise", "deadlines"], input=json.dumps(row) + "\n\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == read_row(row)


@pytest.mark.parametrize("line", ["{bad", "[1]", '{"text": "締切"}', '{"id": "a", "text": 5}'])
def test_a_bad_line_is_named(line: str) -> None:
    good = json.dumps({"id": "a", "text": ""})
    result = CliRunner().invoke(app, ["normalise", "deadlines"], input=f"{good}\n{line}\n")
    assert result.exit_code != 0
    assert "line 2" in str(result.exception)


def test_real_pages_show_their_words(shared: Path) -> None:
    pages = sorted((shared / "recordings").glob("*/pages/*.html"))
    if not pages:
        pytest.skip("no recordings here")
    read_any = 0
    for page in pages:
        text = plain(page.read_text(encoding="utf-8"))
        for window in read(text, published="2026-08-01").windows:
            read_any += 1
            assert window.span and window.raw == text[slice(*window.span)]
    assert read_any
