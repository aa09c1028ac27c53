"""Thumbnails: only of raster images, drawn anew within bounds, so that nothing of the file itself is ever shown."""

from __future__ import annotations

import warnings
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

EDGE = 320
# A picture of 40 megapixels takes 160 MB to draw.
MOST_PIXELS = 40_000_000


def draw_thumbnail(source: Path, target: Path) -> bool:
    """Write a small WebP of an image and return True; False for what is none, is broken, or is too large."""
    from PIL import Image, ImageOps

    arriving = target.with_suffix(".part")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
                if image.width * image.height > MOST_PIXELS:
                    return False
                image.draft("RGB", (EDGE, EDGE))
                turned = ImageOps.exif_transpose(image) or image
                turned.thumbnail((EDGE, EDGE))
                # A fresh image: no comments, places or profiles come along.
                plain = Image.new("RGBA", turned.size)
                plain.paste(turned.convert("RGBA"))
                plain.save(arriving, "WEBP", quality=80)
        arriving.replace(target)
    except Exception as error:  # decoders of hostile files fail in any way
        log.info("no_thumbnail", error=f"{type(error).__name__}: {error}")
        arriving.unlink(missing_ok=True)
        return False
    return True
