"""Thinking blocks: signed when they are given out, so that only what this installation gave out is taken back."""

from __future__ import annotations

from earthshine.anthropic.messages.content import ThinkingBlock
from earthshine.conversations.signing import TextSigner, read_signed
from earthshine.errors import InvalidRequest


class Thoughts:
    """Signs and reads thoughts. The signature carries the text, for clients that asked not to be shown it."""

    def __init__(self, signer: TextSigner) -> None:
        self.signer = signer

    def sign(self, text: str) -> str:
        """Return the signature of a thinking block."""
        return self.signer.sign("reasoning", text)

    def read(self, block: ThinkingBlock, where: str) -> str:
        """Return what was thought. Raises `InvalidRequest` for a block that was not made here, or was changed."""
        try:
            self.signer.verify("reasoning", block.signature, param=f"{where}.signature")
            text = read_signed(block.signature)
        except InvalidRequest:
            text = None
        if text is None or block.thinking not in ("", text):
            raise InvalidRequest(
                "Invalid `signature` in `thinking` block: this installation did not make it, or its text was changed. "
                "Send the block exactly as it was received, or leave it out.",
                param=f"{where}.signature",
            )
        return text
