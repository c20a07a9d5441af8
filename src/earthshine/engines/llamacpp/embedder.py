"""Vectors from a child process of their own.

A pooled vector is computed in one step that cannot be interrupted, so inside a chatting child a long text would stall
every reply. This child is started at the first request for vectors; it maps the same weights.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from earthshine.engines.deltas import Judgements
from earthshine.engines.llamacpp.builds.program import Program
from earthshine.engines.llamacpp.client import Client
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.engines.llamacpp.supervisor import EngineProcess
from earthshine.errors import EngineFailed, InvalidRequest


class Embedder:
    """One model's vectors."""

    def __init__(
        self,
        name: str,
        shape: ProcessPlan,
        child: tuple[EngineProcess, Client] | None = None,
        program: Program | None = None,
    ) -> None:
        """Embed with the model called `name`: in `child`, or in one of `program` that is loaded when first needed."""
        self._name = name
        self._program = program
        self._plan = shape
        self._loading = asyncio.Lock()
        self._borrowed = child is not None
        self._child = child

    @property
    def context(self) -> int:
        """Most tokens of one text."""
        return self._plan.context

    @property
    def memory(self) -> int:
        """Bytes resident in the child, if it is this embedder's own."""
        return 0 if self._child is None or self._borrowed else self._child[0].memory

    async def embed(self, texts: Sequence[Sequence[int]], dimensions: int | None) -> list[list[float]]:
        """Return one vector of unit length for each text; `dimensions` keeps that many of its first numbers."""
        supervisor, client = await self._loaded()
        await supervisor.running()
        try:
            reply = await client.post("/v1/embeddings", {"input": texts})
        except EngineFailed:
            await supervisor.settle()
            raise
        rows = sorted(reply["data"], key=lambda row: row["index"])
        return [_unit(row["embedding"], dimensions) for row in rows]

    async def rerank(self, query: str, texts: Sequence[str]) -> Judgements:
        """Return a judgement for each text. Raises `InvalidRequest` for a query and text that are too long together."""
        supervisor, client = await self._loaded()
        await supervisor.running()
        try:
            reply = await client.post("/v1/rerank", {"query": query, "documents": list(texts)})
        except EngineFailed:
            await supervisor.settle()
            raise
        rows = sorted(reply["results"], key=lambda row: row["index"])
        return Judgements([row["relevance_score"] for row in rows], reply["usage"]["prompt_tokens"])

    async def close(self) -> None:
        """End the child, if there is one of its own."""
        if self._child is not None and not self._borrowed:
            supervisor, client = self._child
            await client.close()
            await supervisor.close()

    async def _loaded(self) -> tuple[EngineProcess, Client]:
        async with self._loading:
            if self._child is None:
                supervisor = EngineProcess(self._name, self._plan, [], lambda: None, self._program)
                await supervisor.start()
                self._child = supervisor, Client(supervisor.socket, supervisor.kill)
            return self._child


def _unit(vector: list[float], dimensions: int | None) -> list[float]:
    if dimensions is not None:
        if not 1 <= dimensions <= len(vector):
            raise InvalidRequest(f"dimensions must lie between 1 and {len(vector)}.", param="dimensions")
        vector = vector[:dimensions]
    length = math.sqrt(sum(number * number for number in vector))
    return [number / length for number in vector] if length else vector
