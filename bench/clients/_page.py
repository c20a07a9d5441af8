"""docs/clients.md, made of what runs wrote into results.json."""

from __future__ import annotations

import fcntl
import json
import time
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent
RESULTS = CLIENTS / "results.json"
PAGE = CLIENTS.parents[1] / "docs" / "clients.md"
TRIED = CLIENTS.parents[1] / "src/earthshine/cli/connect/tried.json"
"""What `earthshine connect` and the console say of each client that they know: which version was tried, and when."""
_KNOWN = {
    "codex": ("Codex CLI",),
    "claude-code": ("Claude Code",),
    "qwen-code": ("Qwen Code",),
    "opencode": ("opencode",),
    "aider": ("aider",),
    "continue": ("Continue CLI",),
    "cline": ("Cline CLI",),
    "openai": ("OpenAI SDK (Python)", "OpenAI SDK (JavaScript)", "OpenAI Agents SDK (Python)"),
    "langchain": ("LangChain",),
    "llamaindex": ("LlamaIndex",),
    "ai-sdk": ("Vercel AI SDK",),
}
"""Our ids of clients, with the names that they have here."""
KINDS = ("plain", "stream", "tools", "structured")

Row = dict[str, Any]


def write_results(rows: list[Row], *, offline: bool) -> None:
    """Put the rows of a run in place of those of the same clients, and write the page."""
    with RESULTS.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _write(rows, offline=offline)


def _write(rows: list[Row], *, offline: bool) -> None:
    kept: dict[str, Row] = {row["client"]: row for row in json.loads(RESULTS.read_text() or "[]")}
    day = time.strftime("%Y-%m-%d", time.gmtime())
    kept |= {row["client"]: {**row, "day": day, "offline": offline} for row in rows}
    ordered = sorted(kept.values(), key=lambda row: (row["kind"] == "tool", row["client"].lower()))
    RESULTS.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n")
    PAGE.write_text(page(ordered))
    TRIED.write_text(json.dumps(tried(kept), ensure_ascii=False, indent=1) + "\n")


def tried(rows: dict[str, Row]) -> dict[str, list[Row]]:
    """Return which versions of the clients that we know ran without a fault, and when last."""
    return {
        known: [
            {"client": name, "version": rows[name]["version"], "day": rows[name]["day"]}
            for name in names
            if name in rows and all(check["ok"] is not False for check in rows[name]["checks"])
        ]
        for known, names in _KNOWN.items()
    }


def cell(checks: list[Row]) -> str:
    """Return what one kind of exchange came to, all its checks together."""
    told = [check["ok"] for check in checks if check["ok"] is not None]
    return "–" if not told else "yes" if all(told) else "**no**"


def page(rows: list[Row]) -> str:
    """Return the whole page."""
    green = sum(all(check["ok"] is not False for check in row["checks"]) for row in rows)
    days = sorted({row["day"] for row in rows})
    lines = [
        "# Clients that were tried",
        "",
        "Other people's clients, unchanged, against a server of this repository with the scripted model, which says",
        "what it is told: what is tried is the protocol, not a model. Each client is one short script in",
        "[bench/clients](../bench/clients/), with the exact configuration and version. `make clients` installs them",
        "into `.cache/clients`, runs them, and writes this page. [Connect a client](connect.md) says how to use one.",
        "",
        f"{len(rows)} clients, {green} of them without a fault; run {' to '.join(dict.fromkeys((days[0], days[-1])))}.",
        "`–`: the client has no such exchange, or hides it.",
        *_offline(rows),
    ]
    for kind, title in (("library", "Libraries"), ("tool", "Tools")):
        lines += ["", f"## {title}", "", "| client | version | over | plain | streamed | tools | structured | more |"]
        lines += ["|---|---|---|---|---|---|---|---|", *(_line(row) for row in rows if row["kind"] == kind)]
    lines += ["", "## Why not", ""]
    lines += [f"- **{row['client']}**, {check['check']}: {_plain(check['why'])}" for row, check in _told(rows, False)]
    if not any(True for _ in _told(rows, False)):
        lines += ["Nothing failed."]
    lines += ["", "## What a client does not have", ""]
    lines += [f"- {row['client']}, {check['check']}: {_plain(check['why'])}" for row, check in _told(rows, None)]
    return "\n".join(lines) + "\n"


def _offline(rows: list[Row]) -> list[str]:
    count = sum(row["offline"] for row in rows)
    return [
        "",
        f"{count} of them ran with no network at all: client and server in one network namespace of bubblewrap "
        "(`--unshare-net`), which has",
        "the loopback and nothing else. `--online` leaves the network as it is.",
    ]


def _line(row: Row) -> str:
    by_kind = {kind: [each for each in row["checks"] if kind in each["check"].split()] for kind in KINDS}
    known = [each for checks in by_kind.values() for each in checks]
    more = [each["check"] + ("" if each["ok"] else " (**no**)") for each in row["checks"] if each not in known]
    cells = [cell(by_kind[kind]) for kind in KINDS]
    return f"| {' | '.join([row['client'], row['version'], row['api'], *cells, ', '.join(more)])} |"


def _told(rows: list[Row], ok: bool | None) -> list[tuple[Row, Row]]:
    return [(row, check) for row in rows for check in row["checks"] if check["ok"] is ok]


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").replace("<", "&lt;").split())
