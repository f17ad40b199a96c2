"""Settings come from the environment, once; a bad one is named with what is expected."""

from pathlib import Path

import pytest

from cpd_app import config

SECRET = "x" * config.MIN_SECRET_LENGTH


def load(folder: Path, **settings: str) -> config.Settings:
    return config.load({"CPD_VAR_DIR": str(folder), **settings})


def test_nothing_needs_to_be_set_for_a_first_look(tmp_path: Path):
    settings = load(tmp_path)

    assert (settings.env, settings.host, settings.port) == ("development", "127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path / 'cpd.sqlite'}"
    assert settings.files_dir == tmp_path / "files"


def test_an_empty_value_is_no_value(tmp_path: Path):
    settings = load(tmp_path, CPD_PORT="", CPD_HOST="", CPD_DATABASE_URL="", CPD_SECRET_KEY="")

    assert settings == load(tmp_path)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path):
    first, second = load(tmp_path), load(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= config.MIN_SECRET_LENGTH
    assert first.seal_key == second.seal_key != first.secret_key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seal-key", "secret-key"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_production_demands_its_secrets(tmp_path: Path):
    with pytest.raises(config.SettingError, match="CPD_SECRET_KEY is missing"):
        load(tmp_path, CPD_ENV="production", CPD_SEAL_KEY=SECRET)
    with pytest.raises(config.SettingError, match="CPD_SEAL_KEY is missing"):
        load(tmp_path, CPD_ENV="production", CPD_SECRET_KEY=SECRET)

    given = {"CPD_SECRET_KEY": SECRET, "CPD_SEAL_KEY": SECRET[::-1]}
    assert load(tmp_path, CPD_ENV="production", **given).is_production
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_means_one_driver(tmp_path: Path, scheme: str):
    settings = load(tmp_path, CPD_DATABASE_URL=f"{scheme}://cpd:secret@db/cpd")

    assert settings.database_url == "postgresql+psycopg://cpd:secret@db/cpd"
    assert not settings.is_sqlite


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CPD_ENV", "live"),
        ("CPD_PORT", "0"),
        ("CPD_PORT", "65536"),
        ("CPD_PORT", "８０００"),
        ("CPD_PORT", "80a"),
        ("CPD_BASE_URL", "cpd.example.org"),
        ("CPD_BASE_URL", "ftp://cpd.example.org"),
        ("CPD_BASE_URL", "https://cpd.example.org/?a=1"),
        ("CPD_DATABASE_URL", "mysql://db/cpd"),
        ("CPD_MAIL_URL", "mail.example.org"),
        ("CPD_BOUNCE_ADDRESS", "bounces"),
        ("CPD_BOUNCE_ADDRESS", "Bounces <bounces@example.org>"),
        ("CPD_BOUNCE_URL", "pop3://u:p@mail.example.org"),
        ("CPD_BOUNCE_URL", "imaps://mail.example.org"),
        ("CPD_MAIL_URL", "smtp://mail.example.org:mail"),
        ("CPD_MAIL_URL", "smtp://:25"),
        ("CPD_SECRET_KEY", "short"),
        ("CPD_SEAL_KEY", "short"),
        ("CPD_TRUSTED_PROXIES", "-1"),
        ("CPD_LOG_FORMAT", "xml"),
        ("CPD_WECHAT_VERIFY_FILE", "../secret-key.txt"),
        ("CPD_WECHAT_VERIFY_FILE", "MP_verify_AbC123.txt"),
        ("CPD_WECHAT_VERIFY_TEXT", "AbC123"),
        ("CPD_UNKNOWN", "1"),
    ],
)
def test_a_bad_value_is_named(tmp_path: Path, name: str, value: str):
    with pytest.raises(config.SettingError, match=name):
        load(tmp_path, **{name: value})


def test_settings_of_tests_are_left_alone(tmp_path: Path):
    assert load(tmp_path, CPD_TEST_DATABASE_URL="postgresql://x") == load(tmp_path)


@pytest.mark.parametrize(
    ("address", "secure"), [("https://cpd.example.org/", True), ("http://cpd.example.org", False)]
)
def test_cookies_are_secure_where_the_address_is(tmp_path: Path, address: str, *, secure: bool):
    settings = load(tmp_path, CPD_BASE_URL=address)

    assert settings.secure_cookies is secure
    assert not settings.base_url.endswith("/")


def test_hosts_of_bridges_are_names_or_numbers(tmp_path: Path):
    given = load(tmp_path, CPD_BRIDGE_HOSTS=" SMS.Intranet, 10.0.0.7 ,fd00::1,")

    assert given.bridge_hosts == {"sms.intranet", "10.0.0.7", "fd00::1"}
    assert load(tmp_path).bridge_hosts == frozenset()
    for wrong in ("http://sms.intranet", "sms.intranet:8080", "10.0.0.0/8", "*.intranet"):
        with pytest.raises(config.SettingError, match="CPD_BRIDGE_HOSTS"):
            load(tmp_path, CPD_BRIDGE_HOSTS=wrong)


def test_a_bad_mailbox_is_named_without_its_password(tmp_path: Path):
    with pytest.raises(config.SettingError) as error:
        load(tmp_path, CPD_BOUNCE_URL="imap4://u:geheim@mail.example.org")
    assert "geheim" not in str(error.value)
    url = "imaps://u:geheim@mail.example.org/Back"
    assert load(tmp_path, CPD_BOUNCE_URL=url).bounce_url == url


def test_backups_are_taken_where_it_is_said(tmp_path: Path):
    assert (load(tmp_path).backup_dir, load(tmp_path).backup_keep) == (None, 14)
    given = load(tmp_path, CPD_BACKUP_DIR="/srv/backups", CPD_BACKUP_KEEP="3")
    assert (given.backup_dir, given.backup_keep) == (Path("/srv/backups"), 3)
