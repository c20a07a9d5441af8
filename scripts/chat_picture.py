"""Draw docs/images/chat.svg from a real conversation with a running server.

    python scripts/chat_picture.py "First message" "Second message"   (with EARTHSHINE_URL and EARTHSHINE_KEY)

The messages are sent and the replies rendered by the chat's own code; only the prompt line is set by hand.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from earthshine.cli.chat.client import ChatClient
from earthshine.cli.chat.conversation import Conversation
from earthshine.cli.chat.screen import SilentScreen, split_blocks

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "chat.svg"


async def main(messages: list[str]) -> None:
    """Hold the conversation and write the picture."""
    console = Console(record=True, width=88, file=io.StringIO(), force_terminal=True, highlight=False)
    url, key = os.environ["EARTHSHINE_URL"], os.environ["EARTHSHINE_KEY"]
    async with ChatClient(url, key) as client:
        conversation = Conversation(client)
        console.print(Text(f"{conversation.model} at {url} · /help · Ctrl-D leaves", style="dim"))
        for message in messages:
            console.print(Text.assemble(("› ", "bold green"), message))
            turn = await conversation.send(message, SilentScreen())
            for block in split_blocks(turn.reply):
                if block.strip():
                    console.print(Markdown(block))
                    console.print()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    # Without rich's web font: a picture in a README fetches nothing from elsewhere.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="earthshine chat"), flags=re.DOTALL)
    PICTURE.write_text(picture)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
