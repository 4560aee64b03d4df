import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.normalise.areas import read, read_row
from indexer.schema import Level
from indexer.vocab import regions

CHUBU = "16 17 21 23 24"
KYUSHU = "40 41 42 43 44 45 46"


def codes(**row):
    return " ".join(read(**row).codes)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("【福岡市】補助金・助成金：「創業の支援」", "40130"),
        ("【秋田県】セミナー・イベント：「人材の確保」", "05"),
        ("【環境省】太陽光発電の導入支援", "JP"),
        ("【九州経済産業局】商店街の活性化", KYUSHU),
        ("【沖縄総合事務局】起業の拠点づくり", "47"),
        ("【東北支部】鉱害防止工事の補助", "02 03 04 05 06 07"),
        ("【札幌運輸支局】バスの補助", "01"),
        ("【帯広運輸支局】バスの補助", "01"),
        ("【島根県商工会連合会】販路開拓［全国商工会連合会分］", "32"),
        ("【ふくい産業支援センター】設備の補助", "18"),
        ("【大阪府和泉市】空き店舗の補助", "27219"),
        ("【令和8年度】長崎市太陽光の補助", "42201"),
        ("深谷市_鳥獣害の対策", "11218"),
        ("店舗の改装 - 支援の窓口 - 愛媛県庁公式ホームページ", "38"),
        ("京都府公衆浴場の改善／京都府ホームページ", "26"),
        ("東京都中小企業の助成", "13"),
        ("東久留米市の助成", "13222"),
        ("西東京市の助成", "13229"),
        ("四日市市と廿日市市の助成", "24202 34213"),
        ("大和高田市の助成", "29202"),
        ("大阪市港区の店舗の助成", "27100"),
        ("茅ヶ崎市の助成", "14207"),
        ("茅ケ崎市の助成", "14207"),
        ("竜ケ崎市の助成", "08208"),
        ("石狩郡当別町の助成", "01303"),
        ("三宅島三宅村の助成", "13381"),
        ("佐賀市大和町の店舗の助成", "41201"),
        ("東京圏から弘前市へ移る人の支援", "02202"),
        ("やまぐち産業の高度化補助金", "35"),
        ("京都型の企業の育成", "26"),
        ("九州7県の企業の支援", KYUSHU),
        ("中国地方の企業の支援", "31 32 33 34 35"),
        # An office of the state in a bracket anywhere; prefectures that share one 県.
        ("鉱害防止工事の補助（令和８年度）【四国支部】", "36 37 38 39"),
        ("鉱害防止工事の補助【関東監督部】", "08 09 10 11 12 13 14 15 19 20 22"),
        ("融資・貸付：「省力化の資金【日本公庫（国民生活事業）】」", "JP"),
        ("【沖縄局】知財の支援", "47"),
        ("島根、鳥取県の企業の海外展開", "31 32"),
        ("大雪の被害を受けた北海道・新潟4市8町の企業の支援", "01 15"),
        ("大雪の被害を受けた福島、新潟県22市町村の企業の支援", "07 15"),
    ],
)
def test_titles(title, expected):
    assert codes(title=title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "三重の補助金",
        "中央の補助金",
        "中央市場の活性化",
        "観光市場の開拓",
        "港区域の整備",
        "津山市町村会の助成",
        "福島県沖地震の相談窓口",
        "北陸4県特産の食品の販売",
        "中国企業との商談会",
        "日本橋の商店の支援",
        "大阪・関西万博の出展",
        "【省エネ】設備の更新",
        "秋田への移住で最大100万円",
        "石川賞の募集",
        "補助金・助成金：「設備の更新」",
        "",
    ],
)
def test_no_place(title):
    found = read(title=title)
    assert (found.level, found.codes, found.raw) == (Level.UNKNOWN, (), "")


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ("経済産業省・中小企業庁・他", "JP"),
        ("環境省（執行団体：一般財団法人環境イノベーション研究所）", "JP"),
        ("一般社団法人脱炭素の協会", "JP"),
        ("株式会社日本政策金融公庫・沖縄振興開発金融公庫", "JP"),
        ("沖縄振興開発金融公庫", "47"),
        ("信用保証協会", "JP"),
        ("川崎市信用保証協会", "14130"),
        ("京都信用保証協会", "26"),
        ("公益財団法人東京都中小企業振興公社・東京都", "13"),
        ("公益財団法人 東京しごと財団", "13"),
        ("公益財団法人いわて産業振興センター", "03"),
        ("公益財団法人板橋区産業振興公社", "13119"),
        ("公益財団法人横浜企業経営支援財団", "14100"),
        ("東京都・公益財団法人東京観光財団", "13"),
        ("穴水町、石川県", "17461"),
        ("大津商工会議所", "25201"),
        ("東京商工会議所", "13"),
        ("愛知県岡崎商工会議所", "23202"),
        ("北大阪商工会議所", ""),
        ("神辺町商工会（広島県福山市）", "34207"),
        ("日本商工会議所", "JP"),
        ("関東経産局", "08 09 10 11 12 13 14 15 19 20 22"),
        ("中小機構北陸本部", "16 17 18"),
        ("中小機構北陸本部と福井県中央会", "18"),
        ("内閣府沖縄総合事務局", "47"),
        ("公正取引委員会四国支所", "36 37 38 39"),
        ("中国四国地方環境事務所", "31 32 33 34 35 36 37 38 39"),
        ("中国四国地方環境事務所四国事務所", "36 37 38 39"),
        ("関西広域連合", "25 26 27 28 29 30 31 36"),
        ("むさし府中商工会議所", "13206"),
        ("工業所有権情報・研修館", "JP"),
        ("ジェトロ北海道", "01"),
        ("ジェトロ", "JP"),
        ("奈良労働局", "29"),
        ("株式会社さがみはら創造センター", ""),
        ("防衛省・自衛隊地方協力本部", "JP"),
    ],
)
def test_issuers(issuer, expected):
    assert codes(title="設備の更新", issuer=issuer) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.city.hamamatsu.shizuoka.jp/sangyo/x.html", "22130"),
        ("https://www.city.fukuoka.lg.jp/x", "40130"),
        ("https://www.pref.aichi.jp/x", "23"),
        ("https://web.pref.hyogo.lg.jp/x", "28"),
        ("https://www.hataraku.metro.tokyo.lg.jp/x", "13"),
        ("https://www.city.ota.tokyo.jp/", "13111"),
        ("https://www.city.ota.gunma.jp/", "10205"),
        ("https://www.city.ohda.lg.jp/", "32205"),
        ("https://www.city.otsu.lg.jp/", "25201"),
        ("https://www.town.hyogo-taishi.lg.jp/", "28464"),
        ("https://www.city.kochi-konan.lg.jp/", "39211"),
        ("https://www.town.morimachi.shizuoka.jp/", "22461"),
        ("https://www.city.sakai.lg.jp/", "27140"),
        ("https://www.city.chuo.lg.jp/", "13102"),
        ("https://www.town.misato.saitama.jp/", "11381"),
        ("https://www.vill.showa.gunma.jp/", "10448"),
        ("https://www.city-matsuura.jp/", "42208"),
        ("https://www.city.fuchu.hiroshima.jp/", "34208"),
        ("https://WWW.City.Tamba.LG.jp/", "28223"),
        ("https://www.osaka.cci.or.jp/", "27100"),
        ("https://www.nosai-nagano.or.jp/", "20"),
        ("https://www.isico.or.jp/support/x", "17"),
        ("https://chizai.fisc.jp/x", "18"),
        ("https://union.suido-kagawa.lg.jp/", "37"),
        ("https://www.kyushu.meti.go.jp/x", KYUSHU),
        ("https://jsite.mhlw.go.jp/tokyo-roudoukyoku/x", "13"),
        ("https://www.jfc.go.jp/n/x", "JP"),
        ("https://j-net21.smrj.go.jp/snavi2/articles/1", ""),
        ("https://j-net21.smrj.go.jp/qa/financial/x.html", "JP"),
        ("https://www.jgrants-portal.go.jp/subsidy/x", ""),
        ("https://mirasapo-plus.go.jp/infomation/1/", "JP"),
        ("https://www.example.com/fukuoka", ""),
        ("http://[::1", ""),
        ("http://" + "a." * 200 + "jp", ""),
        ("no url", ""),
    ],
)
def test_hosts(url, expected):
    assert codes(title="設備の更新", url=url) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"title": "府中市の助成", "body": "【府中市】（広島県）市内の企業"}, "34208"),
        ({"title": "【府中市】助成", "body": "【府中市】（東京都）市内の企業"}, "13206"),
        ({"title": "東京都府中市の助成"}, "13206"),
        ({"title": "伊達市の助成", "url": "https://www.city.date.hokkaido.jp/x"}, "01233"),
        ({"title": "【伊達市】助成", "url": "https://www.city.fukushima-date.lg.jp/x"}, "07213"),
        ({"title": "湖南市の助成", "url": "https://www.city.konan.lg.jp/x"}, "25211"),
        ({"title": "【池田町】助成", "areas": ["長野県"]}, "20481"),
        ({"title": "【北区】助成", "issuer": "北区"}, "13117"),
        ({"title": "創業", "issuer": "府中商工会議所", "areas": ["広島県"]}, "34208"),
    ],
)
def test_shared_names_decided_by_context(row, expected):
    assert codes(**row) == expected


@pytest.mark.parametrize(
    "row",
    [
        {"title": "府中市の助成"},
        {"title": "【伊達市】助成"},
        {"title": "創業", "issuer": "池田町"},
        {"title": "創業", "issuer": "府中商工会議所"},
        {"title": "創業", "url": "https://www.city.konan.lg.jp/x"},
    ],
)
def test_shared_names_left_open(row):
    found = read(**row)
    assert found.codes == () and [problem.code for problem in found.problems] == ["ambiguous_place"]


ALL = " / ".join(["全国", *(region.name for region in regions.children("JP")), "四国地方"])


@pytest.mark.parametrize(
    ("row", "expected", "problem"),
    [
        ({"areas": ["全国"]}, "JP", None),
        ({"areas": [ALL]}, "JP", None),
        ({"areas": ["東京都"]}, "13", None),
        ({"areas": ["東京都", "神奈川県"]}, "13 14", None),
        ({"areas": ["東海地方", "静岡県"]}, "21 22 23 24", None),
        ({"areas": ["関東・甲信越地方"]}, "08 09 10 11 12 13 14 15 19 20", None),
        ({"areas": ["40131"]}, "40130", None),
        ({"areas": ["全国 / 宮崎県"]}, "45", "conflicting_place"),
        ({"areas": ["竜宮県"]}, "", "unknown_place"),
        ({"areas": ["全国", "竜宮県"]}, "JP", "unknown_place"),
        ({"areas": [ALL], "title": "【四国経済産業局】商店街"}, "36 37 38 39", None),
        ({"areas": [ALL], "title": "三重県企業再起の補助"}, "24", None),
        ({"areas": ["埼玉県"], "title": "深谷市起業の補助"}, "11218", None),
        ({"areas": ["岩手県", "宮城県"], "title": "【東北経済産業局】復興"}, "03 04", None),
        ({"areas": ["福島県"], "title": "【経済産業省】企業立地"}, "07", None),
        ({"areas": ["愛知県"], "body": "岡崎市内のものづくり事業所が行う開発"}, "23202", None),
        ({"areas": ["東京都"], "body": "東京都内の中小企業。千代田区内の事業所"}, "13", None),
        ({"areas": ["石川県"], "title": "福井県の助成"}, "17", "conflicting_place"),
        ({"areas": ["石川県"], "title": "【福井県】助成"}, "18", "conflicting_place"),
    ],
)
def test_area_lists(row, expected, problem):
    found = read(**row)
    assert " ".join(found.codes) == expected
    assert [entry.code for entry in found.problems] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("【土岐市】（岐阜県）窯業の支援です。", "21212"),
        ("【中小企業庁】（全国）事業承継の支援です。", "JP"),
        ("【鳥取県】（全国,鳥取県）承継による起業の支援です。", "31"),
        ("【株式会社日本政策金融公庫】（全国,新潟県,富山県）地震の貸付です。", "15 16"),
        ("【公益財団法人 新潟市産業振興財団】（新潟県）食品の支援です。", "15100"),
        ("富山県が、催しの企画を募っている。", "16"),
        ("北海道環境財団は、環境省から補助金を受けて車両の導入を支援します。", ""),
        ("福岡県内の中小企業が対象です。", "40"),
        ("都内に本店を有する中小企業が対象です。", "13"),
        ("道内の事業者が対象です。", "01"),
        ("府内の事業者が対象です。", ""),
        ("対象地域：兵庫県、大阪府、京都府", "26 27 28"),
        # Who acts, behind a remark in brackets or a caption.
        ("■目的・概要\n（公財）長野県中小企業振興センター（以下「センター」という。）は、企業を支援します。", "20"),
        ("感謝状を受け取る代表（右）中小機構は6月1日、感謝状を贈った。", "JP"),
        ("科学技術振興機構（JST）は文部科学省と共催で催しを開く。", "JP"),
        ("国土交通省において、協力する病院を支援しています。", "JP"),
        ("機械海辺協会は優れた開発を表彰する。", "JP"),
        ("地域の課題が増えています。このため、総務省では導入を支援します。", "JP"),
        ("原子力災害に伴い避難指示等の対象となった福島県田村市などの企業を支援します。", "07"),
        ("本事業は、我が国の産業の競争力を高めるため、閣議決定に基づき行います。", "JP"),
        ("中部経済産業局と愛知県、県港湾協会は、講演会を開く。", CHUBU),
        ("発明の普及のため、県港湾協会は催しを開く。", ""),
        ("登壇者は山中一横浜市長、加藤二小田原市長や企業の有識者、参加費無料。", ""),
        ("登壇は港太郎市長、加藤二小田原市長や産学官の有識者参加費:無料締め切り:5月14日環境省は催しを開く。", "JP"),
        # Whose rules on subsidies apply.
        ("環境省が行う事業に応じるかたを助けます。\n■根拠法令\n福井県補助金等交付規則", "18"),
        # Whom to ask: an office or a body for industry, never an address or who hands out the state's money.
        ("問合せ先：静岡県経済産業部商工業局", "22"),
        ("お問い合わせ先\n浜松市産業部産業振興課\n電話053-000-0000", "22130"),
        ("問合せ先：（公財）静岡県産業振興財団（経営支援チーム）TEL：054-000-0000", "22"),
        ("問合せ先：一般社団法人静岡県環境資源協会", ""),
        ("問合せ先：東京都千代田区霞が関１－１－１　海辺館", ""),
        ("問合せ先：北海道経済産業局産業部、東北経済産業局産業部", ""),
    ],
)
def test_bodies(body, expected):
    assert codes(title="設備の更新", body=body) == expected


def test_a_national_page_is_not_narrowed_by_a_passing_remark():
    row = {"title": "設備の補助金の公募", "body": "熊本県内の事業者には期限を延ばします。"}
    assert codes(**row, url="https://mirasapo-plus.go.jp/infomation/1/") == "JP"
    assert codes(**row) == "43"


def test_who_acts_is_narrower_than_whose_scheme_the_title_names():
    row = {
        "title": "山梨県制度「再生融資」への保証料の補助",
        "body": "甲府市は山梨県の融資に借り換えた企業を補助する。",
    }
    assert codes(**row) == "19201"


def article(title, issuer, text="内容です。"):
    return {"title": f"{title} | J-Net21", "body": f"支援\n{title}：{issuer}支援情報2026年4月1日{text}"}


@pytest.mark.parametrize(
    ("row", "expected", "event"),
    [
        (article("催しに補助", "鹿児島県"), "46", ""),
        (article("接種を実施", "京都商工会議所"), "26100", ""),
        (article("人材を公募", "中小企業庁", "勤務地は岩手県、新潟県。"), "JP", ""),
        (article("大賞を募集", "経産省、NEDO"), "JP", ""),
        (article("交流会を郡山市で開催", "特許庁"), "JP", "07203"),
        (article("第3回全国大会、富山県で開催", "農林水産省"), "JP", "16"),
        (article("講習会を開催", "中国経済産業局", "\n会場：広島市中区の会議場\n"), "31 32 33 34 35", "34100"),
        (article("大雨の被災企業を支援", "経産省", "石川・富山・新潟の各県の企業"), "15 16 17", ""),
        (
            article("地震で相談窓口を設置", "中小機構", "宮城県と福島県の全市町村に災害救助法が適用された。"),
            "04 07",
            "",
        ),
        (article("大雨で被災した三重県四日市市の企業を支援", "経産省", "三重県に災害救助法が適用"), "24202", ""),
        (article("催しに補助", "無名の会"), "", ""),
        ({"title": "研修の申し込みの受け付けを始めます:中小機構"}, "JP", ""),
    ],
)
def test_articles(row, expected, event):
    found = read(**row)
    assert (" ".join(found.codes), " ".join(found.event_codes)) == (expected, event)


def test_the_venue_is_not_the_coverage():
    found = read(title="【高知県】セミナー", venue="東京都千代田区の会議室")
    assert (found.codes, found.event_codes) == (("39",), ("13101",))
    assert read(title="講座", issuer="経済産業省", venue="オンライン").event_codes == ()
    assert read(title="設備の補助", body="会場：東京都千代田区").event_codes == ()


def test_levels():
    levels = {
        Level.NATIONAL: "【環境省】支援",
        Level.REGIONAL: "【四国経済産業局】支援",
        Level.PREFECTURE: "【高知県】支援",
        Level.MUNICIPALITY: "【高知市】支援",
        Level.UNKNOWN: "支援",
    }
    assert all(read(title=title).level is level for level, title in levels.items())


def test_issuer_and_raw():
    found = read(title="創業", issuer="公益財団法人板橋区産業振興公社")
    assert (found.issuer, found.raw, found.note) == ("公益財団法人板橋区産業振興公社", "板橋区", "issuer")


def test_row_of_the_command():
    row = {"id": "x1", "title": "【高知市】セミナー", "body": None, "issuer": None, "url": None, "level": "?"}
    assert read_row(row) == {
        "id": "x1",
        "level": "municipality",
        "codes": ["39201"],
        "event_codes": [],
        "note": "issuer",
    }


PIECES = st.lists(
    st.sampled_from(
        [region.name for region in regions.all()[::29]]
        + [
            "【",
            "】",
            "（",
            "）",
            "全国",
            "経済産業省",
            "九州経済産業局",
            "商工会議所",
            "：",
            "・",
            "で開催",
            "内の企業",
            "\n",
            "府中市",
        ]
        + ["支援情報", "京都", "中小機構近畿", "セミナー", "会場：", "地震", "/", "竜宮県"]
    )
    | st.text(max_size=6),
    max_size=12,
).map("".join)


@given(PIECES, PIECES, PIECES, PIECES, st.lists(PIECES, max_size=3), PIECES)
def test_codes_are_valid_and_raw_occurs(title, body, issuer, url, areas, venue):
    found = read(title=title, body=body, issuer=issuer, url=url, areas=areas, venue=venue)
    for code in (*found.codes, *found.event_codes):
        assert not regions.get(code).is_ward
    assert list(found.codes) == sorted(set(found.codes))
    assert "JP" not in found.codes or found.codes == ("JP",)
    assert bool(found.raw) == bool(found.codes)
    texts = (title, body, issuer, url, venue, *areas)
    assert any(found.raw in text for text in texts)
    assert any(found.issuer in text for text in texts)
    for problem in found.problems:
        assert any(problem.raw in text for text in texts)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "row",
    [
        {"title": "東京都"},
        {"title": "【"},
        {"title": "："},
        {"title": "|  "},
        {"title": "府中市"},
        {"title": "セミナー", "body": "会場："},
        {"issuer": "九州経済産業局"},
        {"issuer": " 東北"},
        {"issuer": "一"},
        {"issuer": "経産省", "title": "地震", "body": "石川・"},
        {"url": "http://city.", "title": "x"},
        {"venue": "府中市"},
    ],
    ids=lambda row: "-".join(f"{key}-{value}" for key, value in row.items()),
)
def test_a_megabyte_returns(row):
    """A second or two alone; a rule that looks again from every sign would take hours."""
    found = read(**{key: value * (1_000_000 // len(value)) for key, value in row.items()})
    assert list(found.codes) == sorted(set(found.codes))
