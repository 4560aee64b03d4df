import json
import os
from pathlib import Path

import pytest

from crawlers.items import Notice
from indexer.normalise.programme import normalise
from indexer.normalise.text import fold
from indexer.normalise.themes import OTHER, Labels, read, read_row
from indexer.schema import Kind
from indexer.vocab.labels import document, labels

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHIEN_SHARED", ROOT.parent / "shared"))


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        # the head of a Japanese title is its last word
        ("専門家派遣費用補助金", "", "subsidy"),
        ("展示会等出展事業", "", "subsidy"),
        ("青山市ものづくり応援補助金（見本市出展コース）", "", "subsidy"),
        ("省エネ補助金の活用説明会", "", "seminar"),
        ("補助金申請のための個別相談会", "", "consultation"),
        ("相談窓口設置運営事業費補助金", "", "subsidy"),
        ("ガイドライン策定支援事業費補助金", "", "subsidy"),
        ("青山市販路拡大推進事業", "", "subsidy"),
        # the source's word before the colon
        ("【青山市】融資・貸付：「小口資金のご案内」", "", "loan"),
        ("【青山市】補助金・助成金：「がんばる店舗応援事業の説明会及び公募について」", "", "subsidy"),
        ("セミナー・イベント：「シーケンス制御の基礎」", "", "seminar"),
        ("税制：「先端設備に係る固定資産税の特例」", "", "tax"),
        ("支援情報：「経営改善サポート保証」", "【信用保証協会】経営改善に必要な資金の保証を行います。", "loan"),
        # what is over or offers nothing
        ("第3回公募の採択結果を公表", "補助率は2分の1。公募要領のとおり審査しました。", "news"),
        ("中小企業の景況に関する調査結果について", "", "news"),
        ("事業者募集：「庁舎壁面への広告掲載」", "", OTHER),
        # names of sites behind the title
        ("青山市販路開拓補助金の公募について - 支援の窓口 - 青山県庁公式ホームページ", "", "subsidy"),
        ("セーフティネット保証制度", "", "loan"),
        ("LED/PHEV導入補助金 青山市", "", "subsidy"),
        ("大相談会を開催：青山商工会議所", "イベント 大相談会を開催する。申し込みは6月まで。", "consultation"),
        ("地元イベントの企画に補助金最大40万円", "青山市はイベントの企画を募集する。参加費は対象外。", "subsidy"),
        # articles
        ("価格転嫁の勉強会を開催：青山商工会議所", "青山商工会議所は勉強会を7月3日に開催する。定員は30人。", "seminar"),
        (
            "試作にかかる費用を最大50万円助成：青山市",
            "青山市は試作費の一部を助成する。詳しくはホームページへ。",
            "subsidy",
        ),
        # what has come about invites nobody, also where a word inside is of another kind
        ("青山の飲食店を支える勉強会が発足", "組合と市が加わり、災害に備える。", "news"),
        ("「元気な会社応援パッケージ」策定", "融資の限度額を引き上げ、セーフティネット保証を続ける。", "news"),
        ("研修施設として4月にリニューアルオープン", "駅の近くに移り、研修がより受けやすくなる。", "news"),
        ("診断士試験を再実施へ：青山県", "青山では台風で試験が取りやめになった。", "news"),
        ("大雨の被災企業に支援措置", "特別相談窓口を開設し、災害復旧貸付や信用保証を行う。", "consultation"),
        ("起業家の輪を広げる", "発表会を行うマッチングイベントへのエントリーの受け付けを始めた。", "seminar"),
        ("くらし応援券の加盟店を募集", "券を利用できる店を募集している。登録は無料。", OTHER),
        ("観光列車の運行開始：青山市", "青山市は来月から運行を始める。", "news"),
        ("資金繰りはどう見直せばよいでしょうか。", "ビジネスQ&A 回答 まずは資金繰り表をつくります。", "qa"),
        ("はじめての輸出の手引き", "", "guide"),
        ("経営者のための専門家派遣のご案内", "専門家を無料で派遣します。申込は青山商工会まで。", "expert"),
        # firms
        ("株式会社青山製作所", "同社は短納期を強みに顧客を広げ、社員の研修にも力を入れている。", "case"),
        ("社内研修の充実で若手が定着", "現場の声を聞き、研修を見直した。離職が減り、顧客の評価も上がった。", "case"),
        ("合同企業説明会への参加で即戦力の採用に成功", "求人像を見直した。", "case"),
        ("できることから始めた省エネ：株式会社青山印刷（青山県青山市）", "企業データ 企業名 株式会社青山印刷", "case"),
        ("丁寧な接客で客層を広げた老舗旅館", "-", "case"),
        # who is presented, with the place or in a profile, is told of; who only stands behind the colon announces
        ("伴走支援で売り上げを伸ばした指導員：青山商工会（青森県青山市）", "指導員は店を回る。", "case"),
        ("課題を見つける支援とは：青山商工会議所広域指導員・青山太郎氏", "指導員を育てる青山氏に聞いた。", "case"),
        (
            "工場の電気代を見直す：青山信用金庫",
            "専門家派遣を行う。機関分類：信用金庫 支援事例 企業データ 企業名",
            "case",
        ),
        ("観光の足を守る委託業務に係る事業者を募集します", "", OTHER),
        # ローン is not in ドローン, ミッション not in ゼロエミッション
        ("ドローン航路整備推進事業", "", "subsidy"),
        ("ゼロエミッション推進事業", "", "subsidy"),
    ],
)
def test_kind(title: str, text: str, kind: str) -> None:
    assert read(title=title, text=text).kind == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("補助金・助成金", "subsidy"),
        ("融資・貸付", "loan"),
        ("税制", "tax"),
        ("イベント", "seminar"),
        ("事例", "case"),
        ("支援", "subsidy"),
    ],
)
def test_the_sources_word_for_the_kind(said: str, kind: str) -> None:
    assert read(title="青山市の新しい支援", text="詳しくはホームページをご覧ください。", kind=said).kind == kind


def test_a_source_of_one_kind() -> None:
    said = read(title="セミナーで学び採用を強化", text="研修に参加した。", source="mirasapo-cases")
    assert said.kind == "case"
    assert "mirasapo-cases" not in said.evidence.get("case", ())


GX = [
    # title, themes, stages
    ("青山市省エネ設備導入補助金", {"energy_saving"}, {"reduce"}),
    ("高効率空調機への更新を補助します", {"energy_saving"}, {"reduce"}),
    ("農業水利施設電気料金高騰対策・省エネルギー化事業補助金", {"energy_saving"}, {"reduce"}),
    ("工場・事業場の脱炭素化促進事業", {"energy_saving"}, {"reduce"}),
    ("自家消費型太陽光発電・蓄電池導入支援事業", {"renewables", "storage_ems"}, {"reduce"}),
    ("木質バイオマスボイラー導入補助金", {"renewables", "energy_saving"}, {"reduce"}),
    ("電気自動車（ＥＶ）・充電設備導入補助金", {"mobility"}, {"reduce"}),
    ("EVトラック購入費補助金", {"mobility"}, {"reduce"}),
    ("物流の脱炭素化促進補助金", {"mobility"}, {"reduce"}),
    ("住宅省エネ改修補助金", {"buildings"}, {"reduce"}),
    ("事業所の断熱改修を支援します", {"buildings"}, {"reduce"}),
    ("既存建築物のZEB化支援事業", {"buildings"}, {"reduce"}),
    ("水素ステーション整備費補助金", {"hydrogen"}, {"reduce"}),
    ("食品ロス削減に取り組む小売業者を募集", {"circular"}, {"reduce"}),
    ("プラスチック資源循環設備導入事業", {"circular"}, {"reduce"}),
    ("J-クレジット創出支援補助金", {"sinks"}, {"reduce"}),
    ("CO₂排出量見える化システム導入費補助金", {"measurement"}, {"measure", "reduce"}),
    ("脱炭素経営計画策定支援補助金", {"management"}, {"reduce"}),
    ("脱炭素の普及啓発に取り組む団体への補助金", {"management"}, {"know"}),
    ("カーボンニュートラルセミナーを開催：青山県", {"management"}, {"know"}),
    ("カーボンニュートラル相談窓口のご案内", {"management"}, {"know"}),
    ("水素利用技術の研究開発事業", {"hydrogen", "rnd"}, {"reduce"}),
    ("中小企業等GX促進事業費補助金", set(), {"reduce"}),
    ("高効率変圧器への更新補助金", {"energy_saving"}, {"reduce"}),
    ("木質チップボイラー導入補助金", {"renewables", "energy_saving"}, {"reduce"}),
    ("洋上風況調査事業費補助金", {"renewables"}, {"reduce"}),
    ("電動フォークリフト導入補助金", {"mobility"}, {"reduce"}),
    ("エコタイヤ購入支援（運送事業者の燃費向上）", {"mobility"}, {"reduce"}),
    ("あおやま窓リノベ事業", {"buildings"}, {"reduce"}),
    ("脱炭素ビルリノベ事業", {"buildings"}, {"reduce"}),
    ("水電解装置導入支援事業", {"hydrogen"}, {"reduce"}),
    ("産廃3R推進補助金", {"circular"}, {"reduce"}),
    ("造林事業補助金", {"sinks"}, {"reduce"}),
    ("ISO50001認証取得補助金", {"management"}, {"reduce"}),
    ("地域資源循環型の農業で町を支える補助金", {"circular"}, {"reduce"}),
    ("新手法による電力融通モデル創出事業", {"storage_ems"}, {"reduce"}),
    ("次世代燃料の導入補助金", {"hydrogen"}, {"reduce"}),
    # a building built to show the way is a building, not research
    ("ネット・ゼロ・エネルギー・ビル実証事業（ZEB）", {"buildings"}, {"reduce"}),
    ("超高層ZEH-M実証事業", {"buildings"}, {"reduce"}),
    # a diagnosis alone, and one beside what follows from it
    ("青山市省エネルギー診断補助金", {"energy_saving"}, {"measure"}),
    ("エネルギー利用最適化診断等事業", {"energy_saving"}, {"measure"}),
    ("CO2削減ポテンシャル診断推進事業のうち低炭素機器導入事業", {"energy_saving"}, {"measure", "reduce"}),
    # the part of a budget line, where it is about something else
    ("廃棄物発電導入促進事業（うち汚染変圧器の高効率化によるCO2削減推進事業）", {"energy_saving"}, {"reduce"}),
    ("廃棄物発電導入促進事業（うち地域の廃棄物の活用事業）", {"renewables", "circular"}, {"reduce"}),
]


@pytest.mark.parametrize(("title", "themes", "stages"), GX)
def test_gx(title: str, themes: set[str], stages: set[str]) -> None:
    said = read(title=title)
    assert said.gx
    assert set(said.themes) == themes
    assert set(said.stages) == stages


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("職場環境改善支援事業補助金", ""),
        ("賃上げ環境整備補助金", ""),
        ("子育て世帯の住環境向上補助金", ""),
        ("山岳の受入環境改善事業の公募", "環境省では公募を実施します。"),
        ("中小企業者電気代高騰対策支援金", "電気代の値上がりの影響を受ける事業者に支援金を支給します。"),
        ("運送事業者燃油価格高騰対策支援金", "エネルギー価格の高騰の影響を緩和します。"),
        ("物価高騰対応支援金", "エネルギー・食料品価格等の物価高騰の影響を受けている事業者に交付します。"),
        ("共同住宅のEV改修補助金", "エレベーター（EV）の改修費を補助します。"),
        ("企業価値評価セミナー", "EVとEBITDAの読み方を学びます。"),
        ("EVENT運営費補助金", ""),
        ("新メニュー開発コンテスト", "断熱カップ入りの冷製スープなど、レシピを募集します。"),
        ("過酸化水素の取扱い講習会", ""),
        ("地域経済循環を生む商店街支援事業", ""),
        ("循環バス運行補助金", ""),
        ("事業再生計画策定支援", ""),
        ("カーボンファイバー加工の技術講座", ""),
        ("クレジットカード決済端末導入補助金", ""),
        ("園芸産地高温対策事業", "地球温暖化の影響による高温に備える資材を補助します。"),
        ("女性活躍推進補助金", "お問い合わせ 青山市環境部脱炭素社会推進課"),
        ("ものづくり補助金", "公益財団法人新エネルギー財団のシステムから申請してください。"),
        ("小規模EMSメーカーの挑戦", "プリント基板の実装設備をEMSとして国内で初めて導入した。"),
        ("電子機器の受託生産", "深センに工場を建設し、EMSを手掛ける。"),
        ("観光地の足を支える補助金", "道路運送車両法に定める自動車、容器包装リサイクル法第3条の容器を対象とします。"),
        ("環境対応型給油所支援事業", "環境問題に備え、土壌汚染の検査に要する経費を補助します。"),
        ("独自の真空断熱技術で宇宙に挑む", "同社は真空断熱の容器を製造している。"),
        ("石油製品販売業の次世代燃料供給体制構築事業", "給油所の地下タンクの入換えに要する経費を補助します。"),
        ("省令の改正", "食品循環資源の再生利用等の促進に関する法律が改正されました。"),
        (
            "人材育成助成金",
            "研修費の一部を助成します。" + "対象の経費は要領のとおりです。" * 40 + "省エネの研修も対象です。",
        ),
    ],
)
def test_words_that_mislead(title: str, text: str) -> None:
    said = read(title=title, text=text)
    assert not said.gx, said.evidence
    assert (said.themes, said.stages, said.levers) == ((), (), ())


def test_an_ems_of_energy_and_a_way_of_doing_count() -> None:
    assert read(title="EMSを用いた電力の需給調整の支援").themes == ("storage_ems",)
    assert read(title="廃プラスチックの新しい処理方法の開発補助金").gx
    assert read(title="省エネ工法の導入補助金").gx


def test_evidence_of_reducing_is_of_the_measure() -> None:
    said = read(title="老舗の挑戦", text="同社は社員と食品残渣を堆肥化し、顧客に資源循環の輪を広げている。")
    assert (said.kind, said.stages) == ("case", ("reduce",))
    assert said.evidence["reduce"] == said.evidence["circular"]


def test_the_text_speaks_where_the_title_is_silent() -> None:
    text = "同社は食品残渣を発酵させる装置をつくり、資源循環の仕組みを各地に広げている。"
    said = read(title="地域の課題を解く装置メーカー", text=text)
    assert (said.kind, said.gx, said.themes, said.stages) == ("case", True, ("circular",), ("reduce",))


@pytest.mark.parametrize(
    ("title", "text", "themes"),
    [
        # 設備導入 names a theme only where nothing else does
        (
            "選別設備導入事業（脱炭素）",
            "リサイクルを進め、資源循環と循環経済の実現を図る。廃プラスチックも対象。",
            {"circular"},
        ),
        ("選別設備導入事業（脱炭素）", "", {"energy_saving"}),
        # what is named in one breath is offered together
        ("再エネ設備導入補助金", "太陽光発電設備及び蓄電池の導入費の一部を補助します。", {"renewables", "storage_ems"}),
        ("太陽光発電導入支援事業", "太陽光発電設備への蓄電池の併設を支援します。", {"renewables", "storage_ems"}),
        # words of gx in general name no theme of a firm whose own work the text names
        (
            "CO2排出削減に挑む老舗",
            "同社は廃プラスチックを再資源化し、資源循環の輪を広げ、廃棄物を減らした。",
            {"circular"},
        ),
        ("再エネ設備導入補助金", "蓄電池の補助金とは併用できません。太陽光発電設備が対象です。", {"renewables"}),
    ],
)
def test_themes_of_title_and_text(title: str, text: str, themes: set[str]) -> None:
    assert set(read(title=title, text=text).themes) == themes


def test_an_issuers_name_says_nothing_about_the_matter() -> None:
    title, text = "販路開拓補助金", "青山カーボンニュートラル推進機関・省エネ普及会が交付します。"
    assert read(title=title, text=text).gx
    assert not read(title=title, text=text, issuer="青山カーボンニュートラル推進機関・省エネ普及会").gx


@pytest.mark.parametrize(
    ("title", "text", "levers"),
    [
        ("LED照明への更新補助金", "", ("kaeru",)),
        (
            "省エネ診断と運用改善の支援",
            "エア漏れを直し、設定温度を見直し、人感センサーで消灯する。",
            ("sageru", "naosu", "tomeru"),
        ),
        ("廃熱回収設備の導入支援事業", "", ("hirou",)),
        ("風力発電の人材育成補助金", "メンテナンスの訓練施設を整備します。計画は毎年更新します。", ()),
        ("脱炭素経営の計画策定", "不要な設備の停止と工程の削減から始める。", ("yameru",)),
        ("機械の入替補助金", "古い機械の入替を補助します。", ()),
    ],
)
def test_levers(title: str, text: str, levers: tuple[str, ...]) -> None:
    assert read(title=title, text=text).levers == levers


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("展示会出展費用補助金", ("sales",)),
        ("創業支援補助金", ("startup",)),
        ("外国出願費用助成金", ("overseas", "intellectual_property")),
        ("省エネ設備更新補助金", ("environment", "equipment")),
        ("なりわい再建支援補助金", ("disaster",)),
    ],
)
def test_fields(title: str, fields: tuple[str, ...]) -> None:
    assert read(title=title).fields == fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("1946年の創業以来、当社は研削を主軸に受注を広げ、売上の増加を実現した。", ()),
        ("創業塾に通って準備し、金属の研削工場を創業。売上の増加を実現した。", ("startup",)),
    ],
)
def test_when_a_firm_was_founded_is_no_field_of_its_case(text: str, fields: tuple[str, ...]) -> None:
    said = read(title="三次元研削で成長する企業", text=text, kind="取組事例")
    assert (said.kind, said.fields) == ("case", fields)


def test_the_sources_own_fields_are_taken_over() -> None:
    assert read(title="展示会補助金", fields=["設備投資", "環境・省エネ・SDGs", "別の分野"]).fields == (
        "environment",
        "equipment",
    )


def test_the_purposes_that_an_issuer_ticked_add_to_the_words() -> None:
    ticked = ["設備整備・IT導入をしたい", "新たな事業を行いたい"]
    said = read(title="展示会補助金", fields=ticked)
    assert said.fields == ("equipment", "sales")
    assert said.evidence["equipment"] == ("設備整備・IT導入をしたい",)
    everything = list(document("fields.yml")["purposes"]["fields"])
    assert read(title="展示会補助金", fields=everything).fields == ("sales",)


def test_evidence_is_verbatim() -> None:
    title, text = (
        "【青山市】補助金・助成金：「ＬＥＤ照明・太陽光発電導入補助金」",
        "ＣＯ２排出量を減らす設備の更新を補助します。",
    )
    said = read(title=title, text=text)
    assert said.evidence["renewables"] == ("太陽光発電",)
    assert "ＬＥＤ照明" in said.evidence["energy_saving"]
    for words in said.evidence.values():
        for word in words:
            assert word in title or word in text


def test_every_label_of_gx_has_evidence() -> None:
    for title, _, _ in GX:
        said = read(title=title)
        for label in ("gx", *said.themes, *said.stages, *said.levers):
            assert said.evidence[label], (title, label)


def test_ids_are_those_of_the_vocabulary() -> None:
    for title, _, _ in GX:
        said = read(title=title)
        assert said.kind in labels("kind")
        for facet, found in (
            ("theme", said.themes),
            ("stage", said.stages),
            ("lever", said.levers),
            ("field", said.fields),
        ):
            assert list(found) == [label for label in labels(facet) if label in found]


@pytest.mark.parametrize(
    ("title", "text"), [("", ""), ("　", "\n"), ("：", "："), ("【】", "補助"), ("EV", "EV" * 5000)]
)
def test_nothing_breaks_it(title: str, text: str) -> None:
    assert isinstance(read(title=title, text=text), Labels)


def test_read_row_is_json() -> None:
    row = read_row({"id": "a1", "title": "省エネ診断の受診費用を助成：青山市", "body": None})
    assert json.loads(json.dumps(row)) == row
    assert (row["id"], row["kind"], row["gx"], row["themes"]) == ("a1", "subsidy", True, ["energy_saving"])
    assert set(row) == {"id", "kind", "gx", "themes", "stages", "levers", "fields", "evidence"}


@pytest.mark.timeout(30)
def test_a_long_page_returns() -> None:
    """A few milliseconds alone; a rule that looks again from every word would take minutes."""
    read(title="省エネ補助金", text="補助対象設備は高効率空調、太陽光発電、蓄電池です。申請期間は四月一日から。" * 550)


def test_a_long_page_is_read_to_its_bound() -> None:
    filler = "申請期間は四月一日からです。" * 2_000
    assert read(title="設備補助金", text=filler + "脱炭素化を図る省エネ設備と太陽光発電と蓄電池。" * 50) == read(
        title="設備補助金", text=filler
    )


def test_rules_name_known_labels_and_words_once() -> None:
    rules = document("themes.yml")["rules"]
    assert set(rules) == {"gx", *labels("theme"), "in_general", "across", "takes_in", "together", "misleading"}
    assert {theme for pair in rules["together"] for theme in pair} <= set(labels("theme"))
    assert {rules["in_general"]["theme"], *rules["takes_in"], *rules["takes_in"].values()} <= set(labels("theme"))
    assert set(document("themes.yml")["levers"]) == set(labels("lever"))
    stages = document("themes.yml")["stages"]
    assert {*stages["by_kind"].values(), *stages["words"], *stages["instead"]} <= set(labels("stage"))
    assert set(stages["by_kind"]) == {*labels("kind"), OTHER}
    assert set(document("fields.yml")["rules"]) == set(labels("field"))
    assert set(document("fields.yml")["purposes"]["fields"].values()) <= set(labels("field"))
    assert set(document("kinds.yml")["rules"]) == {*labels("kind"), OTHER}
    for label in ("gx", *labels("theme")):
        words = [fold(word) for rule in rules[label] for word in rule["words"]]
        assert len(words) == len(set(words)), sorted(word for word in words if words.count(word) > 1)


def test_labelled_lines() -> None:
    path = SHARED / "gold" / "themes_dev.jsonl"
    if not path.exists():
        pytest.skip(f"no labelled lines at {path}")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said = [read_row(row) for row in rows]

    def f1(key: str) -> float:
        pairs = [(set(row[key]), set(got[key])) for row, got in zip(rows, said, strict=True)]
        return 2 * sum(len(a & b) for a, b in pairs) / sum(len(a) + len(b) for a, b in pairs)

    right = [(row["gx"], got["gx"]) for row, got in zip(rows, said, strict=True)]
    assert 2 * sum(a and b for a, b in right) / sum(a + b for a, b in right) >= 0.97
    assert sum(row["kind"] == got["kind"] for row, got in zip(rows, said, strict=True)) / len(rows) >= 0.97
    assert f1("themes") >= 0.95
    assert f1("stages") >= 0.95


def test_what_offers_nothing_goes_to_review() -> None:
    notice = Notice(source="aoyama", url="https://aoyama.test/1", title="庁舎壁面の広告掲載を募集")
    facts = {"publisher": "青山市", "url": "https://aoyama.test/", "licence": "CC BY 4.0"}
    programme = normalise(notice, "2026-08-22", facts=facts, fetched_at="2026-08-22T04:00:00+09:00")
    assert programme.kind is Kind.NEWS
    assert ("kind", "nothing_offered") in {(problem.field, problem.code) for problem in programme.problems}


@pytest.mark.parametrize(
    ("title", "text", "section", "issuer", "kind"),
    [
        ("伴走支援で工場の電気代を見直す", "青山商工会が専門家を派遣し、伴走支援した。", "支援事例", "", "case"),
        ("資金繰りの悩みに融資で応える", "融資の相談会で借入を決めた。", "経営支援の現場から 「山の編」", "", "case"),
        (
            "売上の目標に挑戦する企業の登録を始める",
            "登録した企業が成長を実現し、販路を広げる。",
            "支援",
            "青山市",
            "news",
        ),
    ],
)
def test_what_a_section_tells_of_is_no_kind_of_its_own(
    title: str, text: str, section: str, issuer: str, kind: str
) -> None:
    assert read(title=title, text=text, kind=section, issuer=issuer).kind == kind
