"""Limits through every API, with the official SDK, on both databases."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError
from sqlalchemy import insert, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.tables import audit_logs
from earthshine.metering.limits.schemas import UNLIMITED
from earthshine.metering.limits.store import Limit, Limits
from earthshine.metering.tables import spend
from tests.metering.reports_app import ADMIN, OTHER, Reports
from tests.patience import PATIENCE

BIG = "نموذج/كبير 🌙"


async def test_rate_limits_of_every_model(reports: Reports) -> None:
    rates = reports.organization.projects.rate_limits
    found = [each async for each in rates.list_rate_limits("proj_a")]
    assert [each.model for each in found] == sorted(["tiny", BIG])
    assert {each.max_requests_per_1_minute for each in found} == {UNLIMITED}
    assert [each.max_requests_per_1_day for each in found] == [None, None]
    for each in found:
        changed = await rates.update_rate_limit(
            each.id, project_id="proj_a", max_requests_per_1_minute=7, max_requests_per_1_day=0
        )
        assert (changed.max_requests_per_1_minute, changed.max_requests_per_1_day) == (7, 0)
        assert changed.max_tokens_per_1_minute == UNLIMITED
    who = Caller(key_id="key_admin", project="proj_a")
    assert set(reports.limits.of(who, BIG)) == {
        Limit("project", "proj_a", "requests_per_minute", BIG, 7),
        Limit("project", "proj_a", "requests_per_day", BIG, 0),
    }
    assert reports.limits.of(who, "default") == ()
    assert reports.limits.of(ADMIN, BIG) == ()
    again = await rates.update_rate_limit(found[0].id, project_id="proj_a", max_requests_per_1_day=UNLIMITED)
    assert again.max_requests_per_1_day is None
    one = await rates.list_rate_limits("proj_a", limit=1)
    assert (len(one.data), one.has_more) == (1, True)
    assert [each.id for each in (await rates.list_rate_limits("proj_a", before=found[1].id)).data] == [found[0].id]
    with pytest.raises(NotFoundError):
        await rates.update_rate_limit("rl-none", project_id="proj_a", max_requests_per_1_minute=1)
    with pytest.raises(NotFoundError):
        await rates.list_rate_limits("proj_other")
    with pytest.raises(BadRequestError, match="max_images_per_1_minute"):
        await rates.update_rate_limit(found[0].id, project_id="proj_a", max_images_per_1_minute=1)


async def test_spend_limits(reports: Reports) -> None:
    for scope, call, whose in (
        ("organization", reports.organization.spend_limit, ()),
        ("project", reports.organization.projects.spend_limit, ("proj_a",)),
    ):
        with pytest.raises(NotFoundError):
            await call.retrieve(*whose)
        made = await call.update(*whose, currency="USD", interval="month", threshold_amount=1234)
        assert (made.object, made.threshold_amount) == (f"{scope}.spend_limit", 1234)
        assert made.enforcement.status == "inactive"
        row = {"organization": "default", "scope": scope, "scope_id": whose[0] if whose else "default"}
        async with reports.database.write() as connection:
            today = int(time.time()) // 86_400
            await connection.execute(insert(spend).values(**row, model="m", day=today, cost=1234 * 10**10))
        assert (await call.retrieve(*whose)).enforcement.status == "enforcing"
        assert (await call.delete(*whose)).deleted
        with pytest.raises(NotFoundError):
            await call.delete(*whose)
    assert reports.limits.of(Caller("k", "proj_a"), "tiny") == ()
    with pytest.raises(NotFoundError):
        await reports.organization.projects.spend_limit.retrieve("proj_other")


async def test_model_permissions(reports: Reports) -> None:
    permissions = reports.organization.projects.model_permissions
    with pytest.raises(NotFoundError):
        await permissions.retrieve("proj_a")
    assert reports.limits.may_use("proj_a", "anything")
    made = await permissions.update("proj_a", mode="allow_list", model_ids=[BIG, BIG])
    assert made.api_model_ids == [BIG]
    assert (await permissions.retrieve("proj_a")).mode == "allow_list"
    assert [reports.limits.may_use("proj_a", name) for name in (BIG, "tiny")] == [True, False]
    assert reports.limits.may_use("default", "tiny")
    await permissions.update("proj_a", mode="deny_list", model_ids=["tiny"])
    assert [reports.limits.may_use("proj_a", name) for name in (BIG, "tiny")] == [True, False]
    await permissions.update("proj_a", mode="allow_list", model_ids=[])
    assert not reports.limits.may_use("proj_a", BIG)
    assert (await permissions.delete("proj_a")).deleted
    assert reports.limits.may_use("proj_a", "tiny")
    with pytest.raises(BadRequestError, match="tinny"):
        await permissions.update("proj_a", mode="deny_list", model_ids=["tiny", "tinny"])
    with pytest.raises(NotFoundError):
        await permissions.update("proj_other", mode="deny_list", model_ids=[])


async def test_every_limit_by_the_extension(reports: Reports) -> None:
    async def post(**body: Any) -> Any:
        return await reports.http.post("/v1/organization/limits", json=body)

    made = (await post(scope="key", scope_id="key_admin", kind="spend_per_day", amount="0.000000000001")).json()
    assert (made["amount"], made["unit"], made["model"]) == (1e-12, "usd", None)
    await post(scope="organization", kind="parallel_requests", amount=3, model=BIG)
    changed = (await post(scope="key", scope_id="key_admin", kind="spend_per_day", amount=12.1)).json()
    assert (changed["id"], changed["amount"]) == (made["id"], 12.1)
    assert set(reports.limits.of(ADMIN, BIG)) == {
        Limit("key", "key_admin", "spend_per_day", None, 121 * 10**11),
        Limit("organization", "default", "parallel_requests", BIG, 3),
    }
    path = f"/v1/organization/limits/{made['id']}"
    assert (await reports.http.get(path)).json() == changed
    listed = (await reports.http.get("/v1/organization/limits?kind=spend_per_day&limit=1")).json()
    assert ([each["id"] for each in listed["data"]], listed["has_more"]) == ([made["id"]], False)
    reports.signed.caller = OTHER
    assert (await reports.http.get(path)).status_code == 404
    assert (await reports.http.delete(path)).status_code == 404
    assert (await reports.http.get("/v1/organization/limits")).json()["data"] == []
    assert (await post(scope="key", scope_id="key_admin", kind="spend_per_day", amount=1)).status_code == 404
    assert (await post(scope="project", scope_id="default", kind="spend_per_day", amount=1)).status_code == 404
    assert (await post(scope="organization", scope_id="default", kind="spend_per_day", amount=1)).status_code == 404
    reports.signed.caller = ADMIN
    assert (await reports.http.delete(path)).json()["deleted"]
    assert (await reports.http.delete(path)).status_code == 404
    async with reports.database.read() as connection:
        rows = (await connection.execute(select(audit_logs).order_by(audit_logs.c.id))).all()
    assert sorted(row.type for row in rows) == ["limit.deleted"] + ["limit.updated"] * 3


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "scope"),
        ({"scope": "project", "kind": "spend_per_day", "amount": 1}, 400, "scope_id"),
        ({"scope": "user", "scope_id": "a\u0000b", "kind": "spend_per_day", "amount": 1}, 400, "scope_id"),
        ({"scope": "user", "scope_id": "nobody", "kind": "spend_per_day", "amount": 1}, 404, None),
        ({"scope": "organization", "kind": "tokens_per_minute", "amount": 1.5}, 400, "amount"),
        ({"scope": "organization", "kind": "tokens_per_minute", "amount": "5"}, 400, "amount"),
        ({"scope": "organization", "kind": "tokens_per_minute", "amount": -1}, 400, "amount"),
        ({"scope": "organization", "kind": "tokens_per_minute", "amount": 2**53}, 400, "amount"),
        ({"scope": "organization", "kind": "spend_per_day", "amount": "-1"}, 400, "amount"),
        ({"scope": "organization", "kind": "spend_per_day", "amount": "NaN"}, 400, "amount"),
        ({"scope": "organization", "kind": "spend_per_day", "amount": 1e300}, 400, "amount"),
        ({"scope": "organization", "kind": "spend_per_day", "amount": "1e-13"}, 400, "amount"),
        ({"scope": "organization", "kind": "spend_per_day", "amount": 1, "model": "default"}, 404, "model"),
        ({"scope": "organization", "kind": "spend_per_year", "amount": 1}, 400, "kind"),
        ({"scope": "organization", "kind": "spend_per_day", "amount": True}, 400, "amount"),
    ],
)
async def test_refuses_by_name(sqlite_reports: Reports, body: dict[str, Any], status: int, param: str | None) -> None:
    reply = await sqlite_reports.http.post("/v1/organization/limits", json=body)
    assert reply.status_code == status, reply.text
    assert (reply.json()["error"]["param"] or "").split(".")[0] == (param or "")


async def test_two_at_once_make_one_limit(reports: Reports) -> None:
    body = {"scope": "organization", "kind": "parallel_requests"}
    replies = await asyncio.gather(
        *(reports.http.post("/v1/organization/limits", json={**body, "amount": amount}) for amount in range(8))
    )
    assert len({reply.json()["id"] for reply in replies}) == 1
    (limit,) = reports.limits.of(ADMIN, "tiny")
    assert limit.amount in range(8)


async def test_another_server_learns_of_a_change(reports: Reports) -> None:
    other = Limits(reports.database, refresh_every=0.05)
    await other.open()
    try:
        assert other.of(ADMIN, "tiny") == ()
        body = {"scope": "user", "scope_id": "user_1", "kind": "spend_per_month", "amount": "9223372.036854775807"}
        assert (await reports.http.post("/v1/organization/limits", json=body)).status_code == 404
        body = {**body, "scope": "project", "scope_id": "default"}
        reply = await reports.http.post("/v1/organization/limits", json=body)
        assert Decimal(reply.text.split('"amount":')[1].split(",")[0]) == Decimal(body["amount"])
        async with asyncio.timeout(PATIENCE):
            while not other.of(ADMIN, "tiny"):
                await asyncio.sleep(0.01)
        assert other.of(ADMIN, "tiny")[0].amount == 2**63 - 1
    finally:
        await other.close()


@pytest.mark.parametrize(
    "path",
    [
        "limits?after=%00",
        "limits?scope_id=%00",
        "limits/%00",
        "spend_alerts/%00",
        "projects/%00/spend_limit",
        "projects/%00/usage/completions?start_time=0",
        "projects/default/rate_limits?after=%00",
        "usage/%00?start_time=0",
        "costs?start_time=0&line_items=%00",
    ],
)
async def test_nul_is_no_name(reports: Reports, path: str) -> None:
    assert (await reports.http.get(f"/v1/organization/{path}")).status_code in (400, 404)
