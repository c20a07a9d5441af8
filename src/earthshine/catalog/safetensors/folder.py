"""A folder of a model: its configuration, its tokenizer and its weights in safetensors files, proved to be whole."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, cast

from earthshine.catalog.safetensors.config import Config, read_config, read_object
from earthshine.catalog.safetensors.header import Shard, read_shard
from earthshine.catalog.weights import weight_files
from earthshine.errors import InvalidRequest, ModelBroken

CONFIG, INDEX = "config.json", "model.safetensors.index.json"
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json")
"""Files of which one must be there; `.tiktoken` will do too."""
_LONGEST_TEMPLATE = 2**20
_LONGEST_README = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Folder:
    """What a model's folder tells."""

    path: Path
    config: Config
    shards: tuple[Shard, ...]
    chat_template: str
    """Jinja source; empty when there is none."""
    sampling: dict[str, float]
    """What its maker recommends, by the names of `Sampling`."""
    licence: str
    pools: bool
    """Whether it says how the vectors of tokens become one: an embedding model."""

    @property
    def parameters(self) -> int:
        """Number of weights; those packed into whole numbers are counted by their bits."""
        bits = self.config.quantization[1]
        packed = {"I32": 32, "U32": 32, "U8": 8, "I8": 8} if bits and bits < 8 else {}
        return sum(
            count * packed[kind] // bits if kind in packed else count
            for shard in self.shards
            for kind, count in shard.elements.items()
        )

    @property
    def quantization(self) -> str:
        """The way of packing, else the type that holds most numbers."""
        elements: Counter[str] = Counter()
        for shard in self.shards:
            elements.update(shard.elements)
        return self.config.quantization[0] or elements.most_common(1)[0][0]


def read_folder(path: Path) -> Folder:
    """Read what a folder's files tell, and prove that the weights are whole.

    Raises:
        ModelBroken: a file is missing, damaged, or contradicts another one.
        InvalidRequest: it is a model of a kind that is not served.
    """
    config = read_config(path / CONFIG)
    if config.architecture.endswith(("ForSequenceClassification", "ForTokenClassification")):
        raise InvalidRequest(f"{path} holds a classifier ({config.architecture}), which is not served here.")
    if not any((path / name).is_file() for name in TOKENIZERS) and not any(path.glob("*.tiktoken")):
        raise ModelBroken(f"{path} has no tokenizer: one of {', '.join(TOKENIZERS)} must be there.")
    shards = tuple(map(read_shard, weight_files(path)))
    if not shards:
        raise ModelBroken(f"{path} holds no safetensors file. Weights in another format must be converted first.")
    _check_index(path, shards)
    return Folder(
        path,
        config,
        shards,
        _chat_template(path),
        _sampling(path),
        _licence(path),
        (path / "modules.json").is_file(),
    )


def _check_index(path: Path, shards: tuple[Shard, ...]) -> None:
    """Prove that each tensor of the index is in its file."""
    if not (path / INDEX).is_file():
        if len(shards) > 1:
            raise ModelBroken(f"{path} has {len(shards)} files of weights and no {INDEX}, which lists their tensors.")
        return
    listed = read_object(path / INDEX).get("weight_map")
    if not isinstance(listed, dict) or not listed:
        raise ModelBroken(f"{path / INDEX} lists no weights.")
    found = {shard.path.name: shard.tensors for shard in shards}
    for tensor, file in cast("dict[str, Any]", listed).items():
        if not isinstance(file, str) or file not in found:
            raise ModelBroken(f"{path} is not whole: its index names {str(file)[:100]!r}, which is not there.")
        if tensor not in found[file]:
            raise ModelBroken(f"{path / file} lacks the tensor {tensor[:80]!r} that the index places in it.")


def _chat_template(path: Path) -> str:
    source: Any = ""
    file = path / "chat_template.jinja"
    if file.is_file():
        source = _beginning(file, _LONGEST_TEMPLATE)
    elif (path / "tokenizer_config.json").is_file():
        source = read_object(path / "tokenizer_config.json").get("chat_template", "")
    if isinstance(source, list):  # several, by name
        named = [cast("dict[str, Any]", each) for each in cast("list[Any]", source) if isinstance(each, dict)]
        source = next((each.get("template") for each in named if each.get("name") == "default"), "")
    return source if isinstance(source, str) and len(source) <= _LONGEST_TEMPLATE else ""


def _sampling(path: Path) -> dict[str, float]:
    file = path / "generation_config.json"
    given = read_object(file) if file.is_file() else {}
    if given.get("do_sample") is False:
        return {}
    found: dict[str, Any] = {name: given.get(name) for name in ("temperature", "top_p", "top_k", "min_p")}
    return {name: value for name, value in found.items() if type(value) in (int, float) and 0 <= value < inf}


def _licence(path: Path) -> str:
    """Return what the head of the model's page names."""
    file = path / "README.md"
    head = re.match(r"---\n(.*?)\n---", _beginning(file, _LONGEST_README), re.DOTALL) if file.is_file() else None
    named = re.search(r"^license:[ ]*([\w.+-]{1,64})[ ]*$", head[1], re.MULTILINE) if head else None
    return named[1] if named else ""


def _beginning(path: Path, most: int) -> str:
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error.strerror or error}.") from error
