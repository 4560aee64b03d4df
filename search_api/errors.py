"""What can go wrong for a caller; app.py turns each into a problem document (RFC 9457), the pages into a page."""


class Unavailable(Exception):
    """The engine does not answer, or nothing has been published yet. `reason` is Japanese, for users."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotFound(Exception):
    """There is no such programme."""
