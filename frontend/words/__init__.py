"""How values are worded on pages: pure functions, which templates call by their names."""

from frontend.words.changes import news_label, news_told, told
from frontend.words.doubts import doubt
from frontend.words.moments import (
    day,
    inferred,
    left,
    month_label,
    period,
    plain_day,
    qualifiers,
    until,
    window_state,
)
from frontend.words.questions import understood_told
from frontend.words.values import (
    all_areas,
    firm,
    has_state,
    label,
    linked,
    money,
    outside,
    raw_note,
    requirement,
    verdict,
    where,
    who,
    yen,
)

SHOWN = (
    all_areas, day, doubt, firm, has_state, inferred, label, left, linked, money, month_label, news_label, news_told,
    outside, period, plain_day, qualifiers, raw_note, requirement, told, understood_told, until, verdict, where, who,
    window_state, yen,
)  # fmt: skip
