"""What a text says of who can apply: sentences as real calls have them, with invented names."""

import pytest

from indexer.normalise.conditions import Size, conditions
from indexer.schema import Eligibility
from tests.samples import programme

CLEAR = {
    "a line": ("対象者：市内の中小企業者", Size.SME),
    "a heading": ("■応募資格\n県内に本社または主たる事業所を有する中小企業者\n\n■問合せ先\n産業課", Size.SME),
    "with the law": (
        "■補助対象者\n（1）中小企業基本法（昭和38年法律第154号）第２条に規定する中小企業で、大企業が実質的に経営に参加していない中小企業者\n"
        "（2）一般財団法人、一般社団法人及び特定非営利活動法人",
        Size.SME,
    ),
    "any firm": ("■対象者\n市内に本店、支店、営業所を有する法人、または市内に住所を有する個人事業主", None),
    "small firms": ("補助対象者：市内に事業所を置く小規模事業者", Size.SMALL),
    "small ones too": ("対象者は県内の中小企業者、小規模事業者。", Size.SME),
    "a sentence": ("対象者は仙台市内の中小企業者です。\n応募の締め切りは7月19日。", Size.SME),
    "what honest firms meet": (
        "■対象者\n次の全てに該当する者\n（１）市内の中小企業者であること\n（２）市税を滞納していないこと\n（３）暴力団員でないこと",
        Size.SME,
    ),
    "honesty beside it": ("対象者：市内の中小企業者で、市税、国民健康保険料の滞納がない者", Size.SME),
    "bodies left out": ("■対象者\n市内の中小企業者\n※商工会議所、社会福祉法人、宗教法人は対象外です。", Size.SME),
    "where to read on": ("■対象者\n都内の中小企業者等\n\n詳細は募集要項をご確認ください。", Size.SME),
    "and whom the governor lets in": (
        "■応募資格\n県内に所在する中小企業者およびその他知事が適当と認める法人",
        Size.SME,
    ),
}  # fmt: skip
UNREAD = {
    "a registration": ("■対象者\n市内の中小企業者\n国の認定を受けた者", "国の認定を受けた者"),
    "a trade": ("■対象者\n県内で宿泊施設を営む中小企業者", "県内で宿泊施設を営む中小企業者"),
    "an age": ("対象者：創業後5年未満の中小企業者", "創業後5年未満の中小企業者"),
    "a list that is not there": ("■対象者\n次の要件を満たす中小企業者", "次の要件を満たす中小企業者"),
    "more elsewhere": (
        "■対象者\n都内の中小企業者\nその他の要件は募集要項をご覧ください。",
        "その他の要件は募集要項をご覧ください。",
    ),
    "more elsewhere, far from it": (
        "■対象者\n都内の中小企業者\n\n■対象事業\n研修\nその他要件等の詳細は、募集要項をご参照ください。",
        "その他要件等の詳細は、募集要項をご参照ください。",
    ),
    "trades that apply elsewhere": (
        "■対象者\n都内の中小企業者\n\n■ご注意\n建設業及び運輸業に該当する中小企業者等は、別のページからご申請ください。",
        "建設業及び運輸業に該当する中小企業者等は、別のページからご申請ください。",
    ),
    "two sizes": ("■対象者\n・県内企業\n・県内の小規模事業者", "・県内の小規模事業者"),
    "a condition beside honesty": (
        "■対象者\n市内の中小企業者\n・市内で３年以上営業し、市税の滞納がない者",
        "・市内で３年以上営業し、市税の滞納がない者",
    ),
    "a condition after honesty": (
        "■対象者\n市内の中小企業者\n・市税を完納し、市内で３年以上営業していること",
        "・市税を完納し、市内で３年以上営業していること",
    ),
    "another grant beside honesty": (
        "■対象者\n市内の中小企業者\n※類似の補助金を受けた者、市税滞納者は対象外となります。",
        "※類似の補助金を受けた者、市税滞納者は対象外となります。",
    ),
    "a law by its number is no honesty": (
        "■対象者\n県内の中小企業者\n旅館業法（昭和２３年法律第１３８号）の許可のある者（個人を除く）",
        "旅館業法（昭和２３年法律第１３８号）の許可のある者（個人を除く）",
    ),
    "what announces a list": (
        "■対象者\n市の登録を受けた者であって、次のいずれかに該当する者\n（１）中小企業者\n（２）一般社団法人",
        "市の登録を受けた者であって、次のいずれかに該当する者",
    ),
    "what announces a list, as a heading does": (
        "■対象者\n申請要件は、市の登録を受けた者であって、次のいずれかに該当する者となります。\n（１）中小企業者",
        "申請要件は、市の登録を受けた者であって、次のいずれかに該当する者となります。",
    ),
    "a list of who cannot": (
        "■対象者\n市内の中小企業者\n次のいずれかに該当する者は対象外です。\n（１）個人事業主",
        "次のいずれかに該当する者は対象外です。",
    ),
    "a note": ("■対象者\n県内の中小企業者（※）", "県内の中小企業者（※）"),
    "who makes something": (
        "部品の開発・製造を行う県内企業が、展示会に出る費用を補助します。\n\n■対象者\n県内の中小企業者",
        "部品の開発・製造を行う県内企業が、展示会に出る費用を補助します。",
    ),
    "a group": (
        "■対象者\n２者以上の都内中小企業者で構成されるグループ",
        "２者以上の都内中小企業者で構成されるグループ",
    ),
    "another sentence": (
        "■対象者\n市内の事業者\n\n■注意\nただし、農業者は除く。",
        "ただし、農業者は除く。",
    ),
}
NOTHING = {
    "nothing": "古い設備を新しくする費用の一部を補助します。",
    "only things": "対象経費は設備の購入費に限る。",
    "no firms": "■対象者\n社会福祉法人、特定非営利活動法人",
    "a city": "■対象者\n地方公共団体",
    "only where to read": "■応募資格\n詳細は公募要領をご確認ください。",
    "a heading alone": "■補助対象となる事業者",
    "groups of firms": "■対象者\n中小企業団体",
}


@pytest.mark.parametrize(("text", "size"), CLEAR.values(), ids=CLEAR)
def test_what_can_be_compared_as_a_whole(text: str, size: Size | None) -> None:
    found = conditions(programme(1, "架空の設備補助金", body=text))
    assert found.told and not found.unread
    assert found.size is size


@pytest.mark.parametrize(("text", "sentence"), UNREAD.values(), ids=UNREAD)
def test_what_decides_and_cannot_be_compared(text: str, sentence: str) -> None:
    found = conditions(programme(1, "架空の設備補助金", body=text))
    assert sentence in found.unread and found.size is None


@pytest.mark.parametrize(
    ("said", "read", "told"),
    [
        ("従業員20人以下", {"employees_max": 20}, True),
        ("従業員20人未満", {"employees_max": 19}, True),
        ("資本金1億円以下", {"capital_max_yen": 100_000_000}, True),
        # Another than the source's own field says, and one of several, of which none was read.
        ("従業員20人以下", {"employees_max": 300}, False),
        ("従業員20人以下", {}, False),
        ("従業員20人以下又は資本金1億円以下", {}, False),
        ("資本金1億円以下", {}, False),
    ],
)
def test_a_limit_is_understood_where_it_was_read(said: str, read: dict[str, int], told: bool) -> None:
    text = f"市内の事業者（{said}）"
    found = conditions(
        programme(1, "架空の設備補助金", body=f"■対象者\n{text}", eligibility=Eligibility(raw=said, **read))
    )
    assert (found.told, found.unread) == (((text,), ()) if told else ((), (text,)))


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_says_of_no_firm_that_it_can_apply(text: str) -> None:
    assert not conditions(programme(1, "架空の設備補助金", body=text)).told


@pytest.mark.parametrize(
    "title",
    [
        "架空の補助金（共同申請）",
        "商店街の照明補助金",
        "飲食店の換気補助金",
        "設備補助金 3年目申請用",
        "被災した会社の補助金",
        "設備補助金の事務局の公募",
        "ツール導入補助金（複数社連携類型）",
    ],
)
def test_a_title_that_is_for_some_firms_only(title: str) -> None:
    assert conditions(programme(1, title, body="対象者：市内の中小企業者")).unread == (title,)
