"""Settings, read from the environment once; a bad value stops the start with its name."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("development", "production", "test")
DEFAULT_PORT = 8000
BACKUP_KEEP = 14
MIN_SECRET_LENGTH = 32
#: a name or a number, no scheme, no port, no brackets
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:]+")
MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
MIN_TOKEN_LENGTH = 24
#: value of CPD_METRICS_TOKEN that opens /metrics to this machine only
METRICS_LOCAL = "local"
VERIFY_FILE = re.compile(r"[A-Za-z0-9_-]{1,80}\.txt")
#: where Debian's fonts-noto-cjk lies; harmless when it is not there
DEFAULT_FONTS = "/usr/share/fonts/opentype/noto"


class SettingError(Exception):
    """A setting is missing or cannot be understood; the message names it and what is expected."""


@dataclass(frozen=True)
class Settings:
    """Everything the outside decides. Names are those of the environment, without `CPD_`."""

    env: str
    host: str
    port: int
    base_url: str
    var_dir: Path
    database_url: str
    secret_key: str
    #: seals the journal; whoever has the database must not have it
    seal_key: str
    mail_url: str
    mail_from: str
    #: seconds that a mail server may be silent
    mail_timeout: int
    #: to whom servers return letters; "" = the sender
    bounce_address: str
    #: IMAP mailbox of that address, with user and password; "" = nobody reads it
    bounce_url: str
    #: hosts of societies' bridges that may lead inside, by plain http too
    bridge_hosts: frozenset[str]
    #: where the worker puts a backup each night; None: nowhere
    backup_dir: Path | None
    backup_keep: int
    trusted_proxies: int
    log_format: str
    offline: bool
    #: name and content of the file by which WeChat sees whose domain it is; "" = none
    wechat_verify_file: str
    wechat_verify_text: str
    fonts_dir: Path
    #: "" = nobody reads /metrics, "local" = this machine, else the bearer token that may
    metrics_token: str
    #: port of the worker's own probes on this machine; 0 = none
    worker_port: int

    @property
    def is_production(self) -> bool:
        """Whether secrets must be given and demo data is refused."""
        return self.env == "production"

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded default database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def files_dir(self) -> Path:
        """Where evidence lies on the local disk."""
        return self.var_dir / "files"

    @property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure when the public address is https."""
        return self.base_url.startswith("https://")


#: name -> what it is for, default; the README's table is checked against this.
DESCRIPTIONS: dict[str, str] = {
    "CPD_ENV": "development, production or test; default development",
    "CPD_HOST": "address the web server listens on; default 127.0.0.1",
    "CPD_PORT": f"port the web server listens on; default {DEFAULT_PORT}",
    "CPD_BASE_URL": "public address, used in links and QR codes; default http://HOST:PORT",
    "CPD_VAR_DIR": "folder for everything the embedded default writes; default ./var",
    "CPD_DATABASE_URL": "sqlite:///… or postgresql://…; default a SQLite file in the var folder",
    "CPD_SECRET_KEY": "signs cookies, 32+ characters; made in the var folder, given in production",
    "CPD_SEAL_KEY": "seals the journal, 32+ characters; made and given as CPD_SECRET_KEY is",
    "CPD_MAIL_URL": "console: (default, prints mail) or smtp://user:password@host:port",
    "CPD_MAIL_FROM": "sender of mail; default cpd@localhost",
    "CPD_MAIL_TIMEOUT": "seconds that a mail server may be silent; default 20",
    "CPD_BOUNCE_ADDRESS": "address to which letters come back; default that of CPD_MAIL_FROM",
    "CPD_BOUNCE_URL": "its mailbox, imaps://user:password@host/FOLDER; default none",
    "CPD_BRIDGE_HOSTS": "hosts that a society's bridge may have inside the network; default none",
    "CPD_BACKUP_DIR": "folder into which the worker takes a backup each night; default none",
    "CPD_BACKUP_KEEP": f"how many of those are kept; default {BACKUP_KEEP}",
    "CPD_TRUSTED_PROXIES": "how many reverse proxies set X-Forwarded-For; default 0",
    "CPD_LOG_FORMAT": "console (default) or json",
    "CPD_WECHAT_VERIFY_FILE": "name of the file by which WeChat verifies the domain; default none",
    "CPD_WECHAT_VERIFY_TEXT": "what stands in that file",
    "CPD_OFFLINE": "on (default) or off: takes the service worker off every phone",
    "CPD_METRICS_TOKEN": "who reads /metrics: local, or who has this token of 24+; default nobody",
    "CPD_WORKER_PORT": "port of the worker's probes on 127.0.0.1; default 0, none",
    "CPD_FONTS_DIR": f"further fonts, for rare characters in PDFs; default {DEFAULT_FONTS}",
}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raise SettingError with the name and what is expected."""
    source = os.environ if environ is None else environ
    unknown = sorted(k for k in source if k.startswith("CPD_") and not _is_known(k))
    if unknown:
        raise SettingError(f"{unknown[0]} is not a setting; known are {', '.join(DESCRIPTIONS)}")
    env = _choice(source, "CPD_ENV", ENVIRONMENTS, "development")
    var_dir = Path(source.get("CPD_VAR_DIR") or "var").resolve()
    host = source.get("CPD_HOST") or "127.0.0.1"
    port = _whole(source, "CPD_PORT", DEFAULT_PORT, 1, 65535)
    return Settings(
        env=env,
        host=host,
        port=port,
        base_url=_address(source, f"http://{host}:{port}"),
        var_dir=var_dir,
        database_url=_database(source, var_dir),
        secret_key=_secret(
            source, "CPD_SECRET_KEY", var_dir / "secret-key", production=env == "production"
        ),
        seal_key=_secret(
            source, "CPD_SEAL_KEY", var_dir / "seal-key", production=env == "production"
        ),
        mail_url=_mail(source),
        mail_from=source.get("CPD_MAIL_FROM") or "cpd@localhost",
        mail_timeout=_whole(source, "CPD_MAIL_TIMEOUT", 20, 1, 300),
        bounce_address=_bounce_address(source),
        bounce_url=_mailbox(source),
        bridge_hosts=_hosts(source),
        backup_dir=Path(source["CPD_BACKUP_DIR"]) if source.get("CPD_BACKUP_DIR") else None,
        backup_keep=_whole(source, "CPD_BACKUP_KEEP", BACKUP_KEEP, 1, 1000),
        trusted_proxies=_whole(source, "CPD_TRUSTED_PROXIES", 0, 0, 10),
        log_format=_choice(source, "CPD_LOG_FORMAT", ("console", "json"), "console"),
        offline=_choice(source, "CPD_OFFLINE", ("on", "off"), "on") == "on",
        wechat_verify_file=_verify_file(source),
        wechat_verify_text=(source.get("CPD_WECHAT_VERIFY_TEXT") or "").strip(),
        fonts_dir=Path(source.get("CPD_FONTS_DIR") or DEFAULT_FONTS),
        metrics_token=_metrics(source),
        worker_port=_whole(source, "CPD_WORKER_PORT", 0, 0, 65535),
    )


def _is_known(name: str) -> bool:
    # CPD_TEST_… belongs to the tests, not to the service.
    return name in DESCRIPTIONS or name.startswith("CPD_TEST_")


def _choice(source: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = source.get(name) or default
    if value not in allowed:
        raise SettingError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")
    return value


def _whole(source: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = source.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise SettingError(f"{name} is {text!r}; expected a whole number from {least} to {most}")
    return int(text)


def _address(source: Mapping[str, str], default: str) -> str:
    value = (source.get("CPD_BASE_URL") or default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise SettingError(f"CPD_BASE_URL is {value!r}; expected http(s)://host[:port]")
    return value


def _database(source: Mapping[str, str], var_dir: Path) -> str:
    value = source.get("CPD_DATABASE_URL") or f"sqlite:///{var_dir / 'cpd.sqlite'}"
    if value.startswith(("postgresql://", "postgres://")):
        # The driver is named, so that SQLAlchemy 2.0 and 2.1 choose the same one.
        return "postgresql+psycopg://" + value.split("://", 1)[1]
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError("CPD_DATABASE_URL must begin with sqlite:/// or postgresql://")
    return value


def _mail(source: Mapping[str, str]) -> str:
    value = source.get("CPD_MAIL_URL") or "console:"
    if value == "console:":
        return value
    if not value.startswith(("smtp://", "smtps://")):
        raise SettingError("CPD_MAIL_URL must be console: or begin with smtp:// or smtps://")
    try:
        whole = bool(urlsplit(value).hostname) and urlsplit(value).port != 0
    except ValueError:
        whole = False
    if not whole:  # the value itself may hold a password
        raise SettingError("CPD_MAIL_URL has no host or a bad port; expected smtp://host:port")
    return value


def _bounce_address(source: Mapping[str, str]) -> str:
    value = source.get("CPD_BOUNCE_ADDRESS") or ""
    if value and not MAIL_ADDRESS.fullmatch(value):
        raise SettingError(f"CPD_BOUNCE_ADDRESS is {value!r}; expected bounces@example.org")
    return value


def _mailbox(source: Mapping[str, str]) -> str:
    """The value is never part of a sentence: it holds a password."""
    value = source.get("CPD_BOUNCE_URL") or ""
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in {"imaps", "imap"} or not (
        parts.hostname and parts.username and parts.password
    ):
        raise SettingError("CPD_BOUNCE_URL must be imaps://user:password@host[:port][/FOLDER]")
    return value


def _hosts(source: Mapping[str, str]) -> frozenset[str]:
    text = source.get("CPD_BRIDGE_HOSTS") or ""
    hosts = [host.strip().lower() for host in text.split(",") if host.strip()]
    for host in hosts:
        if not HOST.fullmatch(host):
            raise SettingError(
                f"CPD_BRIDGE_HOSTS has {host!r}; expected names or IP addresses with commas between"
            )
    return frozenset(hosts)


def _verify_file(source: Mapping[str, str]) -> str:
    name = source.get("CPD_WECHAT_VERIFY_FILE") or ""
    if name and not VERIFY_FILE.fullmatch(name):
        raise SettingError(
            f"CPD_WECHAT_VERIFY_FILE is {name!r}; expected a name like MP_verify_AbC123.txt"
        )
    if bool(name) != bool((source.get("CPD_WECHAT_VERIFY_TEXT") or "").strip()):
        raise SettingError("CPD_WECHAT_VERIFY_FILE and CPD_WECHAT_VERIFY_TEXT go together")
    return name


def _metrics(source: Mapping[str, str]) -> str:
    value = source.get("CPD_METRICS_TOKEN") or ""
    if value not in {"", METRICS_LOCAL} and len(value) < MIN_TOKEN_LENGTH:
        raise SettingError(
            f"CPD_METRICS_TOKEN is too short; expected local, or {MIN_TOKEN_LENGTH}+ characters"
        )
    return value


def _secret(source: Mapping[str, str], name: str, kept_in: Path, *, production: bool) -> str:
    value = source.get(name) or ""
    if value:
        if len(value) < MIN_SECRET_LENGTH:
            raise SettingError(f"{name} is too short; expected {MIN_SECRET_LENGTH}+ characters")
        return value
    if production:
        raise SettingError(
            f"{name} is missing; in production expected "
            f"{MIN_SECRET_LENGTH}+ random characters, the same on every machine"
        )
    return _kept_secret(kept_in)


def _kept_secret(path: Path) -> str:
    """Make the key once; two processes starting together agree, since only one can link it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f"{path.name}.{os.getpid()}")
        mine.touch(mode=0o600)
        mine.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(mine, path)
        except FileExistsError:
            pass  # the other process was first; its key is read below
        finally:
            mine.unlink()
    return path.read_text(encoding="ascii").strip()
