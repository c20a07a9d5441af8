"""Vector stores, their files, and passages."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "vector_stores",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("expires_days", sa.Integer(), nullable=True),
        sa.Column("last_active_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("expired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("embedding", sa.String(length=512), server_default="", nullable=False),
        sa.Column("dimensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("change", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("files_made", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("passages_made", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_stores")),
    )
    op.create_index(op.f("ix_vector_stores_expires_at"), "vector_stores", ["expires_at"], unique=False)
    op.create_index(op.f("ix_vector_stores_project_id"), "vector_stores", ["project", "id"], unique=False)
    op.create_index(op.f("ix_vector_stores_user"), "vector_stores", ["user"], unique=False)
    op.create_table(
        "file_batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("vector_store_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vector_store_id"], ["vector_stores.id"], name=op.f("fk_file_batches_vector_store_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_batches")),
    )
    op.create_index(op.f("ix_file_batches_vector_store_id"), "file_batches", ["vector_store_id"], unique=False)
    op.create_table(
        "removed_passages",
        sa.Column("vector_store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vector_store_id"],
            ["vector_stores.id"],
            name=op.f("fk_removed_passages_vector_store_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vector_store_id", "id", name=op.f("pk_removed_passages")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_removed_passages_vector_store_id_change"),
        "removed_passages",
        ["vector_store_id", "change"],
        unique=False,
    )
    op.create_table(
        "vector_store_files",
        sa.Column("vector_store_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=True),
        sa.Column("chunking", sa.JSON(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("passages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=False),
        sa.Column("embedding", sa.String(length=512), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_vector_store_files_file_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["vector_store_id"],
            ["vector_stores.id"],
            name=op.f("fk_vector_store_files_vector_store_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vector_store_id", "file_id", name=op.f("pk_vector_store_files")),
    )
    op.create_index(op.f("ix_vector_store_files_file_id"), "vector_store_files", ["file_id"], unique=False)
    op.create_index(op.f("ix_vector_store_files_run_id"), "vector_store_files", ["run_id"], unique=False)
    op.create_index(
        op.f("ix_vector_store_files_vector_store_id_number"),
        "vector_store_files",
        ["vector_store_id", "number"],
        unique=True,
    )
    op.create_index(
        op.f("ix_vector_store_files_vector_store_id_status"),
        "vector_store_files",
        ["vector_store_id", "status"],
        unique=False,
    )
    op.create_table(
        "file_batch_files",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["file_batches.id"], name=op.f("fk_file_batch_files_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "file_id", name=op.f("pk_file_batch_files")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passages",
        sa.Column("vector_store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("change", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vector_store_id", "file_id"],
            ["vector_store_files.vector_store_id", "vector_store_files.file_id"],
            name=op.f("fk_passages_vector_store_id_file_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vector_store_id", "id", name=op.f("pk_passages")),
    )
    op.create_index(op.f("ix_passages_vector_store_id_change"), "passages", ["vector_store_id", "change"], unique=False)
    op.create_index(
        op.f("ix_passages_vector_store_id_file_id"), "passages", ["vector_store_id", "file_id"], unique=False
    )


def downgrade() -> None:
    """Forget vector stores; the files stay."""
    tables = ("removed_passages", "passages", "file_batch_files", "file_batches", "vector_store_files", "vector_stores")
    for table in tables:
        op.drop_table(table)
