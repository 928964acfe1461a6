"""A small application with nothing but the web's parts and a few views, on both databases, with a clock that can be set ahead."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Blueprint, Flask, abort, flash, redirect, render_template_string, request, session, url_for
from flask.testing import FlaskClient
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal import web
from portal.config import PROJECT_ROOT, Config, Municipality, OidcSettings
from portal.i18n.install import install_languages
from portal.registry import Registry, install_registry
from portal.web.csrf import csrf_exempt
from portal.web.fields import DayField, DigitsField, RegisterDateField
from portal.web.forms import MaxLength, PortalForm
from portal.web.rate_limits import RateLimit
from portal.web.sessions import renew_session, revoke_session
from registry_core.storage.engine import open_engine
from registry_core.storage.keys import KeyFile
from registry_core.values.errors import OwnHousehold, RecordNotFound, RequestNotFound

BASE_URL = "http://127.0.0.1:8000"


class ClockedRegistry(Registry):
    """A registry whose clock a test sets ahead."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Web:
    """The application and its visitors."""

    app: Flask
    registry: ClockedRegistry

    def visitor(self) -> "Visitor":
        return Visitor(self.app.test_client(), self)

    def wait(self, **time: float) -> None:
        self.registry.ahead += timedelta(**time)


@dataclass
class Visitor:
    """A browser: it follows what a form on a page would send."""

    client: FlaskClient
    web: Web

    def open(self, path: str, **options):
        return self.client.get(path, base_url=BASE_URL, **options)

    def send(self, path: str, **options):
        return self.client.post(path, base_url=BASE_URL, **options)

    def token(self, path: str = "/en/note") -> str:
        return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.open(path).text)[1]

    def sign_in(self, subject: str, audience: str = "resident") -> "Visitor":
        answer = self.send(f"/en/enter/{audience}/{subject}", data={"csrf_token": self.token("/en/token")})
        assert answer.status_code == 204
        return self

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie(self.web.app.config["SESSION_COOKIE_NAME"], domain="127.0.0.1")
        return found.value if found else None


class NoteForm(PortalForm):
    title = StringField("Title", validators=[InputRequired(), MaxLength(20)])
    text = TextAreaField("Text")
    agreed = BooleanField("Agreed")
    born = RegisterDateField("Born")
    on = DayField("On")
    pin = DigitsField("PIN", length=4)


PAGE = """{{ get_flashed_messages()|join(" ") }}<form method="post">{{ form.hidden_tag() }}
{% for f in form if f.name != "csrf_token" %}{{ f() }}
{% for e in f.errors %}<i>{{ f.name }}: {{ e }}</i>{% endfor %}{% endfor %}</form>"""

faces = Blueprint("faces", __name__)
auth = Blueprint("auth", __name__)
faq = Blueprint("faq", __name__)
TRIES = RateLimit("tests", limit=3, per=timedelta(minutes=15))


@faq.get("/<lang:lang>/")
def home():
    return "the same for everybody"


@faces.route("/<lang:lang>/note", methods=["GET", "POST"])
def note():
    form = NoteForm()
    if form.validate_on_submit():
        return redirect(url_for("faces.note", saved=form.title.data))
    return render_template_string(PAGE, form=form), 422 if form.errors else 200


@faces.get("/<lang:lang>/token")
def token():
    return render_template_string('<input name="csrf_token" value="{{ csrf_token() }}">')


@faces.post("/<lang:lang>/enter/<audience>/<subject>")
def enter(audience: str, subject: str):
    renew_session(audience, subject)
    session["who"] = subject
    return "", 204


@faces.post("/<lang:lang>/leave")
def leave():
    revoke_session()
    flash("bye")
    return "", 204


@faces.get("/<lang:lang>/who")
def who():
    return str(session.get("who"))


@faces.get("/<lang:lang>/put/<key>/<value>")
def put(key: str, value: str):
    session[key] = [value]
    return "", 204


@faces.post("/<lang:lang>/only-posts")
def only_posts():
    return "done"


@faces.get("/<lang:lang>/fails/<kind>")
def fails(kind: str):
    errors = {
        "own-household": OwnHousehold,
        "record": RecordNotFound,
        "request": RequestNotFound,
        "bug": ZeroDivisionError,
    }
    if kind.isdigit():
        abort(int(kind))
    raise errors[kind]


@faces.get("/<lang:lang>/try/<key>")
def take_try(key: str):
    return str(TRIES.take(key))


@faces.post("/token")
@csrf_exempt
def token_endpoint():
    return request.form.get("grant", "")


@auth.get("/<lang:lang>/sign-in")
def sign_in():
    return "sign in"


@auth.get("/<lang:lang>/staff/sign-in")
def staff_sign_in():
    return "sign in, staff"


def config_for(url: str, keys_file: Path, **changes) -> Config:
    provider = OidcSettings(
        issuer="https://id.example.jp/realm",
        client_id="portal",
        client_secret="secret",
        client_key_file=None,
        scopes=("openid",),
        step_up_acr=(),
        trust_attributes=False,
        role_claim="roles",
        person_claim="person",
    )
    config = Config(
        env="demo",
        database_url=url,
        base_url=BASE_URL,
        secret_key=b"k" * 32,
        data_keys_file=keys_file,
        municipality=Municipality("011002", "札幌市", "Sapporo", "札幌市中央区", "011-000-0000", "", "", ""),
        resident_oidc=provider,
        staff_oidc=replace(provider, issuer=f"{BASE_URL}/demo/provider"),
        smtp_url=None,
        mail_from="portal@example.jp",
        trusted_proxies=0,
        languages=("ja", "en"),
        reveal_code_allowed=True,
        request_lapses_after_days=60,
    )
    return replace(config, **changes)


def make_web(config: Config) -> Web:
    app = Flask("tests.web", template_folder=str(PROJECT_ROOT / "templates"))
    app.secret_key = config.secret_key
    opened = ClockedRegistry(config, open_engine(config.database_url), KeyFile(config.data_keys_file))
    install_registry(app, opened)
    install_languages(app, config.languages, incomplete_too=True)
    web.init_app(app)
    for blueprint in (faces, auth, faq):
        app.register_blueprint(blueprint)
    return Web(app, opened)


@pytest.fixture
def site(database_url: str, keys_file: Path) -> Iterator[Web]:
    made = make_web(config_for(database_url, keys_file))
    yield made
    made.registry.engine.dispose()


@pytest.fixture
def visitor(site: Web) -> Visitor:
    return site.visitor()


@pytest.fixture
def page_text():
    return lambda answer: html.unescape(answer.text)
