"""One programme of several listings: what is shown of them together, with the source of each value."""

from collections.abc import Container, Sequence

from indexer.schema import Address, Problem, Programme, Role, Window

DIFFERS = "sources_differ"

TAKEN = ("windows", "areas", "amount", "eligibility", "issuer", "official_url", "contact", "summary")
"""Fields that a listing lacks and another one of the programme has are taken from there."""


def merged(lead: Programme, others: Sequence[Programme], settled: Container[str] = ()) -> Programme:
    """The lead with the addresses of the others, what it lacks filled from them, and where their deadlines differ.

    Every value keeps its source: `also_at[].fields` names what was taken from there. `settled` fields are as a person
    left them: nothing is taken for them.
    """
    values: dict[str, object] = {}
    windows = lead.windows
    addresses, problems = [], list(lead.problems)
    for each in others:
        taken = [
            name
            for name in TAKEN
            if name not in values
            and name not in settled
            and not _says(getattr(lead, name))
            and _says(getattr(each, name))
            and _agreed(name, others)
        ]
        values |= {name: getattr(each, name) for name in taken}
        if "areas" in taken:
            values["areas_raw"] = each.areas_raw
        if "windows" in taken:
            windows = each.windows
        apart = _other_days(windows, each.windows)
        if apart:
            problems.append(
                Problem(field="windows", code=DIFFERS, raw=" / ".join(window.raw for window in apart)[:300])
            )
        addresses.append(
            Address(source=each.source.name, id=each.id, url=each.url, fields=tuple(taken), windows=tuple(apart))
        )
    return lead.model_copy(update={**values, "also_at": tuple(addresses), "problems": tuple(problems)})


UNDISPUTED = ("issuer", "areas", "official_url")
"""Fields of which none is taken where the others say different things: nothing tells which of them is right."""


def _agreed(name: str, others: Sequence[Programme]) -> bool:
    said = [value for each in others if _says(value := getattr(each, name))]
    return name not in UNDISPUTED or all(value == said[0] for value in said)


def _says(value: object) -> bool:
    return bool(getattr(value, "name", True)) if value else False


def _other_days(own: Sequence[Window], theirs: Sequence[Window]) -> list[Window]:
    """Their windows where both name closing days and none is shared."""
    mine, other = (
        {each.closes[:10] for each in windows if each.role is Role.APPLY and each.closes} for windows in (own, theirs)
    )
    if not mine or not other or mine & other:
        return []
    return [each for each in theirs if each.role is Role.APPLY and each.closes]
