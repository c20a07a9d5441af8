"""Usage and costs through the official SDK, on both databases."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError

from tests.metering.reports_app import OTHER, Reports

DAY = 86_400
LEAP = 1_709_164_800
"""Midnight of 29 February 2024, UTC."""


async def test_counts_completions_by_day(reports: Reports) -> None:
    await reports.write(
        [
            {"created_at": LEAP - 1},
            {"created_at": LEAP, "endpoint": "chat.completions"},
            {"created_at": LEAP + DAY - 1, "endpoint": "completions", "partial": True, "estimated": True},
            {"created_at": LEAP + DAY},
            {"created_at": LEAP, "endpoint": "embeddings", "output_tokens": 0},
            {"created_at": LEAP, "endpoint": "decisions"},
            {"created_at": LEAP, "organization": "org_other", "project": "proj_other"},
        ]
    )
    page = await reports.organization.usage.completions(start_time=LEAP - DAY, end_time=LEAP + 2 * DAY)
    assert [(bucket.start_time, bucket.end_time) for bucket in page.data] == [
        (LEAP - DAY, LEAP),
        (LEAP, LEAP + DAY),
        (LEAP + DAY, LEAP + 2 * DAY),
    ]
    assert [bucket.results[0].num_model_requests for bucket in page.data] == [1, 2, 1]
    middle: Any = page.data[1].results[0]
    assert (middle.input_tokens, middle.input_cached_tokens, middle.output_tokens) == (20, 8, 10)
    assert middle.model is None
    assert (middle.earthshine["partial_requests"], middle.earthshine["estimated_requests"]) == (1, 1)
    embedded = await reports.organization.usage.embeddings(start_time=LEAP, end_time=LEAP + DAY)
    assert embedded.data[0].results[0].input_tokens == 10
    decided: Any = await reports.organization.usage.decisions(start_time=LEAP, end_time=LEAP + DAY)
    found = decided.data[0].results[0]
    assert (found.num_model_requests, found.input_tokens, found.input_cached_tokens) == (1, 10, 4)


async def test_every_call_answers(reports: Reports) -> None:
    await reports.write([{"created_at": LEAP}])
    usage = reports.organization.usage
    calls = (
        usage.audio_speeches,
        usage.audio_transcriptions,
        usage.code_interpreter_sessions,
        usage.file_search_calls,
        usage.images,
        usage.moderations,
        usage.vector_stores,
        usage.web_search_calls,
    )
    for call in calls:
        page = await call(start_time=LEAP, end_time=LEAP + DAY, group_by=["project_id"])
        assert [bucket.results for bucket in page.data] == [[]]
    for call in (usage.completions, usage.decisions, usage.embeddings, usage.costs):
        await call(start_time=LEAP, end_time=LEAP + DAY, group_by=["project_id"])


async def test_groups_and_filters(reports: Reports) -> None:
    await reports.write(
        {"created_at": LEAP, "model": model, "project": project, "key_id": key, "user": user}
        for model in ("tiny", "نموذج/كبير 🌙")
        for project in ("default", "proj_a")
        for key, user in (("key_admin", ""), ("key_2", "user_2"))
    )
    usage = reports.organization.usage
    page = await usage.completions(
        start_time=LEAP,
        end_time=LEAP + DAY,
        group_by=["project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "api_source"],
    )
    results: list[Any] = list(page.data[0].results)
    assert len(results) == 8
    assert {(each.model, each.project_id, each.api_key_id, each.user_id) for each in results} == {
        (model, project, key, user)
        for model in ("tiny", "نموذج/كبير 🌙")
        for project in ("default", "proj_a")
        for key, user in (("key_admin", None), ("key_2", "user_2"))
    }
    assert {(each.batch, each.service_tier, each.api_source) for each in results} == {(False, "default", "unlabeled")}
    chosen = await usage.completions(
        start_time=LEAP,
        end_time=LEAP + DAY,
        models=["نموذج/كبير 🌙", "none"],
        project_ids=["proj_a"],
        api_key_ids=["key_2"],
        user_ids=["user_2"],
        batch=False,
    )
    assert [each.num_model_requests for each in chosen.data[0].results] == [1]
    none = await usage.completions(start_time=LEAP, end_time=LEAP + DAY, batch=True)
    assert none.data[0].results == []


async def test_pages_hold_every_bucket_once(reports: Reports) -> None:
    await reports.write({"created_at": LEAP + hour * 3600} for hour in range(0, 60, 7))
    starts: list[int] = []
    requests = 0
    arguments: dict[str, Any] = {
        "start_time": LEAP + 10,
        "end_time": LEAP + 60 * 3600,
        "bucket_width": "1h",
        "limit": 13,
    }
    page = await reports.organization.usage.completions(**arguments)
    while True:
        starts += [bucket.start_time for bucket in page.data]
        requests += sum(result.num_model_requests for bucket in page.data for result in bucket.results)
        if page.next_page is None:
            break
        assert page.has_more
        page = await reports.organization.usage.completions(**arguments, page=page.next_page)
    assert starts == [LEAP + 10, *range(LEAP + 3600, LEAP + 60 * 3600, 3600)]
    assert requests == 8  # that of the first second lies before the start


async def test_costs_are_exact(reports: Reports) -> None:
    big = 2**62
    await reports.write(
        [
            {"created_at": LEAP, "input_cost": big, "cached_cost": 0, "output_cost": 0, "hosted_cost": big},
            {"created_at": LEAP, "input_cost": big, "cached_cost": 1, "output_cost": 0},
            {"created_at": LEAP, "input_cost": big, "cached_cost": 0, "output_cost": 2},
        ]
    )
    reply = await reports.http.get(f"/v1/organization/costs?start_time={LEAP}&end_time={LEAP + DAY}")
    result = __import__("json").loads(reply.content, parse_float=Decimal)["data"][0]["results"][0]
    assert result["amount"]["value"] * 10**12 == 3 * big + 3
    assert result["earthshine"]["hosted_cost"]["value"] * 10**12 == big
    assert result["earthshine"]["hosted_cost"]["num_model_requests"] == 1


async def test_costs_by_line_item(reports: Reports) -> None:
    await reports.write([{"created_at": LEAP}, {"created_at": LEAP, "model": "a, b", "time_cost": 7}])
    usage = reports.organization.usage
    page = await usage.costs(start_time=LEAP, end_time=LEAP + DAY, group_by=["line_item", "project_id"])
    found: list[Any] = list(page.data[0].results)
    assert {(each.line_item, each.quantity, each.quantity_unit) for each in found} == {
        ("tiny, input_tokens", 6, "tokens"),
        ("tiny, cached_input_tokens", 4, "tokens"),
        ("tiny, output_tokens", 5, "tokens"),
        ("a, b, input_tokens", 6, "tokens"),
        ("a, b, cached_input_tokens", 4, "tokens"),
        ("a, b, output_tokens", 5, "tokens"),
        ("a, b, time", None, None),
    }
    assert {each.project_id for each in found} == {"default"}
    some = await usage.costs(
        start_time=LEAP, end_time=LEAP + DAY, line_items=["a, b, time", "tiny, output_tokens", "tiny"]
    )
    (only,) = some.data[0].results
    assert only.amount.value == pytest.approx(57e-12)
    assert only.line_item is None


async def test_costs_name_what_is_counted_in_other_units(reports: Reports) -> None:
    tool = {"created_at": LEAP, "endpoint": "tools", "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0}
    tool |= dict.fromkeys(("reasoning_tokens", "input_cost", "cached_cost", "output_cost"), 0)
    await reports.write(
        [
            {"created_at": LEAP, "model": "tiny", "time_cost": 7, "milliseconds": 2_500},
            {"created_at": LEAP, "model": "free", "milliseconds": 900, "cost": 0},
            {**tool, "model": "web_search", "unit": "searches", "quantity": 2, "unit_cost": 20},
            {**tool, "model": "web_search", "unit": "searches", "quantity": 1, "unit_cost": 10},
            {**tool, "model": "shell", "unit": "seconds", "milliseconds": 1_500, "time_cost": 3},
            {**tool, "model": "files", "unit": "gigabyte_days", "quantity": 5 * 10**8, "unit_cost": 4},
        ]
    )
    usage = reports.organization.usage
    page = await usage.costs(start_time=LEAP, end_time=LEAP + DAY, group_by=["line_item"])
    found: list[Any] = list(page.data[0].results)
    told = {(each.line_item, each.quantity, each.quantity_unit) for each in found if "tokens" not in each.line_item}
    assert told == {
        ("tiny, time", 2.5, "duration_seconds"),
        ("web_search, searches", 3, "searches"),
        ("shell, time", 1.5, "duration_seconds"),
        ("files, gigabyte_days", 0.5, "gigabyte_days"),
    }
    (searches,) = (await usage.costs(start_time=LEAP, line_items=["web_search, searches"])).data[0].results
    assert searches.amount.value == pytest.approx(30e-12)
    (work,) = (await usage.completions(start_time=LEAP, end_time=LEAP + DAY)).data[0].results
    assert work.num_model_requests == 2, "a tool is no model"


async def test_uses_of_tools_are_counted(reports: Reports) -> None:
    tool = {"created_at": LEAP, "endpoint": "tools", "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0}
    searches = {**tool, "model": "web_search", "unit": "searches"}
    await reports.write(
        [
            {**searches, "quantity": 1, "user": "user-a"},
            {**searches, "quantity": 1, "user": "user-a"},
            {**searches, "quantity": 0, "user": "user-b"},
            {**tool, "model": "file_search", "unit": "searches", "quantity": 3},
            {**tool, "model": "code_interpreter", "unit": "sessions", "quantity": 1},
            {**tool, "model": "code_interpreter", "unit": "seconds", "milliseconds": 900},
            {"created_at": LEAP, "model": "web_search"},
        ]
    )
    usage, span = reports.organization.usage, {"start_time": LEAP, "end_time": LEAP + DAY}
    page = await usage.web_search_calls(**span, group_by=["user_id"])
    found: Any = page.data[0].results
    assert {each.user_id: each.num_requests for each in found} == {"user-a": 2, "user-b": 0}
    [files] = (await usage.file_search_calls(**span)).data[0].results
    [sessions] = (await usage.code_interpreter_sessions(**span)).data[0].results
    assert (files.to_dict()["num_requests"], sessions.to_dict()["num_sessions"]) == (3, 1)
    table = await reports.http.get(f"/v1/organization/usage/web_search_calls?start_time={LEAP}&format=csv")
    [line] = csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")))
    assert line["num_requests"] == "2"
    with pytest.raises(BadRequestError, match="models"):
        await usage.web_search_calls(**span, models=["tiny"])
    with pytest.raises(BadRequestError, match="vector_store_id"):
        await usage.file_search_calls(**span, group_by=["vector_store_id"])


async def test_a_project_sees_itself_only(reports: Reports) -> None:
    await reports.write(
        [{"created_at": LEAP}, {"created_at": LEAP, "project": "proj_a", "input_tokens": 3, "cached_tokens": 0}]
    )
    span = f"start_time={LEAP}&end_time={LEAP + DAY}"
    usage = await reports.http.get(f"/v1/organization/projects/proj_a/usage/completions?{span}")
    assert usage.json()["data"][0]["results"][0]["input_tokens"] == 3
    costs = await reports.http.get(f"/v1/organization/projects/proj_a/costs?{span}&project_ids=default")
    assert costs.json()["data"][0]["results"] == []
    for path in ("usage/completions", "costs"):
        missing = await reports.http.get(f"/v1/organization/projects/proj_other/{path}?{span}")
        assert missing.status_code == 404
    reports.signed.caller = OTHER
    theirs = await reports.organization.usage.completions(start_time=LEAP, end_time=LEAP + DAY)
    assert theirs.data[0].results == []


async def test_csv_is_whole_quoted_and_no_formula(reports: Reports) -> None:
    names = ['=HYPERLINK("http://evil")', "@SUM(1)", "نموذج, كبير", 'two "quotes"\nand lines', "-2", "plain"]
    await reports.write(
        {"created_at": LEAP + index * 40 * DAY, "model": name, "hosted_cost": 5} for index, name in enumerate(names)
    )
    path = "/v1/organization/usage/completions?start_time=0&group_by[]=model&group_by[]=project_id"
    for reply in (
        await reports.http.get(path, headers={"accept": "text/csv"}),
        await reports.http.get(f"{path}&format=csv"),
    ):
        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(reply.content.decode(), newline="")))
        assert [row["model"].removeprefix("'") for row in rows] == names
        assert [row["model"][0] for row in rows] == ["'", "'", "ن", "t", "'", "p"]
        assert rows[0]["start"] == "2024-02-29T00:00:00Z"
        assert {row["cost_usd"] for row in rows} == {"0.000000000114"}
        assert {row["hosted_cost_usd"] for row in rows} == {"0.000000000005"}
    costs = await reports.http.get("/v1/organization/costs?start_time=0&format=csv&group_by=line_item")
    bill = list(csv.DictReader(io.StringIO(costs.content.decode(), newline="")))
    assert sum(Decimal(row["amount"]) for row in bill) * 10**12 == 6 * 114
    refused = await reports.http.get(f"{path}&format=csv&limit=3")
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "limit")
    empty = await reports.http.get("/v1/organization/usage/images?start_time=0&format=csv")
    assert empty.content == b"start,start_time,end_time\r\n"


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("", "start_time"),
        ("start_time=5&end_time=5", "end_time"),
        ("start_time=-1", "start_time"),
        (f"start_time={2**70}", "start_time"),
        ("start_time=0&limit=32", "limit"),
        ("start_time=0&limit=0", "limit"),
        ("start_time=0&bucket_width=1w", "bucket_width"),
        ("start_time=0&page=page_x", "page"),
        ("start_time=90&page=page_89", "page"),
        ("start_time=0&group_by=deployment", "group_by[0]"),
        ("start_time=0&models=%00", "models[0]"),
        ("start_time=0&colour=red", "colour"),
    ],
)
async def test_refuses_by_name(sqlite_reports: Reports, query: str, param: str) -> None:
    reply = await sqlite_reports.http.get(f"/v1/organization/usage/completions?{query}")
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


async def test_refuses_unknown_usage(sqlite_reports: Reports) -> None:
    with pytest.raises(NotFoundError):
        await sqlite_reports.client.get("/organization/usage/horses?start_time=0", cast_to=object)
    with pytest.raises(BadRequestError):
        await sqlite_reports.organization.usage.costs(start_time=0, limit=181)


async def test_the_far_future_is_empty(sqlite_reports: Reports) -> None:
    page = await sqlite_reports.organization.usage.completions(start_time=253_402_300_800)
    assert (page.data, page.has_more) == ([], False)
