"""Quantised layers and their integer arithmetic in numpy: the reference of the ONNX files.

A layer reads the values whose numbers are in `inputs`: value 0 is the image, value i + 1 the result of
layer i. Activations are uint8, weights int8 with zero point 0, sums int32. Requantisation is that of
ONNX Runtime: the int32 sum is converted to float32, multiplied by a float32 scale, rounded half to even,
moved by the zero point and clamped to [0, 255]; with the zero point 0 the clamp is the ReLU.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scale:
    """real = step * (code - zero)."""

    step: np.float32
    zero: int = 0


@dataclass
class Matrix:
    """Convolution when `kernel` is over 0, else fully connected."""

    weights: np.ndarray       # int8 [N][K], k over (channel, kernel row, kernel column)
    bias: np.ndarray          # int32 [N], scale = input step * weight scale
    weight_scale: np.ndarray  # float32 [1] or [N]
    source: Scale
    target: Scale             # None for the last layer, whose int32 sums are the logits
    inputs: tuple
    kernel: int = 0
    stride: int = 1
    padding: int = 0

    @property
    def is_last(self):
        return self.target is None


@dataclass
class Add:
    sources: tuple  # a Scale per input
    target: Scale
    inputs: tuple


@dataclass
class GlobalAveragePool:
    source: Scale
    target: Scale
    inputs: tuple


@dataclass
class MaxPool:
    """Square windows that do not overlap."""

    size: int
    inputs: tuple


@dataclass
class Flatten:
    inputs: tuple


def im2col(maps, kernel, stride, padding):
    """Maps [images][channels][H][W] to rows [images][outH * outW][channels * kernel * kernel], zeros
    around."""
    padded = np.pad(maps, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    images, channels, height, width = windows.shape[:4]
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(images, height * width, -1)
    return rows, height, width


def max_pool(maps, size):
    images, channels, height, width = maps.shape
    height, width = height // size, width // size
    cut = maps[:, :, :height * size, :width * size]
    return cut.reshape(images, channels, height, size, width, size).max(axis=(3, 5))


def matrix_sums(layer, codes):
    """Exact sums of products [images][...][N] of integers, in float64, and the map's sides."""
    rows, sides = codes.astype(np.int16) - np.int16(layer.source.zero), None
    if layer.kernel:
        rows, *sides = im2col(rows, layer.kernel, layer.stride, layer.padding)
    # Sums stay far below 2^53: a float64 product is exact in any order.
    return rows.astype(np.float64) @ layer.weights.astype(np.float64).T, sides


def to_maps(rows, sides):
    """[images][outH * outW][N] to [images][N][outH][outW]; vectors stay as they are."""
    if sides is None:
        return rows
    return np.ascontiguousarray(rows.transpose(0, 2, 1)).reshape(len(rows), -1, *sides)


def requantize(sums, factor, zero):
    if factor.dtype != np.float32:
        raise AssertionError("the requantisation factor must be computed in float32")
    return np.clip(np.rint(sums.astype(np.float32) * factor) + zero, 0, 255).astype(np.uint8)


def global_average_pool(layer, maps):
    area = maps.shape[2] * maps.shape[3]
    sums = maps.sum(axis=(2, 3), dtype=np.int32) - layer.source.zero * area
    factor = layer.source.step / (layer.target.step * np.float32(area))
    return requantize(sums[:, :, None, None], factor, layer.target.zero)


def fused_multiply_add(a, b, c):
    """float32 a * b + c, rounded once. The product is exact in float64; the sum has 11 bits to spare
    beside float32."""
    return (np.float64(a) * np.float64(b) + np.float64(c)).astype(np.float32)


def add(layer, a, b):
    """QLinearAdd as ONNX Runtime rounds it on x86-64: two fused products on the codes."""
    first, second = layer.sources
    factor_a, factor_b = first.step / layer.target.step, second.step / layer.target.step
    fixed = np.float32(layer.target.zero) - fused_multiply_add(
        factor_a, np.float32(first.zero), factor_b * np.float32(second.zero))
    codes = np.arange(256, dtype=np.float32)
    inner = fused_multiply_add(codes, factor_b, fixed)
    table = np.rint(np.clip(fused_multiply_add(codes[:, None], factor_a, inner[None]), 0, 255))
    return table.astype(np.uint8)[a, b]


def step(layer, values):
    """One layer on the values of a batch that it reads: uint8 in, uint8 (or int32 logits) out."""
    value = values[0]
    if isinstance(layer, MaxPool):
        return max_pool(value, layer.size)
    if isinstance(layer, Flatten):
        return value.reshape(len(value), -1)
    if isinstance(layer, Add):
        return add(layer, *values)
    if isinstance(layer, GlobalAveragePool):
        return global_average_pool(layer, value)
    sums, sides = matrix_sums(layer, value)
    sums = (sums + layer.bias).astype(np.int32)
    if layer.is_last:
        return sums
    factor = layer.source.step * layer.weight_scale / layer.target.step
    return to_maps(requantize(sums, factor, layer.target.zero), sides)


def run(layers, image, step):
    """The result of the last layer; `step(layer, values)` computes one. Values are dropped when their
    last reader has run."""
    last_reader = {number: index for index, layer in enumerate(layers) for number in layer.inputs}
    values = {0: image}
    for index, layer in enumerate(layers):
        values[index + 1] = step(layer, [values[number] for number in layer.inputs])
        for number in set(layer.inputs):
            if last_reader[number] == index:
                del values[number]
    return values[len(layers)]


def logits(layers, images, batch=200):
    """int32 logits [images][classes] of uint8 images [images][channels][H][W]."""
    return np.concatenate([run(layers, images[first:first + batch], step)
                           for first in range(0, len(images), batch)])
