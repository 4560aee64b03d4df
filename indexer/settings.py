"""Settings: environment variables that start with SHIEN_. Only the command line and `create_app()` read them."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.schema import JST

Clock = Callable[[], datetime]
"""Returns the instant that counts as now, aware, in Asia/Tokyo."""

SAMPLE_BANNER = "これは見本です。掲載している支援はすべて架空のもので、実在しません。"
REPLAY_BANNER = "{at}に記録したデータを再生しています。募集状況もこの時点のものです。"


class Settings(BaseSettings):
    """Every setting has a default that works on one machine with nothing configured."""

    model_config = SettingsConfigDict(env_prefix="SHIEN_", frozen=True)

    var: Path = Field(default=Path("var"), description="Folder of everything that shien writes")
    host: str = Field(default="127.0.0.1", description="Address the site listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the site listens on")
    contact: str = Field(default="", description="Mail or URL for the owners of crawled sites, sent as User-Agent")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite under the var folder")
    workers: bool = Field(default=False, description="Leave crawls to `shien worker` on any machine; needs PostgreSQL")
    meili_url: str = Field(default="", description="URL of a Meilisearch that runs elsewhere; empty: start our own")
    meili_key: str = Field(default="", description="Key for that Meilisearch")
    link_minutes: float = Field(default=20, ge=0, description="Minutes a night to look at official pages; 0: never")
    rate: int = Field(default=600, ge=0, description="Answers a minute to one address; 0: as many as it asks for")
    docs: bool = Field(default=True, description="Show the description of the API (/api/docs, /openapi.json)")
    metrics: bool = Field(default=True, description="Answer at /metrics, for Prometheus")
    session_hours: float = Field(default=12, gt=0, le=24 * 30, description="Hours that a sign-in of staff lasts")
    session_idle_minutes: float = Field(default=120, gt=0, description="Minutes without use that end it")
    oidc_issuer: str = Field(default="", description="OpenID Connect: the provider's issuer URL; empty: passwords only")
    oidc_client_id: str = Field(default="", description="OpenID Connect: our id there")
    oidc_client_secret: str = Field(default="", description="OpenID Connect: our secret there")
    oidc_name: str = Field(default="組織のアカウント", description="OpenID Connect: what the button calls it")
    oidc_claim: str = Field(default="email", description="OpenID Connect: the claim that names a user of ours")
    oidc_role_claim: str = Field(default="", description="OpenID Connect: the claim that holds the groups of a user")
    oidc_editors: str = Field(default="", description="OpenID Connect: the group whose members are editors")
    oidc_admins: str = Field(default="", description="OpenID Connect: the group whose members are admins")
    now: datetime | None = Field(default=None, description="A fixed instant instead of the clock (replays)")
    banner: str = Field(default="", description="A line shown on top of every page")
    public_url: str = Field(default="", description="URL under which users reach the site, for feeds and mails")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="warning", description="Least that is told")
    log_json: bool = Field(default=False, description="Logs as JSON, a line each, instead of for people")
    keep_runs_days: int = Field(default=400, ge=30, description="Days that reports of crawls are kept")
    keep_nights: int = Field(default=14, ge=1, description="Nights whose crawls are kept as files")
    keep_pages_days: float = Field(default=45, ge=1, description="Days that pages read before are kept")
    keep_pages_gigabytes: float = Field(default=5, gt=0, description="Most that these pages take; the oldest go first")
    secret: str = Field(default="", description="Seals addresses and signs links; empty: a file in the var folder")
    smtp_host: str = Field(default="", description="Server that takes our mails; empty: no alerts by mail")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port")
    smtp_user: str = Field(default="", description="Name to sign in with there; empty: without signing in")
    smtp_password: str = Field(default="", description="Password for that name")
    smtp_security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="How mails travel there")
    smtp_from: str = Field(default="", description="Sender of our mails: an address, or 名前 <address>")
    alert_hour: int = Field(default=7, ge=0, le=23, description="Hour (Asia/Tokyo) from which a day's alerts are sent")
    webhook_networks: str = Field(default="", description="Private networks that webhooks may reach (10.0.0.0/8,…)")
    staff_mail: str = Field(default="", description="Addresses told when a source fails or a night does not finish")
    staff_webhook: str = Field(default="", description="URL told the same")
    staff_webhook_secret: str = Field(default="", description="Signs what goes there (whsec_…); empty: unsigned")

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.var / 'store.sqlite'}"

    @property
    def mails(self) -> bool:
        """Can mails be sent to users? Their links need an address that no request can choose."""
        return bool(self.smtp_host and self.smtp_from and self.public_url)

    def environment(self) -> dict[str, str]:
        """The environment of a process that is to work with these settings."""
        values = self.model_dump(mode="json").items()
        return os.environ | {f"SHIEN_{key.upper()}": str(value) for key, value in values if value not in (None, "")}

    def clock(self) -> Clock:
        """The clock that everything passes on: the fixed instant where one is set."""
        fixed = self.now
        if fixed is None:
            return lambda: datetime.now(JST)
        return lambda: fixed.astimezone(JST)
