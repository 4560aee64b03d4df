"""A programme of our own as a form, and the notice that the form writes: the words of the paper, as a source would."""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import FormData, UploadFile

from frontend.staff import forms
from frontend.staff.forms import text_of
from indexer.curate import Refused
from indexer.normalise.amounts import read_rate
from indexer.own import SOURCE, Notice, Period
from indexer.schema import Window
from indexer.vocab import labels, regions

TEXTS = ("title", "issuer", "venue", "summary", "body", "contact", "official_url", "published")
TARGET, WHEN, PAPER = "対象者", "募集期間", "出典"
FACTS = {"target": TARGET, "when": WHEN, "paper": PAPER}
"""Parts of the form that are facts of the notice, with their labels."""
OFFERED = ("subsidy", "loan", "tax", "seminar", "consultation", "expert", "case", "guide")


def notice(form: FormData, key: str) -> tuple[Notice, str]:
    """The notice in the form, and the kind that was chosen. Refused, with the reason, where it is none."""
    values = {name: text_of(form, name, forms.LONGEST_TEXT) for name in TEXTS}
    title = " ".join(values["title"].split())
    if not title or len(title) > forms.LONGEST_LINE:
        raise Refused(f"名称を{forms.LONGEST_LINE}字までで入れてください。")
    kind = text_of(form, "kind")
    if kind not in OFFERED:
        raise Refused("種類を選んでください。")
    places = forms.codes(text_of(form, "areas", 20_000))
    if not places and kind not in ("seminar", "case", "guide"):
        raise Refused("使える地域を入れてください。全国で使えるときは「全国」と書きます。")
    forms.read("official_url", form, _NOBODY)
    forms.read("published", form, _NOBODY)
    windows = forms.read("windows", form, _NOBODY)
    amount, rate = forms.yen(text_of(form, "amount"), "上限額"), text_of(form, "rate")
    if rate and read_rate(rate) is None:
        raise Refused(f"補助率「{rate}」を読めません。「2/3」「50%」「定額」のように書いてください。")
    facts = {label: text_of(form, name, forms.LONGEST_TEXT) for name, label in FACTS.items()}
    if not facts[PAPER] and not values["official_url"]:
        raise Refused("もとになった資料の名前か、公式ページのアドレスを入れてください。")
    made = Notice(
        source=SOURCE,
        key=key,
        url=values["official_url"],
        kind=labels.labels("kind")[kind].name,
        areas=tuple(regions.full_name(code) for code in places),
        periods=tuple(_period(Window.model_validate(each)) for each in windows if each["opens"] or each["closes"]),
        amount=str(amount or ""),
        rate=rate,
        facts={label: value for label, value in facts.items() if value},
        title=title,
        issuer=" ".join(values["issuer"].split()),
        venue=values["venue"],
        summary=values["summary"],
        body=values["body"],
        contact=values["contact"],
        official_url=values["official_url"],
        published=values["published"],
    )
    return made, kind


def _period(window: Window) -> Period:
    return Period(
        opens=window.opens or "", closes=window.closes or "", label=window.label, event=window.role.value == "event"
    )


class _Nobody:
    """Nothing was shown before: what the forms of a correction ask for, with nothing in it."""

    def model_dump(self, **_: Any) -> dict[str, Any]:
        return {"windows": []}


_NOBODY: Any = _Nobody()


def form(known: Notice, kind: str) -> FormData:
    """The form that would write this notice."""
    values: list[tuple[str, str | UploadFile]] = [(name, str(getattr(known, name))) for name in TEXTS]
    values += [("kind", kind), ("areas", "\n".join(known.areas)), ("rate", known.rate)]
    values += [("amount", f"{int(known.amount):,}" if known.amount.isdecimal() else known.amount)]
    values += [(name, known.facts.get(label, "")) for name, label in FACTS.items()]
    for number, each in enumerate(known.periods):
        values += [(f"w_{part}", value) for part, value in row(each, number).items()]
    return FormData(values)


def row(period: Period | None = None, number: int = 0) -> dict[str, str]:
    """A row of the form of windows, as far as a notice has it."""
    opens_day, _, opens_time = (period.opens if period else "").partition("T")
    closes_day, _, closes_time = (period.closes if period else "").partition("T")
    return dict.fromkeys(forms.WINDOW, "") | {
        "role": "event" if period and period.event else "apply",
        "label": period.label if period else "",
        "opens_day": opens_day,
        "opens_time": opens_time,
        "closes_day": closes_day,
        "closes_time": closes_time,
        # How it ends is in the words for it: a notice knows no more than days.
        "basis": "unspecified",
        "ended": "no",
    }


def rows(sent: FormData) -> Sequence[dict[str, str]]:
    """The rows of the form as it was sent, and empty ones to add."""
    columns = [list(map(str, sent.getlist(f"w_{part}"))) for part in forms.WINDOW]
    found = [dict(zip(forms.WINDOW, each, strict=True)) for each in zip(*columns, strict=False)]
    filled = [each for each in found if each["opens_day"] or each["closes_day"] or each["label"]]
    return [*filled, row()]
