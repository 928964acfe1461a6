"""When the counter is open, in the reader's language: an office that does not say, says nothing."""

import pytest

from portal.config import DEMO_MUNICIPALITY_FILE, Config, ConfigError

HOURS = {
    "ja": "受付は月曜日から金曜日まで、08:30から17:15までです。祝日は休みです。",
    "en": "Open from Monday to Friday, from 08:30 to 17:15. Closed on public holidays.",
    "vi": "Mở cửa từ Thứ Hai đến Thứ Sáu, từ 08:30 đến 17:15. Nghỉ vào ngày lễ.",
    "ur": "پیر سے جمعہ تک، 08:30 سے 17:15 تک کھلا ہے۔ سرکاری تعطیلات پر بند رہتا ہے۔",
}


@pytest.mark.parametrize("lang", HOURS)
def test_help_says_where_the_counter_is_and_when_it_is_open(reading_server, lang):
    text = reading_server.client().get(f"/{lang}/help").text
    assert "緑が丘市中央一丁目1番1号" in text
    assert HOURS[lang] in text


@pytest.mark.parametrize("line", ["counter_days = 'every day'", "counter_opens = '8.30'", "counter_closes = '25:00'"])
def test_hours_that_nobody_could_read_are_told_at_start(tmp_path, keys_file, line):
    name = line.partition(" ")[0]
    lines = [each for each in DEMO_MUNICIPALITY_FILE.read_text().splitlines() if not each.startswith(name)]
    (tmp_path / "city.toml").write_text("\n".join([*lines, line]))
    (tmp_path / "secret").write_bytes(b"known to the tests alone" * 2)
    environment = {
        "PORTAL_ENV": "demo",
        "PORTAL_BASE_URL": "http://127.0.0.1:8000",
        "PORTAL_DATABASE_URL": "sqlite:///x",
        "PORTAL_DATA_KEYS_FILE": str(keys_file),
        "PORTAL_SECRET_KEY_FILE": str(tmp_path / "secret"),
        "PORTAL_MUNICIPALITY_FILE": str(tmp_path / "city.toml"),
    }
    with pytest.raises(ConfigError, match="counter_days is like mon-fri"):
        Config.from_environment(environment)
