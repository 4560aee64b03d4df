"""What a text says of who can apply: sentences as real calls have them, with invented names."""

import pytest

from indexer.normalise.conditions import Size, conditions
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
    "a number": ("■対象者\n市内の事業者（常時使用する従業員20人以下）", None),
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
    ],
)
def test_a_title_that_is_for_some_firms_only(title: str) -> None:
    assert conditions(programme(1, title, body="対象者：市内の中小企業者")).unread == (title,)
