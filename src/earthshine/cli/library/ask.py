"""`earthshine ask`: a question about files or vector stores, and an answer whose quotations the server cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from earthshine.cli.chat.answer import answer
from earthshine.cli.console import Failure
from earthshine.cli.library.sending import send_files
from earthshine.cli.remote import ask as call
from earthshine.cli.remote import remove_each, server_options


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("question")
@click.option("--store", "store_ids", multiple=True, metavar="ID", help="Search this vector store too.")
@click.option("--file", "file_ids", multiple=True, metavar="ID", help="Ask about this file of the server too.")
@click.option("--model", default="default", show_default=True, help="Who answers.")
@click.option("--keep", is_flag=True, help="Let the files that are sent stay on the server.")
@server_options
def ask(
    paths: tuple[Path, ...], question: str, store_ids: tuple[str, ...], file_ids: tuple[str, ...], model: str,
    keep: bool, url: str | None, key: str | None, data: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask a question about files, with answers that quote them.

    The answer goes to stdout while it is written, then its sources, each with the passage as it stands in the file.
    Files that were sent for it are removed afterwards.
    """
    from earthshine.cli.api import find_server

    if not (paths or store_ids or file_ids):
        raise Failure("name files to ask about, as in `earthshine ask report.pdf QUESTION`, or a --store.")
    url, key = find_server(url, key, data)
    sent: list[Any] = call(url, key, data, lambda api: send_files(api, paths, "user_data"))
    asked: list[dict[str, Any]] = [
        {"type": "input_file", "file_id": each} for each in (*(file["id"] for file in sent), *file_ids)
    ]
    tools = [{"type": "file_search", "vector_store_ids": list(store_ids)}] if store_ids else []
    try:
        answer([*asked, {"type": "input_text", "text": question}], url, key, model, tools=tools, as_json=as_json)
    finally:
        if sent and not keep:
            call(url, key, data, lambda api: remove_each(api, "/v1/files", [each["id"] for each in sent]))
