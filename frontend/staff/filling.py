"""From the value of a field to the form that corrects it: the same names that frontend/staff/forms.py reads."""

from collections.abc import Callable, Mapping

from starlette.datastructures import FormData, UploadFile

from frontend.staff.forms import FACETS, WINDOW, named
from indexer.schema import Programme, Window

Pairs = list[tuple[str, str | UploadFile]]


def filled(field: str, shown: Programme) -> FormData:
    """The form of a field as its value fills it."""
    return FormData(_FILL[field](shown))


def rows(form: FormData) -> list[dict[str, str]]:
    """The rows of a form of windows, as far as they are whole, and an empty one to add."""
    columns = [list(map(str, form.getlist(f"w_{part}"))) for part in WINDOW]
    found = [dict(zip(WINDOW, row, strict=True)) for row in zip(*columns, strict=False)]
    blank = not found or any(found[-1][part] for part in ("opens_day", "closes_day", "from", "label"))
    return [*found, dict.fromkeys(WINDOW, "") | {"role": "apply", "basis": "fixed"}] if blank else found


def _text(name: str) -> Callable[[Programme], Pairs]:
    return lambda shown: [(name, str(getattr(shown, name)))]


def _labels(field: str) -> Callable[[Programme], Pairs]:
    return lambda shown: [(field, each) for each in getattr(shown, field)]


def _areas(field: str) -> Callable[[Programme], Pairs]:
    return lambda shown: [(field, named(getattr(shown, field)))]


def _amount(shown: Programme) -> Pairs:
    amount = shown.amount
    if amount is None:
        return []
    sums = [("max_yen", amount.max_yen), ("min_yen", amount.min_yen)]
    return [
        *((name, f"{value:,}") for name, value in sums if value),
        ("rate", amount.rate or ""),
        ("raw", amount.raw),
    ]


def _eligibility(shown: Programme) -> Pairs:
    found = shown.eligibility
    if found is None:
        return []
    counts = [("employees_max", found.employees_max), ("capital_max_yen", found.capital_max_yen)]
    return [
        *(("industries", each) for each in found.industries),
        *((name, f"{value:,}") for name, value in counts if value),
        ("raw", found.raw),
    ]


def _issuer(shown: Programme) -> Pairs:
    issuer = shown.issuer
    return [("name", issuer.name), ("level", issuer.level.value)] if issuer else [("level", "unknown")]


def _windows(shown: Programme) -> Pairs:
    return [
        (f"w_{part}", value) for n, each in enumerate(shown.windows) for part, value in _window(each, str(n)).items()
    ]


def _window(window: Window, number: str) -> dict[str, str]:
    opens_day, _, opens_time = (window.opens or "").partition("T")
    closes_day, _, closes_time = (window.closes or "").partition("T")
    ended = window.ended_early
    return {
        "role": window.role.value,
        "label": window.label,
        "opens_day": opens_day,
        "opens_time": opens_time,
        "closes_day": closes_day,
        "closes_time": closes_time,
        "basis": window.basis.value,
        "delivery": window.delivery.value if window.delivery else "",
        "round": str(window.round or ""),
        "ended": "yes" if ended else "no",
        "ended_day": (ended.at or "")[:10] if ended else "",
        "raw": window.raw,
        "from": number,
    }


_FILL: Mapping[str, Callable[[Programme], Pairs]] = {
    **{name: _text(name) for name in ("title", "official_url", "summary", "body", "contact", "published")},
    "kind": lambda shown: [("kind", shown.kind.value)],
    "windows": _windows,
    "areas": _areas("areas"),
    "event_areas": _areas("event_areas"),
    "amount": _amount,
    "eligibility": _eligibility,
    "workforce": lambda shown: [("workforce", f"{shown.workforce:,}")] if shown.workforce else [],
    "issuer": _issuer,
    "gx": lambda shown: [("gx", "yes" if shown.gx else "no")],
    **{field: _labels(field) for field in FACETS},
}
