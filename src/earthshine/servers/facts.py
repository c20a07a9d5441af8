"""What a model can do and how long its context is, and how sure that is: told by its server, or guessed by its name."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from earthshine.servers.vendors import Vendor

Sure = Literal["told", "guessed"]

_OTHER = re.compile(
    r"whisper|transcri|\btts\b|-tts|dall-?e|gpt-image|imagen|\bveo\b|sora|stable-?diffusion|flux|moderation|"
    r"rerank|realtime|-audio|speech|guard|babbage|davinci|\bocr\b|\baqa\b",
    re.IGNORECASE,
)
_EMBEDS = re.compile(r"embed|\bbge\b|bge-|\be5-|\bgte-|minilm|jina-clip|voyage", re.IGNORECASE)
_SEES = re.compile(
    r"(?:\b|-|_|\d)vl(?:\b|-|_|:|\d)|vision|llava|pixtral|moondream|minicpm-?v|internvl|molmo|gpt-4o|gpt-4\.1|gpt-5|\bo[134](?:\b|-)|"
    r"claude|gemini|gemma-?3-?(?:4|12|27)b|gemma3(?:$|:(?:4|12|27)b|:latest)|gemma-?4|llama-?4|mistral-small-3|"
    r"mistral-medium|kimi-k2\.[5-9]|kimi-latest|grok-4|omni",
    re.IGNORECASE,
)
_NO_TOOLS = re.compile(
    r"llava|moondream|gemma-?[123](?!\d)|tinyllama|deepseek-r1.*distill|\bphi-?[23](?!\d)", re.IGNORECASE
)
_CONTEXTS = ("max_model_len", "loaded_context_length", "context_length", "context_window", "max_context_length")
_MOST_CONTEXT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FoundModel:
    """One model as its server lists it. Ours and the server's names may differ."""

    target: str
    abilities: dict[str, Sure] = field(default_factory=dict[str, Sure])
    """What it can do; an ability that is not named it lacks, as far as is known."""
    context_length: int = 0
    """Tokens of prompt plus reply; 0 means unknown."""
    context_sure: Literal["told", "guessed", "unknown"] = "unknown"
    context_most: int = 0
    """What it was made for, where its server gives it less unless told otherwise."""
    price: dict[str, str] = field(default_factory=dict[str, str])
    """Dollars per million tokens, where the server tells."""

    def able(self, abilities: dict[str, Sure]) -> FoundModel:
        """Return it with these abilities instead."""
        return replace(self, abilities=abilities)

    def context(self, tokens: int, sure: Sure, most: int = 0) -> FoundModel:
        """Return it with this context, if that is known."""
        return replace(self, context_length=tokens, context_sure=sure, context_most=most) if tokens else self


def read_entry(entry: dict[str, Any], vendor: Vendor | None) -> FoundModel | None:
    """Return what one entry of a list of models says; None for one without a name."""
    name = entry.get("id") or entry.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 256 or not name.isprintable():
        return None
    found = FoundModel(name, guess(name, vendor)).context(_context(entry), "told")
    told = _stated(entry)
    if told:
        found = found.able(merge(found.abilities, told))
    return replace(found, price=_price(entry))


def guess(name: str, vendor: Vendor | None = None) -> dict[str, Sure]:
    """Return what a model can probably do by its name."""
    if _OTHER.search(name):
        return {}
    if _EMBEDS.search(name):
        return {"embedding": "guessed"}
    able: dict[str, Sure] = {"chat": "guessed"}
    if not _NO_TOOLS.search(name):
        able["tools"] = "guessed"
    if vendor is None or vendor.json_schema:
        able["json_schema"] = "guessed"
    if _SEES.search(name):
        able["vision"] = "guessed"
    if vendor is not None and vendor.logprobs:
        able["logprobs"] = "guessed"
    return able


def merge(guessed: dict[str, Sure], told: dict[str, bool]) -> dict[str, Sure]:
    """Return the guesses, with what was told in their place."""
    if told.get("embedding") and not told.get("chat"):
        return {"embedding": "told"}
    able: dict[str, Sure] = {name: sure for name, sure in guessed.items() if told.get(name, True)}
    if told.get("chat") and "embedding" not in told:
        able.pop("embedding", None)
    if told.get("chat") is False:
        able = {name: sure for name, sure in able.items() if name == "embedding"}
        told = {name: has for name, has in told.items() if name == "embedding"}
    sure: dict[str, Sure] = {name: "told" for name, has in told.items() if has}
    able.update(sure)
    return able


def tokens(value: Any) -> int:
    """Return a number of tokens, 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return int(value) if 0 < value <= _MOST_CONTEXT else 0


def strings(value: Any) -> list[str]:
    """Return the texts of a list."""
    return [each for each in cast("list[Any]", value)[:100] if isinstance(each, str)] if isinstance(value, list) else []


def tables(value: Any, most: int = 1000) -> list[dict[str, Any]]:
    """Return the objects of a list, the first `most`."""
    return [table(each) for each in cast("list[Any]", value)[:most]] if isinstance(value, list) else []


def table(value: Any) -> dict[str, Any]:
    """Return an object, empty for what is none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _context(entry: dict[str, Any]) -> int:
    """vLLM, LM Studio, OpenRouter and Moonshot, Groq, Mistral; and llama.cpp's newer servers."""
    named = next((found for name in _CONTEXTS if (found := tokens(entry.get(name)))), 0)
    return named or tokens(table(entry.get("meta")).get("n_ctx"))


def _stated(entry: dict[str, Any]) -> dict[str, bool]:
    """What lists say of abilities, each vendor in fields of its own."""
    told: dict[str, bool] = {}
    architecture = table(entry.get("architecture"))  # OpenRouter
    if "input_modalities" in architecture:
        told["vision"] = "image" in strings(architecture["input_modalities"])
        told["chat"] = "text" in strings(architecture.get("output_modalities", ["text"]))
    if isinstance(entry.get("supported_parameters"), list):
        accepted = strings(entry["supported_parameters"])
        told |= {"tools": "tools" in accepted, "logprobs": "logprobs" in accepted}
        told["json_schema"] = "structured_outputs" in accepted
    capabilities = entry.get("capabilities")
    if isinstance(capabilities, list):  # LM Studio
        told["tools"] = "tool_use" in strings(capabilities)
    names = {"completion_chat": "chat", "function_calling": "tools", "vision": "vision"}  # Mistral
    told |= {names[name]: has for name, has in table(capabilities).items() if name in names and isinstance(has, bool)}
    # Moonshot and Fireworks
    names = {"supports_image_in": "vision", "supports_image_input": "vision", "supports_chat": "chat"}
    names["supports_tools"] = "tools"
    told |= {names[name]: has for name, has in entry.items() if name in names and isinstance(has, bool)}
    match entry.get("type"):  # LM Studio and Together
        case "llm" | "chat":
            told["chat"] = True
        case "vlm":
            told |= {"chat": True, "vision": True}
        case "embedding" | "embeddings":
            told = {"embedding": True, "chat": False}
        case "image" | "audio" | "video" | "rerank" | "moderation" | "transcribe" | "language" | "code":
            told["chat"] = False
        case _:
            pass
    return told


def _price(entry: dict[str, Any]) -> dict[str, str]:
    """OpenRouter's dollars for one token, as dollars for a million."""
    pricing = table(entry.get("pricing"))
    names = {"prompt": "input", "completion": "output", "input_cache_read": "cached_input"}
    found: dict[str, str] = {}
    for theirs, ours in names.items():
        try:
            dollars = float(pricing[theirs]) * 1e6
        except (KeyError, TypeError, ValueError):
            continue
        if 0 < dollars < 1e6:
            found[ours] = f"{dollars:.6f}".rstrip("0").rstrip(".")
    return found
