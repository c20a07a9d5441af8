"""Our requests as the JSON bodies of an OpenAI-compatible upstream."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, cast

from earthshine.engines.estimates import text_tokens
from earthshine.engines.requests import ChatRequest, CompletionRequest, Message, OutputFormat, Sampling, ToolChoice
from earthshine.errors import UnsupportedParameter

Continues = Literal["none", "prefill", "vllm", "prefix", "partial"]
Body = dict[str, Any]


def chat_body(request: ChatRequest, *, model: str, continues: Continues, limit_field: str = "max_tokens") -> Body:
    """Return the body of `POST /chat/completions`; fields of the model's own choosing are left out.

    Raises `UnsupportedParameter` for what cannot be said, and for a reply that was cut where nobody can go on.
    """
    if request.adapters:
        raise UnsupportedParameter("An upstream's model takes no adapters from here.", param="adapters")
    body: Body = {
        "model": model,
        "messages": [_known_role(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(_for_the_rest(request), limit_field),
        **_tools(request),
    }
    if request.sampling.logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": request.sampling.logprobs}
    if request.output.type != "text":
        body["response_format"] = _format(request.output)
    if request.reasoning_effort is not None:
        body["reasoning_effort"] = request.reasoning_effort
    if (partial := _partial(request, continues)) is not None:
        body["messages"].append(partial)
        if continues == "vllm":
            body |= {"continue_final_message": True, "add_generation_prompt": False}
    return body | {name: value for name, value in request.extra.items() if name not in body}


def completion_body(request: CompletionRequest, *, model: str) -> Body:
    """Return the body of `POST /completions`."""
    if request.grammar is not None:
        raise UnsupportedParameter("An upstream takes no grammar from here; use a JSON Schema.", param="grammar")
    if request.adapters:
        raise UnsupportedParameter("An upstream's model takes no adapters from here.", param="adapters")
    prompt = request.plain if isinstance(request.plain, str) else list(request.plain)
    body: Body = {
        "model": model,
        "prompt": prompt,
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(request.sampling, "max_tokens"),
    }
    if request.suffix:
        body["suffix"] = request.suffix
    if request.sampling.logprobs is not None:
        body["logprobs"] = request.sampling.logprobs
    return body


def _for_the_rest(request: ChatRequest) -> Sampling:
    """Return the sampling with a limit for what is still to be written; the request's holds for the whole reply."""
    limit = request.sampling.max_tokens
    if limit is None or not request.written:
        return request.sampling
    return replace(request.sampling, max_tokens=max(1, limit - text_tokens(request.written)))


def _known_role(message: Message) -> Message:
    """Most upstreams know the role `developer` under its old name only."""
    return {**message, "role": "system"} if message.get("role") == "developer" else message


def _sampling(sampling: Sampling, limit_field: str) -> Body:
    fields: Body = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "seed": sampling.seed,
        limit_field: sampling.max_tokens,
        "stop": list(sampling.stop) or None,
        "ignore_eos": sampling.ignore_eos or None,
    }
    if sampling.logit_bias:
        fields["logit_bias"] = {str(token): bias for token, bias in sampling.logit_bias.items()}
    return {name: value for name, value in fields.items() if value is not None}


def _tools(request: ChatRequest) -> Body:
    choice = request.tool_choice
    # Few upstreams know `allowed_tools`, but all obey a shorter list of tools.
    tools = [tool for tool in request.tools if choice.names is None or _name(tool) in choice.names]
    if not tools:
        return {}
    fields: Body = {"tools": tools}
    if choice.mode != "auto":
        fields["tool_choice"] = _choice(choice)
    if not request.parallel_tool_calls:
        fields["parallel_tool_calls"] = False
    return fields


def _choice(choice: ToolChoice) -> Any:
    if choice.mode == "required" and choice.names is not None and len(choice.names) == 1:
        return {"type": "function", "function": {"name": choice.names[0]}}
    return choice.mode


def _name(tool: dict[str, Any]) -> str:
    function: dict[str, Any] = tool.get("function") or {}
    return cast("str", function.get("name", ""))


def _format(output: OutputFormat) -> Body:
    if output.type == "json_object":
        return {"type": "json_object"}
    if output.type != "json_schema":
        raise UnsupportedParameter(
            "This model's engine takes no choices, patterns or grammars from here; use a JSON Schema.",
            param="response_format",
        )
    schema = {"name": output.name, "schema": output.schema or {}, "strict": output.strict}
    return {"type": "json_schema", "json_schema": schema}


def _partial(request: ChatRequest, continues: Continues) -> Message | None:
    """Return the assistant's message so far, marked in the way that this upstream understands; None for none."""
    thought, said = split_written(request.written)
    if not (request.prefill or said or thought):
        return None
    if continues == "none":
        raise UnsupportedParameter(
            "This upstream cannot go on from a partial assistant message. If it can, set `continues` for it "
            "in the settings.",
            param="messages",
        )
    message: Message = {"role": "assistant", "content": request.prefill + said}
    if thought:
        message["reasoning_content"] = thought
    if continues in ("prefix", "partial"):
        message[continues] = True
    return message


# --- what the model has written, as one text -------------------------------------------------------------------------
# A chat upstream does not show the tags between which its model thinks and calls, so these stand for them in `raw`.

THINK, END_THINK, CALL = "<think>", "</think>", "<tool_call>"


def split_written(written: str) -> tuple[str, str]:
    """Return the finished thinking and the text in `written`; thinking that was cut is dropped, and thought again.

    Raises `UnsupportedParameter` for a reply that was cut in its tool calls: nobody can go on from there.
    """
    thought, said, rest = "", "", written
    while rest:
        text, opened, rest = rest.partition(THINK)
        said += text
        if opened:
            thinking, closed, rest = rest.partition(END_THINK)
            thought += thinking if closed else ""
    if CALL in said:
        raise UnsupportedParameter(
            "The upstream's reply was cut inside a tool call, and it cannot go on from there; send the request again.",
            param="model",
        )
    return thought, said
