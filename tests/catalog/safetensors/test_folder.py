"""Folders of safetensors files: what they tell, and what is no whole model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from earthshine.catalog.safetensors.folder import INDEX, read_folder
from earthshine.errors import InvalidRequest, ModelBroken
from tests.catalog.safetensors.folders import CONFIG, TEMPLATE, shard, write_folder


def test_tells_what_the_files_say(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path / "m", shards=2))
    assert folder.config.family == "llama"
    assert folder.config.context_length == 4096
    # keys and values of 2 layers, 2 groups of 16 numbers of 2 bytes
    assert folder.config.kv_bytes == 2 * 2 * 2 * 16 * 2
    assert folder.parameters == 300 * 64 + 2 * 64 * 64 + 64
    assert folder.quantization == "BF16"
    assert folder.chat_template == TEMPLATE
    assert folder.sampling == {"temperature": 0.6, "top_k": 20}
    assert folder.licence == "apache-2.0"


def test_compressed_attention_takes_less_cache(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path / "m", kv_lora_rank=512, qk_rope_head_dim=64))
    assert folder.config.kv_bytes == 2 * 2 * (512 + 64)


def test_a_model_that_sees_has_its_text_apart(tmp_path: Path) -> None:
    text = {name: value for name, value in CONFIG.items() if name not in ("architectures", "model_type")}
    path = write_folder(tmp_path / "m", text_config=text | {"num_hidden_layers": 3}, vision_config={"depth": 2})
    config = read_folder(path).config
    assert config.sees
    assert config.kv_bytes == 2 * 3 * 2 * 16 * 2


def test_packed_weights_are_counted_by_their_bits(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "m", quantization_config={"quant_method": "awq", "bits": 4})
    (path / "model.safetensors").write_bytes(shard({"w.qweight": (10, 8)}, "I32", 4))
    folder = read_folder(path)
    assert (folder.parameters, folder.quantization) == (10 * 8 * 8, "awq")


def test_weights_in_the_makers_own_form_do_not_count_twice(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "m")
    (path / "consolidated.safetensors").write_bytes(b"not read")
    assert len(read_folder(path).shards) == 1


def cut(path: Path) -> None:
    file = path / "model-00002-of-00002.safetensors"
    file.write_bytes(file.read_bytes()[:-1])


def lengthened(path: Path) -> None:
    file = path / "model-00001-of-00002.safetensors"
    file.write_bytes(file.read_bytes() + b"\0")


def without(name: str) -> Callable[[Path], None]:
    return lambda path: (path / name).unlink()


def holding(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes(content) and None


def header(**entry: object) -> bytes:
    raw = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | entry}).encode()
    return len(raw).to_bytes(8, "little") + raw + b"\0" * 8


ONE = "model-00001-of-00002.safetensors"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut, "cut off"),
        (lengthened, "1 bytes follow"),
        (without(ONE), "not whole"),
        (without("config.json"), "config.json cannot be read"),
        (without("tokenizer.json"), "no tokenizer"),
        (without(INDEX), "no model.safetensors.index.json"),
        (holding("config.json", b"{"), "no JSON"),
        (holding("config.json", b"[]"), "no JSON object"),
        (holding("config.json", b"{}"), "no architecture"),
        (holding(INDEX, b'{"weight_map": {"x": "../../etc/passwd"}}'), "is not there"),
        (
            holding("model.safetensors.index.json", b'{"weight_map": {"x": "' + ONE.encode() + b'"}}'),
            "lacks the tensor",
        ),
        (holding(ONE, b""), "damaged"),
        (holding(ONE, b"\xff" * 8 + b"{}"), "damaged"),
        (holding(ONE, (3).to_bytes(8, "little") + b"{]}"), "no JSON"),
        (holding(ONE, (2).to_bytes(8, "little") + b"{}"), "no weights"),
        (holding(ONE, header(dtype="Q4_K")), "unknown type"),
        (holding(ONE, header(shape=[-2])), "no shape"),
        (holding(ONE, header(shape=[3])), "8 bytes for 3 numbers"),
        (holding(ONE, header(data_offsets=[4, 12])), "starts at 4"),
        (holding(ONE, header(data_offsets=[0, 8, 9])), "where it is"),
        (holding(ONE, header(data_offsets=None)), "where it is"),
    ],
)
def test_what_is_no_whole_model_is_refused(tmp_path: Path, damage: Callable[[Path], None], said: str) -> None:
    path = write_folder(tmp_path / "m", shards=2)
    damage(path)
    with pytest.raises(ModelBroken, match=said):
        read_folder(path)


def test_a_classifier_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="classifier"):
        read_folder(write_folder(tmp_path / "m", architectures=["BertForSequenceClassification"]))


def test_templates_by_name_and_in_a_file(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "m")
    several = [{"name": "rag", "template": "r"}, {"name": "default", "template": "d"}]
    (path / "tokenizer_config.json").write_text(json.dumps({"chat_template": several}))
    assert read_folder(path).chat_template == "d"
    (path / "chat_template.jinja").write_text("j")
    assert read_folder(path).chat_template == "j"
