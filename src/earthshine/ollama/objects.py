"""What `/api` replies with."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict


class OllamaMeasures(TypedDict):
    """What was counted and measured; durations are nanoseconds."""

    model: str
    """As the client named it."""
    created_at: str
    done: bool
    done_reason: NotRequired[str]
    """stop, length, load or unload."""
    total_duration: NotRequired[int]
    load_duration: NotRequired[int]
    """Until the model was loaded and asked."""
    prompt_eval_count: NotRequired[int]
    prompt_eval_duration: NotRequired[int]
    """Until the first words, waiting for a place included."""
    eval_count: NotRequired[int]
    eval_duration: NotRequired[int]
    logprobs: NotRequired[list[dict[str, Any]]]


class OllamaChatMessage(TypedDict):
    """What the model said."""

    role: str
    content: str
    thinking: NotRequired[str]
    tool_calls: NotRequired[list[dict[str, Any]]]


class OllamaChatReply(OllamaMeasures):
    """A reply to messages, whole or a line of it."""

    message: OllamaChatMessage


class OllamaGenerateReply(OllamaMeasures):
    """A reply to a prompt, whole or a line of it."""

    response: str
    thinking: NotRequired[str]
    context: NotRequired[list[int]]
    """Carries the conversation to the next request."""


class OllamaEmbedReply(TypedDict):
    """A vector for each input."""

    model: str
    embeddings: list[list[float]]
    total_duration: int
    """Nanoseconds."""
    prompt_eval_count: int


class OllamaEmbeddingsReply(TypedDict):
    """The vector of a prompt."""

    embedding: list[float]


class OllamaDetails(TypedDict):
    """What weights are."""

    parent_model: str
    format: str
    family: str
    families: list[str]
    parameter_size: str
    quantization_level: str


class OllamaModel(TypedDict):
    """A model that requests can name."""

    name: str
    model: str
    modified_at: str
    size: int
    digest: str
    """SHA-256 of the weights; where nobody gave one, of the name."""
    details: OllamaDetails


class OllamaModels(TypedDict):
    """All models."""

    models: list[OllamaModel]


class OllamaShown(TypedDict):
    """One model."""

    license: str
    modelfile: str
    parameters: str
    template: str
    details: OllamaDetails
    model_info: dict[str, Any]
    capabilities: list[str]
    modified_at: str


class OllamaProcess(TypedDict):
    """A model that is loaded."""

    name: str
    model: str
    size: int
    digest: str
    details: OllamaDetails
    expires_at: str
    size_vram: int
    """Bytes on devices."""
    context_length: int


class OllamaProcesses(TypedDict):
    """What is loaded."""

    models: list[OllamaProcess]


class OllamaVersion(TypedDict):
    """The version of this server."""

    version: str


class OllamaStatus(TypedDict):
    """How far something is."""

    status: str
    digest: NotRequired[str]
    total: NotRequired[int]
    completed: NotRequired[int]
