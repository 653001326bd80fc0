"""Draws the pictures that the tests send, and what Pillow makes of them: .deps/venv-test/bin/python tests/data/make_pictures.py

The committed files are what is used; Pillow is the oracle of the unit tests.
"""

import pathlib

import numpy as np
from PIL import Image, ImageDraw

HERE = pathlib.Path(__file__).resolve().parent / "pictures"


def scene(width, height, seed=0):
    """Something of everything: smooth colours, edges, a thin line, grain."""
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 9) * np.cos(y / 7)], axis=-1)
    pixels += np.random.default_rng(seed).normal(0, 4, pixels.shape)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width * 0.2, height * 0.2, width * 0.6, height * 0.7], fill=(250, 40, 30))
    draw.line([0, height - 1, width - 1, 0], fill=(0, 0, 0))
    return image


def main():
    HERE.mkdir(exist_ok=True)
    small = scene(60, 40)
    small.save(HERE / "scene.png")
    small.save(HERE / "scene.jpg", quality=90)
    small.save(HERE / "progressive.jpg", quality=80, progressive=True)
    small.convert("L").save(HERE / "grey.jpg", quality=90)
    small.convert("CMYK").save(HERE / "print.jpg", quality=80)
    small.quantize(16).save(HERE / "palette.png")
    transparent = small.convert("RGBA")
    transparent.putalpha(Image.fromarray(np.mgrid[0:40, 0:60][1].astype(np.uint8) * 4))
    transparent.save(HERE / "transparent.png")
    Image.fromarray(np.mgrid[0:8, 0:8][0].astype(np.uint16) * 8000).save(HERE / "deep.png")
    scene(640, 480).save(HERE / "large.jpg", quality=60)

    def expect(name, image):
        image.save(HERE / f"expected_{name}.png", optimize=True)

    for name in ["scene.jpg", "progressive.jpg", "grey.jpg", "palette.png", "transparent.png"]:
        expect(name.replace(".", "_"), Image.open(HERE / name).convert("RGB"))
    expect("smaller", small.resize((17, 23), Image.Resampling.BILINEAR))
    expect("larger", small.resize((90, 50), Image.Resampling.BILINEAR))
    expect("wider", small.resize((75, 40), Image.Resampling.BILINEAR))
    expect("cubic", small.resize((17, 23), Image.Resampling.BICUBIC))
    expect("larger_cubic", small.resize((90, 50), Image.Resampling.BICUBIC))
    expect("grey", small.convert("L"))
    expect("large_small", Image.open(HERE / "large.jpg").resize((40, 30), Image.Resampling.BILINEAR))


if __name__ == "__main__":
    main()
