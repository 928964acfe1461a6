import pytest
from flask import Flask, g, render_template_string, url_for

from portal.i18n.gettext import current_language, speaking
from portal.i18n.install import install_languages


@pytest.fixture
def client():
    app = Flask(__name__)
    install_languages(app, ["ja", "en", "ur"], incomplete_too=True)
    app.add_url_rule("/<lang:lang>/page/<int:number>", "page", _page)
    app.add_url_rule("/<lang:lang>/staff/queue", "staff.queue", lambda: g.language.tag)
    app.add_url_rule("/plain", "plain", lambda: current_language().tag)
    return app.test_client()


def _page(number):
    return render_template_string(
        "{{ lang.tag }} {{ lang.direction }} {{ url_for('page', number=2) }} {{ switch_url('en') }}", number=number
    )


def test_the_address_names_the_language_and_links_keep_it(client):
    assert client.get("/ur/page/1?q=a%20b&x=1").text == "ur rtl /ur/page/2 /en/page/1?q=a%20b&amp;x=1"


@pytest.mark.parametrize("path", ["/EN/page/1", "/en-US/page/1", "/vi/page/1", "/xx/page/1", "/..%2f/page/1"])
def test_any_other_word_is_no_address(client, path):
    assert client.get(path).status_code == 404


def test_pages_of_staff_exist_in_their_two_languages(client):
    assert client.get("/ja/staff/queue").text == "ja"
    assert client.get("/ur/staff/queue").status_code == 404


def test_a_page_without_a_language_in_its_address_speaks_the_browsers(client):
    assert client.get("/plain", headers={"Accept-Language": "ur-PK, en"}).text == "ur"
    assert client.get("/plain", headers={"Accept-Language": "vi"}).text == "ja"


def test_languages_do_not_leak_from_one_request_to_the_next(client):
    seen = [client.get(f"/{tag}/page/1").text.split()[0] for tag in ("en", "ja", "ur", "en")]
    assert seen == ["en", "ja", "ur", "en"]


def test_the_worker_makes_addresses_in_the_language_it_speaks(client):
    with client.application.test_request_context(), speaking("ur"):
        assert url_for("page", number=3) == "/ur/page/3"


def test_flask_babel_follows_and_serves_our_words_only(client):
    import flask_babel

    with client.application.test_request_context(), speaking("ur"):
        assert str(flask_babel.get_locale()) == "ur"
        assert flask_babel.gettext("<b>") == "&lt;b&gt;"
