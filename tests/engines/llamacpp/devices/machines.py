"""Machines as people have them, and models of their sizes: what plans of layers are tried on.

Memory is what the makers' tools and programs print for such machines (MiB, total and free), from public listings.
"""

from __future__ import annotations

from dataclasses import dataclass

from earthshine.engines.llamacpp.devices.model_shape import ModelShape
from earthshine.engines.llamacpp.devices.placement import DeviceRoom

MIB = 2**20
_OVERHEAD = {"CUDA": 512, "ROCm": 512, "SYCL": 256, "Vulkan": 128, "MTL": 64}


@dataclass(frozen=True)
class Machine:
    """One machine: its devices, and what its own memory has for models."""

    name: str
    devices: tuple[tuple[str, int, int, bool], ...]
    """Id, MiB in all, MiB free, whether the memory is the machine's."""
    memory: int
    """MiB."""

    def rooms(self, share: float = 0.9) -> list[DeviceRoom]:
        found: list[DeviceRoom] = []
        for told, total, free, shared in self.devices:
            overhead = _OVERHEAD[told.rstrip("0123456789")] * MIB
            found.append(DeviceRoom(told, told, min(int(total * share), free) * MIB, overhead, shared))
        return found


def _cards(kind: str, count: int, total: int, free: int) -> tuple[tuple[str, int, int, bool], ...]:
    return tuple((f"{kind}{number}", total, free, False) for number in range(count))


MACHINES = (
    Machine("laptop, no card", (), 11_000),
    Machine("laptop, MX450 2 GB", _cards("CUDA", 1, 2048, 1750), 5_500),
    Machine("laptop, GTX 1650 4 GB", _cards("CUDA", 1, 4096, 3400), 11_000),
    Machine("laptop, RTX 3050 4 GB", _cards("CUDA", 1, 4096, 3900), 11_000),
    Machine("laptop, RTX 3060 6 GB", _cards("CUDA", 1, 6144, 5900), 22_000),
    Machine("laptop, RTX 4060 8 GB", _cards("CUDA", 1, 8188, 7800), 22_000),
    Machine("laptop, RTX 4060 beside UHD", (("Vulkan0", 8188, 7800, False), ("Vulkan1", 15800, 14000, True)), 22_000),
    Machine("laptop, RTX 4090 16 GB", _cards("CUDA", 1, 16376, 15900), 45_000),
    Machine("desktop, GTX 1060 3 GB", _cards("CUDA", 1, 3072, 2500), 11_000),
    Machine("desktop, RTX 3060 12 GB", _cards("CUDA", 1, 12288, 11400), 22_000),
    Machine("desktop, RTX 3090", _cards("CUDA", 1, 24576, 23900), 45_000),
    Machine("desktop, RTX 4090, nearly full", _cards("CUDA", 1, 24564, 1100), 45_000),
    Machine("desktop, RTX 4090, full", _cards("CUDA", 1, 24564, 120), 45_000),
    Machine("desktop, RTX 5090", _cards("CUDA", 1, 32607, 31800), 90_000),
    Machine("desktop, two RTX 3090", _cards("CUDA", 2, 24576, 24100), 90_000),
    Machine("desktop, 3090 and 1060", (("CUDA0", 24576, 24100, False), ("CUDA1", 6144, 6000, False)), 45_000),
    Machine("desktop, 3080 and 3050", (("CUDA0", 10240, 9300, False), ("CUDA1", 8192, 8000, False)), 22_000),
    Machine("desktop, three, one busy", (*_cards("CUDA", 2, 12288, 12000), ("CUDA2", 12288, 900, False)), 45_000),
    Machine("desktop, RX 7900 XTX", _cards("ROCm", 1, 24560, 24100), 45_000),
    Machine("desktop, RX 6600 by Vulkan", _cards("Vulkan", 1, 8176, 7900), 22_000),
    Machine("desktop, RX 7600 and its APU", (("ROCm0", 8176, 7700, False), ("ROCm1", 15900, 15000, True)), 22_000),
    Machine("mini PC, Ryzen 780M", (("Vulkan0", 16000, 15300, True),), 22_000),
    Machine("mini PC, Ryzen AI Max 395, 128 GB", (("Vulkan0", 98304, 97000, True),), 90_000),
    Machine("desktop, Arc A770 16 GB", _cards("SYCL", 1, 15473, 15300), 22_000),
    Machine("desktop, Arc B580", _cards("Vulkan", 1, 12216, 11800), 22_000),
    Machine("laptop, Iris Xe", (("Vulkan0", 7800, 7000, True),), 11_000),
    Machine("MacBook Air M1, 8 GB", (("MTL0", 5461, 5400, True),), 5_600),
    Machine("MacBook Pro M3 Pro, 36 GB", (("MTL0", 27648, 25000, True),), 25_200),
    Machine("Mac Studio M2 Ultra, 192 GB", (("MTL0", 147456, 140000, True),), 134_000),
    Machine("DGX Spark, GB10", (("CUDA0", 122_500, 110_000, True),), 85_000),
    Machine("Jetson Orin, 16 GB", (("CUDA0", 15_600, 12_000, True),), 10_900),
    Machine("server, T4", _cards("CUDA", 1, 15360, 14900), 20_000),
    Machine("server, L4", _cards("CUDA", 1, 23034, 22600), 45_000),
    Machine("server, two A10", _cards("CUDA", 2, 23028, 22500), 90_000),
    Machine("server, A100 80 GB", _cards("CUDA", 1, 81920, 81000), 180_000),
    Machine("server, A100, three MIG slices 1g.10gb", _cards("CUDA", 3, 9856, 9800), 90_000),
    Machine("server, two sizes of slices", (("CUDA0", 40192, 40100, False), ("CUDA1", 9856, 9800, False)), 90_000),
    Machine("server, four L40S", _cards("CUDA", 4, 46068, 45400), 350_000),
    Machine("server, eight V100 16 GB", _cards("CUDA", 8, 16384, 16100), 350_000),
    Machine("server, eight H100, half of them busy", (*_cards("CUDA", 4, 81559, 80900), *(
        (f"CUDA{number}", 81559, 700 + 900 * number, False) for number in range(4, 8))), 1_000_000),
    Machine("server, eight MI300X", _cards("ROCm", 8, 196_592, 196_300), 1_400_000),
    Machine("server, a card and little memory", _cards("CUDA", 1, 81559, 80900), 3_000),
)  # fmt: skip


def _model(
    layers: int, width: int, inner: int, heads: int, groups: int, head: int, words: int, bits: float, *,
    tied: bool = False, experts: int = 1, projector: int = 0,
) -> ModelShape:  # fmt: skip
    attention = width * head * (2 * heads + 2 * groups)
    layer = int((attention + 3 * width * inner * experts) * bits / 8)
    vocabulary = int(words * width * bits / 8)
    # Mixed quantizations give every eighth layer and the output more bits.
    each = tuple(int(layer * 1.2) if number % 8 == 0 else layer for number in range(layers))
    output = vocabulary if tied else int(words * width * 6.56 / 8)
    largest = int(width * inner * experts * bits / 8)
    cache = (2 * groups * 2 * head,) * layers
    return ModelShape(each, cache, vocabulary, output, tied, largest, width, inner, heads, words, projector)


MODELS = {
    "SmolLM2 135M": _model(30, 576, 1536, 9, 3, 64, 49152, 4.5, tied=True),
    "Qwen2.5 0.5B": _model(24, 896, 4864, 14, 2, 64, 151_936, 4.85, tied=True),
    "Llama 3.2 1B": _model(16, 2048, 8192, 32, 8, 64, 128_256, 4.85, tied=True),
    "Qwen2.5 1.5B": _model(28, 1536, 8960, 12, 2, 128, 151_936, 4.85),
    "Gemma 2 2B": _model(26, 2304, 9216, 8, 4, 256, 256_000, 4.85, tied=True),
    "Qwen2.5-VL 3B": _model(36, 2048, 11008, 16, 2, 128, 151_936, 4.85, tied=True, projector=1400 * MIB),
    "Phi-3 mini": _model(32, 3072, 8192, 32, 32, 96, 32_064, 4.85),
    "Mistral 7B": _model(32, 4096, 14336, 32, 8, 128, 32_768, 4.85),
    "Llama 3.1 8B": _model(32, 4096, 14336, 32, 8, 128, 128_256, 4.85),
    "Llama 3.1 8B F16": _model(32, 4096, 14336, 32, 8, 128, 128_256, 16),
    "Qwen2.5 14B": _model(48, 5120, 13824, 40, 8, 128, 152_064, 4.85),
    "Mistral Small 24B": _model(40, 5120, 32768, 32, 8, 128, 131_072, 4.85),
    "Qwen3 30B A3B": _model(48, 2048, 768, 32, 4, 128, 151_936, 4.85, experts=128),
    "Qwen2.5 32B": _model(64, 5120, 27648, 40, 8, 128, 152_064, 4.85),
    "Mixtral 8x7B": _model(32, 4096, 14336, 32, 8, 128, 32_000, 4.85, experts=8),
    "Llama 3.3 70B": _model(80, 8192, 28672, 64, 8, 128, 128_256, 4.85),
}
