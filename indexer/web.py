"""The process that answers, which `shien serve` becomes: `python -m indexer.web`.

It loads nothing of the other commands: they would hold a tenth more memory as long as the site runs.
"""

import uvicorn

from indexer import logs
from indexer.settings import Settings

STOP_SECONDS = 30
"""So long a process that was asked to stop may take."""


def main() -> None:
    settings = Settings()
    logs.configure(settings)
    # The application is named, not imported: the indexer knows nothing of what lies to its right.
    uvicorn.run(
        "frontend.app:served",
        factory=True,
        host=settings.host,
        port=settings.port,
        # What is logged is logs.py's, and the rest of an answer that is on its way is waited for.
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS // 2,
        proxy_headers=True,
        server_header=False,
    )


if __name__ == "__main__":
    main()
