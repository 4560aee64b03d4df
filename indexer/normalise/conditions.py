"""Reads whether all that a text says of who can apply can be compared with a firm, so that nothing else decides.

Each sentence that names who can apply is taken apart: places, kinds and sizes of firms, and what every honest firm
meets. Whatever remains is a condition that we do not understand, and is kept as it is written. Sizes of firms are those
of 中小企業基本法第2条.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Any

from indexer.normalise.areas import named_places
from indexer.normalise.text import fold
from indexer.schema import Eligibility, Programme
from indexer.vocab import labels

MOST_LINES = 25
MOST_CHARACTERS = 300
MOST_KEPT = 5
_NO_LIMITS = Eligibility(raw="")


class Size(StrEnum):
    """How small a firm has to be: 中小企業者, 小規模企業者."""

    SME = "sme"
    SMALL = "small"


class _Meaning(StrEnum):
    """Of a sentence: firms that we can compare, bodies that are none, nothing that decides, or more than we read."""

    FIRMS = "firms"
    OTHERS = "others"
    NOTHING = "nothing"
    UNREAD = "unread"


@dataclass(frozen=True)
class Conditions:
    """`told` are sentences that say which firms can apply, `unread` those that name more than we can compare.

    `size` is told only where everything could be read.
    """

    told: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    size: Size | None = None

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return {"told": self.told, "unread": self.unread, "size": self.size}

    @classmethod
    def loaded(cls, values: Mapping[str, Any]) -> "Conditions":
        """What `stored` gave.

        >>> found = Conditions(("中小企業者",), (), Size.SME)
        >>> Conditions.loaded(found.stored()) == found
        True
        """
        size = Size(values["size"]) if values["size"] else None
        return cls(tuple(values["told"]), tuple(values["unread"]), size)


_MARKS = r"[\s■◆●○◎□▼▽◇・※*\-－–—【】《》<>\[\]()「」『』〔〕:;,.、。]"
_NUMBER = r"(?:[(\[]?(?:\d{1,2}|[①-⑳]|[ア-オa-e]|[一二三四五六七八九十])[)\].、:]\s*|[①-⑳])"
_HEADING = re.compile(
    rf"^(?:{_MARKS}|{_NUMBER})*"
    r"(?:本?(?:補助|助成|交付|奨励|支援|支給|給付|申請|応募|公募|申込|申し込み|貸付|融資|利用|参加|認定|本事業|事業|制度)*(?:金)?(?:の)?"
    r"(?:対象(?:となる)?(?:者|事業者|企業|法人|団体|方|中小企業者?|要件|資格)|応募資格|申請資格|申込資格|参加資格|資格(?:要件)?|申請者|応募者|応募対象|申請要件|要件|対象)"
    r"(?:等|の(?:主な)?(?:要件|資格|条件|範囲)|要件|の方)?(?:\([^)]{0,12}\))?)"
    rf"(?P<rest>\s*[】》>\])」]*\s*(?:[::は]\s*(?P<text>.*))?)$"
)
_NEXT = re.compile(r"^\s*[■◆●◎□▼◇【《<]|^\s*(?:https?:|TEL|電話)|問い?合わ?せ")
_WHO = re.compile(
    r"(?:対象(?:者|事業者|企業)は)|(?:事業者|企業|法人|者|方|個人|団体|組合|店舗|会社)(?:等)?(?:のみ)?(?:を|が|に)?対象(?:に|と|です|。|$)"
    r"|(?:者|方|事業者|企業|法人|業種|団体)(?:等)?(?:に限|のみ|を除|は除|は対象外|は対象となりません|は申請できません)"
    r"|業(?:等)?(?:に該当する|を営む)[^。]{0,20}(?:者|事業者|企業)(?:等)?は|(?:認定|登録|採択|許可|指定|交付決定|受講)(?:を受け|され)(?:た|ている)[^。]{0,14}(?:者|事業者|企業|法人|団体|方)"
)
_OF_THINGS = re.compile(
    r"経費|費用|設備|機器|工事|備品|製品|品目|車両|期間|金額|書類|契約|見積|取組|研修|講座|従業員|労働者"
)

_BOILERPLATE = re.compile(
    r"(?:詳細|詳しく|くわしく)[^。]{0,60}(?:ください|下さい|参照|確認|まで|ページ|HP|サイト|要領|要項|要綱)|^[※・\s]*[1一](?:事業者|社|者|法人)(?:に)?つき"
)
_ELSEWHERE = re.compile(
    r"(?:要件|条件|資格|対象者?)(?:等)?(?:の詳細|につい?ては|は、?)[^。]{0,30}(?:要領|要項|要綱|手引|ページ|HP|サイト|参照|確認)"
    r"|(?:その他|他に?も?|一定の?|所定の)[^。]{0,8}(?:要件|条件)|(?:要領|要項|要綱)[^。]{0,12}(?:要件|資格|条件)|に限らない"
)
_LIST = r"(?:[(\[]?[0-9①-⑳ア-ンa-z一二三四五六七八九十]+[)\]]?\s*(?:[~〜～・、又はからまでの]|及び|または|から|の)*\s*)"
_LEFT_OUT = re.compile(r"除く|除き|除外|対象外|対象とな(?:り|ら)|対象とし(?:ない|ません)|できません|できない")
_NOTED = re.compile(r"(?<=\w)[(\[]?(?:※|\*\d|注(?=[\d)\]]))")
"""A mark behind a word: what it means stands in a note."""
_MAKERS = re.compile(
    r"(?:開発|製造|生産|加工|販売|運送|輸送|栽培|施工)(?:等)?(?:を(?:行う|行っている|営む)|する|している)[^。、]{0,6}(?:企業|事業者|法人|会社)(?:等)?(?:が|に対|へ|を対象)"
)
"""Wherever it stands, who does so is meant (部品の製造を行う県内企業が…)."""
_INTRO = re.compile(
    rf"(?:次|以下|下記|左記)(?:の|に掲げる|に該当する|に示す|に定める)*\s*(?:{_LIST}|いずれ(?:か|も)?|(?:全|すべ)て|要件|条件|項目|各号|とおり|通り|の|に|を|も|か|該当|満た)+"
    r"(?:する|し|す|している|していること)?(?:、|かつ)*"
)
_DISHONEST = (
    r"(?:滞納|未納|暴力団|反社会|公序良俗|法令(?=に反し|遵守)|違反|不正|民事再生|破産|会社更生|倒産|風俗|宗教|政治|停止措置|指名停止|虚偽|交付停止"
    r"|支払停止|差押|不渡|清算|欠格|みなし大企業)"
)
_HONEST = re.compile(
    rf"{_DISHONEST}[^。]*"
    r"(?:ない|なく|除く|除きます|除外(?:する|します)?|対象外(?:です|とする|となります)?|対象となりません|完納)"
    r"(?:こと|者|もの|方|法人|事業者|企業)?(?:で(?:ある|す)|とします)?(?:こと)?[)。]*$"
    r"|^[^。、]{0,12}(?:市|町|村|都|県|府|区|国|各|法人|租)?税(?:等)?を(?:完納|滞りなく|納付|納税)[^。、かつ]{0,16}[)。]*$"
)
_BEFORE = re.compile(r".*(?:、|おり|営み|有し|あり|かつ)")
_CLAUSES = re.compile(r"(?<=[くずで])、(?:かつ、?)?|、?かつ、?")
_DUES = re.compile(r"[^\s、。・]{0,12}(?:税|保険料|使用料|負担金|公課)(?:等|又は|及び|並びに|や|[、・を\s])*")
_ASIDE = re.compile(
    r"(?:及び|および|又は|または|、)*その他[^。、]{0,16}(?:適当|必要)と認め(?:る|た)(?:者|法人|もの|団体)|\((?:みなし)?大企業[^()]*除く?\)|大企業(?:等)?が実質的に経営(?:に参加|を支配)していない|\((?:昭和|平成|令和)[^)]*?号\)|第\s*\d+\s*条(?:の\d+)?(?:第\s*\d+\s*項)?(?:(?:各号|第\s*\d+\s*号)(?:のいずれか)?)?"
)

_SMALL = re.compile(r"小規模(?:事業者|企業者|企業)")
_SME = re.compile(r"中小(?:企業(?:基本法)?(?:支援法)?|事業者|・小規模|零細)")
_ANY_SIZE = re.compile(r"中堅|大企業(?:を含|も|、|・|及び|並び)|規模(?:を|に)?(?:問わ|関わら|かかわら)")
_LARGE_LEFT_OUT = re.compile(r"(?:みなし)?大企業(?:等)?(?:は|を)?(?:除|対象外|でない|に該当しない)")

_FIRM = re.compile(
    r"中小企業(?:基本法|支援法|等経営強化法)?(?:者|事業者)?|小規模(?:事業者|企業者|企業)|中堅企業|個人事業(?:主|者)|個人(?=[、・及又も。]|$)"
    r"|(?:民間)?(?:事業者|企業|会社|法人|事業主)"
)
_BODIES = re.compile(
    r"中小企業(?:者)?(?:等)?(?:の)?(?:団体|グループ|組合)|(?:一般|公益)?(?:社団|財団)(?:法人)?|社会福祉法人|医療法人|学校法人|特定非営利活動法人|NPO法人|NPO|商工会(?:連合会|議所)?|協同組合|商店街振興組合|組合|中小企業団体|団体|グループ"
)
_PLACED = re.compile(
    r"(?:主たる|実質的に|現に|登記上の|本店の?|の区域|区域|地域|全域|管内)"
    r"|(?:都|道|府|県|市|区|町|村|国|日本|日本国)内|(?<= )内|本(?:都|道|府|県|市|区|町|村)|当(?:市|町|村|県|区)"
    r"|(?:事業所|事務所|本社|本店|支社|支店|営業所|工場|店舗|拠点|所在地|住所|主たる事業所|活動拠点)"
    r"|(?:を)?(?:有|所有|設置|保有|所在|立地|位置|置|構え|持|営|行|実施|事業活動)"
    r"(?:する|し|して|している|しており|く|いて|いている|える|えて|つ|って|っている|む|んで|んでいる|う|された)?"
)
_GENERAL = re.compile(
    r"(?:本|当該|この)?(?:補助|助成|交付|奨励|支援|支給|給付|申請|応募|申込|融資|貸付|利用)?(?:金|事業|制度)?(?:の)?(?:対象(?:となる|と|者|事業者|企業|要件)?|申請者|応募者|要件|資格|対象外)"
    r"|事業|主たる|該当|規定|定義|定め|いずれ|すべて|全て|以上|または|又は|若しくは|もしくは|及び|並びに|かつ|次|上記|下記|以下|以外|含|除|限|要|必要|可能|であること|であって|もの|もと|基づ|方|者|等|場合|とおり|こと|第|項|条|号"
    r"|業種|制約|規模|問わ|満た|法人格|登記"
)
_EMPLOYEES = re.compile(
    r"(?:常時)?(?:使用する|雇用する)?(?:従業員|労働者|従業者)(?:の)?(?:数)?[^。、]{0,10}?[\d,]+\s*[人名](?:以下|以内|未満)(?:の)?"
)
_CAPITAL = re.compile(r"資本(?:金|の額)(?:の額)?(?:又は出資の総額)?[^。、]{0,8}?[\d,.億千百万]+円(?:以下|以内)(?:の)?")
_MEANS = re.compile(r"[一-鿿々ァ-ヴーA-Za-z0-9]")


_NARROW = re.compile(
    r"共同申請|団体|グループ|コンソーシアム|組合|商店街|自治体|[2-9]年目|継続(?:分|申請)|障害|実績報告|練習|変更申請|請求|被災|認定|登録|事務局|執行団体|複数社"
)
"""Of titles that are for some firms only."""
_WHO_DOES = re.compile(
    r"(?:業|店|者|農家|漁師|旅館|ホテル|病院|介護|福祉|医療|保育|学校|塾|銭湯|美容室|トラック|士業|協同組合|農協)$"
)


@cache
def _any_trade() -> re.Pattern[str]:
    words = {word for each in labels.labels("industry").values() for word in (each.name, *each.synonyms)}
    # 発電 and 設計 are things that any firm may do; 飲食店 is who does it.
    words = {each for each in words if _WHO_DOES.search(each)}
    return re.compile("|".join(re.escape(fold(each)) for each in sorted(words, key=len, reverse=True)))


def conditions(programme: Programme) -> Conditions:
    """What the programme's own text says of who can apply."""
    told = list(dict.fromkeys(_statements(f"{programme.summary}\n{programme.body}")))
    trades = _trades(programme)
    limits = programme.eligibility or _NO_LIMITS
    meant = {each: _meaning(fold(each), trades, limits) for each in told}
    unread = [each for each, meaning in meant.items() if meaning is _Meaning.UNREAD]
    if _NARROW.search(fold(programme.title)) or (not trades and _any_trade().search(fold(programme.title))):
        unread.append(programme.title)
    firms = [each for each, meaning in meant.items() if meaning is _Meaning.FIRMS]
    sizes = {each: _size(fold(each)) for each in firms}
    if len(set(sizes.values())) > 1:
        # Of several sentences with several sizes nobody knows whether one of them is enough.
        unread += [each for each, named in sizes.items() if named]
    size = None if unread or not firms else sizes[firms[0]]
    return Conditions(tuple(firms[:MOST_KEPT]), tuple(unread[:MOST_KEPT]), size)


def _statements(text: str) -> Iterator[str]:
    """The sentences that say who can apply."""
    lines = [line.strip() for line in text.split("\n")]
    at = 0
    while at < len(lines):
        heading = _HEADING.match(fold(lines[at])) if len(lines[at]) <= MOST_CHARACTERS else None
        if not heading:
            yield from (each for each in _sentences(lines[at]) if _says_who(fold(each)))
            at += 1
            continue
        inline = heading["text"]
        section = [lines[at][heading.start("text") :]] if inline else []
        at += 1
        while at < len(lines) and len(section) < MOST_LINES and not _NEXT.search(fold(lines[at])[:20]):
            if not lines[at] and section and at + 1 < len(lines) and not re.match(_NUMBER, fold(lines[at + 1])):
                break
            if inline and not re.match(_NUMBER, fold(lines[at])):
                break  # 対象者：… is a line, and what follows another subject.
            section += [lines[at]] if lines[at] else []
            at += 1
        sentences = [each for line in section for each in _sentences(line)]
        for number, each in enumerate(sentences):
            announced = number + 1 < len(sentences) and _only_announces(fold(each))
            below = _HEADING.match(fold(each))
            if not announced and not (below and not below["text"]):
                yield each


def _only_announces(sentence: str) -> bool:
    """A list of who can apply, and asks for nothing itself; one of who cannot is another matter."""
    if not _INTRO.search(sentence) or _LEFT_OUT.search(sentence):
        return False
    return _meaning(_INTRO.sub(" ", sentence), (), _NO_LIMITS) is not _Meaning.UNREAD


def _sentences(line: str) -> list[str]:
    return [each.strip()[:MOST_CHARACTERS] for each in re.split(r"(?<=。)", line) if each.strip()]


def _says_who(sentence: str) -> bool:
    if _ELSEWHERE.search(sentence) or _MAKERS.search(sentence):
        return True
    return bool(_WHO.search(sentence)) and not _OF_THINGS.search(sentence)


def _trades(programme: Programme) -> tuple[str, ...]:
    """Words for the trades that were read."""
    known = labels.labels("industry")
    own = programme.eligibility.industries if programme.eligibility else ()
    return tuple(word for each in own for word in (known[each].name, *known[each].synonyms))


def _meaning(sentence: str, trades: Sequence[str], limits: Eligibility) -> _Meaning:
    if _ELSEWHERE.search(sentence):
        return _Meaning.UNREAD
    if _BOILERPLATE.search(sentence):
        return _Meaning.NOTHING
    if honest := _HONEST.search(sentence):
        return _beside(sentence, honest, trades, limits)
    if _NOTED.search(sentence):
        return _Meaning.UNREAD
    rest = _ASIDE.sub(" ", sentence)
    for pattern, read in ((_EMPLOYEES, limits.employees_max), (_CAPITAL, limits.capital_max_yen)):
        rest = pattern.sub(partial(_unless_other, read), rest)
    for start, end, _ in reversed(named_places(rest)):
        rest = f"{rest[:start]} {rest[end:]}"
    for each in sorted(trades, key=len, reverse=True):
        rest = rest.replace(fold(each), " ")
    if _INTRO.search(rest):
        return _Meaning.UNREAD  # Of a list that is not there.
    rest = _BODIES.sub(" ", rest)
    names_firm = bool(_FIRM.search(rest))
    for pattern in (_FIRM, _PLACED, _GENERAL):
        rest = pattern.sub(" ", rest)
    rest = re.sub(rf"^{_NUMBER}", " ", rest.strip())
    if _MEANS.search(rest):
        return _Meaning.UNREAD
    return _Meaning.FIRMS if names_firm else _Meaning.OTHERS


def _beside(sentence: str, honest: re.Match[str], trades: Sequence[str], limits: Eligibility) -> _Meaning:
    """What a sentence asks for beside honesty (県内で1年以上営業し、市税の滞納がない者)."""
    if not all(re.search(_DISHONEST, each) for each in _CLAUSES.split(honest[0])[1:] if _MEANS.search(each)):
        return _Meaning.UNREAD
    before = _BEFORE.match(sentence[: honest.start()])
    rest = re.sub(rf"^{_NUMBER}", " ", _DUES.sub(" ", before[0] if before else "").strip())
    return _meaning(rest, trades, limits) if _MEANS.search(rest) else _Meaning.NOTHING


def _unless_other(read: int | None, said: re.Match[str]) -> str:
    """A limit in words is compared only where it is the one that was read: of several, none is."""
    if read is None:
        return said[0]
    people = re.search(r"([\d,]+)\s*[人名](以下|以内|未満)", said[0])
    if people and int(people[1].replace(",", "")) - (people[2] == "未満") != read:
        return said[0]
    return " "


def _size(text: str) -> Size | None:
    """The size that a sentence asks for; None where it lets any firm in, or names none."""
    named = _LARGE_LEFT_OUT.sub("", text)
    if _ANY_SIZE.search(named):
        return None
    if _SME.search(named):
        return Size.SME
    return Size.SMALL if _SMALL.search(named) else None
