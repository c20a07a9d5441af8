"""Servers that are known beforehand: where each is, whether it wants a key, and where it differs from the rest."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from earthshine.engines.openai_compatible.body import Continues


@dataclass(frozen=True, slots=True)
class Vendor:
    """One kind of server, or one hosted vendor. Its facts are those of its own documentation."""

    id: str
    name: str
    base_url: str
    """Where it usually is; for a program on this machine, its usual port."""
    key: bool
    """Whether it wants a key."""
    local: bool = False
    """A program that people run themselves."""
    continues: Continues = "none"
    json_schema: bool = True
    """Whether it obeys a JSON Schema; else only JSON as such."""
    logprobs: bool = False
    """Whether it tells log probabilities."""


VENDORS = (
    Vendor("ollama", "Ollama", "http://localhost:11434/v1", key=False, local=True),
    Vendor("lmstudio", "LM Studio", "http://localhost:1234/v1", key=False, local=True),
    Vendor("vllm", "vLLM", "http://localhost:8000/v1", key=False, local=True, continues="vllm", logprobs=True),
    Vendor("llamacpp", "llama.cpp", "http://localhost:8080/v1", key=False, local=True, logprobs=True),
    Vendor("openai", "OpenAI", "https://api.openai.com/v1", key=True, logprobs=True),
    Vendor("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", key=True),
    Vendor("mistral", "Mistral", "https://api.mistral.ai/v1", key=True, continues="prefix"),
    # DeepSeek goes on from a beginning at another address only (`/beta`), so it is asked to go on.
    Vendor("deepseek", "DeepSeek", "https://api.deepseek.com/v1", key=True, json_schema=False, logprobs=True),
    Vendor("moonshot", "Moonshot (Kimi)", "https://api.moonshot.ai/v1", key=True, continues="partial"),
    Vendor("groq", "Groq", "https://api.groq.com/openai/v1", key=True, continues="prefill"),
    Vendor("together", "Together", "https://api.together.xyz/v1", key=True),
    Vendor("gemini", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai", key=True),
    Vendor("xai", "xAI", "https://api.x.ai/v1", key=True),
)
_OTHER_HOSTS = {"api.moonshot.cn": "moonshot"}


def vendor(name: str) -> Vendor | None:
    """Return the vendor with an id."""
    return next((each for each in VENDORS if each.id == name), None)


def hosted_at(url: str) -> Vendor | None:
    """Return the hosted vendor whose API is at an address's host."""
    host = urlsplit(url).hostname or ""
    if host in _OTHER_HOSTS:
        return vendor(_OTHER_HOSTS[host])
    return next((each for each in VENDORS if not each.local and urlsplit(each.base_url).hostname == host), None)
