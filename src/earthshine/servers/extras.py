"""What servers tell beside OpenAI's list: Ollama, LM Studio and llama.cpp have addresses of their own for that.

All of it may be missing; then what the list says, and the names, must do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from earthshine.errors import EarthshineError
from earthshine.servers.addresses import root
from earthshine.servers.client import ServerClient
from earthshine.servers.facts import FoundModel, Sure, merge, read_entry, strings, table, tables, tokens
from earthshine.servers.vendors import Vendor, vendor

_MOST_SHOWN = 60
"""Models that Ollama is asked about one by one."""
_AT_ONCE = 4
_SECONDS = 10.0
_OLLAMA_CONTEXT = 4096
"""Tokens that Ollama gives a model for which nothing else was set; what goes beyond is cut off silently."""
_SHOWN = {"completion": "chat", "tools": "tools", "vision": "vision", "embedding": "embedding"}


def kind(entries: Sequence[dict[str, Any]]) -> Vendor | None:
    """Return the program that serves, by what it writes into its list."""
    first = entries[0] if entries else {}
    owners = {"library": "ollama", "vllm": "vllm", "llamacpp": "llamacpp", "organization_owner": "lmstudio"}
    owner = first.get("owned_by")
    if isinstance(owner, str) and owner in owners:
        return vendor(owners[owner])
    return vendor("vllm") if "max_model_len" in first else None


async def enrich(
    client: ServerClient, base_url: str, program: Vendor | None, found: list[FoundModel]
) -> list[FoundModel]:
    """Return the models with what the program tells beside its list; without that if it does not in time."""
    ask = {"ollama": _ollama, "lmstudio": _lm_studio, "llamacpp": _llama_cpp}.get(program.id if program else "")
    if ask is None:
        return found
    try:
        async with asyncio.timeout(_SECONDS):
            return await ask(client, root(base_url), found)
    except (EarthshineError, TimeoutError):
        return found


async def _lm_studio(client: ServerClient, at: str, found: list[FoundModel]) -> list[FoundModel]:
    answer = await client.get(f"{at}/api/v0/models")
    entries = tables(answer.object.get("data"))
    better = {each.target: each for entry in entries if (each := read_entry(entry, vendor("lmstudio"))) is not None}
    for entry in entries:
        name, most = entry.get("id"), tokens(entry.get("max_context_length"))
        if name in better and not tokens(entry.get("loaded_context_length")):
            # Not loaded yet: how much it will be given is its owner's choice.
            better[name] = better[name].context(most, "guessed", most)
        elif name in better:
            better[name] = replace(better[name], context_most=most)
    return [better.get(each.target, each) for each in found]


async def _llama_cpp(client: ServerClient, at: str, found: list[FoundModel]) -> list[FoundModel]:
    props = (await client.get(f"{at}/props")).object
    context = tokens(table(props.get("default_generation_settings")).get("n_ctx"))
    sees = table(props.get("modalities")).get("vision")
    if len(found) != 1:
        return found  # a router of several models, whose properties are those of none
    only = found[0].context(context, "told")
    return [only.able(merge(only.abilities, {"vision": sees})) if isinstance(sees, bool) else only]


async def _ollama(client: ServerClient, at: str, found: list[FoundModel]) -> list[FoundModel]:
    running = tables((await client.get(f"{at}/api/ps")).object.get("models"))
    loaded = {str(each.get("model") or each.get("name")): tokens(each.get("context_length")) for each in running}
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(model: FoundModel) -> FoundModel:
        async with places:
            try:
                answer = await client.post(f"{at}/api/show", {"model": model.target})
            except EarthshineError:
                return model
        return _shown(model, answer.object, loaded.get(model.target, 0)) if answer.status == 200 else model

    return [*await asyncio.gather(*map(ask, found[:_MOST_SHOWN])), *found[_MOST_SHOWN:]]


def _shown(model: FoundModel, shown: dict[str, Any], loaded: int) -> FoundModel:
    info = table(shown.get("model_info"))
    most = next((tokens(value) for name, value in info.items() if name.endswith(".context_length")), 0)
    words = str(shown.get("parameters") or "")[:20_000].split()
    asked = next((int(words[at + 1]) for at, word in enumerate(words[:-1]) if _is_context(word, words[at + 1])), 0)
    sure: Sure = "told" if loaded or asked else "guessed"
    given = loaded or asked or min(most or _OLLAMA_CONTEXT, _OLLAMA_CONTEXT)
    model = model.context(given, sure, most)
    if "capabilities" in shown:
        able = strings(shown["capabilities"])
        model = model.able(merge(model.abilities, {ours: theirs in able for theirs, ours in _SHOWN.items()}))
    return model


def _is_context(word: str, value: str) -> bool:
    return word == "num_ctx" and value.isascii() and value.isdigit() and len(value) < 10
