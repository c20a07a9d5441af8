"""Going on with a cut reply where the model takes no beginning of one: it is asked to, as a person would ask it."""

from __future__ import annotations

from dataclasses import replace

from earthshine.engines.estimates import text_tokens
from earthshine.engines.openai_compatible.body import split_written
from earthshine.engines.requests import ChatRequest
from earthshine.errors import UnsupportedParameter

GO_ON = (
    "Your last message was cut off. Go on exactly where it stops, in the middle of a word if need be. "
    "Do not repeat any of it, and write no introduction and no comment."
)


def ask_to_go_on(request: ChatRequest) -> ChatRequest:
    """Return a request for the rest of a reply of which `written` is known, with nothing `written`.

    What was cut before it said anything is simply asked for again. Raises `UnsupportedParameter` where the rest alone
    has no form that the model could be held to: in a JSON text and in a tool call.
    """
    if request.output.type != "text":
        raise UnsupportedParameter(
            "This model cannot go on with a cut reply that is to be JSON; send the request again.", param="model"
        )
    _, said = split_written(request.written)
    messages, sampling = list(request.messages), request.sampling
    if said:
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": GO_ON}]
    if sampling.max_tokens is not None:
        # The limit holds for the whole reply.
        sampling = replace(sampling, max_tokens=max(1, sampling.max_tokens - text_tokens(request.written)))
    return replace(request, messages=messages, sampling=sampling, written="")
