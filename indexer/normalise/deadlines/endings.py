"""What a text says of its windows without a date: 随時, 予算がなくなり次第, and that it is over already."""

import re
from collections.abc import Mapping, Sequence

from indexer.normalise.deadlines.days import Calendar, moment
from indexer.normalise.deadlines.points import POINT, Stretch, number, point_of
from indexer.normalise.deadlines.words import ROUND
from indexer.schema import Basis, EndedEarly, Role, Window

_UNTIL_BUDGET = re.compile(
    r"(?:補助|助成|交付)?予算(?:額|枠|の?上限|総額)?[^。\n]{0,16}?(?:達し次第"
    r"|達した(?:時点|場合)|達する(?:等の|などの)?場合|なくなり次第|無くなり次第|達した段階|到達した時点|到達次第"
    r"|なくなった時点|尽き次第)"
    r"[^。\n]{0,24}?(?:終了|締め?切|打ち切|停止)"
)
_ROLLING = re.compile(
    r"(?:申請|受付|受け付け|募集|公募|申込み?|申し込み|応募|相談)(?:受付|可能)?(?:期間"
    r"|期限|締切|時期|期日|日)?[ \n:はを】\]」、・]{0,4}"
    r"(?:随時|通年|常時|年間を通じて|年中)(?!更新)|(?:期間|時期|期限|期日|締切日?|締め切り)[:は]?[ \n】]{0,2}毎月"
    r"|毎月[^。\n]{0,6}(?:締切|締め切り|〆切)"
    r"|(?:随時|通年|常時)(?:で|、|に|の)?(?:お)?(?:受付|受け付け|受付け|申請(?!書)"
    r"|申込|申し込み|公募|募集)(?!情報|要[項領]|開始|とな|等?により)"
    r"|(?:応募|申請|申込|受付|募集)(?:の)?(?:期限|期間|締切)[ :は]{0,2}(?:なし"
    r"|無し|特になし|設けて(?:い|お)|定めて(?:い|お)|設けません|定めません|ありません"
    r"|ない)"
)
_ENDED = re.compile(
    r"(?:予算|定員)[^。\n]{0,16}?(?:達した|到達した|超えた|なくなった|達し、|到達し、)[^。\n]{0,24}?(?:終了(?:し(?:まし)?た"
    r"|いたしました|とな)"
    r"|締め?切り(?:まし)?た|締め?切られ(?:た|まし)|締め切らせて|停止し|打ち切)"
    r"|(?:受付|受け付け|募集|公募|申請|申込み?|申し込み|応募)(?:受付|期間)?(?:は、|[はをが])?[^。\n、]{0,24}?"
    r"(?:終了(?:しました|いたしました|致しました|しており|しています|した(?=[。)）\n]"
    r"|$)|となりました|済み)|締め?切りました|締め切らせていただきました|締め?切られ(?:た|まし)|(?:一時)?(?:停止"
    r"|中止"
    r"|休止)(?:しました|しており|しています|いたしました|中))"
    r"|(?:受付|募集|公募|申請|申込)(?:受付)?(?:は)?終了(?=[】\]〕)!！。 \n]|$|令和|事業|支援|助成|補助|創業)"
)
_NOT_APPLYING = re.compile(r"説明会|セミナー|質問|相談会|アンケート|講座|パブリック|昨年|前年|時点|場合|次第")
_AHEAD = 80


def undated(folded: str) -> tuple[Basis, tuple[int, int]] | None:
    """随時, 通年 and 予算がなくなり次第, which say when one can apply without a date: the basis and where it stands."""
    if match := "予算" in folded and _UNTIL_BUDGET.search(folded):
        return Basis.UNTIL_BUDGET, match.span()
    if match := _ROLLING.search(folded):
        return Basis.ROLLING, match.span()
    return None


def until_budget(folded: str) -> bool:
    """Whether a text ends when its money does."""
    return "予算" in folded and bool(_UNTIL_BUDGET.search(folded))


class Endings:
    """Reads that windows are over: which of them, and since when."""

    def __init__(self, text: str, folded: str, calendar: Calendar) -> None:
        self.text = text
        self.folded = folded
        self.calendar = calendar

    def of(self, windows: Sequence[Window]) -> tuple[list[Window], EndedEarly | None, EndedEarly | None]:
        """The windows, those that are over marked; the end of the whole, where it is said of no single one; and the
        end of a window that ended on its day."""
        marked = list(windows)
        whole: EndedEarly | None = None
        closed: EndedEarly | None = None
        for match in _ENDED.finditer(self.folded):
            start = max(0, match.start() - 40)
            lead = re.split(r"[。\n]", self.folded[start : match.start()])[-1]
            if _NOT_APPLYING.search(lead[-16:] + match[0]):
                continue
            span = match.span()
            ended = EndedEarly(at=self._at(lead + match[0]), raw=self.text[span[0] : span[1]])
            rounds = {number(one or other) for one, other in ROUND.findall(lead[-16:] + match[0])}
            applying = [at for at, each in enumerate(marked) if each.role is Role.APPLY]
            if not applying:
                whole = whole or ended
                continue
            if ended.at and any((marked[at].closes or "")[:10] == ended.at[:10] for at in applying):
                closed = ended
                continue
            later = {
                at
                for at in applying
                if ended.at and (marked[at].opens or marked[at].closes or "9")[:10] > ended.at[:10]
            }
            if rounds:
                chosen: list[int] | None = [at for at in applying if marked[at].round in rounds]
            else:
                chosen = self._beside(match, {at: marked[at].span for at in applying})
            if chosen is None and not later:
                whole = whole or ended
            for at in set(applying if chosen is None else chosen) - later if chosen is not None or later else ():
                marked[at] = marked[at].model_copy(update={"ended_early": ended})
        return marked, whole, closed

    def _beside(self, match: re.Match[str], spans: Mapping[int, tuple[int, int] | None]) -> list[int] | None:
        """The one of several windows on whose line the words stand; None: they are said of all."""
        if len(spans) < 2:
            return None
        near = []
        for at, span in spans.items():
            if span is None:
                continue
            if match.start() <= span[0] < match.end():
                return [at]
            if span[1] <= match.start() <= span[1] + _AHEAD and "\n" not in self.folded[span[1] : match.start()]:
                near = [at]
            elif match.end() <= span[0] <= match.end() + 30 and "\n" not in self.folded[match.end() : span[0]]:
                near = near or [at]
        return near or None

    def _at(self, sentence: str) -> str | None:
        point = None
        for found in POINT.finditer(sentence):
            point = point_of(found)
        if point is None or point.fiscal:
            return None
        try:
            days, _ = self.calendar.years(Stretch(start=0, end=0, opens=None, closes=point))
        except (KeyError, ValueError):
            return None
        return moment(point, days["closes"])
