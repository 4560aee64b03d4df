"""Whether a programme fits the firm of a question, and why, in the language of the page."""

from frontend.language import gettext as _
from frontend.words.values import yen
from frontend.words.vocabulary import area_label, label
from search_api.fit import PLACES, SIZES, TRADES, WHO
from search_api.models import Fit, Hit, Verdict


def verdict(fit: Fit) -> str:
    """Whether it fits, in a few words."""
    return {
        Verdict.YES: _("条件に合いそう"),
        Verdict.ENDING: _("条件に合いそう・まもなく締切"),
        Verdict.PARTLY: _("一部は要確認"),
        Verdict.UNKNOWN: _("条件は要確認"),
        Verdict.NO: _("条件に合わない"),
    }[fit.verdict]


def reason(item: Hit) -> str:
    """What decided. What it says of a plan quotes the source and stays Japanese."""
    if item.fit is None:
        return ""
    said, who = item.fit.reason, item.eligibility
    if said.startswith(PLACES):
        return _("対象の地域：{places}").format(places=area_label(item.areas))
    if said.startswith(TRADES) and who:
        return _("対象の業種：{trades}").format(trades=_("、").join(label("industry", each) for each in who.industries))
    if said.startswith(WHO):
        return _("対象者：{who}").format(who=_limit(said.removeprefix(WHO), item))
    return _(said)


def _limit(said: str, item: Hit) -> str:
    if said in SIZES.values():
        return _(said)
    if item.eligibility and item.eligibility.employees_max is not None and said.startswith("従業員"):
        return _("従業員{most:,}人以下").format(most=item.eligibility.employees_max)
    if item.eligibility and item.eligibility.capital_max_yen is not None:
        return _("資本金{most}以下").format(most=yen(item.eligibility.capital_max_yen))
    return said
