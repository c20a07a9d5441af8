from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.accounts.authorization.caller import Caller
from earthshine.errors import ModelNotAllowed, QuotaExceeded, RateLimited
from earthshine.metering.prices.price import Price
from earthshine.metering.reservation import Reservation
from earthshine.metering.usage_estimate import CHARGED_SECONDS, SEED_TOKENS, TEMPLATE_TOKENS, Served
from tests.metering.workbench import CALLER, MODEL, PRICE, Bench, Process, estimate, open_bench, usage

WORST = (10 + TEMPLATE_TOKENS) * PRICE.input + (5 + SEED_TOKENS) * PRICE.output
"""What `estimate()` may cost at most."""


@pytest.fixture(params=["memory", "tables"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Bench]:
    process = Process("inst_1", set()) if request.param == "tables" else None
    async with open_bench(tmp_path, process=process) as opened:
        yield opened


def set_clock(monkeypatch: pytest.MonkeyPatch, place: str, **clock: Callable[[], float]) -> None:
    """Give one module another clock. In the module `time` itself it would be the event loop's clock too."""
    here = SimpleNamespace(**{"time": time.time, "monotonic": time.monotonic, **clock})
    monkeypatch.setattr(f"earthshine.metering.{place}.time", here)


async def admit(bench: Bench, headers: dict[str, str] | None = None, **given: Any) -> Reservation:
    return await bench.meter.admit(CALLER, MODEL, estimate(**given), headers)


async def test_two_hundred_at_once_on_a_nearly_empty_budget_never_overspend(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", 7 * WORST + WORST // 2)
    admitted: list[str] = []

    async def one(number: int) -> None:
        try:
            with await admit(bench) as reservation:
                await asyncio.sleep(0.05)
                # The worst case comes true.
                reservation.settle(f"chatcmpl-{number}", usage(10 + TEMPLATE_TOKENS, 5 + SEED_TOKENS))
                admitted.append(f"chatcmpl-{number}")
        except QuotaExceeded as error:
            assert "project proj_1" in error.message
            assert error.retry_after and error.retry_after > 0

    await asyncio.gather(*(one(number) for number in range(200)))
    assert len(admitted) == 7
    assert await bench.spent() == 7 * WORST
    assert await bench.reserved() == 0


async def test_what_was_reserved_and_not_used_can_be_spent_by_the_next(bench: Bench) -> None:
    bench.limit("key", "spend_per_day", WORST + 100)
    for number in range(3):
        with await admit(bench) as reservation:
            reservation.settle(f"chatcmpl-{number}", usage(4, 2))
        await bench.ledger.flush()
    assert await bench.spent() == 3 * (4 * 3 + 2 * 7)


async def test_work_that_was_not_done_gives_everything_back(bench: Bench) -> None:
    bench.limit("organization", "spend_per_day", WORST)
    bench.limit("user", "parallel_requests", 1)
    for _ in range(3):
        with pytest.raises(RuntimeError), await admit(bench):
            raise RuntimeError
        assert await bench.reserved() == 0
    assert await bench.ledger_rows() == []


async def test_a_refusal_takes_nothing_of_any_limit(bench: Bench) -> None:
    bench.limit("organization", "requests_per_minute", 5)
    bench.limit("project", "parallel_requests", 0)
    for _ in range(10):
        with pytest.raises(RateLimited, match="project proj_1 reached its limit of 0 requests at the same time"):
            await admit(bench)
    bench.limits.all.pop()
    headers: dict[str, str] = {}
    (await admit(bench, headers)).release()
    assert headers["x-ratelimit-remaining-requests"] == "4"


async def test_headers_tell_of_the_tightest_limit(bench: Bench) -> None:
    bench.limit("organization", "requests_per_minute", 1000)
    bench.limit("key", "requests_per_day", 3)
    bench.limit("project", "tokens_per_minute", 100_000)
    headers: dict[str, str] = {}
    with await admit(bench, headers):
        pass
    assert headers["x-ratelimit-limit-requests"] == "3"
    assert headers["x-ratelimit-remaining-requests"] == "2"
    assert headers["x-ratelimit-limit-tokens"] == "100000"
    assert int(headers["x-ratelimit-remaining-tokens"]) == 100_000 - (10 + TEMPLATE_TOKENS + 5 + SEED_TOKENS)
    assert headers["x-ratelimit-reset-requests"].endswith("s")
    assert headers["x-ratelimit-reset-tokens"].endswith("s")


async def test_the_last_request_of_a_window_passes_and_the_next_waits_for_its_end(bench: Bench) -> None:
    bench.limit("key", "requests_per_minute", 2)
    (await admit(bench)).release()
    (await admit(bench)).release()
    with pytest.raises(RateLimited, match="key key_1 reached its limit of 2 requests per minute") as refused:
        await admit(bench)
    assert refused.value.code == "rate_limit_exceeded"
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 60


async def test_tokens_that_were_not_used_come_back_to_the_minute(bench: Bench) -> None:
    most = 10 + TEMPLATE_TOKENS + 5 + SEED_TOKENS
    bench.limit("project", "tokens_per_minute", most + 20)
    with await admit(bench) as reservation:
        with pytest.raises(RateLimited, match="tokens per minute"):
            await admit(bench)
        reservation.settle("chatcmpl-1", usage(4, 2))
    await bench.ledger.flush()
    headers: dict[str, str] = {}
    (await admit(bench, headers)).release()
    assert headers["x-ratelimit-remaining-tokens"] == "14"


async def test_a_request_larger_than_the_whole_limit_waits_for_an_unused_minute(bench: Bench) -> None:
    bench.limit("project", "tokens_per_minute", 50)
    with await admit(bench), pytest.raises(RateLimited):
        await admit(bench)


async def test_without_an_output_limit_the_one_that_was_reserved_is_sent(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", 10 * WORST)
    with await admit(bench, output=None) as reservation:
        assert reservation.begin() == 100
        assert await bench.reserved() == (10 + TEMPLATE_TOKENS) * 3 + (100 + SEED_TOKENS) * 7
    with await admit(bench) as reservation:
        assert reservation.begin() is None


async def test_every_choice_is_reserved(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", 10 * WORST)
    with await admit(bench, choices=3):
        assert await bench.reserved() == (10 + TEMPLATE_TOKENS) * 3 + 3 * (5 + SEED_TOKENS) * 7


async def test_a_limit_of_one_model_counts_that_model_alone(bench: Bench) -> None:
    bench.limit("project", "spend_per_day", WORST, model="moon")
    bench.prices.put("moon", PRICE)
    with await admit(bench) as reservation:
        reservation.settle("chatcmpl-1", usage(1000, 500))
    await bench.ledger.flush()
    with await bench.meter.admit(CALLER, "moon", estimate()) as reservation:
        reservation.settle("chatcmpl-2", usage(1, 1))
    await bench.ledger.flush()
    with pytest.raises(QuotaExceeded, match="for the model moon"):
        await bench.meter.admit(CALLER, "moon", estimate())


async def test_models_that_nobody_allowed_are_refused_in_openais_words(bench: Bench) -> None:
    listed = Caller("key_1", "proj_1", "org_1", models=("moon",))
    with pytest.raises(ModelNotAllowed, match="API key `key_1` does not have access to model `star`") as refused:
        await bench.meter.admit(listed, MODEL, estimate())
    assert (refused.value.status, refused.value.code) == (403, "model_not_found")
    (await bench.meter.admit(listed, "moon", estimate())).release()
    bench.limits.forbidden.add(("proj_1", MODEL))
    with pytest.raises(ModelNotAllowed, match="Project `proj_1` does not have access"):
        await admit(bench)


async def test_work_taken_up_after_a_crash_is_never_refused_but_counts(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", WORST)
    bench.limit("project", "parallel_requests", 1)
    with await admit(bench), await bench.meter.admit(CALLER, MODEL, estimate(), forced=True) as again:
        assert await bench.reserved() == 2 * WORST + 2
        again.settle("resp_1", usage(4, 2))
    assert await bench.spent() == 26


async def test_settling_twice_charges_once(bench: Bench) -> None:
    for _ in range(2):
        with await admit(bench) as reservation:
            reservation.settle("chatcmpl-1", usage(4, 2))
            reservation.settle("chatcmpl-1", usage(4, 2))
    rows = await bench.ledger_rows()
    assert [(row.id, row.cost) for row in rows] == [("chatcmpl-1", 26)]


async def test_a_row_tells_who_used_what_and_what_it_cost(bench: Bench) -> None:
    bench.prices.put("far away", PRICE)
    with await admit(bench) as reservation:
        reservation.settle("chatcmpl-1", usage(10, 20, cached=4), deployment="far away", partial=True)
    (row,) = await bench.ledger_rows()
    assert (row.organization, row.project, row.key_id, row.user) == ("org_1", "proj_1", "key_1", "user_1")
    assert (row.model, row.deployment, row.endpoint, row.requests) == (MODEL, "far away", "chat.completions", 1)
    assert (row.input_tokens, row.cached_tokens, row.output_tokens) == (10, 4, 20)
    assert (row.input_cost, row.cached_cost, row.output_cost, row.time_cost) == (18, 4, 140, 0)
    assert row.cost == 162
    assert (row.partial, row.estimated, row.hosted_cost) == (True, False, None)
    assert abs(row.created_at - time.time()) < 60


async def test_counts_that_no_upstream_can_mean_are_not_charged_and_marked(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", 10 * WORST)
    for number, wrong in enumerate((-5, 10**30, "12", None, 1.5)):
        with await admit(bench) as reservation:
            reservation.settle(f"chatcmpl-{number}", usage(wrong, 2))
    rows = await bench.ledger_rows()
    assert [(row.input_tokens, row.cost, row.estimated) for row in rows] == [(0, 14, True)] * 5


async def test_a_price_per_hour_is_charged_for_no_longer_than_was_reserved(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.prices.put(MODEL, Price(per_hour=3_600_000))
    bench.limit("project", "spend_per_month", 1000 * CHARGED_SECONDS)
    now = time.monotonic()
    with await admit(bench) as reservation:
        assert await bench.reserved() == 1000 * CHARGED_SECONDS
        set_clock(monkeypatch, "reservation", monotonic=lambda: now)
        reservation.begin()
        set_clock(monkeypatch, "reservation", monotonic=lambda: now + 10 * CHARGED_SECONDS)
        reservation.settle("chatcmpl-1", usage())
    assert await bench.spent() == 1000 * CHARGED_SECONDS


async def test_a_charge_within_a_transaction_that_fails_is_no_charge(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", 10 * WORST)
    with await admit(bench) as reservation:
        write = reservation.settle_within("resp_1", usage(4, 2))
        with pytest.raises(RuntimeError):
            async with bench.database.write() as connection:
                await write(connection)
                raise RuntimeError
        assert await bench.ledger_rows() == []
        async with bench.database.write() as connection:
            await write(connection)
    assert await bench.spent() == 26
    assert await bench.reserved() == 0


async def test_spend_is_remembered_after_a_restart(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as first:
        with await admit(first) as reservation:
            reservation.settle("chatcmpl-1", usage(100, 100))
    async with open_bench(tmp_path) as second:
        second.limit("user", "spend_per_month", WORST + 999)
        with pytest.raises(QuotaExceeded, match=r"used and reserved 0\.000000001, requested"):
            await admit(second)
        second.limits.all.clear()
        second.limit("user", "spend_per_month", WORST + 1000)
        (await admit(second)).release()


async def test_yesterday_and_last_month_do_not_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.limit("project", "spend_per_day", WORST)
    bench.limit("project", "spend_per_month", 3 * WORST)

    def at(seconds: float) -> None:
        for place in ("meter", "ledger.row", "limits.local_counters"):
            set_clock(monkeypatch, place, time=lambda: seconds)

    november_30 = 1795996800.0 + 3600
    at(november_30)
    with await admit(bench) as reservation:
        reservation.settle("chatcmpl-1", usage(10 + TEMPLATE_TOKENS, 5 + SEED_TOKENS))
    await bench.ledger.flush()
    with pytest.raises(QuotaExceeded, match=r"dollars per day.*It ends at 2026-12-01 00:00:00 UTC"):
        await admit(bench)
    at(november_30 + 86_400)
    with await admit(bench):
        pass


async def test_no_limits_cost_next_to_nothing(bench: Bench) -> None:
    asked = estimate()
    begun = time.thread_time()
    for _ in range(1000):
        with await bench.meter.admit(CALLER, MODEL, asked):
            pass
    # Measured: 3 microseconds; the bound leaves room for a busy machine.
    assert (time.thread_time() - begun) / 1000 < 100e-6


# --- any order of events ---------------------------------------------------------------------------------------------

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("admit"), st.integers(0, 3000), st.integers(1, 300), st.integers(1, 3)),
        st.tuples(st.just("settle"), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1)),
        st.tuples(st.just("release"), st.integers(0, 9), st.just(0), st.just(0)),
        st.tuples(st.just("flush"), st.just(0), st.just(0), st.just(0)),
    ),
    max_size=40,
)


@pytest.mark.parametrize("kind", ["memory", "tables"])
@settings(max_examples=12)
@given(steps=_STEPS, budget=st.integers(0, 60_000))
async def test_no_order_of_events_overspends_or_leaves_a_reservation(
    kind: str, steps: list[Any], budget: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    process = Process("inst_1", set()) if kind == "tables" else None
    async with open_bench(folder, process=process, interval=5) as bench:
        bench.limit("project", "spend_per_month", budget)
        bench.limit("key", "parallel_requests", 4)
        running: list[tuple[Reservation, int, int]] = []
        charged = 0
        for number, (step, one, two, three) in enumerate(steps):
            if step == "admit":
                try:
                    reservation = await admit(bench, size=one, output=two, choices=three)
                    running.append((reservation, one + TEMPLATE_TOKENS, three * (two + SEED_TOKENS)))
                except RateLimited:
                    pass
            elif step == "flush":
                await bench.ledger.flush()
            elif running:
                reservation, read, written = running.pop(one % len(running))
                if step == "settle":
                    used = usage(int(read * two), int(written * three))
                    charged += used.prompt_tokens * 3 + used.completion_tokens * 7
                    reservation.settle(f"chatcmpl-{number}", used)
                reservation.release()
            assert len(running) <= 4
        for reservation, _, _ in running:
            reservation.release()
        assert await bench.spent() == charged <= budget
        assert await bench.reserved() == 0


async def test_what_was_reserved_is_what_is_charged_when_a_price_changes_meanwhile(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        bench.meter._served = lambda name: Served(name, deployments=(name,))
        with await admit(bench) as reservation:
            bench.prices.put(MODEL, Price(input=1000, output=1000))
            reservation.settle("chatcmpl-1", usage(4, 2))
        assert await bench.spent() == 26


async def test_a_line_of_a_batch_costs_less_once_and_takes_nothing_of_a_minute(bench: Bench) -> None:
    bench.limit("project", "requests_per_minute", 0)
    bench.limit("project", "parallel_requests", 0)
    line = replace(CALLER, batch_line="batch_1:1")
    with await bench.meter.admit(line, MODEL, estimate()) as reservation:
        reservation.settle("chatcmpl-1", usage(4, 2), partial=True)  # it was cut
    for again in range(2):
        with await bench.meter.admit(line, MODEL, estimate()) as reservation:
            reservation.settle(f"chatcmpl-{again}", usage(4, 2))
    await bench.ledger.flush()
    [row] = await bench.ledger_rows()
    # Half the price of a token, rounded up.
    assert (row.id, row.batch, row.cost) == ("batch_1:1", True, 4 * 2 + 2 * 4)
    bench.limit("project", "requests_per_day", 1)
    (await bench.meter.admit(line, MODEL, estimate())).release()
    with pytest.raises(RateLimited):
        await bench.meter.admit(line, MODEL, estimate())
