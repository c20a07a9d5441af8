"""Mails of spend alerts are runs; what was to be sent when the server stopped goes on as one."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_DAY = 86_400

_UNSENT = """
    SELECT a.id, a.organization, a.project, a.recipients, a.subject_prefix, f.month, f.threshold_amount, f.fired_at
    FROM spend_alert_firings f JOIN spend_alerts a ON a.id = f.alert
    WHERE f.sent_at IS NULL AND f.claimed_at IS NOT NULL
    AND f.fired_at > (SELECT max(fired_at) FROM spend_alert_firings) - :day
"""
_QUEUED = """
    INSERT INTO runs (id, kind, project, caller, background, priority, status, input, limits, cancelling, takeovers,
    created_ms) VALUES (:id, 'spend_alert_mail', :project, :caller, :yes, 0, 'queued', :input, :limits, :no, 0, :made)
"""


def upgrade() -> None:
    """Queue what was tried and not taken, then drop the columns that said so."""
    connection = op.get_bind()
    for row in connection.execute(sa.text(_UNSENT), {"day": _DAY}).all():
        recipients = json.loads(row.recipients) if isinstance(row.recipients, str) else row.recipients
        firing = {
            "alert": row.id,
            "organization": row.organization,
            "project": row.project,
            "month": row.month,
            "threshold_amount": row.threshold_amount,
            "recipients": recipients,
            "subject_prefix": row.subject_prefix or "",
            "spent": row.threshold_amount * 10**10,
        }
        values = {
            "id": f"mail_{row.id}_{row.threshold_amount}"[:64],
            "project": row.project,
            "caller": json.dumps({"key_id": "system", "project": row.project, "organization": row.organization}),
            "input": json.dumps(firing),
            "limits": json.dumps({"steps": None, "seconds": _DAY}),
            "made": row.fired_at * 1000,
            "yes": True,
            "no": False,
        }
        connection.execute(sa.text(_QUEUED), values)
    with op.batch_alter_table("spend_alert_firings") as batch:
        batch.drop_column("claimed_at")
        batch.drop_column("sent_at")


def downgrade() -> None:
    """Take alerts that went off for sent."""
    op.execute("DELETE FROM runs WHERE kind = 'spend_alert_mail'")
    op.add_column("spend_alert_firings", sa.Column("claimed_at", sa.BigInteger(), nullable=True))
    op.add_column("spend_alert_firings", sa.Column("sent_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE spend_alert_firings SET sent_at = fired_at")
