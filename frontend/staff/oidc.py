"""Signing in with an organisation's own accounts: OpenID Connect Core 1.0, authorization code flow with PKCE."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from indexer import accounts
from indexer.settings import Settings
from indexer.store import SignIn

SCOPE = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Signatures with a key that only the provider has: neither none nor a secret that we share."""
TIMEOUT_SECONDS = 10
LEEWAY_SECONDS = 60
KEPT_SECONDS = 3600


class Unsound(Exception):
    """The provider cannot be reached, or what it says cannot be trusted; the message is for the log."""


@dataclass(frozen=True)
class Person:
    """Who the provider says signed in. `role` is empty where the provider says nothing of roles."""

    name: str
    role: str = ""


class Stranger(Exception):
    """The provider knows them, but they are none of the staff; `name` as far as it is known."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Provider:
    """The provider of the settings. What it says of itself is asked for once an hour."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._about: tuple[float, dict[str, Any]] = (0.0, {})

    async def address(self, state: str, begun: SignIn, back: str) -> str:
        """Where the browser goes to sign in; it comes back to `back`."""
        about = await self._discovered()
        async with self._client(back) as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(url)

    async def person(self, code: str, begun: SignIn, back: str) -> Person:
        """Who signed in, by the code that the browser brought back. Unsound, or Stranger."""
        about = await self._discovered()
        try:
            async with self._client(back) as client:
                tokens = await client.fetch_token(about["token_endpoint"], code=code, code_verifier=begun.verifier)
                claims = await self._claims(client, about, str(tokens.get("id_token") or ""), begun.nonce)
                if about.get("userinfo_endpoint") and self._wanted() - set(claims):
                    claims |= await self._more(client, about["userinfo_endpoint"], claims["sub"])
        except (OAuthError, httpx2.HTTPError, ValueError, KeyError) as error:
            raise Unsound(f"{type(error).__name__}: {error}") from None
        return self._known(claims)

    def _wanted(self) -> set[str]:
        return {self.settings.oidc_claim, self.settings.oidc_role_claim} - {""}

    def _client(self, back: str) -> AsyncOAuth2Client:
        own = self.settings
        return AsyncOAuth2Client(
            own.oidc_client_id,
            own.oidc_client_secret or None,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if own.oidc_client_secret else "none",
            timeout=TIMEOUT_SECONDS,
        )

    async def _discovered(self) -> dict[str, Any]:
        at, about = self._about
        if about and time.monotonic() - at < KEPT_SECONDS:
            return about
        issuer = self.settings.oidc_issuer
        if not _safe(issuer):
            raise Unsound(f"SHIEN_OIDC_ISSUER is not https: {issuer}")
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                answer = await client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                about = dict(answer.raise_for_status().json())
                # OpenID Connect Discovery 1.0, 4.3: another issuer is no answer to our question.
                if about["issuer"] != issuer:
                    raise Unsound(f"{issuer} calls itself {about['issuer']}")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not _safe(str(about[name])):
                        raise Unsound(f"{name} is not https: {about[name]}")
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unsound(f"{issuer} tells nothing of itself: {type(error).__name__}: {error}") from None
        self._about = (time.monotonic(), about)
        return about

    async def _claims(self, client: Any, about: Mapping[str, Any], token: str, nonce: str) -> dict[str, Any]:
        """What the ID token says, if the provider signed it for us and for this very sign-in (Core 1.0, 3.1.3.7)."""
        answer = await client.request("GET", about["jwks_uri"], withhold_token=True)
        try:
            keys = KeySet.import_key_set(answer.raise_for_status().json())
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.settings.oidc_issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self.settings.oidc_client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except JoseError as error:
            raise Unsound(f"the ID token does not hold: {error}") from None
        if claims.get("azp", self.settings.oidc_client_id) != self.settings.oidc_client_id:
            raise Unsound("the ID token is for another client")
        return dict(claims)

    async def _more(self, client: Any, endpoint: str, subject: str) -> dict[str, Any]:
        if not _safe(endpoint):
            raise Unsound(f"userinfo_endpoint is not https: {endpoint}")
        more = dict((await client.get(endpoint)).raise_for_status().json())
        if more.get("sub") != subject:
            raise Unsound("the user info is of somebody else")
        return more

    def _known(self, claims: Mapping[str, Any]) -> Person:
        own = self.settings
        name = claims.get(own.oidc_claim)
        if not isinstance(name, str) or (own.oidc_claim == "email" and _unverified(claims)):
            raise Stranger("")
        try:
            # Neither cut nor mended: whoever is called almost so is somebody else.
            name = accounts.named(name)
        except accounts.BadName:
            raise Stranger("") from None
        if not own.oidc_role_claim:
            return Person(name)
        held = claims.get(own.oidc_role_claim) or []
        groups = {held} if isinstance(held, str) else set(map(str, held)) if isinstance(held, list) else set()
        if own.oidc_admins and own.oidc_admins in groups:
            return Person(name, "admin")
        if own.oidc_editors and own.oidc_editors in groups:
            return Person(name, "editor")
        raise Stranger(name)


def _unverified(claims: Mapping[str, Any]) -> bool:
    """A provider that knows an address to be unverified says so; some say nothing."""
    return claims.get("email_verified") in (False, "false")


def _safe(url: str) -> bool:
    """https, or a provider on this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
