"""Rows of batches, and of the results of their lines until those are files."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from earthshine.database import metadata

TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")

batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True, doc="Also of the run that performs it."),
    Column("project", String(64), nullable=False),
    Column("user", String(64), nullable=False, doc="Whose it is; see `ownership.py`."),
    Column("dialect", String(16), nullable=False, doc="What reads its lines and writes its results."),
    # Unix seconds, as all moments here.
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("input_file_id", String(64), nullable=False),
    Column("output_expires_after", JSON, doc="Of the files with its results, as the client said."),
    Column("metadata", JSON),
    Column("model", String(256), doc="Of all lines, once they are checked."),
    Column("status", String(16), nullable=False),
    Column("errors", JSON, doc="Why it failed."),
    Column("total", Integer, doc="Lines; null until they are checked."),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in ("completed", "failed", *TOKENS)),
    Column("output_file_id", String(64)),
    Column("error_file_id", String(64)),
    *(Column(f"{name}_at", BigInteger) for name in ("in_progress", "finalizing", "completed", "failed", "expired")),
    *(Column(f"{name}_at", BigInteger) for name in ("cancelling", "cancelled")),
    Index(None, "project", "id"),
    Index(None, "user"),
)

batch_results = Table(
    "batch_results",
    metadata,
    Column("batch_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="Of the line in the input file, from 1."),
    Column("succeeded", Boolean, nullable=False),
    Column("line", LargeBinary, nullable=False, doc="As it stands in the output or error file."),
    *(Column(name, Integer, nullable=False) for name in TOKENS),
)
"""Removed when they are in files."""
