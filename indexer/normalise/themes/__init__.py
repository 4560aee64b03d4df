"""What a listing is about: kind, GX, themes, stages, levers and fields, each with the words that triggered it.

The words, their weights and the words that mislead are data that staff can read: themes.yml, kinds.yml and fields.yml
of the vocabulary.
"""

from indexer.normalise.themes.kinds import OTHER
from indexer.normalise.themes.reader import Labels, read, read_row

__all__ = ["OTHER", "Labels", "read", "read_row"]
