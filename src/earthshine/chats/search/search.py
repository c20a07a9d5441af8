"""Finding chats by what was said in them: SQLite's FTS5 and PostgreSQL's text search behind one function.

Titles come first, then texts that have all words of the query whole, then those in which words begin with them; among
equals the newest. Each of the three is read in the index's own order and only as far as needed, so that a word which is
in every text costs no more than one in few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text as sql

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.index import TITLE, scope_of, time_of
from earthshine.chats.search.objects import Role
from earthshine.database import Connection, Database
from earthshine.text.proclitics import spellings
from earthshine.text.search_terms import Term, parse_terms
from earthshine.text.snippets import Snippet, snippet

_SHORT = 3
"""Beginnings of up to so many characters are in the index themselves."""

_Ways = Sequence[Term]
"""A term in all its spellings, of which a text needs one."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a query was found."""

    chat_id: str
    chat_title: str
    turn_id: str | None
    """None for a title."""
    role: Role
    snippet: Snippet
    created_at: int
    """Milliseconds: of the turn, or of the chat for a title."""
    rank: int
    """2 for a title, 1 for whole words, 0 for beginnings of words."""


async def search(
    database: Database,
    owner: Owner,
    query: str,
    limit: int = 20,
    *,
    archived: bool | None = None,
) -> list[Match]:
    """Return where a person's chats have all words of a query, the best first, each side of a turn once.

    `archived`: only chats that are, or are not. A query without words finds nothing.
    """
    terms = [(*spellings(term), *_other_forms(term)) if term.begins else (term,) for term in parse_terms(query)]
    if not terms:
        return []
    whole = [tuple(dict.fromkeys(Term(each.words) for each in ways)) for ways in terms]
    found: dict[tuple[str, str, str], Match] = {}
    async with database.read() as connection:
        if database.shared:
            # A plan made for any words would look through every text for one that is rare.
            await connection.execute(sql("SET LOCAL plan_cache_mode = force_custom_plan"))
        for rank, wanted, titles in ((2, terms, True), (1, whole, False), (0, terms, False)):
            if len(found) >= limit or (rank == 0 and whole == terms):
                break
            # Of what is read some is there already: chunks of the same text, and what the ranks before found.
            asked, read = 0, limit + len(found)
            while len(found) < limit and read > asked:
                asked = read
                rows = await _rows(connection, owner, wanted, asked, titles=titles, archived=archived)
                for row in rows:
                    place = (row.chat_id, row.turn_id, row.role)
                    if place not in found and len(found) < limit:
                        found[place] = _match(row, terms, rank)
                read = 4 * asked if len(rows) == asked else asked
    return list(found.values())


def _match(row: Any, terms: Sequence[_Ways], rank: int) -> Match:
    return Match(
        chat_id=row.chat_id,
        chat_title=row.title,
        turn_id=row.turn_id or None,
        role=row.role,
        snippet=snippet(row.text, terms),
        created_at=time_of(row.id),
        rank=rank,
    )


_LANGUAGES = ("english", "french", "german", "spanish", "italian", "portuguese")
_LONGEST_ENDING = 3
_SHORTEST_STEM = 4


def _other_forms(term: Term) -> list[Term]:
    """Return the stems of a word that it begins with: what begins with one may be another form of it.

    A long ending is left: without it, a word is the beginning of too many others. Arabic and Hebrew have `spellings`.
    """
    from earthshine.search.languages import stem  # here: a server that searches nothing starts without the stemmers

    word = term.words[0]
    if "\u0590" <= word[0] <= "\u06ff":
        return []
    stems = [each for each in stem(word, _LANGUAGES) if each != word and word.startswith(each)]
    least = max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING)
    return [Term((each,), begins=True) for each in stems if len(each) >= least]


_SQLITE = """
    SELECT t.id, t.chat_id, t.turn_id, t.role, t.text, c.title
    FROM chat_words AS w CROSS JOIN chat_texts AS t ON t.id = w.rowid CROSS JOIN chats AS c ON c.id = t.chat_id
    WHERE chat_words MATCH :query AND c.project = :project AND c."user" = :user
        AND (:archived IS NULL OR c.archived = :archived)
    ORDER BY w.rowid DESC LIMIT :limit
"""
# CROSS JOIN keeps the order: the index first, from its newest row on.
_POSTGRESQL = """
    SELECT t.id, t.chat_id, t.turn_id, t.role, t.text, c.title
    FROM chat_texts AS t CROSS JOIN LATERAL (
        SELECT title FROM chats
        WHERE id = t.chat_id AND project = :project AND "user" = :user
            AND (CAST(:archived AS boolean) IS NULL OR archived = :archived)
        OFFSET 0
    ) AS c
    WHERE t.vector @@ CAST(:query AS tsquery)
    ORDER BY t.id DESC LIMIT :limit
"""
# OFFSET 0 keeps the order here: before it is told that somebody has thousands of chats, PostgreSQL would look through
# every text of each of them, for seconds.


async def _rows(
    connection: Connection,
    owner: Owner,
    terms: Sequence[_Ways],
    limit: int,
    *,
    titles: bool,
    archived: bool | None,
) -> Sequence[Any]:
    sqlite = connection.dialect.name == "sqlite"
    scope = [scope_of(owner.project, owner.user), *([TITLE] if titles else [])]
    values = {
        "query": _fts5(scope, terms) if sqlite else _tsquery(scope, terms),
        "project": owner.project,
        "user": owner.user,
        "archived": archived,
        "limit": limit,
    }
    return (await connection.execute(sql(_SQLITE if sqlite else _POSTGRESQL), values)).all()


def _fts5(scope: Sequence[str], terms: Sequence[_Ways]) -> str:
    asked = [f'scope : "{word}"' for word in scope]
    # Words have letters, digits and pictures only, never a quotation mark.
    for ways in terms:
        each = [f'"{" ".join(term.words)}"{" *" if term.begins else ""}' for term in ways]
        asked.append(f"words : ({' OR '.join(each)})")
    return " AND ".join(asked)


def _tsquery(scope: Sequence[str], terms: Sequence[_Ways]) -> str:
    asked = [f"'{word}'" for word in scope]
    asked += [f"({' | '.join(map(_tsterm, ways))})" for ways in terms]
    return " & ".join(asked)


def _tsterm(term: Term) -> str:
    if not term.begins:
        return "(" + " <-> ".join(f"'{word}'" for word in term.words) + ")"
    return f"'^{term.words[0]}'" if len(term.words[0]) <= _SHORT else f"'{term.words[0]}':*"
