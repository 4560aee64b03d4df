"""What was answered lately, in bounded memory."""

from collections import OrderedDict
from collections.abc import Hashable


class Memory:
    """Keeps the answers that were asked for last, up to so many bytes of them.

    >>> kept = Memory(10)
    >>> kept["a"], kept["b"] = b"12345", b"12345"
    >>> kept.get("a"), kept.get("c")
    (b'12345', None)
    >>> kept["c"] = b"12345"
    >>> kept.get("a"), kept.get("b")
    (b'12345', None)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def __setitem__(self, key: Hashable, answer: bytes) -> None:
        self._bytes += len(answer) - len(self._kept.pop(key, b""))
        self._kept[key] = answer
        while self._bytes > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)
