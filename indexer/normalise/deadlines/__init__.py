"""Reads when one can apply, and when an event takes place, from Japanese administrative text.

Three steps: points (a date with its weekday and time), stretches (one point, or two joined by a range sign or から),
and windows (a stretch whose surroundings say what it is for). A date that nothing calls a period, a deadline or an
event yields nothing: announcements, execution periods, reports and results are dates too.

Every look around a date is bounded, so that the time is linear in the length of the text.
"""

from indexer.normalise.deadlines.days import instant_in_japan
from indexer.normalise.deadlines.reader import Reading, read, read_row

__all__ = ["Reading", "instant_in_japan", "read", "read_row"]
