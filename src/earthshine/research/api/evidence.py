"""Evidence in its place: what stands around it in the source as it is kept, and whether it stands there still."""

from __future__ import annotations

from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import may_read
from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.errors import NotFound
from earthshine.files.tables import files
from earthshine.research.api.objects import EvidenceInPlace, Research

AROUND = 400
"""Characters that are shown on each side."""


async def in_place(
    research: Research, evidence_id: str, database: Database, documents: Documents, who: Caller
) -> EvidenceInPlace:
    """Return evidence of a research with its surroundings.

    Where the file is gone, or is not the caller's to see, nothing is around it and it is not verified. Raises
    `NotFound` for evidence that the research does not have.
    """
    evidence = next((each for each in research["evidence"] if each["id"] == evidence_id), None)
    if evidence is None:
        raise NotFound(f"The research has no evidence {evidence_id[:20]!r}.", param="evidence_id")
    source = next(each for each in research["sources"] if each["id"] == evidence["source"])
    start, end = evidence["start"], evidence["end"]
    low = max(0, start - AROUND)
    text = ""
    if await _may_read(database, source["file_id"], who):
        text = await documents.text(source["file_id"], low, end + AROUND)
    return {
        "evidence": evidence,
        "source": source,
        "before": text[: start - low],
        "after": text[end - low :],
        "verified": text[start - low : end - low] == evidence["quote"] != "",
    }


async def _may_read(database: Database, file_id: str, who: Caller) -> bool:
    """Tell whether a file is there and the caller's to see. That the research is read, the audit trail has already."""
    async with database.read() as connection:
        user = await connection.scalar(
            select(files.c.user).where(files.c.id == file_id, files.c.project == who.project)
        )
    return user is not None and may_read(who, user)
