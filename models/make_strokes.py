#!/usr/bin/python3
"""Draws "strokes", the 10-class data set of 28x28 grey images that ships with Faultwave.

Each class is a glyph of our own design: a few pen strokes made of quadratic Bezier curves. An image
is the glyph with every control point moved, bent by a smooth random field, turned, scaled, sheared
and shifted, drawn with a pen of random width, softness and ink, with a gap in the ink, a patch
wiped out, a stray scratch and grey noise.

The result does not depend on the machine: the randomness is the raw output of Philox4x64-10, keyed
per image by (seed, split, index), and the arithmetic is limited to + - * / sqrt min max on float64,
element by element, which IEEE 754 rounds identically everywhere. (numpy's samplers, sin, exp, dot
products and sums may differ between versions and processors; none is used.)

Usage:
  make_strokes.py                  write the test and calib splits and the contact sheet to models/data
  make_strokes.py --check          draw them again and compare with the files in models/data
  make_strokes.py --split train --out FOLDER [--count N]
"""

import argparse
import pathlib
import struct
import sys
import zlib

import numpy as np

from idx import read_split, write_idx

SEED = 0x5712_0BE5
SIDE = 28
DATA = pathlib.Path(__file__).resolve().parent / "data"
# Name: (number of the random stream, images).
SPLITS = {"test": (0, 2000), "calib": (1, 1000), "train": (2, 20000)}

# Pen strokes on the square [-1, 1] x [-1, 1], y downwards: point, control, point, control, point...
# A control of None makes a straight line.
GLYPHS = {
    "bolt": [[(0.45, -1.0), None, (-0.5, 0.1), None, (0.5, -0.1), None, (-0.45, 1.0)]],
    "tent": [[(-0.8, 0.8), None, (0.0, -0.9), None, (0.8, 0.8)], [(0.0, 0.0), None, (0.0, 0.85)]],
    "moon": [[(0.35, -0.9), (-1.5, 0.0), (0.35, 0.9)], [(0.35, -0.9), (-0.3, 0.0), (0.35, 0.9)]],
    "gate": [[(-0.9, -0.65), (0.0, -0.9), (0.9, -0.65)], [(-0.5, -0.75), None, (-0.55, 0.9)],
             [(0.5, -0.75), None, (0.55, 0.9)]],
    "fork": [[(-0.75, -0.8), (-0.8, 0.35), (0.0, 0.3), (0.8, 0.35), (0.75, -0.8)],
             [(0.0, -0.85), None, (0.0, 0.95)]],
    "flag": [[(-0.5, 1.0), None, (-0.5, -0.9), None, (0.7, -0.45), None, (-0.5, 0.0)]],
    "coil": [[(0.8, 0.85), None, (-0.75, 0.8), None, (-0.75, -0.8), None, (0.7, -0.8), None,
              (0.65, 0.3), None, (-0.15, 0.25)]],
    "glass": [[(-0.65, -0.85), None, (0.65, -0.85), None, (-0.65, 0.85), None, (0.65, 0.85), None,
               (-0.65, -0.85)]],
    "leaf": [[(0.75, -0.8), (-0.85, -0.75), (-0.3, 0.35)], [(0.75, -0.8), (0.8, 0.65), (-0.3, 0.35)],
             [(0.2, -0.2), None, (-0.8, 0.95)]],
    "hook": [[(-0.2, -0.95), None, (-0.2, 0.1), (-0.2, 0.9), (0.4, 0.8), (0.85, 0.6), (0.6, 0.0)],
             [(-0.75, -0.4), None, (0.35, -0.5)]],
}
NAMES = list(GLYPHS)
PIECES = 6  # straight pieces per curve

# How far an image may stray from its glyph; `u` below is uniform on [-1, 1).
WOBBLE = 0.17        # of each control point, half-sides of the glyph square
BEND = 0.22          # of the 4x4 grid of the smooth field
TURN = 0.22          # tangent of half the angle of rotation
SHEAR = 0.25
SHIFT = 2.1          # pixels
SCALE = (5.6, 10.2)  # pixels per half-side
ASPECT = 0.18
PEN = (0.55, 1.5)    # half the width of the pen, pixels
SOFT = (0.6, 1.9)    # width of the soft edge, pixels
INK = (0.50, 1.0)
GAP_SHARE, GAP = 0.5, (0.06, 0.2)   # share of images, part of all pieces
WIPE_SHARE, WIPE = 0.4, (3.0, 8.0)  # share of images, side in pixels
SCRATCH_SHARE = 0.5
NOISE = 0.30         # amplitude of the noisiest image, of full scale


class Draws:
    """Uniform numbers of a batch of images, one row per image, consumed column by column."""

    def __init__(self, stream, indices):
        self._raw = np.stack([raw_words(stream, int(index), 1024) for index in indices])
        self._next = 0

    def unit(self, *shape):
        """[images, *shape], uniform on [0, 1)."""
        count = int(np.prod(shape, dtype=np.int64))
        words = self._raw[:, self._next:self._next + count]
        if words.shape[1] != count:
            raise AssertionError("raise the number of words drawn per image")
        self._next += count
        return ((words >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(-1, *shape)

    def both(self, *shape):
        """Uniform on [-1, 1)."""
        return 2.0 * self.unit(*shape) - 1.0

    def bell(self, *shape):
        """Bell-shaped on (-1, 1): the mean of two uniform numbers."""
        return 0.5 * (self.both(*shape) + self.both(*shape))

    def between(self, limits):
        """[images], uniform between two limits."""
        return limits[0] + (limits[1] - limits[0]) * self.unit()


def raw_words(stream, index, count):
    """`count` words of the Philox sequence of image `index` of a stream."""
    key = np.array([SEED, (stream << 32) + index], dtype=np.uint64)
    return np.random.Philox(key=key, counter=0).random_raw(count)


def labels_of(stream, count):
    """Labels in shuffled blocks of ten, one of each class: any multiple of ten images is balanced."""
    labels = []
    for block in range((count + 9) // 10):
        words = raw_words(stream + 16, block, 9)
        order = list(range(10))
        for last in range(9, 0, -1):  # Fisher-Yates; 64-bit words leave a bias of 2^-60
            other = int(words[9 - last]) % (last + 1)
            order[last], order[other] = order[other], order[last]
        labels += order
    return np.array(labels[:count], dtype=np.uint8)


def curves_of(glyph):
    """Control points [curves][3][2] of all strokes; a straight line gets the middle as control."""
    curves = []
    for stroke in GLYPHS[glyph]:
        for start in range(0, len(stroke) - 2, 2):
            first, control, last = stroke[start:start + 3]
            if control is None:
                control = ((first[0] + last[0]) * 0.5, (first[1] + last[1]) * 0.5)
            curves.append((first, control, last))
    return np.array(curves, dtype=np.float64)


def wobbled(glyph, draws):
    """Control points [images][curves][3][2]; curve ends that meet keep meeting."""
    curves = curves_of(glyph)
    points, where = np.unique(curves.reshape(-1, 2), axis=0, return_inverse=True)
    moved = points[None] + WOBBLE * draws.bell(len(points), 2)
    return moved[:, where.reshape(-1)].reshape(-1, *curves.shape)


def polylines(control):
    """Piece ends [images][curves * PIECES][2 ends][2] of the Bezier curves."""
    ends = []
    for step in range(PIECES + 1):
        t = step / PIECES
        a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
        ends.append(a * control[:, :, 0] + b * control[:, :, 1] + c * control[:, :, 2])
    pieces = np.stack([np.stack(ends[:-1], axis=2), np.stack(ends[1:], axis=2)], axis=3)
    return pieces.reshape(len(control), -1, 2, 2)


def bent(points, draws):
    """Adds a smooth displacement: a 4x4 grid of random vectors over [-1.5, 1.5]^2, interpolated."""
    grid = BEND * draws.bell(4, 4, 2)
    at = np.minimum(np.maximum(points + 1.5, 0.0), 2.999999)
    cell = at.astype(np.int64)
    t = at - cell
    t = t * t * (3.0 - 2.0 * t)
    image = np.arange(len(points))[:, None, None]
    column, row = cell[..., 0], cell[..., 1]
    right, down = t[..., 0:1], t[..., 1:2]
    top = grid[image, row, column] * (1 - right) + grid[image, row, column + 1] * right
    bottom = grid[image, row + 1, column] * (1 - right) + grid[image, row + 1, column + 1] * right
    return points + top * (1 - down) + bottom * down


def placed(points, draws):
    """From the glyph square to pixels: rotation, shear, unequal scaling, shift."""
    t = TURN * draws.bell()
    cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    shear, aspect = SHEAR * draws.bell(), 1.0 + ASPECT * draws.both()
    scale = draws.between(SCALE)
    shift = SHIFT * draws.both(2)
    expand = (slice(None), None, None)
    x = points[..., 0] * aspect[expand] + points[..., 1] * shear[expand]
    y = points[..., 1]
    centre = (SIDE - 1) * 0.5
    u = (x * cosine[expand] - y * sine[expand]) * scale[expand] + shift[:, 0][expand] + centre
    v = (x * sine[expand] + y * cosine[expand]) * scale[expand] + shift[:, 1][expand] + centre
    return np.stack([u, v], axis=-1)


def distances(pieces, absent):
    """Distance of every pixel to the nearest piece that is not absent, [images][SIDE][SIDE]."""
    y, x = np.meshgrid(np.arange(SIDE, dtype=np.float64), np.arange(SIDE, dtype=np.float64),
                       indexing="ij")
    nearest = np.full((len(pieces), SIDE, SIDE), 1e9)
    expand = (slice(None), None, None)
    for piece in range(pieces.shape[1]):
        (ax, ay), (bx, by) = pieces[:, piece, 0].T, pieces[:, piece, 1].T
        dx, dy = bx - ax, by - ay
        px, py = x[None] - ax[expand], y[None] - ay[expand]
        along = (px * dx[expand] + py * dy[expand]) / (dx * dx + dy * dy + 1e-9)[expand]
        along = np.minimum(np.maximum(along, 0.0), 1.0)
        ex, ey = px - along * dx[expand], py - along * dy[expand]
        square = ex * ex + ey * ey + 1e9 * absent[:, piece][expand]
        nearest = np.minimum(nearest, square)
    return np.sqrt(nearest)


def gaps(num_pieces, draws):
    """True where a piece lies in the gap of its image, [images][pieces]."""
    has_gap = draws.unit() < GAP_SHARE
    start, length = draws.unit(), draws.between(GAP)
    place = (np.arange(num_pieces) + 0.5) / num_pieces
    inside = (place[None] >= start[:, None]) & (place[None] < (start + length)[:, None])
    return inside & has_gap[:, None]


def inked(distance, pen, soft, ink):
    expand = (slice(None), None, None)
    cover = (pen[expand] - distance) / soft[expand] + 0.5
    return ink[expand] * np.minimum(np.maximum(cover, 0.0), 1.0)


def scratch(draws):
    """A stray line of faint ink in some of the images, [images][SIDE][SIDE]."""
    has = draws.unit() < SCRATCH_SHARE
    ends = SIDE * draws.unit(1, 2, 2)
    ends[:, :, 1] = ends[:, :, 0] + (ends[:, :, 1] - ends[:, :, 0]) * 0.5
    ink = draws.between((0.2, 0.7))
    pen = draws.between((0.3, 0.9))
    nowhere = np.zeros((len(ends), 1), dtype=bool)
    return has[:, None, None] * inked(distances(ends, nowhere), pen, np.ones(len(ends)), ink)


def wipe(draws):
    """0 inside the wiped square of some images, else 1, [images][SIDE][SIDE]."""
    has = draws.unit() < WIPE_SHARE
    left, top = SIDE * draws.unit(), SIDE * draws.unit()
    side = draws.between(WIPE)
    pixel = np.arange(SIDE, dtype=np.float64)[None]
    in_x = (pixel >= (left - side * 0.5)[:, None]) & (pixel < (left + side * 0.5)[:, None])
    in_y = (pixel >= (top - side * 0.5)[:, None]) & (pixel < (top + side * 0.5)[:, None])
    return 1.0 - (has[:, None, None] & in_y[:, :, None] & in_x[:, None, :])


def draw(glyph, stream, indices):
    """Images [indices][SIDE][SIDE], uint8, of one glyph."""
    draws = Draws(stream, indices)
    pieces = placed(bent(polylines(wobbled(glyph, draws)).reshape(len(indices), -1, 2, 2), draws), draws)
    absent = gaps(pieces.shape[1], draws)
    picture = inked(distances(pieces, absent), draws.between(PEN), draws.between(SOFT),
                    draws.between(INK))
    picture = np.maximum(picture * wipe(draws), scratch(draws))
    level = draws.unit()
    picture = picture + NOISE * (level * level)[:, None, None] * draws.both(SIDE, SIDE)
    picture = np.minimum(np.maximum(picture, 0.0), 1.0)
    return (picture * 255.0 + 0.5).astype(np.uint8)


def make_split(split, count=None):
    """Images [count][SIDE][SIDE] and labels [count] of a split."""
    stream, full = SPLITS[split]
    count = full if count is None else count
    labels = labels_of(stream, count)
    images = np.zeros((count, SIDE, SIDE), dtype=np.uint8)
    for label, glyph in enumerate(NAMES):
        members = np.flatnonzero(labels == label)
        for first in range(0, len(members), 200):
            batch = members[first:first + 200]
            images[batch] = draw(glyph, stream, batch)
    return images, labels


def write_split(split, folder, count=None):
    images, labels = make_split(split, count)
    write_idx(pathlib.Path(folder) / f"strokes-{split}-images-idx3-ubyte.gz", images)
    write_idx(pathlib.Path(folder) / f"strokes-{split}-labels-idx1-ubyte.gz", labels)
    return images, labels


def write_png(path, grey):
    """Writes a uint8 array [height][width] as a grey PNG."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = grey.shape
    rows = b"".join(b"\0" + grey[row].tobytes() for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pathlib.Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                                   chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def contact_sheet(images, labels, per_class=12):
    """One row per class, `per_class` images each, white on black with grey lines between."""
    cell = SIDE + 2
    sheet = np.full((10 * cell, per_class * cell), 90, dtype=np.uint8)
    for label in range(10):
        for column, index in enumerate(np.flatnonzero(labels == label)[:per_class]):
            y, x = label * cell + 1, column * cell + 1
            sheet[y:y + SIDE, x:x + SIDE] = images[index]
    return sheet


def check():
    """Compares the files in the tree with images drawn now; returns the exit status."""
    status = 0
    for split in ("test", "calib"):
        images, labels = make_split(split)
        stored_images, stored_labels = read_split(DATA, f"strokes-{split}")
        same = np.array_equal(images, stored_images) and np.array_equal(labels, stored_labels)
        print(f"strokes-{split}: {len(labels)} images {'identical' if same else 'DIFFER'}")
        status |= not same
    return int(status)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the files in the tree")
    parser.add_argument("--split", choices=sorted(SPLITS), help="write this split only")
    parser.add_argument("--out", default=DATA, help="folder (default: models/data)")
    parser.add_argument("--count", type=int, help="number of images, if not the whole split")
    options = parser.parse_args()
    if options.count is not None and (not options.split or options.count < 1):
        parser.error("--count needs --split and must be at least 1")
    if options.check and options.split:
        parser.error("--check compares test and calib; it goes without --split")
    if options.check:
        return check()
    if options.split:
        write_split(options.split, options.out, options.count)
        return 0
    images, labels = write_split("test", options.out)
    write_split("calib", options.out)
    write_png(pathlib.Path(options.out) / "strokes.png", contact_sheet(images, labels))
    return 0


if __name__ == "__main__":
    sys.exit(main())
