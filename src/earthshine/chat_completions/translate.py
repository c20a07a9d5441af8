"""From a request on the wire to what the harness takes, checked against the model that is to serve it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earthshine.chat_completions.messages import (
    AssistantMessage,
    ChatMessage,
    FunctionMessage,
    ToolMessage,
    UserMessage,
    plain_text,
    to_message,
)
from earthshine.chat_completions.schemas import CreateChatCompletion, Effort, unsupported
from earthshine.chat_completions.tools import AllowedTools, to_output_format, to_tool_choice
from earthshine.engines.call_ids import with_own_ids
from earthshine.engines.openai_fields import token_bias
from earthshine.engines.pool import blindness
from earthshine.engines.requests import ChatRequest, Message, OutputFormat, Sampling, ToolChoice
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.routing.selection.required_capabilities import THINKING

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

_VERBOSITY = {"low": "Keep the answer short.", "high": "Answer in detail."}


def to_chat_requests(
    create: CreateChatCompletion, model: LoadedModel, *, slots: int, limit: int | None = None
) -> list[ChatRequest]:
    """Return one request for each of the `n` choices; `limit` is the output limit of those that have none.

    Raises `InvalidRequest` or `UnsupportedParameter` naming the field; `slots` is how many replies a model can write
    at the same time.
    """
    create.check_supported()
    if create.n > slots:
        raise InvalidRequest(f"This server writes {slots} replies at once; `n` is {create.n}.", param="n")
    check_pairs(create.messages)
    request = _to_chat_request(create, model, limit)
    if create.n == 1 or create.seed is None:
        return [request] * create.n
    # The same seed for all would make them equal.
    seeds = [(create.seed + index) % 2**63 for index in range(create.n)]
    return [replace(request, sampling=replace(request.sampling, seed=seed)) for seed in seeds]


def _to_chat_request(create: CreateChatCompletion, model: LoadedModel, limit: int | None) -> ChatRequest:
    capabilities = model.engine.capabilities
    if create.logprobs and not capabilities.logprobs:
        raise unsupported("logprobs", f"the engine of {model.card.name} reports no log probabilities")
    for name in create.adapters:
        if name not in model.card.adapters:
            known = ", ".join(sorted(model.card.adapters)) or "none"
            raise InvalidRequest(f"{model.card.name} has no adapter {name[:80]!r}; it has: {known}.", param="adapters")
    messages, prefill = _messages(create, model)
    tools, choice = _tools(create)
    extra, effort = _vendor(create, model)
    return ChatRequest(
        messages=messages,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=create.parallel_tool_calls and not create.functions,
        output=_output(create),
        reasoning_effort=effort,
        sampling=_sampling(create, limit),
        prefill=prefill,
        template_variables=create.chat_template_kwargs or {},
        adapters=create.adapters,
        extra=extra,
    )


def _output(create: CreateChatCompletion) -> OutputFormat:
    if create.guided_json is not None:
        return OutputFormat("json_schema", create.guided_json, strict=False)
    if create.guided_choice is not None:
        return OutputFormat("choice", choices=tuple(create.guided_choice))
    if create.guided_regex is not None:
        return OutputFormat("regex", source=create.guided_regex)
    if create.guided_grammar is not None:
        return OutputFormat("gbnf", source=create.guided_grammar)
    return to_output_format(create.response_format)


def _sampling(create: CreateChatCompletion, limit: int | None) -> Sampling:
    return Sampling(
        temperature=create.temperature,
        top_p=create.top_p,
        top_k=create.top_k,
        min_p=create.min_p,
        repetition_penalty=create.repetition_penalty,
        presence_penalty=create.presence_penalty,
        frequency_penalty=create.frequency_penalty,
        seed=create.seed,
        logit_bias=token_bias(create.logit_bias),
        stop=create.stop,
        max_tokens=create.max_completion_tokens or create.max_tokens or limit,
        logprobs=(create.top_logprobs or 0) if create.logprobs else None,
        ignore_eos=create.ignore_eos,
    )


# --- messages --------------------------------------------------------------------------------------------------------


def check_pairs(messages: list[ChatMessage]) -> None:
    """Raise `InvalidRequest` for an answer of a tool without its call before it."""
    calls: set[str] = set()
    for index, message in enumerate(messages):
        match message:
            case AssistantMessage(tool_calls=list(made)):
                calls.update(call.id for call in made)
            case ToolMessage():
                if message.tool_call_id not in calls:
                    raise InvalidRequest(
                        f"No tool call with the id {message.tool_call_id[:80]!r} comes before this answer.",
                        param=f"messages[{index}].tool_call_id",
                    )
            case FunctionMessage():
                before = messages[index - 1] if index else None
                if not isinstance(before, AssistantMessage) or before.function_call is None:
                    raise InvalidRequest(
                        "A function's answer must follow the assistant message with its `function_call`.",
                        param=f"messages[{index}]",
                    )
            case _:
                pass


def _messages(create: CreateChatCompletion, model: LoadedModel) -> tuple[list[Message], str]:
    """Return the messages, and what the reply is to begin with."""
    sees = model.engine.capabilities.images
    for index, message in enumerate(create.messages):
        if isinstance(message, UserMessage) and not sees:
            _refuse_images(message, index, model)
        if isinstance(message, AssistantMessage) and message.audio is not None:
            raise unsupported(f"messages[{index}].audio", "replies are text")
    last = create.messages[-1]
    prefill = ""
    taken = create.messages
    if isinstance(last, AssistantMessage) and (last.partial or last.prefix):
        prefill = _prefill(last, len(create.messages) - 1, model)
        taken = create.messages[:-1]
    aside = create.vendor.messages
    messages = with_own_ids([to_message(message, index) | aside.get(index, {}) for index, message in enumerate(taken)])
    if create.verbosity in _VERBOSITY:
        _add_to_system(messages, _VERBOSITY[create.verbosity])
    return messages, prefill


def _add_to_system(messages: list[Message], line: str) -> None:
    """Say `line` to the model too, in the system message that is there: many templates take only one."""
    first = messages[0] if messages else {}
    if first.get("role") in ("system", "developer") and isinstance(first["content"], str):
        first["content"] += f"\n\n{line}"
    else:
        messages.insert(0, {"role": "system", "content": line})


def _refuse_images(message: UserMessage, index: int, model: LoadedModel) -> None:
    if isinstance(message.content, str):
        return
    for number, part in enumerate(message.content):
        if part["type"] == "image_url":
            raise UnsupportedParameter(blindness(model), param=f"messages[{index}].content[{number}]")


def _prefill(last: AssistantMessage, index: int, model: LoadedModel) -> str:
    capabilities = model.engine.capabilities
    where = f"messages[{index}]"
    if not capabilities.continues:
        field = "partial" if last.partial else "prefix"
        raise unsupported(f"{where}.{field}", f"{model.card.name} cannot go on from a partial message")
    for field in ("tool_calls", "function_call", "reasoning_content", "refusal", "name"):
        if getattr(last, field):
            raise unsupported(f"{where}.{field}", "a partial message has only `content`")
    return plain_text(last.content)


# --- tools and vendors' fields ---------------------------------------------------------------------------------------


def _tools(create: CreateChatCompletion) -> tuple[list[dict[str, Any]], ToolChoice]:
    functions = create.functions or [tool.function for tool in create.tools]
    field = "functions" if create.functions else "tools"
    names: list[str] = []
    for index, function in enumerate(functions):
        if function.name in names:
            raise InvalidRequest(f"Two tools are called {function.name!r}.", param=f"{field}[{index}]")
        names.append(function.name)
    field, wanted = "tool_choice", create.tool_choice
    if create.function_call is not None:
        field, wanted = "function_call", create.function_call
    choice = to_tool_choice(wanted)
    if choice.mode == "required" and not names:
        raise InvalidRequest("A tool call is required, but there are no tools.", param=field)
    for name in choice.names or ():
        if name not in names:
            listed = f"{field}.allowed_tools.tools" if isinstance(wanted, AllowedTools) else field
            raise InvalidRequest(f"There is no tool {name!r} to choose.", param=listed)
    tools = [function.chat() for function in functions]
    for position, tool in sorted(create.vendor.tools.items()):
        tools.insert(position, tool)
    return tools, choice


def _vendor(create: CreateChatCompletion, model: LoadedModel) -> tuple[dict[str, Any], Effort | None]:
    """Return the fields that go to an upstream as they are, and how much to think."""
    effort = create.reasoning_effort or (create.reasoning.effort if create.reasoning else None)
    given = {name: value for name in THINKING if (value := getattr(create, name)) is not None}
    if create.thinking is not None:
        given["thinking"] = create.thinking.model_dump(exclude_none=True)
    if model.engine.capabilities.remote:
        return given | create.vendor.top, effort
    return given, effort
