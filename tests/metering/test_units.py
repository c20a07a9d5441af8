"""Work of several steps in several units: one admission, a charge per step, limits per unit."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from earthshine.errors import QuotaExceeded, RateLimited
from earthshine.metering.ledger.charges import charges_of
from earthshine.metering.prices.price import Price
from earthshine.metering.units import Amount, charge_id
from tests.metering.test_meter import WORST, admit, set_clock
from tests.metering.workbench import CALLER, MODEL, PRICE, Bench, Process, estimate, open_bench, usage

SEARCH = Amount("web_search", "searches", 1)
RUN = "resp_1"


@pytest.fixture(params=["memory", "tables"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Bench]:
    process = Process("inst_1", set()) if request.param == "tables" else None
    async with open_bench(tmp_path, process=process) as opened:
        opened.prices.put("web_search", Price(per_search=11))
        yield opened


async def test_each_step_is_charged_once_and_the_run_shows_what_its_parts_cost(bench: Bench) -> None:
    bench.limit("project", "spend_per_month", 10 * WORST)
    bench.limit("project", "parallel_requests", 1)
    bench.limit("project", "requests_per_day", 5)
    for _ in range(2):  # the second time as after a crash: nothing is charged again
        with await bench.meter.admit(CALLER, MODEL, estimate(), forced=True) as whole:
            with whole.split(RUN) as step:
                step.settle(charge_id(RUN, 1), usage(4, 2))
            with await whole.extend(SEARCH, RUN) as step:
                step.settle(charge_id(RUN, 2, "searches"), SEARCH)
            assert await bench.reserved() == 1, "only the place among parallel requests is still held"
            with pytest.raises(RateLimited, match="at the same time"):
                await admit(bench)
            with await whole.extend(estimate(), RUN) as step:
                assert await bench.reserved() == 1 + WORST
                step.settle(charge_id(RUN, 3), usage(6, 1))
        assert await bench.reserved() == 0
    costs = [4 * PRICE.input + 2 * PRICE.output, 11, 6 * PRICE.input + PRICE.output]
    assert [(row.id, row.parent_id, row.cost, row.unit) for row in await bench.ledger_rows()] == [
        (f"{RUN}:1", RUN, costs[0], "tokens"),
        (f"{RUN}:2:searches", RUN, costs[1], "searches"),
        (f"{RUN}:3", RUN, costs[2], "tokens"),
    ]
    async with bench.database.read() as connection:
        charges = await charges_of(connection, [RUN, "resp_2"])
    whole_run = charges[RUN]
    assert (whole_run.totals.cost, whole_run.totals.unit_cost) == (sum(costs), 11)
    assert (whole_run.totals.input_tokens, whole_run.totals.output_tokens) == (10, 3)
    assert {(part.name, part.unit, part.quantity, part.cost) for part in whole_run.parts} == {
        (MODEL, "tokens", 6, costs[0]),
        ("web_search", "searches", 1, 11),
        (MODEL, "tokens", 7, costs[2]),
    }
    assert (charges["resp_2"].totals.requests, charges["resp_2"].deployment) == (0, None)


async def test_a_step_that_was_not_done_gives_back_what_it_reserved(bench: Bench) -> None:
    bench.limit("project", "spend_per_day", 10 * WORST)
    with await admit(bench) as whole:
        with whole.split(RUN):
            pass
        with await whole.extend(SEARCH, RUN):
            assert await bench.reserved() == 11
        with pytest.raises(ZeroDivisionError), await whole.extend(estimate(), RUN):
            _ = 1 / 0
        assert await bench.reserved() == 0
    assert await bench.ledger_rows() == []


async def test_a_further_step_is_refused_where_money_ends(bench: Bench) -> None:
    bench.limit("project", "spend_per_day", WORST + 10)
    with await admit(bench) as whole:
        with whole.split(RUN), pytest.raises(QuotaExceeded):
            await whole.extend(estimate(), RUN)
        assert await bench.reserved() == 0
        with await whole.extend(SEARCH, RUN) as step:
            step.settle(charge_id(RUN, 2), SEARCH)
        with pytest.raises(QuotaExceeded):
            await whole.extend(estimate(), RUN)
        with await whole.extend(estimate(), RUN, forced=True) as step:
            step.settle(charge_id(RUN, 3), usage())
    assert len(await bench.ledger_rows()) == 2


async def test_a_charge_in_a_transaction_is_one_however_often_it_is_tried(bench: Bench) -> None:
    bench.limit("project", "spend_per_day", 10 * WORST)
    with await admit(bench) as whole:
        step = whole.split(RUN)
        write = step.settle_within(charge_id(RUN, 1), usage(4, 2))
        with pytest.raises(ZeroDivisionError):
            async with bench.database.write() as connection:
                await write(connection)
                raise ZeroDivisionError
        async with bench.database.write() as connection:
            await write(connection)
        assert step.settled and not whole.settled
    assert (await bench.spent(), await bench.reserved()) == (4 * PRICE.input + 2 * PRICE.output, 0)


async def test_searches_of_a_day_are_limited_and_requests_are_not_searches(bench: Bench) -> None:
    bench.limit("project", "searches_per_day", 2)
    with await admit(bench) as whole:
        for number in range(2):
            with await whole.extend(SEARCH, RUN) as step:
                step.settle(charge_id(RUN, number), SEARCH)
        with pytest.raises(RateLimited, match="limit of 2 searches per day: used and reserved 2, requested 1"):
            await whole.extend(SEARCH, RUN)
        whole.settle("resp_3", usage())
    with await admit(bench) as whole:
        whole.settle("resp_4", usage())
    assert len(await bench.ledger_rows()) == 4


async def test_a_search_that_was_not_made_comes_back_to_the_day(bench: Bench) -> None:
    bench.limit("key", "searches_per_day", 1)
    with await admit(bench) as whole:
        for _ in range(3):
            with await whole.extend(SEARCH, RUN):
                pass
            await bench.reserved()  # sweeps: shared counters give back with the next batch
        assert await whole.extend(SEARCH, RUN)


async def test_seconds_of_a_day_are_those_that_work_took(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.limit("project", "seconds_per_day", 3_000)  # in milliseconds
    moment = [1.0]
    set_clock(monkeypatch, "reservation", monotonic=lambda: moment[0])
    with await admit(bench) as whole:
        whole.begin()
        moment[0] += 2.4995
        whole.settle("resp_1", usage())
    await bench.ledger_rows()
    with await admit(bench) as whole:
        # A tool may be told what it may take; what it took counts.
        with pytest.raises(RateLimited, match="limit of 3 seconds per day: used and reserved 3, requested 1"):
            await whole.extend(Amount("shell", "seconds", 501), RUN)
        with await whole.extend(Amount("shell", "seconds", 500), RUN) as step:
            step.settle(charge_id(RUN, 1), Amount("shell", "seconds", 700))
    rows = {row.id: row for row in await bench.ledger_rows()}
    assert [rows[name].milliseconds for name in ("resp_1", f"{RUN}:1")] == [2_499, 700]
    with pytest.raises(RateLimited, match="used and reserved 4"):
        await admit(bench)


async def test_what_nothing_can_use_is_a_fault_of_the_tool(bench: Bench) -> None:
    with await admit(bench) as whole:
        for wrong in (-1, 2**54):
            with await whole.extend(SEARCH, RUN) as step, pytest.raises(ValueError, match="web_search used"):
                step.settle(charge_id(RUN, 1), SEARCH._replace(quantity=wrong))
