"""Weights of multilingual-e5-small, written as GGUF: every number stays, and a character is replaced by the same."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from earthshine.catalog.gguf.charsmap import pack_charsmap
from earthshine.catalog.gguf.e5_image import convert, is_image
from earthshine.catalog.gguf.header import verify
from earthshine.errors import ModelBroken

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "ب", "▁中", "<mask>"]
REPLACED = {"\t": " ", "\u200b": "", "ﷺ": "صلى الله عليه وسلم", "Ａ": "A", "𝒜": "A"}
WIDTH, INNER, CONTEXT, ROWS = 32, 64, 4, 11


def image(pieces: list[str] = PIECES, replaced: dict[str, str] = REPLACED) -> tuple[bytes, dict[str, bytes]]:
    """Return an image of one layer, and its tensors by name."""
    texts = [piece.encode() for piece in pieces]
    offsets = [sum(map(len, texts[:at])) for at in range(len(texts) + 1)]
    head = struct.pack("<4sI7ifi", b"E5S1", 1, WIDTH, 1, 2, INNER, ROWS, CONTEXT, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, offsets[-1]) + struct.pack(f"<{len(offsets)}I", *offsets)
    head += struct.pack(f"<{len(pieces)}f", *(-1.5 * at for at in range(len(pieces)))) + b"".join(texts)
    rules = b"".join(struct.pack(f"<IB{len(by)}I", ord(one), len(by), *map(ord, by)) for one, by in replaced.items())
    head += struct.pack("<iI", len(replaced), len(rules)) + rules
    packed = {"emb.word": ROWS * WIDTH, **{f"l0.{name}.w": WIDTH * WIDTH for name in ("q", "k", "v", "ao")}}
    packed |= {"l0.fi.w": WIDTH * INNER, "l0.fo.w": WIDTH * INNER}
    plain = {"emb.pos": CONTEXT * WIDTH, "emb.type": 2 * WIDTH, "emb.ln.w": WIDTH, "emb.ln.b": WIDTH}
    plain |= {f"l0.{name}.b": WIDTH for name in ("q", "k", "v", "ao", "fo", "aln", "oln")}
    plain |= {"l0.fi.b": INNER, "l0.aln.w": WIDTH, "l0.oln.w": WIDTH}
    source = random.Random(5)
    tensors = {name: source.randbytes(count // 32 * 18) for name, count in packed.items()}
    tensors |= {name: source.randbytes(4 * count) for name, count in plain.items()}
    directory = [(name, struct.pack("<BI", name in packed, {**packed, **plain}[name])) for name in tensors]
    at = len(head) + 4 + sum(2 + len(name) + 5 + 16 for name, _ in directory)
    entries = b""
    for name, facts in directory:
        entries += struct.pack("<H", len(name)) + name.encode() + facts + struct.pack("<QQ", at, len(tensors[name]))
        at += len(tensors[name])
    return head + struct.pack("<i", len(directory)) + entries + b"".join(tensors.values()), tensors


def write(folder: Path, content: bytes) -> Path:
    path = folder / "image.bin"
    path.write_bytes(content)
    return path


def test_every_number_stays(tmp_path: Path) -> None:
    content, tensors = image()
    source, target = write(tmp_path, content), tmp_path / "model.gguf"
    assert is_image(source)
    convert(source, target)
    assert not is_image(target)
    header, written = verify(target), target.read_bytes()
    assert (header.architecture, header.embeds, header.context_length) == ("bert", True, CONTEXT)
    assert (header.bos_token, header.eos_token, header.quantization) == ("<s>", "</s>", "Q4_0")
    found = {tensor.name: tensor for tensor in header.tensors}
    for theirs, ours in (("emb.word", "token_embd.weight"), ("l0.fo.w", "blk.0.ffn_down.weight")):
        tensor = found[ours]
        start = header.data_start + tensor.offset
        assert tensors[theirs].startswith(written[start : start + tensor.bytes])
    assert found["token_embd.weight"].shape == (WIDTH, len(PIECES))
    assert found["blk.0.ffn_down.weight"].shape == (INNER, WIDTH)
    assert found["blk.0.ffn_up.bias"].shape == (INNER,)
    assert len(found) == len(tensors)


def test_the_same_image_gives_the_same_file(tmp_path: Path) -> None:
    source = write(tmp_path, image()[0])
    for name in ("a", "b"):
        convert(source, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("kept", [4, 40, 300, 2000, -1])
def test_a_cut_image_is_damaged(tmp_path: Path, kept: int) -> None:
    with pytest.raises(ModelBroken, match="Pull the model again"):
        convert(write(tmp_path, image()[0][:kept]), tmp_path / "model.gguf")


@pytest.mark.parametrize("at", [8, 40, 44, 64])
def test_an_image_that_lies_about_its_counts_is_damaged(tmp_path: Path, at: int) -> None:
    content = bytearray(image()[0])
    content[at : at + 4] = b"\xff\xff\xff\x7f"
    with pytest.raises(ModelBroken, match="Pull the model again"):
        convert(write(tmp_path, bytes(content)), tmp_path / "model.gguf")


def look_up(packed: bytes, text: str) -> tuple[int, str] | None:
    """Find the longest beginning of a text that is replaced, as llama.cpp does: its bytes, and what stands for it."""
    (size,) = struct.unpack_from("<I", packed)
    units, texts = struct.unpack_from(f"<{size // 4}I", packed, 4), packed[4 + size :]
    node, found = units[0] >> 10, None
    for length, byte in enumerate(text.encode(), 1):
        node ^= byte
        if node >= len(units) or units[node] & 0x800000FF != byte:
            break
        ends = units[node] >> 8 & 1
        node ^= units[node] >> 10
        if ends:
            offset = units[node] & 0x7FFFFFFF
            found = length, texts[offset : texts.index(b"\0", offset)].decode()
    return found


def test_replacements_are_found_and_nothing_else_is() -> None:
    source = random.Random(1)
    some = {chr(source.randrange(1, 0xD800)): chr(source.randrange(1, 0xD800)) for _ in range(3000)} | REPLACED
    packed = pack_charsmap({**some, "éa": "longer"})
    for one, by in some.items():
        assert look_up(packed, one + "z") == (len(one.encode()), by)
    for one in map(chr, range(1, 0x3000)):
        assert (look_up(packed, one) is not None) == (one in some)
    assert look_up(packed, "éab") == (3, "longer")
