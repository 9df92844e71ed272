#!/usr/bin/env python3
"""Draws gpu_lanes.svg: which part of an mma m16n8k32 each step and lane of an 8x4x16 tensor core computes."""
import pathlib

ROWS, COLS, DEPTH = 8, 4, 16
M, N, K = 16, 8, 32
CELL = 9
COLOURS = ["#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9ecae9", "#ffbf79", "#88d27a", "#d6a5c9"]

out = []


def rect(x, y, width, height, fill, stroke="#444", extra=""):
    out.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{stroke}" '
               f'stroke-width="0.6" {extra}/>')


def text(x, y, content, size=11, anchor="middle", weight="normal"):
    out.append(f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}">{content}</text>')


def step(m, n, k):
    return (k // DEPTH * (M // ROWS) + m // ROWS) * (N // COLS) + n // COLS


# A (M x K) on the left, B (K x N) above, C (M x N) at the corner.
ax, ay = 30, 340
bx, by = ax + K * CELL + 20, ay - K * CELL - 20
text(ax + K * CELL / 2, ay - 8, "A: activations, 16 x 32", weight="bold")
text(bx + N * CELL / 2, by - 8, "B: weights, 32 x 8", weight="bold")
for m in range(0, M, ROWS):
    for k in range(0, K, DEPTH):
        rect(ax + k * CELL, ay + m * CELL, DEPTH * CELL, ROWS * CELL, "#eeeeee")
        text(ax + (k + DEPTH / 2) * CELL, ay + (m + ROWS / 2) * CELL + 4, f"m {m}..{m + ROWS - 1}, k {k}..{k + DEPTH - 1}")
for k in range(0, K, DEPTH):
    for n in range(0, N, COLS):
        rect(bx + n * CELL, by + k * CELL, COLS * CELL, DEPTH * CELL, "#eeeeee")
for m in range(0, M, ROWS):
    for n in range(0, N, COLS):
        x, y = bx + n * CELL, ay + m * CELL
        first, second = step(m, n, 0), step(m, n, DEPTH)
        rect(x, y, COLS * CELL, ROWS * CELL / 2, COLOURS[first])
        rect(x, y + ROWS * CELL / 2, COLS * CELL, ROWS * CELL / 2, COLOURS[second])
        text(x + COLS * CELL / 2, y + 23, f"step {first}", 10)
        text(x + COLS * CELL / 2, y + 23 + ROWS * CELL / 2, f"step {second}", 10)
text(bx + N * CELL / 2, ay + M * CELL + 16, "C: sums, 16 x 8", weight="bold")
text(ax + K * CELL / 2, ay + M * CELL + 16, "steps 0-3 take k 0..15, steps 4-7 take k 16..31", 10)

# One step: 8 x 4 dot-product units, one of them enlarged.
gx, gy = bx + N * CELL + 70, 60
text(gx + 110, gy - 30, "one step: 8 x 4 dot-product units (i, j)", weight="bold")
text(gx + 110, gy - 14, "unit (i, j): row i of A's block, column j of B's block", 10)
for i in range(ROWS):
    for j in range(COLS):
        unit = i * COLS + j
        chosen = (i, j) == (2, 1)
        rect(gx + j * 55, gy + i * 22, 55, 22, "#ffe08a" if chosen else "#ffffff")
        text(gx + j * 55 + 27.5, gy + i * 22 + 15, f"{unit * DEPTH}-{unit * DEPTH + DEPTH - 1}", 10)
text(gx + 110, gy + ROWS * 22 + 16, "numbers: lanes of the unit", 10)

ux, uy = gx - 40, gy + ROWS * 22 + 60
text(ux + 150, uy - 10, "unit (2, 1): 16 lanes, lane = (i * 4 + j) * 16 + e", weight="bold")
for e in range(DEPTH):
    x = ux + e * 19
    rect(x, uy, 19, 22, "#ffe08a")
    text(x + 9.5, uy + 15, str((2 * COLS + 1) * DEPTH + e), 8.5)
    text(x + 9.5, uy + 36, f"k{e}", 8.5)
    out.append(f'<line x1="{x + 9.5}" y1="{uy + 40}" x2="{ux + 152}" y2="{uy + 70}" stroke="#888" stroke-width="0.6"/>')
rect(ux + 112, uy + 70, 80, 24, "#cfe3f7")
text(ux + 152, uy + 86, "+ c, accumulator", 9.5)

width, height = int(gx + 270), ay + M * CELL + 40
svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
       f'font-family="sans-serif" fill="#111"><rect width="{width}" height="{height}" fill="#ffffff"/>'
       + "".join(out) + "</svg>\n")
(pathlib.Path(__file__).parent / "gpu_lanes.svg").write_text(svg)
