"""The configuration: what cannot work is told at start, all of it at once, and not to a resident months later."""

import pytest

from portal.config import Config, ConfigError


@pytest.fixture
def production(tmp_path, keys_file):
    """The environment of a portal in production, with some of it changed."""
    secret = tmp_path / "secret-key"
    secret.write_bytes(b"known to the tests alone " * 2)
    municipality = tmp_path / "municipality.toml"
    municipality.write_text(
        "code = '011002'\nname_ja = '札幌市'\nname_en = 'Sapporo'\naddress_ja = ''\nphone = ''\n"
        "counter_days = ''\ncounter_opens = ''\ncounter_closes = ''\n"
    )
    environment = {
        "PORTAL_BASE_URL": "https://portal.city.example",
        "PORTAL_DATABASE_URL": "postgresql://db/portal",
        "PORTAL_DATA_KEYS_FILE": str(keys_file),
        "PORTAL_SECRET_KEY_FILE": str(secret),
        "PORTAL_MUNICIPALITY_FILE": str(municipality),
    }
    for whose in ("RESIDENT", "STAFF"):
        environment |= {
            f"PORTAL_{whose}_OIDC_ISSUER": "https://id.example",
            f"PORTAL_{whose}_OIDC_CLIENT_ID": "portal",
            f"PORTAL_{whose}_OIDC_CLIENT_SECRET": "secret",
        }
    return lambda **changes: Config.from_environment(environment | changes)


def test_production_trusts_no_attributes_unless_told(production):
    config = production()
    assert (config.env, config.request_lapses_after_days) == ("production", 60)
    assert not config.resident_oidc.trust_attributes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_REQUEST_LAPSES_AFTER_DAYS", "0"),
        ("PORTAL_REQUEST_LAPSES_AFTER_DAYS", "9" * 12),
        ("PORTAL_REQUEST_LAPSES_AFTER_DAYS", "sixty"),
        ("PORTAL_TRUSTED_PROXIES", "-1"),
        ("PORTAL_BASE_URL", "http://portal.city.example"),
        ("PORTAL_BASE_URL", "https://["),
        ("PORTAL_BASE_URL", "https://portal.city.example:x"),
        ("PORTAL_BASE_URL", "https://portal.city.example?a=b"),
        ("PORTAL_RESIDENT_OIDC_ISSUER", "http://id.example"),
        ("PORTAL_STAFF_OIDC_ISSUER", "http://id.example"),
        ("PORTAL_CHECKPOINT_HOLDERS", "/mnt/auditor/checkpoints.jsonl checkpoints.jsonl"),
        ("PORTAL_CHECKPOINT_HOLDERS", "http://holder.example/SECRET"),
        ("PORTAL_CHECKPOINT_HOLDERS", "mailto:auditor@city.example"),  # and no mail server
    ],
)
def test_what_cannot_work_or_is_not_safe_is_refused_by_name(production, name, value):
    with pytest.raises(ConfigError) as refused:
        production(**{name: value})
    assert f"  - {name}" in str(refused.value)
    assert str(refused.value).count("  - ") == 1


def test_holders_of_checkpoints_are_files_addresses_and_mailboxes_each_once(production):
    holders = ("/mnt/auditor/checkpoints.jsonl", "https://holder.example/drop", "mailto:auditor@city.example")
    config = production(
        PORTAL_CHECKPOINT_HOLDERS=" ".join([*holders, holders[0]]), PORTAL_SMTP_URL="smtp://mail.example"
    )
    assert config.checkpoint_holders == holders
    assert production().checkpoint_holders == ()


def test_wrong_holder_is_told_by_its_place_and_not_by_its_secret(production):
    with pytest.raises(ConfigError) as refused:
        production(PORTAL_CHECKPOINT_HOLDERS="/a http://holder.example/SECRET")
    assert "number 2 is neither" in str(refused.value)
    assert "SECRET" not in str(refused.value)
