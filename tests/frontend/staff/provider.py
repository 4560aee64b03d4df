"""An OpenID Connect provider on loopback: authlib's own server side, one client, and people who sign in by a click."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    OAuth2Payload,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.errors import OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "shien", "the client's secret"
PEOPLE: dict[str, dict[str, Any]] = {
    "hanako": {"email": "hanako@town.example", "email_verified": True, "groups": ["all", "shien-editors"]},
    "jiro": {"email": "jiro@town.example", "email_verified": True, "groups": ["shien-admins"]},
    "saburo": {"email": "saburo@town.example", "email_verified": True, "groups": ["all"]},
    "mallory": {"email": "hanako@town.example", "email_verified": False, "groups": ["shien-admins"]},
}


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    redirect_uri: str
    scope: str
    user: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Client(ClientMixin):  # type: ignore[misc]
    id_token_signed_response_alg = "RS256"

    def __init__(self, back: str) -> None:
        self.back = back
        self.client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Asked(OAuth2Request, OAuth2Payload):  # type: ignore[misc]
    """A request as the library wants it; all values are read beforehand."""

    def __init__(self, request: Request, values: dict[str, str]) -> None:
        # Loopback needs no TLS; the library insists, and knows no hosts.
        OAuth2Request.__init__(
            self, request.method, str(request.url).replace("http:", "https:"), headers=request.headers
        )
        self.values = values
        self.payload = Values(values)

    @property
    def args(self) -> dict[str, str]:
        return self.values

    @property
    def form(self) -> dict[str, str]:
        return self.values


class Values(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    @property
    def data(self) -> dict[str, str]:
        return self.values

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, {name: [value] for name, value in self.values.items()})


@dataclass
class Provider:
    """The provider at `issuer`. `twist` changes the claims of the next ID tokens; `key` signs them."""

    issuer: str
    back: str
    twist: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig", "kid": "1"}))
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    in_token: tuple[str, ...] = ("email", "email_verified", "groups")

    def __post_init__(self) -> None:
        self.published = self.key
        self.server = _Server(self)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.about),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo),
            ]
        )

    async def about(self, _: Request) -> Response:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        names |= {"userinfo_endpoint": "userinfo"}
        return JSONResponse({"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in names.items()})

    async def keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.published]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        """Shows who can sign in; the one who is chosen goes back with a code."""
        values = dict(request.query_params)
        user = values.pop("as", "")
        if not user:
            links = [f'<a href="?{urlencode(values | {"as": each})}">{each}</a>' for each in PEOPLE]
            return HTMLResponse("<!doctype html><title>sign in</title>" + " ".join(links))
        asked = Asked(request, values)
        try:
            grant = self.server.get_consent_grant(asked, end_user=user)
        except OAuth2Error as error:
            return JSONResponse(dict(error.get_body()), 400)
        answer: Response = self.server.create_authorization_response(asked, grant_user=user, grant=grant)
        return answer

    async def token(self, request: Request) -> Response:
        values = {name: str(value) for name, value in (await request.form()).items()}
        answer: Response = self.server.create_token_response(Asked(request, values))
        return answer

    async def userinfo(self, request: Request) -> Response:
        user = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse({"sub": user} | PEOPLE[user]) if user else JSONResponse({}, 401)


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, own: Provider) -> None:
        super().__init__(scopes_supported=["openid", "email", "profile"])
        self.own = own
        self.client = Client(own.back)
        self.register_token_generator("default", BearerTokenGenerator(lambda *_, **__: generate_token(42)))
        grant = type("Grant", (_Grant,), {"own": own})
        self.register_grant(grant, [_Said(own), CodeChallenge(required=True)])

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        self.own.tokens[token["access_token"]] = request.user

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None: ...

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        made = JSONResponse(body, status) if isinstance(body, dict) else Response(body, status)
        for name, value in headers:
            made.headers[name] = value
        return made


class _Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    own: Provider
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Asked) -> None:
        data = request.payload.data
        self.own.codes[code] = Code(
            code=code,
            redirect_uri=data["redirect_uri"],
            scope=data["scope"],
            user=request.user,
            nonce=data.get("nonce", ""),
            code_challenge=data.get("code_challenge", ""),
            code_challenge_method=data.get("code_challenge_method", ""),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return self.own.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.own.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class _Said(OpenIDCode):  # type: ignore[misc]
    def __init__(self, own: Provider) -> None:
        super().__init__(require_nonce=True)
        self.own = own

    def exists_nonce(self, nonce: str, request: Asked) -> bool:
        return any(each.nonce == nonce for each in self.own.codes.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.own.key

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        return {"alg": "RS256", "kid": "1"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self.own.issuer, "exp": int(time.time()) + 300, "iat": int(time.time()), "aud": [CLIENT]}

    def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
        told = {name: value for name, value in PEOPLE[user].items() if name in self.own.in_token}
        return {"sub": user} | told | self.own.twist
