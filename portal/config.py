"""The configuration: one frozen value, read from the environment, checked at start.

Every fault is told at once, with what to do. Nothing else reads the environment.
"""

import hashlib
import hmac
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from registry_core.values.errors import InvalidMunicipalityCode
from registry_core.values.municipality_code import MunicipalityCode

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEMO_MUNICIPALITY_FILE = PROJECT_ROOT / "portal" / "demo" / "municipality.toml"
_SECRET_BYTES = 32
_LONGEST_NUMBER = 9
_DAYS = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun)")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_TRUE = frozenset({"1", "true", "yes", "on"})


class ConfigError(Exception):
    """The environment does not make a portal; the message lists every fault."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """Whose register this is, as people see it.

    counter_days: "mon-fri", or "" when the hours are not to be shown; counter_opens, counter_closes: "08:30".
    """

    code: str
    name_ja: str
    name_en: str
    address_ja: str
    phone: str
    counter_days: str
    counter_opens: str
    counter_closes: str


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """One OpenID Connect provider. A key file means `private_key_jwt`, else the secret is used."""

    issuer: str
    client_id: str
    client_secret: str | None
    client_key_file: Path | None
    scopes: tuple[str, ...]
    step_up_acr: tuple[str, ...]
    trust_attributes: bool
    role_claim: str
    person_claim: str


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a portal is told from outside. `secret_key` is 32 bytes or more; days are calendar days."""

    env: str
    database_url: str
    base_url: str
    secret_key: bytes
    data_keys_file: Path
    municipality: Municipality
    resident_oidc: OidcSettings
    staff_oidc: OidcSettings
    smtp_url: str | None
    mail_from: str
    trusted_proxies: int
    languages: tuple[str, ...]
    reveal_code_allowed: bool
    request_lapses_after_days: int
    require_reviewed: bool = False
    checkpoint_holders: tuple[str, ...] = ()

    @property
    def is_demo(self) -> bool:
        """The demonstration: its own sign-in provider, a municipality that does not exist."""
        return self.env == "demo"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Config":
        """Read and check. Raises ConfigError with every fault found."""
        reader = _Reader(environ)
        config = reader.config()
        if reader.faults or config is None:
            raise ConfigError("The configuration is not complete:\n" + "\n".join(f"  - {f}" for f in reader.faults))
        return config


def _are_hours(municipality: Municipality) -> bool:
    times = (municipality.counter_opens, municipality.counter_closes)
    return bool(_DAYS.fullmatch(municipality.counter_days)) and all(_TIME.fullmatch(each) for each in times)


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []
        self.env = environ.get("PORTAL_ENV", "production")

    def config(self) -> Config | None:
        if self.env not in {"demo", "production"}:
            self.faults.append("PORTAL_ENV is `demo` or `production`.")
        secret = self._secret()
        base_url = self._base_url()
        municipality = self._municipality()
        residents = self._oidc("RESIDENT", base_url, secret)
        staff = self._oidc("STAFF", base_url, secret)
        keys = self._needed("PORTAL_DATA_KEYS_FILE", "the file of the data keys; `portal init` makes one")
        database_url = self._database_url()
        holders = self._holders()
        if self.faults or municipality is None or residents is None or staff is None:
            return None
        return Config(
            env=self.env,
            database_url=database_url,
            base_url=base_url,
            secret_key=secret,
            data_keys_file=Path(keys),
            municipality=municipality,
            resident_oidc=residents,
            staff_oidc=staff,
            smtp_url=self.environ.get("PORTAL_SMTP_URL") or None,
            mail_from=self.environ.get("PORTAL_MAIL_FROM", "no-reply@localhost.invalid"),
            trusted_proxies=self._number("PORTAL_TRUSTED_PROXIES", 0, range(10)),
            languages=tuple(self.environ.get("PORTAL_LANGUAGES", "").replace(",", " ").split()),
            reveal_code_allowed=self.environ.get("PORTAL_REVEAL_CODE", "yes").lower() in _TRUE,
            request_lapses_after_days=self._number("PORTAL_REQUEST_LAPSES_AFTER_DAYS", 60, range(1, 1000)),
            require_reviewed=self.environ.get("PORTAL_REQUIRE_REVIEWED", "no").lower() in _TRUE,
            checkpoint_holders=holders,
        )

    def _holders(self) -> tuple[str, ...]:
        """Who keeps checkpoints outside. An address may hold a secret, so a wrong one is told by its place."""
        name, schemes = (
            "PORTAL_CHECKPOINT_HOLDERS",
            ("/", "https://", "mailto:", *(["http://"] if self.env == "demo" else [])),
        )
        holders = tuple(dict.fromkeys(self.environ.get(name, "").split()))
        for place, holder in enumerate(holders, start=1):
            if not holder.startswith(schemes):
                self.faults.append(
                    f"{name}: number {place} is neither the absolute path of a file nor an https:// or mailto: address."
                )
        if any(holder.startswith("mailto:") for holder in holders) and not self.environ.get("PORTAL_SMTP_URL"):
            self.faults.append(f"{name} holds a mailto: address: PORTAL_SMTP_URL is needed for it.")
        return holders

    def _needed(self, name: str, what: str) -> str:
        value = self.environ.get(name, "")
        if not value:
            self.faults.append(f"{name} is missing: {what}.")
        return value

    def _number(self, name: str, default: int, allowed: range) -> int:
        text = self.environ.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text) in allowed):
            self.faults.append(f"{name} is a whole number from {allowed[0]} to {allowed[-1]}, not {text!r}.")
            return default
        return int(text)

    def _secret(self) -> bytes:
        path = self._needed("PORTAL_SECRET_KEY_FILE", "a file of 32 random bytes or more; `portal init` makes one")
        if not path:
            return b""
        try:
            secret = Path(path).read_bytes()
        except OSError as error:
            self.faults.append(
                f"PORTAL_SECRET_KEY_FILE cannot be read: {error.strerror}. Run `portal init` to make it."
            )
            return b""
        if len(secret) < _SECRET_BYTES:
            self.faults.append("PORTAL_SECRET_KEY_FILE holds less than 32 bytes. Make a new one with `portal init`.")
        return secret

    def _base_url(self) -> str:
        url = self._needed("PORTAL_BASE_URL", "the address people open, such as https://portal.city.example.jp").rstrip(
            "/"
        )
        if url and not _is_scheme_and_host(url):
            self.faults.append("PORTAL_BASE_URL is scheme and host only, such as https://portal.city.example.jp.")
        if url and self.env == "production" and not url.startswith("https://"):
            self.faults.append("PORTAL_BASE_URL begins with https:// in production.")
        return url

    def _database_url(self) -> str:
        url = self._needed("PORTAL_DATABASE_URL", "sqlite:///path/to/register.sqlite3 or postgresql://...")
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            self.faults.append("PORTAL_DATABASE_URL begins with sqlite:/// or postgresql://.")
        return url

    def _municipality(self) -> Municipality | None:
        path = self.environ.get("PORTAL_MUNICIPALITY_FILE")
        if not path and self.env == "demo":
            path = str(DEMO_MUNICIPALITY_FILE)
        if not path:
            self.faults.append("PORTAL_MUNICIPALITY_FILE is missing: a TOML file, see docs/deploy.md.")
            return None
        try:
            content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
            municipality = Municipality(**content)
            MunicipalityCode(municipality.code)
            if municipality.counter_days and not _are_hours(municipality):
                self.faults.append(
                    "PORTAL_MUNICIPALITY_FILE: counter_days is like mon-fri, counter_opens and counter_closes like 08:30."
                )
        except OSError as error:
            self.faults.append(f"PORTAL_MUNICIPALITY_FILE cannot be read: {error.strerror}.")
        except InvalidMunicipalityCode:
            self.faults.append("PORTAL_MUNICIPALITY_FILE: `code` is not a municipality code of six digits.")
        except (tomllib.TOMLDecodeError, TypeError) as error:
            self.faults.append(f"PORTAL_MUNICIPALITY_FILE: {error}. It holds: {', '.join(Municipality.__slots__)}.")
        else:
            return municipality
        return None

    def _oidc(self, whose: str, base_url: str, secret: bytes) -> OidcSettings | None:
        prefix = f"PORTAL_{whose}_OIDC"
        issuer = self.environ.get(f"{prefix}_ISSUER", "")
        uses_demo = not issuer and self.env == "demo"
        if not issuer and not uses_demo:
            self.faults.append(f"{prefix}_ISSUER is missing: the address of the OpenID Connect provider.")
            return None
        if not uses_demo and self.env == "production" and not issuer.startswith("https://"):
            self.faults.append(f"{prefix}_ISSUER begins with https:// in production.")
        key_file = self.environ.get(f"{prefix}_CLIENT_KEY_FILE")
        client_secret = self.environ.get(f"{prefix}_CLIENT_SECRET")
        if uses_demo:
            issuer = f"{base_url}/demo/provider"
            client_secret = hmac.new(secret, f"demo client {whose}".encode(), hashlib.sha256).hexdigest()
        elif not client_secret and not key_file:
            self.faults.append(f"{prefix}_CLIENT_SECRET or {prefix}_CLIENT_KEY_FILE is missing.")
        client_id = self.environ.get(f"{prefix}_CLIENT_ID", f"demo-portal-{whose.lower()}" if uses_demo else "")
        if not client_id:
            self.faults.append(f"{prefix}_CLIENT_ID is missing.")
        default_scopes = "openid name address birthdate gender" if whose == "RESIDENT" else "openid profile"
        trusted = self.environ.get(f"{prefix}_TRUST_ATTRIBUTES", "yes" if uses_demo else "no")
        return OidcSettings(
            issuer=issuer,
            client_id=client_id,
            client_secret=client_secret,
            client_key_file=Path(key_file) if key_file else None,
            scopes=tuple(self.environ.get(f"{prefix}_SCOPES", default_scopes).split()),
            step_up_acr=tuple(self.environ.get(f"{prefix}_STEP_UP_ACR", "").split()),
            trust_attributes=trusted.lower() in _TRUE,
            role_claim=self.environ.get(f"{prefix}_ROLE_CLAIM", "roles"),
            person_claim=self.environ.get(f"{prefix}_PERSON_CLAIM", "person"),
        )


def _is_scheme_and_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    rest = (parts.path, parts.query, parts.fragment, parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_port and not any(rest)
