"""The table of bad input: one row each, and what must come back."""

from __future__ import annotations

from tests.faults.bad_rows.addresses import ADDRESSES
from tests.faults.bad_rows.bodies import BROKEN
from tests.faults.bad_rows.chat_completions import CHAT
from tests.faults.bad_rows.conversations import CONVERSATIONS
from tests.faults.bad_rows.history import HISTORY
from tests.faults.bad_rows.other_resources import OTHER_RESOURCES
from tests.faults.bad_rows.real_engine import REAL_ENGINE
from tests.faults.bad_rows.responses import RESPONSES
from tests.faults.bad_rows.row import Row, filled, payload
from tests.faults.bad_rows.stored_responses import STORED_RESPONSES

__all__ = ["ROWS", "Row", "filled", "payload"]

ROWS = [
    *BROKEN,
    *RESPONSES,
    *HISTORY,
    *REAL_ENGINE,
    *STORED_RESPONSES,
    *CONVERSATIONS,
    *CHAT,
    *OTHER_RESOURCES,
    *ADDRESSES,
]
