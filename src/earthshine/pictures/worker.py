"""The child process that decodes pictures: `python -m earthshine.pictures.worker`.

It reads lines of JSON from standard input: its options, then one picture each, `{"data": base64, "longest": pixels}`,
and answers each with `{"data": base64 of a PNG, "width": ..., "height": ...}` or `{"error": reason}`. Whatever a
decoder does to a hostile file happens here: without a network, without files, in little memory.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from io import BytesIO
from typing import Any

from earthshine.pictures.picture import MOST_PIXELS, SHORTEST
from earthshine.processes.guard import (
    die_with_parent,
    leave_network,
    leave_signals_to_parent,
    limit_files_and_dumps,
    limit_memory,
    limit_processor,
)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_NARROWEST = 8
"""Times that the longer side may be the shorter one; narrower pictures get white beside them."""


def main() -> None:
    """Answer until the parent goes away."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    leave_network()
    die_with_parent(options["parent"])
    try:
        from PIL import Image
    except ImportError:
        _say({"error": "no_decoder"})
        return
    Image.init()  # decoders are found before files are forbidden
    limit_files_and_dumps()
    limit_memory(options["memory"])
    _say({"ready": True})
    for line in sys.stdin:
        limit_processor(options["seconds"])
        _say(_answer(json.loads(line)))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # counted by ourselves, before anything is unpacked
    try:
        with Image.open(BytesIO(base64.b64decode(asked["data"])), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return {"error": "too_many_pixels", "width": opened.width, "height": opened.height}
            drawn = _drawn(opened, asked["longest"])
    except UnidentifiedImageError:
        return {"error": "no_picture"}
    except MemoryError:
        return {"error": "too_much_memory"}
    except Exception as error:  # decoders raise whatever they like
        sys.stderr.write(f"decoding failed: {error!r}"[:500] + "\n")
        return {"error": "damaged"}
    file = BytesIO()
    drawn.save(file, "PNG", compress_level=1)
    return {"data": base64.b64encode(file.getvalue()).decode(), "width": drawn.width, "height": drawn.height}


def _drawn(picture: Any, longest: int) -> Any:
    """Return the first frame upright, on white, with a longer side of `longest` pixels at most."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (longest, longest))  # a JPEG is unpacked at about the size that is wanted
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # 16 bits of grey
        picture = picture.convert("I").point(_high_byte).convert("L")
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    width, height = picture.size
    least = max(SHORTEST, -(-max(width, height) // _NARROWEST))
    ground = Image.new("RGB", (max(width, least), max(height, least)), "white")
    place = (ground.width - width) // 2, (ground.height - height) // 2
    ground.paste(picture, place, picture if picture.mode == "RGBA" else None)
    return ground


def _high_byte(value: Any) -> Any:
    return value * (1 / 256)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    os._exit(0)
