"""PP-OCR by `rapidocr`, whose package holds the weights for Chinese, English and Latin letters.

Further models for other scripts (`*_rec_*.onnx` in the folder of models, such as `arabic_PP-OCRv5_rec_mobile.onnx`) are
asked about the lines of which the first is unsure. They write what is seen from left to right.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from earthshine.documents.readers.pictures.seen import Seen, SeenLine
from earthshine.text.bidi import is_right_to_left, kind_of, reading_order

_UNSURE = 0.9
_SETTINGS = {
    "Global.log_level": "critical",
    "Global.text_score": 0.0,
    "Global.use_cls": False,  # turns lines of which it is unsure, and pages are upright mostly
    "Global.max_side_len": 6000,
    # One page must fit into the memory of a child: found on a small picture, and read line by line on the large one.
    "Det.limit_type": "max",
    "Det.limit_side_len": 1280,
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class PaddleOcr:
    """Finds lines, and reads each."""

    def __init__(self, models: Path | None = None) -> None:
        """`models`: where further models may be."""
        self._more = sorted(models.glob("*_rec_*.onnx")) if models is not None else []

    def recognize(self, picture: bytes) -> Seen | None:
        """Return what is written in a picture; None where it is none."""
        try:
            pixels: Any = self._engine.load_img(picture)
        except (OSError, ValueError, SyntaxError):
            return None
        found: Any = self._engine(pixels)
        height, width = pixels.shape[:2]
        if found.txts is None:
            return Seen(width, height, ())
        read = [(text, float(score)) for text, score in zip(found.txts, found.scores, strict=True)]
        boxes: list[Any] = [box.tolist() for box in found.boxes]
        for recognizer in self._others if any(score < _UNSURE for _, score in read) else ():
            unsure = [number for number, (_, score) in enumerate(read) if score < _UNSURE]
            crops: list[Any] = self._engine.crop_text_regions(pixels, found.boxes[unsure])
            again: Any = recognizer(self._input(img=crops, return_word_box=False))
            for number, text, score in zip(unsure, again.txts, again.scores, strict=True):
                if score > read[number][1]:
                    read[number] = _logical(text), float(score)
        return Seen(
            width, height, [SeenLine(text, _box(box), score) for (text, score), box in zip(read, boxes, strict=True)]
        )

    @cached_property
    def _engine(self) -> Any:
        import_module("cv2").setNumThreads(1)
        return import_module("rapidocr").RapidOCR(params=_SETTINGS)

    @cached_property
    def _input(self) -> Any:
        return import_module("rapidocr.ch_ppocr_rec").TextRecInput

    @cached_property
    def _others(self) -> list[Any]:
        rapidocr: Any = import_module("rapidocr")
        return [
            rapidocr.RapidOCR(params={**_SETTINGS, "Rec.model_path": str(path)})._load_rec_model()
            for path in self._more
        ]


def _logical(text: str) -> str:
    kinds = [kind for kind in map(kind_of, text) if kind in ("R", "A", "L")]
    right_to_left = 2 * sum(map(is_right_to_left, kinds)) > len(kinds)
    return "".join(text[at] for at in reading_order(list(text), right_to_left))


def _box(corners: list[list[float]]) -> tuple[float, float, float, float]:
    across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(across), min(down), max(across), max(down)
