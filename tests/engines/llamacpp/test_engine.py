"""llama.cpp itself, on the default model."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import struct
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog.card import Card
from earthshine.catalog.gguf.header import read_header
from earthshine.engines.deltas import CompletionEnd, Piece, Text
from earthshine.engines.interleave import flat
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.llamacpp.factory import LlamaCppFactory
from earthshine.engines.requests import ChatRequest, CompletionRequest, Sampling
from earthshine.errors import (
    ContextLengthExceeded,
    EngineFailed,
    InvalidRequest,
    InvalidSchema,
    ModelBroken,
    UnsupportedParameter,
)
from earthshine.harness import HarnessedEngine
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import F32, write_gguf
from tests.harness.fake_engine import routed
from tests.patience import PATIENCE

pytestmark = pytest.mark.model

CHAT = "<|im_start|>system\nYou answer briefly.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
FRUIT = CHAT.format("Name a fruit.")
GREEDY = Sampling(temperature=0, max_tokens=8)
SETTINGS = Settings(context=1024, slots=8)


def card_for(path: Path, **changes: object) -> Card:
    return Card(name="test", path=path, abilities=frozenset({"chat", "embedding"}), **changes)


@pytest.fixture(scope="module")
async def engine(default_model_path: Path) -> AsyncGenerator[LlamaCpp]:
    opened = await LlamaCppFactory()(card_for(default_model_path), SETTINGS)
    yield opened
    await opened.close()


async def run(
    engine: LlamaCpp, prompt: str | tuple[int, ...], sampling: Sampling = GREEDY, **changes: object
) -> tuple[str, CompletionEnd, list[Piece]]:
    """Return text, end and pieces of one completion."""
    request = CompletionRequest(prompt, sampling, **changes)
    items = [item async for item in flat(engine.complete(request))]
    end = items.pop()
    assert isinstance(end, CompletionEnd)
    pieces = [item for item in items if isinstance(item, Piece)]
    assert len(pieces) == len(items), "the end comes last and once"
    return "".join(piece.text for piece in pieces), end, pieces


async def idle_after(engine: LlamaCpp) -> float:
    """Return the seconds until the engine itself says that no slot works."""
    started = time.monotonic()
    while any(slot["is_processing"] for slot in await engine._client.get("/slots")):
        assert time.monotonic() - started < 30
        await asyncio.sleep(0.002)
    return time.monotonic() - started


async def test_completion_counts_its_tokens(engine: LlamaCpp) -> None:
    text, end, pieces = await run(engine, FRUIT)
    assert text
    assert end.reason == "length"
    assert end.usage.completion_tokens == sum(piece.tokens for piece in pieces) == 8
    assert end.usage.prompt_tokens == len(await engine.tokenize(FRUIT))


async def test_tokens_and_text_prompt_mean_the_same(engine: LlamaCpp) -> None:
    tokens = await engine.tokenize(FRUIT)
    assert await engine.detokenize(tokens) == FRUIT
    assert (await run(engine, tuple(tokens)))[0] == (await run(engine, FRUIT))[0]


async def test_special_tokens_can_be_taken_as_text(engine: LlamaCpp) -> None:
    assert len(await engine.tokenize("<|im_end|>")) == 1
    assert len(await engine.tokenize("<|im_end|>", special=False)) > 1


async def test_grammar_is_obeyed_from_the_first_character(engine: LlamaCpp) -> None:
    text, end, _ = await run(engine, FRUIT, Sampling(max_tokens=20), grammar='root ::= "{" [0-9]{3} "}"')
    assert text[0] + text[-1] == "{}"
    assert text[1:-1].isdigit()
    assert end.reason == "stop"


async def test_seed_repeats_and_another_does_not(engine: LlamaCpp) -> None:
    hot = [Sampling(temperature=1.5, seed=seed, max_tokens=12) for seed in (7, 7, 8)]
    texts = [(await run(engine, FRUIT, sampling))[0] for sampling in hot]
    assert texts[0] == texts[1] != texts[2]


async def test_stop_string_ends_and_is_named_but_not_said(engine: LlamaCpp) -> None:
    text, end, _ = await run(
        engine, "1, 2, 3, 4, 5,", Sampling(temperature=0, max_tokens=40, stop=(" 8", "ZZ"), ignore_eos=True)
    )
    assert (end.reason, end.stop) == ("stop", " 8")
    assert text.endswith("7,")


async def test_logprobs_of_the_chosen_and_its_rivals(engine: LlamaCpp) -> None:
    _, _, pieces = await run(engine, FRUIT, Sampling(temperature=0, max_tokens=4, logprobs=3))
    for piece in pieces:
        (chosen,) = piece.logprobs
        assert chosen.token == piece.text
        assert len(chosen.top) == 3
        assert chosen.logprob == chosen.top[0].logprob <= 0, "the greedy choice is the likeliest"
    _, _, pieces = await run(engine, FRUIT, Sampling(temperature=0, max_tokens=2, logprobs=0))
    assert all(piece.logprobs[0].top == () for piece in pieces)


async def test_log_probabilities_of_parts_of_characters_keep_their_bytes(engine: LlamaCpp) -> None:
    prompt = CHAT.format("Repeat exactly: 🎉🎉🎉 日本語") + "🎉🎉"
    text, _, pieces = await run(engine, prompt, Sampling(temperature=0, max_tokens=12, logprobs=4))
    entries = [entry for piece in pieces for entry in piece.logprobs]
    assert b"".join(bytes(entry.bytes) for entry in entries) == text.encode()
    party = next(entry for entry in entries if entry.token == "🎉")
    assert (party.top[0].token, party.top[0].logprob) == ("🎉", party.logprob)
    assert party.top[1].bytes[:3] == party.bytes[:3] and party.top[1].bytes != party.bytes
    rivals = [rival for entry in entries for rival in entry.top]
    assert all("\ufffd" not in rival.token and rival.bytes != [239, 191, 189] for rival in rivals)
    assert any(rival.token == "\\xf0\\x9f" and rival.bytes == [240, 159] for rival in rivals)


async def test_each_token_that_may_begin_a_stop_string_has_an_entry_of_its_own(engine: LlamaCpp) -> None:
    sampling = Sampling(temperature=0, max_tokens=12, logprobs=1)
    plain = [entry for piece in (await run(engine, FRUIT, sampling))[2] for entry in piece.logprobs]
    word = next(entry.token for entry in plain[2:] if entry.token.isprintable() and len(entry.token) > 2)
    stopping = Sampling(temperature=0, max_tokens=12, logprobs=1, stop=(word + " zzz",))
    text, _, pieces = await run(engine, FRUIT, stopping)
    entries = [entry for piece in pieces for entry in piece.logprobs]
    assert len(pieces) < len(entries), "some text was held back"
    assert [entry.token for entry in entries] == [entry.token for entry in plain][: len(entries)]
    assert "".join(entry.token for entry in entries) == text


async def test_logit_bias_forbids_and_forces(engine: LlamaCpp) -> None:
    (forced,) = await engine.tokenize(" salt")
    text, _, _ = await run(engine, FRUIT, Sampling(temperature=0, max_tokens=3, logit_bias={forced: 100}))
    assert text == " salt salt salt"
    plain, _, _ = await run(engine, FRUIT, Sampling(temperature=0, max_tokens=1))
    (likeliest,) = await engine.tokenize(plain)
    other, _, _ = await run(engine, FRUIT, Sampling(temperature=0, max_tokens=1, logit_bias={likeliest: -100}))
    assert other != plain


@pytest.mark.parametrize(
    ("sampling", "param"),
    [
        (Sampling(temperature=-1), "temperature"),
        (Sampling(temperature=float("nan")), "temperature"),
        (Sampling(temperature=float("inf")), "temperature"),
        (Sampling(top_p=1.5), "top_p"),
        (Sampling(top_k=-1), "top_k"),
        (Sampling(min_p=2), "min_p"),
        (Sampling(presence_penalty=9), "presence_penalty"),
        (Sampling(logit_bias={-1: 1}), "logit_bias"),
        (Sampling(logit_bias={10**7: 1}), "logit_bias"),
        (Sampling(logit_bias={5: 101}), "logit_bias"),
        (Sampling(logprobs=1000), "logprobs"),
        (Sampling(stop=("",)), "stop"),
        (Sampling(max_tokens=-1), "max_tokens"),
    ],
)
async def test_what_the_engine_would_swallow_is_refused(engine: LlamaCpp, sampling: Sampling, param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await run(engine, FRUIT, sampling)
    assert caught.value.param == param


async def test_bad_grammar_token_and_adapter_are_refused(engine: LlamaCpp) -> None:
    with pytest.raises(InvalidSchema):
        await run(engine, FRUIT, grammar="root ::= (((")
    with pytest.raises(InvalidRequest, match="vocabulary"):
        await run(engine, (1, 10**8))
    with pytest.raises(InvalidRequest, match="no adapter 'law'"):
        await run(engine, FRUIT, adapters={"law": 1.0})
    assert (await run(engine, FRUIT))[0], "and it still serves"


async def test_context_bounds_prompt_and_output(default_model_path: Path) -> None:
    engine = await LlamaCppFactory()(card_for(default_model_path), Settings(context=64, slots=1))
    try:
        with pytest.raises(ContextLengthExceeded, match=r"64 tokens.*needs \d{3} "):
            await run(engine, "word " * 500)
        prompt = tuple((await engine.tokenize("one two three "))[:3] * 19)
        _, end, _ = await run(engine, prompt, Sampling(temperature=0, ignore_eos=True))
        assert end.reason == "length"
        assert 60 <= end.usage.prompt_tokens + end.usage.completion_tokens <= 64
        _, end, pieces = await run(engine, prompt, Sampling(max_tokens=0))
        assert (end.reason, end.usage.prompt_tokens, pieces) == ("length", 57, [])
    finally:
        await engine.close()


async def test_of_a_text_that_is_far_too_long_only_the_beginning_is_counted(
    default_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await LlamaCppFactory()(card_for(default_model_path), Settings(context=64, slots=1))
    read: list[int] = []
    post = engine._client.post

    async def counted(path: str, body: Any) -> Any:
        read.append(len(body.get("content", "")))
        return await post(path, body)

    monkeypatch.setattr(engine._client, "post", counted)
    try:
        for text in ("word " * 1_000_000, "x" * 5_000_000, "\u6d77" * 1_000_000, "<|im_end|>" * 500_000):
            with pytest.raises(ContextLengthExceeded, match="needs at least"):
                await run(engine, text)
            with pytest.raises(ContextLengthExceeded, match="needs at least"):
                await engine.embed(["fine", text])
        assert max(read) <= 64 * 64
        blank = " " * 100_000
        with pytest.raises(ContextLengthExceeded) as caught:
            await run(engine, blank)
        assert f"{len(await engine.tokenize(blank)) + 1} (" in caught.value.message, "counted whole"
    finally:
        await engine.close()


async def test_closing_a_reply_frees_its_slot(engine: LlamaCpp) -> None:
    async with aclosing(flat(engine.complete(CompletionRequest(FRUIT, Sampling(ignore_eos=True))))) as items:
        for _ in range(5):
            await anext(items)
    assert await idle_after(engine) < 2, "the bar of 0.1 s is for a quiet machine; bench/load/throughput.py measures it"
    assert engine._scheduler.busy == 0


async def test_cancel_during_a_long_prompt_frees_its_slot(engine: LlamaCpp) -> None:
    rng = random.Random(3)
    prompt = tuple(rng.randrange(100, 40_000) for _ in range(900))
    task = asyncio.create_task(run(engine, prompt))
    await asyncio.sleep(0.3)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert engine._scheduler.busy == 0
    await idle_after(engine)
    assert engine._prefix_cache.longest(struct.pack("900i", *prompt), ())[1] < 900, "it was not computed to its end"


async def test_eight_cold_requests_compute_their_shared_prefix_once(engine: LlamaCpp) -> None:
    shared = "Rule: " + " ".join(f"clause {number} is binding;" for number in range(30))
    ends = [
        end
        for _, end, _ in await asyncio.gather(
            *(run(engine, f"{shared} Question {number}: is it? Answer:", GREEDY) for number in range(8))
        )
    ]
    length = len(await engine.tokenize(shared))
    computed = [end.usage.prompt_tokens - end.usage.cached_tokens for end in ends]
    assert sum(missing > length for missing in computed) == 1
    assert sorted(computed)[-2] < 32, computed


async def test_prefix_from_a_file_changes_nothing(engine: LlamaCpp) -> None:
    """The same greedy text whether its prompt was computed, restored, or found in the slot."""
    prompt = "Facts: " + " ".join(f"item {number} is {number * 7};" for number in range(18)) + " Then item 3 is"
    texts = [text for text, _, _ in await asyncio.gather(*(run(engine, prompt) for _ in range(3)))]
    again, end, _ = await run(engine, prompt)
    assert {*texts, again} == {again}
    assert end.usage.cached_tokens == end.usage.prompt_tokens - 1


async def test_vectors_have_unit_length_and_mean_something(engine: LlamaCpp) -> None:
    tokens = await engine.tokenize("the cat sleeps")
    found = await engine.embed(["the cat sleeps", "a kitten is sleeping", "quarterly tax return", tokens])
    cat, kitten, tax, same = found.vectors
    assert all(abs(sum(number**2 for number in vector) - 1) < 1e-6 for vector in found.vectors)
    assert found.prompt_tokens == sum(
        [
            len(tokens) * 2,
            *[len(await engine.tokenize(text)) for text in ("a kitten is sleeping", "quarterly tax return")],
        ]
    )
    assert dot(cat, kitten) > dot(cat, tax)
    assert dot(cat, same) > 0.999
    short = (await engine.embed(["the cat sleeps"], dimensions=64)).vectors[0]
    assert len(short) == 64
    assert abs(dot(short, short) - 1) < 1e-6
    with pytest.raises(ContextLengthExceeded):
        await engine.embed(["word " * 3000])
    with pytest.raises(InvalidRequest, match="dimensions"):
        await engine.embed(["x"], dimensions=10**6)
    with pytest.raises(InvalidRequest, match="empty"):
        await engine.embed([[]])


async def test_many_texts_are_turned_into_vectors_some_at_a_time(
    engine: LlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the tokens of few are held at once."""
    texts = ["the cat sleeps", "a kitten is sleeping", "quarterly tax return", "x", "it rains"]
    whole = await engine.embed(texts)
    sizes: list[int] = []
    embed = engine._embedder.embed

    async def watched(batch: Sequence[Sequence[int]], dimensions: int | None) -> list[list[float]]:
        sizes.append(len(batch))
        return await embed(batch, dimensions)

    monkeypatch.setattr(engine._embedder, "embed", watched)
    monkeypatch.setattr("earthshine.engines.llamacpp.engine._EMBEDDED_AT_ONCE", 6)
    again = await engine.embed(texts)
    assert len(sizes) > 1
    assert sum(sizes) == len(texts)
    assert again.prompt_tokens == whole.prompt_tokens
    for one, other in zip(whole.vectors, again.vectors, strict=True):
        assert dot(one, other) > 0.999


async def test_a_child_that_hangs_in_mid_reply_is_replaced_and_the_reply_goes_on(
    engine: LlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.processes.supervisor.HEARTBEAT", 1.0)
    # Far more than a child writes before it is stopped, however late this process is told of its first word.
    sampling = Sampling(temperature=0, max_tokens=300, ignore_eos=True)
    request = ChatRequest([{"role": "user", "content": "Count from one to ten."}], sampling=sampling)
    loaded = routed(HarnessedEngine(engine._card, engine))
    whole = [delta async for delta in flat(loaded.engine.chat(request))]
    text, pid = "", engine._supervisor.pid
    waiting: asyncio.Task[bool] | None = None
    async for delta in flat(loaded.engine.chat(request)):
        text += delta.text if isinstance(delta, Text) else ""
        if text and waiting is None:
            assert pid is not None
            os.killpg(pid, signal.SIGSTOP)
            waiting = asyncio.create_task(_becomes(engine, answers=False))
    assert waiting is not None and await waiting, "its state said that it does not answer"
    assert text == "".join(delta.text for delta in whole if isinstance(delta, Text))
    assert engine._supervisor.pid != pid
    assert await _becomes(engine, answers=True)


async def _becomes(engine: LlamaCpp, *, answers: bool) -> bool:
    for _ in range(3000):
        if engine.answers is answers:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_killed_in_mid_reply_it_serves_the_next_request(engine: LlamaCpp) -> None:
    before, _, _ = await run(engine, FRUIT)
    with pytest.raises(EngineFailed):
        async with aclosing(flat(engine.complete(CompletionRequest(FRUIT, Sampling(ignore_eos=True))))) as items:
            await anext(items)
            pid = engine._supervisor.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            async for _ in items:
                pass
    after, _, _ = await run(engine, FRUIT)
    assert after == before
    assert engine._supervisor.pid != pid


async def test_engine_dies_with_its_parent(default_model_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from earthshine.catalog.card import Card\n"
        "from earthshine.engines.llamacpp.factory import LlamaCppFactory\n"
        "from earthshine.settings import Settings\n"
        "async def main():\n"
        f"    card = Card(name='x', path=Path({str(default_model_path)!r}))\n"
        "    engine = await LlamaCppFactory()(card, Settings(context=256, slots=1))\n"
        "    print(engine._supervisor.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    deadline = time.monotonic() + PATIENCE
    while alive(child):
        assert time.monotonic() < deadline, "the engine process was left behind"
        await asyncio.sleep(0.02)


async def test_damaged_weights_are_a_broken_model(default_model_path: Path, tmp_path: Path) -> None:
    whole = default_model_path.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[: len(whole) // 2])
    noise = tmp_path / "noise.gguf"
    noise.write_bytes(b"GGUF" + bytes(range(256)) * 100)
    for path in (cut, noise, tmp_path / "missing.gguf"):
        with pytest.raises(ModelBroken, match=path.name):
            await LlamaCppFactory()(card_for(path), SETTINGS)


async def test_adapter_changes_the_reply_and_leaves_others_alone(default_model_path: Path, tmp_path: Path) -> None:
    adapter = write_adapter(tmp_path / "adapter.gguf", default_model_path)
    card = card_for(default_model_path, adapters={"law": adapter})
    engine = await LlamaCppFactory()(card, Settings(context=512, slots=2))
    try:
        prompt = "Facts: " + " ".join(f"item {number} is {number * 7};" for number in range(16)) + " Then"
        plain, _, _ = await run(engine, prompt)
        adapted, end, _ = await run(engine, prompt, adapters={"law": 1.0})
        assert adapted != plain
        assert end.usage.cached_tokens == 0, "nothing that was computed without the adapter is used with it"
        assert (await run(engine, prompt, adapters={"law": 0.0}))[0] == plain
        both = await asyncio.gather(run(engine, prompt), run(engine, prompt, adapters={"law": 1.0}))
        assert [text for text, _, _ in both] == [plain, adapted]
    finally:
        await engine.close()


async def test_chat_is_not_offered(engine: LlamaCpp) -> None:
    assert engine.capabilities.complete
    assert not engine.capabilities.chat
    from earthshine.engines.requests import ChatRequest

    with pytest.raises(UnsupportedParameter):
        engine.chat(ChatRequest([{"role": "user", "content": "hi"}]))


def dot(left: object, right: object) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def write_adapter(path: Path, model: Path) -> Path:
    """Write a LoRA adapter with random weights that fits `model`."""
    width = read_header(model).number("embedding_length")
    tensors = {
        f"blk.{layer}.attn_q.weight.lora_{side}": (shape, F32)
        for layer in range(10)
        for side, shape in (("a", (width, 4)), ("b", (4, width)))
    }
    facts = {"general.type": "adapter", "adapter.type": "lora", "adapter.lora.alpha": 16.0}
    write_gguf(path, tensors=tensors, metadata=facts)
    start = read_header(path).data_start
    rng = random.Random(1)
    with path.open("r+b") as file:
        file.seek(start)
        for _ in range(len(tensors) * 4 * width):
            file.write(struct.pack("<f", rng.gauss(0, 0.3)))
    return path
