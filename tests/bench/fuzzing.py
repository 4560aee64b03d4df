"""The API asked thousands of questions made from its own description: `python -m tests.bench.fuzzing [EACH]`.

Every operation is asked up to EACH times (schemathesis), on generated programmes with the real engine and the real web
process. Prints how often each operation was asked and with which statuses; ends with 1 at a crash, at a status or shape
that the description does not have, and where fewer than 5,000 questions were asked of a full run.
"""

import sys
import time
from collections import Counter, defaultdict

from tests.bench.sites import invented, running
from tests.fuzzing import fuzz

PROGRAMMES = 300
EACH = 420
REQUESTS = 5_000


def main(each: int) -> int:
    with running(invented(PROGRAMMES)) as site:
        began = time.monotonic()
        told = fuzz(site.web, each)
    operations: dict[str, Counter[int]] = defaultdict(Counter)
    for (operation, status), count in told.requests.items():
        operations[operation][status] += count
    for operation, statuses in sorted(operations.items()):
        by_status = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
        print(f"{operation:48}{statuses.total():>7}  {by_status}")
    crashes = sum(count for (_, status), count in told.requests.items() if status >= 500)
    print(
        f"{told.total:,} requests to {len(operations)} operations in {time.monotonic() - began:.0f} s: "
        f"{crashes} × 5xx, {len(told.wrong)} answers that the description does not have"
    )
    for wrong in told.wrong[:10]:
        print(f"\n{wrong}")
    too_few = each >= EACH and told.total < REQUESTS
    if too_few:
        print(f"fewer than {REQUESTS:,} requests")
    return int(bool(crashes or told.wrong or too_few))


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if sys.argv[1:] else EACH))
