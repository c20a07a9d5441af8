"""Trees of messages become turns: none is lost, parents come first, and long replies stay small."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from earthshine.chats.transfer.imports.items import reply_items, user_items
from earthshine.chats.transfer.imports.message_tree import MOST_JOINED, Message, MessageTree, Node
from earthshine.conversations.message_text import message_text


@given(
    parents=st.lists(st.integers(-1, 14), min_size=1, max_size=14),
    roles=st.lists(st.sampled_from(["user", "assistant", None]), min_size=14, max_size=14),
)
def test_no_message_is_lost(parents: list[int], roles: list[Any]) -> None:
    nodes: dict[str, Node] = {}
    for number, parent in enumerate(parents):
        role = roles[number]
        items = user_items(f"m{number}") if role == "user" else reply_items(f"m{number}")
        nodes[str(number)] = Node(None if parent < 0 else str(parent), Message(role, items) if role else None)
    tree = MessageTree(nodes, at=1000)
    found = tree.turns()
    said = {word for turn in found for word in message_text([*turn.input, *(turn.output or [])]).split()}
    assert said == {f"m{number}" for number in range(len(parents)) if roles[number]}
    placed: dict[str | None, int] = {None: 0}
    for turn in found:
        assert turn.parent in placed, "parents come first"
        assert turn.at > placed[turn.parent]
        assert turn.key not in placed
        placed[turn.key] = turn.at
    for number in range(len(parents)):
        if roles[number]:
            assert tree.turn_of(str(number)) in placed


def test_long_replies_stay_small() -> None:
    """A comb of replies would otherwise be joined again for each of its teeth."""
    count = 1200
    nodes = {"0": Node(None, Message("user", user_items("q")))}
    for number in range(1, count):
        nodes[str(number)] = Node(str(number - 1), Message("assistant", reply_items("a")))
        nodes[f"u{number}"] = Node(str(number), Message("user", user_items("u")))
    begun = time.thread_time()
    found = MessageTree(nodes, at=1).turns()
    assert sum(len(turn.output or ()) for turn in found) <= count * MOST_JOINED
    assert time.thread_time() - begun < 20
