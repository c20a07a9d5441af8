from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.engines.llamacpp.builds.figures import Figures, forget_build, gains, keep_figures, read_figures
from earthshine.engines.llamacpp.builds.recipe import Target, configure, instructions, target_named
from earthshine.errors import Unavailable

pytestmark = pytest.mark.unit
AVX512 = {"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw", "avx512vbmi", "avx512_vnni"}
SAPPHIRE = frozenset({"sse4_2", "avx", "avx2", "bmi2", "fma", "f16c", "avx_vnni", *AVX512})


def measured(build: str, model: str, reads: float, writes: float = 10, agrees: int = 24, version: str = "1") -> Figures:
    return Figures(
        build=build, version=version, model=model, reads=reads, writes=writes, agrees=agrees, of=24, measured=0
    )


def test_figures_are_kept_and_replaced(tmp_path: Path) -> None:
    assert read_figures(tmp_path) == []
    keep_figures(tmp_path, [measured("wheel", "m", 50), measured("cpu", "m", 70)])
    keep_figures(tmp_path, [measured("cpu", "m", 80)])
    assert {each.build: each.reads for each in read_figures(tmp_path)} == {"wheel": 50, "cpu": 80}
    forget_build(tmp_path, "cpu")
    assert [each.build for each in read_figures(tmp_path)] == ["wheel"]


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"figures": [{"build": 3}]}', '{"figures": [3]}', "0", "\ufeff"])
def test_figures_that_cannot_be_read_are_none(tmp_path: Path, kept: str) -> None:
    (tmp_path / "figures.json").write_text(kept)
    assert read_figures(tmp_path) == []


@pytest.mark.parametrize("reads", ["0", "-1", '"many"', "null", "NaN"])
def test_figures_that_cannot_be_are_none(tmp_path: Path, reads: str) -> None:
    text = measured("cpu", "m", 5).model_dump_json().replace('"reads":5.0', f'"reads":{reads}')
    (tmp_path / "figures.json").write_text(f'{{"figures": [{text}]}}')
    assert read_figures(tmp_path) == []


def test_gains_are_told_by_the_model_itself_else_by_others() -> None:
    kept = [measured("wheel", "a", 10), measured("cpu", "a", 20), measured("wheel", "b", 10), measured("cpu", "b", 10)]
    assert gains(kept, "a", "wheel")["cpu"] == pytest.approx(0.9 / 0.5)
    assert gains(kept, "b", "wheel") == {"cpu": 1}
    assert gains(kept[:2], "c", "wheel")["cpu"] > 1.5
    assert gains([measured("cpu", "a", 20)], "a", "wheel") == {}, "nothing to compare with"


def test_a_build_that_computes_something_else_gains_nothing() -> None:
    assert gains([measured("wheel", "a", 10), measured("cpu", "a", 90, agrees=20)], "a", "wheel") == {}


def test_instructions_are_those_that_the_kernel_allows() -> None:
    options = instructions(SAPPHIRE)
    assert options["GGML_AVX512"] == options["GGML_AVX512_VNNI"] == options["GGML_AVX_VNNI"] == "ON"
    assert options["GGML_AMX_INT8"] == options["GGML_AVX512_BF16"] == options["GGML_NATIVE"] == "OFF"
    assert instructions(SAPPHIRE | {"amx_int8"})["GGML_AMX_INT8"] == "ON"


def test_half_of_avx512_is_none() -> None:
    options = instructions(SAPPHIRE - {"avx512bw"})
    assert "GGML_AVX512" not in options
    assert options["GGML_AVX512_VNNI"] == "OFF"
    assert options["GGML_AVX2"] == "ON"


def test_where_the_kernel_names_nothing_known_the_compiler_decides(tmp_path: Path) -> None:
    assert instructions(frozenset({"asimd"})) == {"GGML_NATIVE": "ON"}
    command = configure(Target("vulkan", "GGML_VULKAN", "", ""), tmp_path, tmp_path, frozenset())
    assert "-DGGML_VULKAN=ON" in command
    assert "-DGGML_NATIVE=ON" in command


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"cuda.*Install cmake.*C\+\+ compiler.*ninja.*CUDA toolkit"):
        target_named("cuda")
