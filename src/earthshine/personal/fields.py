"""What the fields of personal resources may be: lengths, one emoji, variables in braces, how replies are sampled."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from earthshine.accounts.people.names import check_name
from earthshine.errors import InvalidRequest
from earthshine.responses.schemas import Effort
from earthshine.tools.file_search.names import MOST_STORES
from earthshine.wire.strict import Body, as_validator

LONGEST_INSTRUCTIONS = 100_000
LONGEST_MEMORY = 2_000

_BASE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2934-\u2b55\u3030\u303d\u3297\u3299"
    r"\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_PART = _BASE + r"[\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = re.compile(
    rf"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_PART}[\U000e0020-\U000e007f]*(?:\u200d{_PART}){{0,6}}"
)
"""Keycaps, flags, and pictures that may be joined. Source: Unicode Technical Standard 51, possible emoji."""

_VARIABLE = re.compile(r"{{\s*([^\W\d][\w \-]{0,63}?)\s*}}")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise InvalidRequest("It has at least one character that can be seen.")
    return text


def _one_emoji(text: str) -> str:
    if text and not _EMOJI.fullmatch(text):
        raise InvalidRequest("An icon is one emoji, or empty.")
    return text


def variables(text: str) -> list[str]:
    """Return the names between double braces, such as `topic` in `Explain {{topic}}.`, each once, in their order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


Name = Annotated[
    str,
    Field(max_length=256),
    AfterValidator(as_validator(check_name)),
    AfterValidator(as_validator(_not_blank)),
]
Icon = Annotated[str, Field(max_length=40), AfterValidator(as_validator(_one_emoji))]
ModelName = Annotated[str, Field(min_length=1, max_length=256)]
Instructions = Annotated[str, Field(max_length=LONGEST_INSTRUCTIONS)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")]
Collections = Annotated[list[Reference], Field(max_length=MOST_STORES)]
Starters = Annotated[
    list[Annotated[str, Field(max_length=500), AfterValidator(as_validator(_not_blank))]], Field(max_length=8)
]
Remembered = Annotated[str, Field(max_length=LONGEST_MEMORY), AfterValidator(as_validator(_not_blank))]
PromptText = Annotated[str, Field(max_length=LONGEST_INSTRUCTIONS), AfterValidator(as_validator(_not_blank))]


class Sampling(Body):
    """How replies are made; null leaves it to the model."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    reasoning_effort: Effort | None = None
