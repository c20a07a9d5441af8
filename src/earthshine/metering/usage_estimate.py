"""What a request may use at most, estimated before it is served: tokens and cost."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import orjson

from earthshine.metering.prices.price import Price, Prices
from earthshine.pictures.addresses import without_data

Endpoint = Literal["responses", "chat.completions", "completions", "decisions", "embeddings", "moderations", "tools"]

TEMPLATE_TOKENS = 1024
"""What a model's template, its default system prompt and the rules for tools may add to a prompt."""
IMAGE_TOKENS = 16_384
"""What one image may be at most, however short its address is."""
_IMAGE_MARKS = ('"type":"image_url"', '"type":"input_image"')
SEED_TOKENS = 128
"""What the harness may write itself beyond a reply's limit: a closing tag, the name of a call."""
CHARGED_SECONDS = 600
"""The longest time for which one request is charged at a price per hour."""


_SLICE = 2**18
"""Characters that are looked through without letting other threads run."""
_FEW = 32
"""Different letters that are counted one by one; for more, each counts as the worst of them."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model as metering sees it: the name behind an alias, and what may serve it."""

    model: str
    context_length: int = 0
    """Tokens of prompt plus output; 0 when unknown."""
    deployments: tuple[str, ...] = ()
    """Everything that may serve it; none means one that has the model's own name."""
    hosted: Price | None = None
    """What a hosted vendor lists for it, where that is known."""


@dataclass(frozen=True, slots=True)
class UsageEstimate:
    """What a request asks for, as far as it bounds its use."""

    endpoint: Endpoint
    input_bytes: Callable[[], int]
    """Bytes of everything that the model is to read. Asked only where a limit needs it."""
    output_limit: int | None = None
    """Most tokens of one choice, where the client said so."""
    choices: int = 1
    """Replies, over all prompts."""
    prompts: int = 1
    """Texts that are read apart from each other, each within the context."""


@dataclass(frozen=True, slots=True)
class WorstCase:
    """What one request uses at most."""

    input_tokens: int
    output_tokens: int
    """Of all choices together."""
    cost: int
    """Picodollars, at the dearest deployment."""
    output_limit: int
    """Most tokens of one choice: to be sent to the engine, or this is not the worst case."""


def worst_case(estimate: UsageEstimate, served: Served, prices: Prices, *, default_output: int) -> WorstCase:
    """Return what `estimate` uses at most.

    A token is at least one byte of text, and prompt plus output fit the context where it is known. A client that
    gives no output limit gets the smaller of `default_output` and what the context leaves, at least a quarter of it.
    """
    context = served.context_length
    read = estimate.input_bytes() + estimate.prompts * TEMPLATE_TOKENS
    limit = estimate.output_limit
    if limit is None:
        limit = min(default_output, max(context - read, context // 4)) if context else default_output
    written = min(limit, context) if context else limit
    read = min(read, context * estimate.prompts) if context else read
    output = estimate.choices * (written + SEED_TOKENS)
    names = served.deployments or (served.model,)
    return WorstCase(read, output, max(_most(prices.of(name), read, output) for name in names), limit)


def json_bytes(value: Any) -> int:
    """Return the most tokens that the model may read of a JSON value: its text, and its images' places."""
    text = without_data(orjson.dumps(value).decode())
    return text_bytes(text) + IMAGE_TOKENS * sum(text.count(mark) for mark in _IMAGE_MARKS)


def text_bytes(text: str) -> int:
    """Return the most tokens that a text can be: its bytes in UTF-8, or those of its compatibility form if more.

    Some tokenizers normalise first, and a single Arabic ligature is then eighteen letters.
    """
    if text.isascii():
        return len(text)
    plain = len(text.encode("utf-8", "surrogatepass"))
    # Not the form of the whole text: to sort many marks on one letter takes the square of their number.
    more = {letter: _growth(letter) for letter in _letters(text)}
    grown = [letter for letter, bytes_more in more.items() if bytes_more]
    if len(grown) > _FEW:
        return plain + len(text) * max(more.values())
    return plain + sum(text.count(letter) * more[letter] for letter in grown)


def _letters(text: str) -> set[str]:
    return set[str]().union(*(text[start : start + _SLICE] for start in range(0, len(text), _SLICE)))


@lru_cache(maxsize=16384)
def _growth(letter: str) -> int:
    """Return how many bytes a character's compatibility form has more than it."""
    form = unicodedata.normalize("NFKD", letter)
    return max(0, len(form.encode("utf-8", "surrogatepass")) - len(letter.encode("utf-8", "surrogatepass")))


def _most(price: Price, read: int, written: int) -> int:
    dearest = max(price.input, price.cached_input)
    return read * dearest + written * price.output + -(-CHARGED_SECONDS * price.per_hour // 3600)
