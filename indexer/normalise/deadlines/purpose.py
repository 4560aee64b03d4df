"""What a stretch is for: a time to apply, an event, or neither, from the words around it."""

import re
from typing import NamedTuple

from indexer.normalise.deadlines.points import Stretch, number
from indexer.schema import Role

_THING = (
    r"(?:申請|申込み?|申し込み|応募|公募|募集|受付|受け付け|提出|登録|エントリー"
    r"|予約|相談|調査|要望|取扱い?|参加|交付|認定|届け?出|書類|視聴|申し?出|回答"
    r"|出展|出店|入居|受講|推薦|参画|希望|推せん|オーダー)"
)
_LABEL = re.compile(
    # Not for applicants, or not a time to apply.
    r"(?P<both>(?:申請|募集|公募|受付|応募|申込)期間(?:及び|・|、|と|および)(?:受付)?時間)"
    r"|(?P<refuse>"
    r"(?:実績|完了|状況|成果|効果|遂行|事業)(?:報告|化報告)(?:[^。\n:\d]{0,12}(?:期限|期日|締切|締め切り|提出|期間))?"
    r"|(?:補助|助成|支援|交付|委託|履行|事業|契約|実施|対象|工事|算定|基準|評価"
    r"|審査|選考|返済|融資|据置|貸付|保証|猶予|有効|休業|利用|使用|保存|派遣|研修"
    r"|伴走)"
    r"(?:事業)?(?:実施|対象|経費|遂行|完了)?(?:期間|期限|期日|予定日|日程|日)"
    r"|(?:特例|補助|助成)?対象(?:となる)?(?:期間|経費|者)|事業(?:の)?(?:実施|完了"
    r"|終了|開始)(?:予定)?(?:期間|期限|日)?|事業(?:着手|着工)日?"
    r"|採択(?:結果)?(?:の)?(?:発表|公表|通知|予定)?(?:日|時期)?|交付決定(?:日"
    r"|通知)?|審査(?:会|結果|日)?|(?:結果|選考)(?:の)?(?:発表|通知|公表)?"
    r"|更新日?|公開日?|掲載日?|公表日?|公布日?|発表日?|発行日?|作成日?|改正日?"
    r"|改定日?|改訂日?|施行日?|設立日?|創業日?|発災日?|発生日?|基準日|締結日"
    r"|発注|契約|納品|納付|納入|支払い?|検収|着工|竣工|完成|取得|購入|稼働|廃業|開業日?|登記|入金|請求|返還|振込"
    r"|(?:お)?(?:問合せ|問い合わせ|電話)(?:受付)?(?:時間|期間)?|(?:受付|営業|開庁"
    r"|開館|対応|業務|執務)時間|休業|休館|定休|メンテナンス|停止期間|工期|納期"
    r"|任期"
    r"|質問(?:の)?(?:受付|提出)?(?:期間|期限|締切)?|質疑|入札|開札|現地(?:調査"
    r"|確認)|ヒアリング(?:審査)|プレゼン|予算|法律?第|時点|現在"
    r")"
    r"|(?P<apply>(?:事前(?:相談|登録|申込|申請|協議|ヒアリング)|エントリー)(?:の)?(?:予約"
    r"|申込|受付){0,3}(?:期間|期限|締切)|"
    rf"(?:{_THING}(?:の|等|書|書類|・)?){{1,4}}(?:可能|実施)?(?:受付)?(?:期間|期限"
    rf"|期日|〆切り?|締切り?日?|締め切り日?|締切日時|締切時間|締め?切"
    r"|開始日時?|開始|終了日時?|終了日|スケジュール|日程|日時)"
    r"|締切日時?|締め切り日|事前(?:相談|登録|申込|申請|協議|確認|ヒアリング)(?:\(必須\))?"
    r"|エントリー|申請|申込み?|申し込み|応募|公募|募集|受付|受け付け|提出|締切り?"
    r"|締め切り|〆切"
    r"|(?<![一-龥ァ-ヶー])(?:期限|期間|期日)|取扱い?(?=[期:])|登録期間"
    r"|deadline|application|apply"
    r")"
    r"|(?P<event>"
    r"(?:開催|実施|開講|講座|セミナー|説明会|相談会|講演|イベント|ライブ|配信"
    r"|視聴|放送|会)(?:概要)?(?:の)?(?:日時?|日程|期間|予定日)|開催概要(?:日時)?"
    r"|開催(?:時間)?"
    r"|日時|日程|会期|会場|とき|と き|開演|開講"
    r")",
    re.IGNORECASE,
)
AFTER_END = re.compile(
    r"^[ )\]】(（※」、]{0,4}(?:当日|\w曜日?|頃|ごろ)?[ ]?(?:[(][^()\n]{0,12}[)])?[ ]?(?:まで"
    r"|迄|必着|消印|〆切|締切|締め切|しめきり|期限"
    r"|(?:に|へと?)(?:前倒し|繰り上げ|早め)[^。\n]{0,8}(?:締|終了)|を(?:期限|締切|締め切り|申請期限|応募期限)|が(?:申込|申請|応募)?(?:期限"
    r"|締切|締め切り)|厳守|を?[も以]って[^。\n]{0,12}?(?:終了|締め?切)(?:し|り"
    r"|と|予定))"
)
_APPLY_VERB = re.compile(
    r"申請|申し?込|応募|公募|募集|受付|受け付け|提出|エントリー|(?:事前|参加|受講|利用)登録|締切|締め切|必着|消印"
)
_START = re.compile(
    r"^[ )\]】]{0,3}(?:[(][^()\n]{0,12}[)])?(?:から|より|以降|に|、)?(?:の)?(?:[^\d。\n、]{0,12}?(?:申請"
    r"|申し?込み?|応募|公募|募集|受付"
    r"|受け付け|予約|登録|提出)(?:の受付)?(?:を|が)?)?(?:開始|スタート|始ま|始め)"
)
_FROM = re.compile(r"^[ )]{0,2}(?:から|より|以降|[〜～~])")
_OVER = re.compile(
    r"^[^。\n]{0,30}?(?:を?[も以]って|をもちまして|に|で)[^。\n]{0,16}?(?:終了(?:し(?:まし)?た"
    r"|いたし|済)|締め?切(?:りまし|られ|った|っ|りとさ)(?:し?た)?|終え)"
)
_HELD = re.compile(
    r"^[ )\]】]{0,2}(?:[(][^()\n]{0,12}[)])?[ に、,~]{0,2}[^\d。、\n]{0,14}?(?:開催"
    r"|開講|ライブ配信|に実施する(?:説明会|セミナー))"
    r"|^[ ]?に[「『][^」』\n]{0,30}(?:祭|まつり|フェア|セミナー|説明会|展|会)"
)
_HELD_LATER = re.compile(r"[ ]?(?:には?|、|と)[^。\n]{0,70}?開催(?:する|し(?!た|まし)|され(?!た|まし)|を?予定|いた)")
_CLAUSE = re.compile(r"(?:[をは]、?|(?:また|なお|さらに|次いで)、|。\s*)$|^\s*$")
_HAPPENING = re.compile(r"開催|セミナー|説明会|商談会|講座|展示会|相談会|フォーラム|ウェビナー|交流会")
ROUND = re.compile(
    r"第 ?(\d{1,3}|[一二三四五六七八九十]{1,3}) ?(?:回|期|次|弾|ラウンド)|(?<![\d.第])(\d{1,2}"
    r"|[一二三四五六七八九十]) ?次(?=公募|募集|締切|締め切り|受付"
    r"|申請|期|\)| ?:)"
)
_SENTENCE = re.compile(r"[。！？!?]")
_GLUE = re.compile(
    r"(?:第?[\d一二三四五六七八九十]{1,3}(?:回|期|次)|自|from|is|[\s:はがを、,。・】\]」』)>＞…■●◆◇○◎□▼▽★☆※\-=|【\[「『(<＜〔/]"
    r"|について|まで"
    r"|令和\d年度|\d{4}年度|[①-⑳]|\([^()\n]{0,20}\)|募集|公募|受付|以下のとおり"
    r"|次のとおり|下記のとおり|締切|必着|厳守)*"
)


_CONDITION = re.compile(
    r"(?:まで)?の間|から(?:の)?(?:申請日|交付決定|[^。\n]{0,8}月分)|までに(?:取得"
    r"|購入|支払|開始する|完了|着手|創業|設立)|[)\]】]?(?:の|に|中)?(?:場合|間に"
    r"|期間に|発生|実施し|支払|購入|納品|契約|分[)】、のを]|生まれ|設立|創業)"
    r"|に(?:実施|支払|購入|納品|契約|着手|発注)|のみ"
)
_ALONE = re.compile(r"(?:[^\n]{0,4}\n)?[ ・■●◆○◎※]{0,3}(?:[【\[(<＜〈①-⑳][^\n】\])>＞〉]{0,20}[】\])>＞〉]?)?[ :]{0,2}")
_ALONE_AFTER = re.compile(r"[ まで)】必着厳守消印有効(]{0,10}(?:\n|$|[。※])")
_POSTFIX = re.compile(
    rf"[ )】]{{0,2}}(?:に|より|から)?(?:{_THING}){{1,3}}(?:の)?(?:(?P<start>開始"
    rf"|スタート)|締切|締め切り|〆切|期限)(?!日?[:は])"
)
_AFTERWARDS = re.compile(r"[ )】]{0,2}(?:頃|以降)?に?(?:採択|交付決定|結果|審査|選考|事業開始|事業完了)")
_FOR_SOME = re.compile(r"[:は][^\d。\n:]{1,14}[はが:]")
_OWN_LABEL = re.compile(r"[^\s:回期次枠型類業分ス①-⑳)】A-Z] ?:")
_FISCAL_END = re.compile(r"[ )」]{0,2}(?:$|\n|中|末|まで|[(※。])")
_HEADER = re.compile(
    rf"(?:^|[\n■●◆◇○◎□▼▽★☆※【<＜〈 ・\d.])(?P<label>(?:補助金|助成金|支援金)?(?:{_THING}){{1,3}}(?:の)?(?:期間"
    rf"|期限|期日|締切|締切日"
    rf"|スケジュール|日程))[ :】>＞〉]{{0,3}}\n"
    r"|(?:^|\n)[■●◆◇○◎□▼▽★☆※【<＜〈 ・\d.]{0,4}[^\s\d:。]{2,16}[:】＞〉]"
)
_WHEN = re.compile(
    r"期間|期限|期日|締|〆|日時|日程|開始|終了|スケジュール|取扱|deadline|事前|エントリー", re.IGNORECASE
)
_HEADS = re.compile(r"[ )\]】」』]{0,3}[:】\]]")
_FILLING = re.compile(r"\W|まで|から|必着|厳守|予定|消印有効|当日|第?\d{1,2}[回期次]|[一二三四五]次")
_BLANK = re.compile(r"[\s\W]{0,4}")
_DONE = re.compile(r"[^。\n]{0,4}(?:公募|募集|受付|申請)[^。\n]{0,6}(?:行い|行った|実施し|行いまし)")
_HANDED_OUT = re.compile(r"(?:から|より|に)[^。\n]{0,12}(?:公開|配布|掲載|ダウンロード|公表|発表)")
_OTHER_YEARS = tuple(word + comma for word in ("例年", "毎年", "昨年", "前年") for comma in ("", "、"))
_STAMPED = re.compile(r"[ )\]]{0,2}(?:更新|公開|掲載|公表|発表|現在|時点|付け?|改[正定訂]|施行|交付決定)")
_STOPS = re.compile(r"$|[ 。\n]|、|と(?!な)")
_SAYS_DEADLINE = re.compile(r"[ )\]】]{0,3}(?:必着|締切|〆切|締め切|消印|[にへ](?:前倒し|繰り上げ|早め))")
_SAYS_UNTIL = re.compile(r"[ ()\]】【]{0,3}(?:まで)?[ (【]{0,2}(?:当日)?(?:必着|締切|〆切|締め切|消印|申込|申請)")
_IF = re.compile(r"場合|れば|たら|ときは")
_OTHER_END = re.compile(r"実績報告|完了報告|問い?合わ?せ|購入|支払|完了|取得|新車")
_BREAK = re.compile(r"[、\n]")
_BRACKETED = re.compile(r"[ まで]{0,3}[(][^()\n]{0,12}[)]")


class Purpose(NamedTuple):
    """Why a stretch yields a window: its role, its label, and whether one date is its start."""

    role: Role
    label: str = ""
    starts: bool = False
    round: int | None = None


def _carries(between: str) -> bool:
    """Whether a label above still holds: between stands the name of a round or a course, no label of its own."""
    return not _OWN_LABEL.search(between)


def _kind(label: re.Match[str] | None) -> str | None:
    return None if label is None else "apply" if label.lastgroup == "both" else label.lastgroup


def says_when(word: str) -> bool:
    """Whether a label names a time, not only the act of applying."""
    return bool(_WHEN.search(word))


def _joins(gap: str) -> bool:
    return bool(_HEADS.match(gap))


class Judge:
    """Says what the stretches of one text are for."""

    def __init__(self, folded: str, role: Role | None, label: str) -> None:
        self.folded = folded
        self.role = role
        self.label = label

    def is_field(self, stretches: list[Stretch]) -> bool:
        """True if the text is hardly more than its dates: the value of a field that is a period or a deadline."""
        if not stretches or len(self.folded) > 300:
            return False
        rest, at = [], 0
        for stretch in stretches:
            rest.append(self.folded[at : stretch.start])
            at = stretch.end
        rest.append(self.folded[at:])
        left = _FILLING.sub("", "".join(rest))
        return len(left) <= 4 and not _LABEL.search(left)

    def purpose(self, stretch: Stretch, before: str, after: str, bare: bool, last: Purpose | None) -> Purpose | None:
        if _OVER.match(after):
            return None
        whole = before
        cut = [m.end() for m in _SENTENCE.finditer(before)]
        if cut and not _BLANK.fullmatch(before[cut[-1] :]):
            before = before[cut[-1] :]
        labels = list(_LABEL.finditer(before))
        nearest = labels[-1] if labels else None
        kind = _kind(nearest)
        gap = before[nearest.end() :] if nearest else before
        tight = bool(nearest and (_GLUE.fullmatch(gap) or (says_when(nearest[0]) and _FOR_SOME.fullmatch(gap))))
        is_range = bool(stretch.opens and stretch.closes)
        sentence = _SENTENCE.split(after, maxsplit=1)[0].split("\n", 1)[0]
        applying = next((m for m in reversed(labels) if _kind(m) == "apply"), None)
        ending = bool(AFTER_END.match(after))
        number = self._round(before, after)
        ends = [each for each in (stretch.opens, stretch.closes) if each]
        fiscal = all(each.fiscal for each in ends)
        refused = kind == "refuse"
        clocked = any(each.clock for each in ends)

        def applies(label: str = "", starts: bool = False) -> Purpose:
            return Purpose(role=Role.APPLY, label=label or self.label, starts=starts, round=number)

        if _DONE.match(after):
            return None
        if _HANDED_OUT.match(after):
            return None
        if before.endswith(_OTHER_YEARS):
            return None
        if _CONDITION.match(after) or _AFTERWARDS.match(after):
            return None
        named = _POSTFIX.match(after)
        if named and not is_range and kind != "refuse":
            return applies(named[0].strip(" )】、"), bool(named["start"]))
        if fiscal and not (
            tight and nearest and kind == "apply" and says_when(nearest[0]) and _FISCAL_END.match(after)
        ):
            return None
        if _STAMPED.match(after):
            return None
        if tight and nearest is not None:
            if (kind == "event" and not gap.startswith("を")) or (
                self.role is Role.EVENT and nearest[0] in ("期間", "期日")
            ):
                return Purpose(role=Role.EVENT, label=nearest[0])
            if kind == "apply":
                word = nearest[0]
                naming = next((m[0] for m in reversed(labels) if _kind(m) == "apply" and says_when(m[0])), word)
                word = (
                    naming
                    if not says_when(word) and _GLUE.fullmatch(before[before.rfind(naming) + len(naming) :])
                    else word
                )
                if is_range or stretch.closes is None or ending or says_when(word) or _joins(gap):
                    starts = not is_range and (
                        bool(re.search(r"開始", word) and not re.search(r"締|期間|期限", word))
                        or stretch.closes is None
                        or (not ending and bool(_FROM.match(after) or _START.match(after)))
                    )
                    return applies(word, starts)
                if _START.match(after):
                    return applies(word, True)
                if gap in ("は", "が") and _STOPS.match(after):
                    return applies(word)
        says_deadline = _SAYS_DEADLINE.match(after)
        if refused and not says_deadline and (tight or len(gap) <= 16):
            return None
        if ending and not is_range:
            if _SAYS_UNTIL.match(after) or bare:
                return applies(applying[0] if applying else "")
            if _IF.search(sentence[:50]) and not tight:
                return None
            if _OTHER_END.search(sentence[:40]) and not tight:
                return None
            near = (
                applying is not None
                and not _BREAK.search(before[applying.end() :])
                and len(before) - applying.end() <= 30
            )
            if _APPLY_VERB.search(sentence[:40].split("、", 1)[0]) or near:
                return applies(applying[0] if applying else "")
        held = _HELD.match(after) or (_CLAUSE.search(before) and _HELD_LATER.match(after))
        if held and not refused:
            return Purpose(role=Role.EVENT, label="")
        if not is_range and (stretch.closes is None or _START.match(after)):
            near = applying is not None and len(before) - applying.end() <= 12
            if (near or _APPLY_VERB.search(sentence[:16])) and not refused:
                return applies(applying[0] if applying else "", True)
        if is_range and not refused:
            header = self._header(stretch.start, len(before))
            if not labels and header and _carries(before):
                return applies(header)
            if applying and says_when(applying[0]) and _joins(before[applying.end() :]):
                return applies(applying[0])
            if applying and len(before) - applying.end() <= 20 and not _BREAK.search(before[applying.end() :]):
                return applies(applying[0])
            if _APPLY_VERB.search(sentence[:20].split("、", 1)[0]):
                return applies()
        if not labels and len(whole) <= 25 and _ALONE.fullmatch(whole) and _ALONE_AFTER.match(after):
            header = self._header(stretch.start, len(whole))
            if header:
                return applies(header)
        if stretch.sign and stretch.opens is None and not refused and len(before) <= 40:
            header = self._header(stretch.start, len(before))
            if header:
                return applies(header)
        alike = (
            is_range
            or ending
            or (last and last.role is Role.EVENT and (clocked or "\n" not in whole))
            or ("\n" not in whole and last and stretch.closes is None)
        )
        if last and alike and len(whole) <= 25 and not labels and _carries(whole) and not _SENTENCE.search(whole):
            return last._replace(starts=not is_range and not ending and stretch.closes is None, round=number)
        if bare:
            return Purpose(role=self.role or Role.APPLY, label=self.label, starts=stretch.closes is None, round=number)
        if before.endswith(("【", "[", "〔")) and stretch.closes and _HAPPENING.search(self.folded[:400]):
            return Purpose(role=Role.EVENT)
        return None

    def _header(self, start: int, own: int) -> str:
        """The label that stands alone on a line a little above: "申請期間:" and then a period for each course."""
        if own > 40:
            return ""
        label = ""
        for match in _HEADER.finditer(self.folded, max(0, start - 240), start):
            label = match["label"] or ""
        return label

    def _round(self, before: str, after: str) -> int | None:
        found = list(ROUND.finditer(before))
        if not found:
            beside = _BRACKETED.match(after)
            found = list(ROUND.finditer(beside[0])) if beside else []
        if not found:
            return None
        heads = [each for each in found if before[each.end() : each.end() + 1] in (":", "】", ")")]
        chosen = (heads or found)[-1]
        return number(chosen[1] or chosen[2])
