"""Tables of the settings file: servers that are asked, options of engines, prices, rules of tools."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _mebibytes(value: Any) -> Any:
    """Read a size that is written with its unit, such as `20GiB`; a bare number is MiB."""
    number, unit = (value[:-3].strip(), value[-3:]) if isinstance(value, str) else (value, "")
    factors = {"MiB": 1.0, "GiB": 1024.0, "TiB": 1024.0**2}
    try:
        return int(float(number) * factors[unit]) if unit in factors else value
    except (ValueError, OverflowError):
        return value


Mebibytes = Annotated[int, BeforeValidator(_mebibytes), Field(ge=0)]


class Serving(BaseModel):
    """How much of a model's work a deployment gets, what it costs and what it can do."""

    model_config = ConfigDict(extra="forbid")

    priority: int = Field(
        default=0, ge=0, le=100, description="The lowest number serves; others only when none of those can."
    )
    weight: float = Field(
        default=1, gt=0, le=1000, description="Its share of the work among deployments of one priority."
    )
    price: dict[str, str | float] = Field(
        default_factory=dict,
        description="Dollars per million tokens: `input`, `cached_input`, `output`; `per_hour` in dollars per hour.",
    )
    max_parallel: int | None = Field(
        default=None, ge=1, description="Calls that it takes at the same time; others wait. Empty means no limit."
    )
    requests_per_minute: int | None = Field(default=None, ge=1, description="Calls that it takes in a minute.")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="Tokens that it takes in a minute.")
    context_length: int = Field(default=0, ge=0, description="Tokens of prompt plus reply; 0 means unknown.")
    abilities: list[Literal["chat", "embedding", "tools", "json_schema", "vision", "logprobs"]] = Field(
        default_factory=list[Literal["chat", "embedding", "tools", "json_schema", "vision", "logprobs"]],
        description="What it can do: `chat`, `embedding`, `tools`, `json_schema`, `vision`, `logprobs`. Empty means "
        "embeddings for a model with `embed` in its name, else all but `embedding` and `vision`.",
    )


class UpstreamModel(Serving):
    """One model of an upstream: its name here, and whatever differs from the rest of the upstream."""

    name: str = Field(min_length=1, max_length=256, description="Our name for it.")


class ToolRule(BaseModel):
    """One rule on what tools may do: what it says holds where all that it names fits."""

    model_config = ConfigDict(extra="forbid")

    tool: str = Field(default="*", description="The tool's type, such as `mcp`; `*` stands for any text.")
    touches: Literal["read", "write", "network", "outside"] | None = Field(
        default=None,
        description="What the call may touch: `read` and `write` what the project keeps here, `network` others, "
        "`outside` an effect outside this installation. Empty means whatever it touches.",
    )
    host: str = Field(default="*", description="The host that it connects to, such as `*.example.org`.")
    project: str = Field(default="*", description="The project's id.")
    after_untrusted: bool = Field(
        default=False,
        description="Whether it holds only once the model has read what strangers wrote: a page of the web, or what an "
        "MCP server returned, in this response or in what it goes on from.",
    )
    decision: Literal["allow", "ask", "refuse"] = Field(
        description="Whether the call is run, or the client is asked first, or it cannot be made."
    )


class Upstream(Serving):
    """One OpenAI-compatible server whose models are offered under our names."""

    base_url: str = Field(description="Where its API is, up to and including `/v1`.")
    api_key: str = Field(default="", description="The key it wants, if any.", repr=False)
    models: dict[str, str | UpstreamModel] = Field(
        default_factory=dict,
        description="Our name for each of its model names, or a table with `name` and any of the keys below from "
        "`priority` on. Several upstreams may serve one name of ours.",
    )
    timeout: float = Field(default=600, gt=0, description="Seconds between two pieces of a reply before giving up.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds that it has to take a connection.")
    continues: Literal["none", "prefill", "vllm", "prefix", "partial"] = Field(
        default="none",
        description="How it goes on from a partial assistant message, for replies cut by a crash: `none`, `prefill` "
        "(the last message is the assistant's), `vllm` (continue_final_message), `prefix` (DeepSeek) or `partial` "
        "(Kimi, Qwen).",
    )


class EngineOptions(BaseModel):
    """How vLLM or SGLang is started for a model of this machine."""

    model_config = ConfigDict(extra="forbid")

    context: int = Field(
        default=0, ge=0, description="Tokens of context per reply; 0 means what the settings and memory allow."
    )
    dtype: Literal["auto", "float16", "bfloat16", "float32"] = Field(
        default="auto", description="Type in which it computes: `auto`, `float16`, `bfloat16` or `float32`."
    )
    tensor_parallel: int = Field(default=1, ge=1, le=64, description="GPUs over which a model is spread.")
    memory_share: float = Field(
        default=0, ge=0, le=1, description="Share of each GPU's memory that it takes; 0 means the engine's own default."
    )
    tool_parser: str = Field(
        default="",
        pattern=r"^[\w.-]*$",
        description="The engine's parser of tool calls; empty means the one that the model's template calls for, "
        "`none` means no tools.",
    )
    reasoning_parser: str = Field(
        default="",
        pattern=r"^[\w.-]*$",
        description="The engine's parser of thinking; empty means the one that the model's template calls for, "
        "`none` means none.",
    )
    arguments: list[str] = Field(
        default_factory=list[str],
        description='More arguments, by their long names: `["--enforce-eager", "--seed=7"]`. Those that Earthshine '
        "sets itself are refused.",
    )
    environment: dict[str, str] = Field(
        default_factory=dict[str, str],
        description='Variables that the program gets, such as `{ CUDA_VISIBLE_DEVICES = "1" }`.',
    )


class ManagedEngine(EngineOptions):
    """A program that serves folders of safetensors files: vLLM or SGLang, as installed on this machine."""

    python: str = Field(
        default="", description="The Python that has it, such as `/opt/vllm/bin/python`; empty means Earthshine's own."
    )
    start_timeout: float = Field(default=1800, gt=0, description="Seconds that loading a model may take.")
    models: dict[str, EngineOptions] = Field(
        default_factory=dict[str, EngineOptions],
        description="For single models, by name: a table with any of the keys above from `context` on. What it gives "
        "goes before what the engine's table says; `arguments` and `environment` are added to it.",
    )


class ModelPrice(BaseModel):
    """What a local model or a tool costs; what is not given is free."""

    model_config = ConfigDict(extra="forbid")

    input: Decimal = Field(default=Decimal(0), ge=0, description="Dollars per million input tokens.")
    cached_input: Decimal | None = Field(
        default=None, ge=0, description="Dollars per million input tokens that were cached; as `input` by default."
    )
    output: Decimal = Field(default=Decimal(0), ge=0, description="Dollars per million output tokens.")
    per_hour: Decimal = Field(default=Decimal(0), ge=0, description="Dollars per hour that it works.")
    per_search: Decimal = Field(default=Decimal(0), ge=0, description="Dollars per search.")
    per_session: Decimal = Field(default=Decimal(0), ge=0, description="Dollars per session that is opened.")
    per_gigabyte_day: Decimal = Field(
        default=Decimal(0), ge=0, description="Dollars per gigabyte (10⁹ bytes) that is kept for a day."
    )
    training: Decimal = Field(default=Decimal(0), ge=0, description="Dollars per million tokens that a training reads.")
