"""What was answered lately, in bounded memory."""

import zlib
from collections import OrderedDict
from collections.abc import Hashable

LEVEL = 1
"""Answers and pages become five times smaller in half a millisecond; more effort gains little."""


class Memory:
    """Keeps the answers that were asked for last, compressed, up to so many bytes of them.

    >>> kept = Memory(30)
    >>> kept["a"], kept["b"] = b"1" * 1000, b"2" * 1000
    >>> kept.get("b") == b"2" * 1000, kept.get("c")
    (True, None)
    >>> kept["c"] = b"3" * 1000
    >>> kept.get("a"), kept.get("c") == b"3" * 1000
    (None, True)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return zlib.decompress(found)

    def __setitem__(self, key: Hashable, answer: bytes) -> None:
        packed = zlib.compress(answer, LEVEL)
        self._bytes += len(packed) - len(self._kept.pop(key, b""))
        self._kept[key] = packed
        while self._bytes > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)
