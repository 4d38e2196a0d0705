"""Every setting, read once from the environment, `.env` and secret files; no other module reads them."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from langnghe.errors import ConfigError

REPOSITORY = Path(__file__).resolve().parent.parent
SECRETS = Path("/run/secrets")
"""Where containers find secrets as files: `langnghe_author_key` holds what `LANGNGHE_AUTHOR_KEY` would."""


class IndexBackend(StrEnum):
    EMBEDDED = "embedded"
    ELASTICSEARCH = "elasticsearch"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="LANGNGHE_", env_file=".env", extra="ignore", use_attribute_docstrings=True, frozen=True
    )

    home: Path = Path("var")
    """Everything that is written lies below this folder."""
    database_url: str | None = None
    """SQLAlchemy URL; default SQLite in `home`."""
    index_backend: IndexBackend = IndexBackend.EMBEDDED
    elasticsearch_url: str = "http://127.0.0.1:9200"
    elasticsearch_api_key: SecretStr | None = None
    elasticsearch_username: str | None = None
    elasticsearch_password: SecretStr | None = None
    elasticsearch_ca: Path | None = None
    elasticsearch_alias: str = "langnghe-mentions"
    weights_dir: Path = REPOSITORY / "nlp" / "weights"
    sources_dir: Path = REPOSITORY / "crawlers" / "sources"
    author_key: SecretStr | None = None
    """Key of the authors' hashes; without it no author is stored at all."""
    contact: str = "chưa khai báo"
    """How a site's owner reaches the operator (e-mail or URL); sent in the user agent."""
    allowed_private_hosts: tuple[str, ...] = ()
    """`host` or `host:port` inside a private network that crawlers may reach all the same."""
    crawl_delay_s: float = Field(default=2.0, ge=0)
    """Seconds between two requests to one domain; a source may ask for more, never for less."""
    extract_processes: int = Field(default=2, ge=1)
    """Processes that read article text out of pages."""
    threads: int = Field(default=2, ge=1)
    """Threads of the classifier."""
    batch_size: int = Field(default=256, ge=1)
    """Mentions claimed, annotated and indexed at once."""
    lease_s: int = Field(default=300, ge=1)
    """A worker that has not finished its batch within so many seconds is taken for dead."""
    max_attempts: int = Field(default=3, ge=1)
    """After so many failures a mention goes to quarantine."""
    min_free_mb: int = Field(default=500, ge=0)
    """Crawling stops when the disk has less room than this."""
    ui_address: str = "127.0.0.1"
    ui_port: int = 8501

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'langnghe.sqlite3'}"

    @property
    def index_dir(self) -> Path:
        return self.home / "index"

    @property
    def user_agent(self) -> str:
        return f"LangNgheBot/0.1 (+{self.contact})"


def load_settings(**overrides: object) -> Settings:
    """Raises ConfigError naming each setting that cannot be read."""
    secrets = {"_secrets_dir": SECRETS} if SECRETS.is_dir() else {}
    try:
        return Settings(**secrets | overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = "; ".join(f"LANGNGHE_{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"Cấu hình sai, hãy sửa biến môi trường hoặc tệp .env: {lines}") from error
