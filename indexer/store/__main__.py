"""Writes the step from the newest layout to the tables as they are in the code: `python -m indexer.store WHAT`."""

import sys

from indexer.store.layout import new

if __name__ == "__main__":
    print(new(" ".join(sys.argv[1:]) or "change tables"))
