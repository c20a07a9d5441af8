"""What models may take of a device."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from earthshine.devices.budget import device_budget
from earthshine.devices.device import Device
from earthshine.settings import Settings

GIB = 2**30
CARD = Device("CUDA0", "NVIDIA L4", "nvidia", 24 * GIB, 23 * GIB, "cuda")
SHARED = Device("MTL0", "Apple M3", "apple", 48 * GIB, 40 * GIB, "metal", shared=True)


def test_a_share_is_left_to_others() -> None:
    assert device_budget(CARD, Settings()) == int(24 * GIB * 0.9)
    assert device_budget(SHARED, Settings()) == int(48 * GIB * 0.7)


@pytest.mark.parametrize(
    ("written", "budget"),
    [
        (20480, 20 * GIB),
        ("20480", 20 * GIB),
        ("20GiB", 20 * GIB),
        ("1.5 GiB", 3 * GIB // 2),
        ("512MiB", GIB // 2),
        (0, 0),
    ],
)
def test_what_is_set_counts(written: int | str, budget: int) -> None:
    settings = Settings.model_validate({"device_budgets": {"CUDA0": written}})
    assert device_budget(CARD, settings) == budget
    assert device_budget(SHARED, settings) == int(48 * GIB * 0.7)
    assert device_budget(SHARED, settings, "CUDA0") == budget, "its other name counts as well"


def test_more_than_a_device_has_is_what_it_has() -> None:
    assert device_budget(CARD, Settings.model_validate({"device_budgets": {"CUDA0": "1TiB"}})) == 24 * GIB


def test_it_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARTHSHINE_DEVICE_BUDGETS", '{"CUDA0": "6GiB"}')
    assert device_budget(CARD, Settings()) == 6 * GIB


@pytest.mark.parametrize("written", ["much", "20 GB", -1, "nanGiB", "1e999GiB", None])
def test_what_is_no_size_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match=r"device_budgets\.CUDA0"):
        Settings.model_validate({"device_budgets": {"CUDA0": written}})
