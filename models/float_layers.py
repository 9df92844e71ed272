"""A trained PyTorch network as a list of float layers in numpy, batch normalisation folded in.

A layer reads the values whose numbers are in `inputs`: value 0 is the image, value i + 1 the result of
layer i. ReLU belongs to the layer before it.
"""

from dataclasses import dataclass

import numpy as np
from torch import nn

from networks import Residual

SUPPORTED = ("Conv2d (square kernel, one group, zeros around), BatchNorm2d behind it, Linear, ReLU behind "
             "any of them, MaxPool2d (windows that do not overlap), AdaptiveAvgPool2d(1), Flatten, Dropout, "
             "Sequential, and networks.Residual")


@dataclass
class FloatMatrix:
    """Convolution when `weights` is [N][C][side][side], fully connected when it is [N][K]."""

    weights: np.ndarray
    bias: np.ndarray
    inputs: tuple
    stride: int = 1
    padding: int = 0
    relu: bool = False


@dataclass
class FloatAdd:
    inputs: tuple
    relu: bool = True


@dataclass
class FloatMaxPool:
    size: int
    inputs: tuple


@dataclass
class FloatGlobalAveragePool:
    inputs: tuple


@dataclass
class FloatFlatten:
    inputs: tuple


def refuse(module, why):
    raise SystemExit(f"{module}: {why}\n  supported: {SUPPORTED}")


def array(tensor):
    return tensor.detach().numpy().astype(np.float64)


def single(module, value):
    """A setting that PyTorch keeps as a number or as one per direction."""
    values = value if isinstance(value, tuple) else (value,)
    if len(set(values)) != 1 or isinstance(values[0], str):
        refuse(module, "rows and columns must be treated alike")
    return values[0]


class Reader:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)
        return len(self.layers)

    def sequence(self, modules, value):
        for module in modules:
            value = self.module(module, value)
        return value

    def module(self, module, value):
        """Appends the layers of a module that reads value number `value`; the number of its result."""
        if isinstance(module, nn.Sequential):
            return self.sequence(module, value)
        if isinstance(module, (nn.Identity, nn.Dropout, nn.Dropout2d)):
            return value
        if isinstance(module, Residual):
            long, short = self.module(module.body, value), self.module(module.shortcut, value)
            return self.add(FloatAdd((long, short)))
        if isinstance(module, (nn.ReLU, nn.BatchNorm2d)):
            return self.join(module, value)
        return self.add(self.layer(module, (value,)))

    def layer(self, module, inputs):
        if isinstance(module, nn.Conv2d):
            if module.groups != 1 or single(module, module.dilation) != 1 or module.padding_mode != "zeros":
                refuse(module, "groups, dilations and other paddings are not quantised")
            single(module, module.kernel_size)
            bias = np.zeros(module.out_channels) if module.bias is None else array(module.bias)
            return FloatMatrix(array(module.weight), bias, inputs, single(module, module.stride),
                               single(module, module.padding))
        if isinstance(module, nn.Linear):
            bias = np.zeros(module.out_features) if module.bias is None else array(module.bias)
            return FloatMatrix(array(module.weight), bias, inputs)
        if isinstance(module, nn.MaxPool2d):
            size = single(module, module.kernel_size)
            if single(module, module.stride) != size or single(module, module.padding) != 0:
                refuse(module, "its windows overlap or reach over the edge")
            return FloatMaxPool(size, inputs)
        if isinstance(module, nn.AdaptiveAvgPool2d) and single(module, module.output_size) == 1:
            return FloatGlobalAveragePool(inputs)
        if isinstance(module, nn.Flatten):
            return FloatFlatten(inputs)
        return refuse(module, "cannot be quantised")

    def join(self, module, value):
        """ReLU and batch normalisation change the layer before them, which nothing else reads yet."""
        before = self.layers[value - 1] if value == len(self.layers) and value > 0 else None
        if not isinstance(before, FloatMatrix) or before.relu:
            refuse(module, "does not follow a convolution or a Linear")
        if isinstance(module, nn.ReLU):
            before.relu = True
            return value
        if before.weights.ndim != 4:
            refuse(module, "does not follow a convolution")
        scale = 1.0 / np.sqrt(array(module.running_var) + module.eps)
        shift = -array(module.running_mean) * scale
        if module.affine:
            scale, shift = scale * array(module.weight), shift * array(module.weight) + array(module.bias)
        before.weights = before.weights * scale[:, None, None, None]
        before.bias = before.bias * scale + shift
        return value


def read_layers(network):
    """The layers of an nn.Sequential in evaluation mode."""
    reader = Reader()
    reader.module(network.eval(), 0)
    last = reader.layers[-1] if reader.layers else None
    if not isinstance(last, FloatMatrix) or last.weights.ndim != 2 or last.relu:
        refuse(network, "must end in a Linear without ReLU")
    return reader.layers
