"""What a session has used, by the ledger and the journal."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, or_, select

from earthshine.agents.sessions.tables import turns
from earthshine.database import Connection
from earthshine.database.dialects import among
from earthshine.metering.prices.money import PICODOLLARS_PER_CENT
from earthshine.metering.tables import ledger
from earthshine.responses.run.response_run import MODEL_STEP
from earthshine.runs.tables import run_steps


@dataclass(frozen=True, slots=True)
class Used:
    """What all turns of a session have used together, subagents' among them."""

    tokens: int = 0
    seconds: float = 0.0
    steps: int = 0
    cents: float = 0.0

    def dump(self) -> dict[str, Any]:
        """Return it as it is stored and shown."""
        return {**asdict(self), "seconds": round(self.seconds, 3), "cents": round(self.cents, 6)}


async def used_by(connection: Connection, session_id: str) -> Used:
    """Return what a session has used, as far as it is stored."""
    rows = await connection.scalars(select(turns.c.steps).where(turns.c.session_id == session_id))
    ids = [step["id"] for steps in rows for step in steps]
    if not ids:
        return Used()
    mine = or_(among(connection, ledger.c.id, ids), among(connection, ledger.c.parent_id, ids))
    tokens = func.sum(ledger.c.input_tokens + ledger.c.output_tokens)
    charged = select(ledger.c.unit, func.count(), tokens, func.sum(ledger.c.milliseconds), func.sum(ledger.c.cost))
    found = (await connection.execute(charged.where(mine).group_by(ledger.c.unit))).all()
    took = func.sum(run_steps.c.ended_ms - run_steps.c.begun_ms)
    by_tools = select(took).where(
        among(connection, run_steps.c.run_id, ids),
        run_steps.c.name.not_like(f"{MODEL_STEP}%"),
        run_steps.c.ended_ms.is_not(None),
    )
    milliseconds = int(await connection.scalar(by_tools) or 0)
    asked = [row for row in found if row[0] == "tokens"]
    return Used(
        tokens=sum(int(row[2]) for row in asked),
        seconds=(milliseconds + sum(int(row[3]) for row in asked)) / 1000,
        steps=sum(int(row[1]) for row in asked),
        cents=sum(int(row[4]) for row in found) / PICODOLLARS_PER_CENT,
    )
