"""Quantised layers and their integer arithmetic in numpy: the reference of the ONNX files.

A layer is one of Matrix, MaxPool and Flatten. Activations are uint8 with zero point 0, weights int8
with zero point 0, sums int32. Requantisation is that of ONNX Runtime: the int32 sum is converted to
float32, multiplied by a float32 scale, rounded half to even and clamped to [0, 255]; the clamp at 0 is
the ReLU.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Matrix:
    """Convolution (stride 1) when `kernel` is over 0, else fully connected."""

    weights: np.ndarray       # int8 [N][K], k over (channel, kernel row, kernel column)
    bias: np.ndarray          # int32 [N], scale = input_scale * weight_scale
    weight_scale: np.ndarray  # float32 [1] or [N]
    input_scale: np.float32
    output_scale: np.float32  # 0 for the last layer, whose int32 sums are the logits
    kernel: int = 0
    padding: int = 0

    @property
    def is_last(self):
        return self.output_scale == 0


@dataclass
class MaxPool:
    """Square windows that do not overlap."""

    size: int


@dataclass
class Flatten:
    pass


def im2col(maps, kernel, padding):
    """Maps [images][channels][H][W] to rows [images][outH * outW][channels * kernel * kernel]."""
    padded = np.pad(maps, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))
    images, channels, height, width = windows.shape[:4]
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(images, height * width, -1)
    return rows, height, width


def max_pool(maps, size):
    images, channels, height, width = maps.shape
    height, width = height // size, width // size
    cut = maps[:, :, :height * size, :width * size]
    return cut.reshape(images, channels, height, size, width, size).max(axis=(3, 5))


def matrix_sums(layer, values):
    """Exact sums of products [images][...][N] of integers, in float64, and the map's sides."""
    rows, sides = values, None
    if layer.kernel:
        rows, *sides = im2col(values, layer.kernel, layer.padding)
    # Sums stay far below 2^53: a float64 product is exact in any order.
    return rows.astype(np.float64) @ layer.weights.astype(np.float64).T, sides


def to_maps(rows, sides):
    """[images][outH * outW][N] to [images][N][outH][outW]; vectors stay as they are."""
    if sides is None:
        return rows
    return np.ascontiguousarray(rows.transpose(0, 2, 1)).reshape(len(rows), -1, *sides)


def requantize(layer, sums):
    scale = layer.input_scale * layer.weight_scale / layer.output_scale
    if scale.dtype != np.float32:
        raise AssertionError("the requantisation scale must be computed in float32")
    return np.clip(np.rint(sums.astype(np.float32) * scale), 0, 255).astype(np.uint8)


def step(layer, values):
    """One layer on a batch: uint8 in, uint8 (or int32 logits) out."""
    if isinstance(layer, MaxPool):
        return max_pool(values, layer.size)
    if isinstance(layer, Flatten):
        return values.reshape(len(values), -1)
    sums, sides = matrix_sums(layer, values)
    sums = (sums + layer.bias).astype(np.int32)
    return sums if layer.is_last else to_maps(requantize(layer, sums), sides)


def logits(layers, images, batch=500):
    """int32 logits [images][classes] of uint8 images [images][H][W]."""
    results = []
    for first in range(0, len(images), batch):
        values = images[first:first + batch, None]
        for layer in layers:
            values = step(layer, values)
        results.append(values)
    return np.concatenate(results)
