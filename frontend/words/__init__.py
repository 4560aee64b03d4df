"""How values are worded on pages: functions that templates call by their names, in the language of the request."""

from frontend.words.banners import banner_told
from frontend.words.changes import news_label, news_told, told
from frontend.words.doubts import doubt
from frontend.words.fits import reason, verdict
from frontend.words.moments import (
    day,
    days_left,
    inferred,
    left,
    month_label,
    month_name,
    period,
    plain_day,
    qualifiers,
    since,
    until,
    weekday_names,
    window_state,
)
from frontend.words.questions import choice, counted, understood_told
from frontend.words.troubles import report_part
from frontend.words.values import (
    firm,
    has_state,
    linked,
    money,
    outside,
    places,
    raw_note,
    requirement,
    where,
    who,
    yen,
)
from frontend.words.vocabulary import all_areas, area_label, help_of, label, place_name

SHOWN = (
    all_areas, area_label, banner_told, choice, counted, day, days_left, doubt, firm, has_state, help_of, inferred,
    label, left, linked, money, month_label, month_name, news_label, news_told, outside, period, place_name, places,
    plain_day, qualifiers, raw_note, reason, report_part, requirement, since, told, understood_told, until, verdict,
    weekday_names, where, who, window_state, yen,
)  # fmt: skip
