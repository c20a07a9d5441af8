"""What `earthshine usage` shows: sums of the API's buckets, with names where the caller may know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from earthshine.cli.api import Api, Refused
from earthshine.metering.prices.money import plain
from earthshine.metering.reports.csv_lines import csv_line

_FIELDS: Final[Mapping[str, str]] = {
    "model": "model",
    "project": "project_id",
    "key": "api_key_id",
    "user": "user_id",
}
"""What can be asked for, and its name in the API."""

_DAY: Final = 86_400
_DAYS_PER_PAGE: Final = 31
_NOBODY: Final[Mapping[str, str]] = {"user": "(no user)"}


@dataclass(slots=True)
class UsageRow:
    """One line."""

    id: str
    name: str
    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    """In dollars, as are all amounts here."""
    hosted_cost: Decimal = Decimal(0)
    hosted_requests: int = 0

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.input_tokens + self.output_tokens

    def add(self, result: Mapping[str, Any]) -> None:
        """Add one result of the API."""
        ours = result["earthshine"]
        self.requests += result["num_model_requests"]
        self.input_tokens += result["input_tokens"]
        self.cached_tokens += result.get("input_cached_tokens", 0)
        self.output_tokens += result.get("output_tokens", 0)
        self.cost += Decimal(ours["cost"]["value"])
        if ours["hosted_cost"] is not None:
            self.hosted_cost += Decimal(ours["hosted_cost"]["value"])
            self.hosted_requests += ours["hosted_cost"]["num_model_requests"]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs; amounts are decimal strings, which lose no digit."""
        return {
            "id": self.id,
            "name": self.name,
            "num_model_requests": self.requests,
            "input_tokens": self.input_tokens,
            "input_cached_tokens": self.cached_tokens,
            "output_tokens": self.output_tokens,
            "cost_usd": plain(self.cost),
            "hosted_cost_usd": plain(self.hosted_cost) if self.hosted_requests else None,
            "hosted_requests": self.hosted_requests,
        }


@dataclass(slots=True)
class UsageReport:
    """All lines, and their sum."""

    by: str
    start: int
    end: int
    rows: list[UsageRow] = field(default_factory=list[UsageRow])
    total: UsageRow = field(default_factory=lambda: UsageRow("", "total"))

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "by": self.by,
            "start_time": self.start,
            "end_time": self.end,
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
        }

    def as_csv(self) -> str:
        """Return the report for spreadsheets."""
        lines = [list(self.total.as_json()), *(list(row.as_json().values()) for row in self.rows)]
        return "".join(csv_line(line) for line in lines)


async def fetch_usage(api: Api, by: str, start: int, end: int, project: str | None) -> UsageReport:
    """Ask a server for all usage from `start` to before `end`. Raises `Failure`."""
    report = UsageReport(by, start, end)
    rows: dict[str, UsageRow] = {}
    if by == "day":
        for day in range(start, end, _DAY):
            name = datetime.fromtimestamp(day, UTC).strftime("%Y-%m-%d")
            rows[name] = UsageRow(name, name)
    root = f"/v1/organization/projects/{project}" if project else "/v1/organization"
    query: dict[str, Any] = {"start_time": start, "end_time": end, "limit": _DAYS_PER_PAGE}
    if by != "day":
        query["group_by[]"] = ["project_id", _FIELDS[by]] if by == "key" else [_FIELDS[by]]
    projects: dict[str, str] = {}
    for capability in ("completions", "decisions", "embeddings"):
        page: dict[str, Any] = {"next_page": ""}
        while page["next_page"] is not None:
            place = {"page": page["next_page"]} if page["next_page"] else {}
            page = await api.get(f"{root}/usage/{capability}", {**query, **place})
            for bucket in page["data"]:
                day = datetime.fromtimestamp(bucket["start_time"], UTC).strftime("%Y-%m-%d")
                for result in bucket["results"]:
                    key = day if by == "day" else result[_FIELDS[by]] or ""
                    if by == "key":
                        projects[key] = result["project_id"]
                    row = rows.setdefault(key, UsageRow(key, key or _NOBODY.get(by, "")))
                    row.add(result)
                    report.total.add(result)
    names = await _names(api, by, projects)
    for row in rows.values():
        row.name = names.get(row.id, row.name)
    report.rows = list(rows.values())
    if by != "day":
        report.rows.sort(key=lambda row: (-row.cost, -row.tokens, row.name))
    return report


async def _names(api: Api, by: str, projects: Mapping[str, str]) -> dict[str, str]:
    """Return the names of projects, keys or people by their ids, as far as this key may ask for them."""
    match by:
        case "project":
            return await _list(api, "/v1/organization/projects", {"include_archived": "true"})
        case "user":
            return await _list(api, "/v1/organization/users", {})
        case "key":
            found: dict[str, str] = {}
            for project in sorted({*projects.values()} - {""}):
                found |= await _list(api, f"/v1/organization/projects/{project}/api_keys", {})
            return found
        case _:
            return {}


async def _list(api: Api, path: str, query: Mapping[str, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    after: dict[str, str] = {}
    try:
        while True:
            page = await api.get(path, {**query, **after, "limit": 100})
            names |= {each["id"]: each.get("name") or each.get("email") or each["id"] for each in page["data"]}
            if not page["has_more"]:
                return names
            after = {"after": page["last_id"]}
    except Refused as error:
        if error.status in (403, 404):
            return names  # their ids will do
        raise
