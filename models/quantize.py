#!/usr/bin/python3
"""Post-training quantisation of the float networks of train.py, and their ONNX files.

Weights: int8 on [-127, 127], zero point 0; one scale per layer in the MLPs, one per output neuron or
channel in the others (the last layer has one scale, so that its integer sums compare). Activations:
uint8; zero point 0 behind a ReLU. Scales are those of least squared error, of activations on training
images. Biases: int32. Batch normalisation is folded into the convolutions.

Usage: quantize.py [--work FOLDER] [MODEL...]
Writes models/MODEL.onnx, the entry of models/results.json (accuracy of the integer arithmetic on the
whole test set, hash of its logits) and the table of models/README.md.
"""

import hashlib
import json
import pathlib
import re

import numpy as np
import torch

import catalog
import data_sets
import float_layers
import integer_network
from float_layers import FloatAdd, FloatFlatten, FloatGlobalAveragePool, FloatMatrix, FloatMaxPool
from integer_network import Add, Flatten, GlobalAveragePool, Matrix, MaxPool, Scale
from networks import NETWORKS
from onnx_writer import write_onnx

NUM_CALIBRATION = 1000
CHUNK = 100  # images whose convolution windows are in memory at a time
MODELS = pathlib.Path(__file__).resolve().parent
RESULTS = MODELS / "results.json"
README = MODELS / "README.md"
DESCRIPTIONS = {"mlp": "fully connected 784-128-64-10, ReLU",
                "lenet": "LeNet-5-like: conv 6@5x5, pool, conv 16@5x5, pool, 120, 84, 10, ReLU",
                "cnn": "conv 32, 64, 128 of 3x3, each with a pool, conv 128, 10, ReLU",
                "resnet8": "conv 16, residual blocks 32, 64, 128 of 3x3, global average pool, 10, ReLU"}


def best_step(values, top):
    """Step of least squared error when |values| are rounded to 0..top and clamped."""
    values = np.abs(np.asarray(values, dtype=np.float64)).ravel()
    limit = values.max()
    if limit == 0:
        return np.float32(1.0)
    candidates = (limit * np.linspace(0.35, 1.0, 66) / top).astype(np.float32)
    errors = [np.square(np.minimum(np.rint(values / step), top) * step - values).sum()
              for step in candidates]
    return candidates[int(np.argmin(errors))]


def best_scale(values, relu):
    """Scale of activations. Without ReLU the zero point lies where the range of the values puts it."""
    if relu:
        return Scale(best_step(values, 255))
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    if low == high:
        return Scale(np.float32(1.0))
    best = None
    for share in np.linspace(0.5, 1.0, 26):
        step = np.float32(share * (high - low) / 255)
        zero = int(np.clip(np.rint(-share * low / step), 0, 255))
        codes = np.clip(np.rint(values / step) + zero, 0, 255)
        error = np.square((codes - zero) * step - values).sum()
        if best is None or error < best[0]:
            best = (error, Scale(step, zero))
    return best[1]


def quantize_weights(weights, per_output):
    """int8 [N][K] and float32 scales [N] or [1]."""
    groups = list(weights) if per_output else [weights]
    steps = np.array([best_step(group, 127) for group in groups], dtype=np.float32)
    codes = np.clip(np.rint(weights / steps[:, None]), -127, 127)
    return codes.astype(np.int8), steps


def matrix_values(layer, values):
    """Results of a float layer on real values, [images][N] or [images][N][H][W]."""
    weights = layer.weights.reshape(len(layer.weights), -1).T.astype(np.float64)
    parts = []
    for first in range(0, len(values), CHUNK):
        rows, sides = values[first:first + CHUNK], None
        if layer.weights.ndim == 4:
            rows, *sides = integer_network.im2col(rows, layer.weights.shape[2], layer.stride, layer.padding)
        parts.append(integer_network.to_maps(rows @ weights + layer.bias, sides))
    result = np.concatenate(parts)
    return np.maximum(result, 0.0) if layer.relu else result


def quantize_matrix(layer, values, source, per_output, is_last):
    """The layer, and the real values behind it."""
    weights = layer.weights.reshape(len(layer.weights), -1)
    codes, steps = quantize_weights(weights, per_output and not is_last)
    bias = np.rint(layer.bias.astype(np.float64) / (np.float64(source.step) * steps)).astype(np.int32)
    kernel = layer.weights.shape[2] if layer.weights.ndim == 4 else 0
    values = matrix_values(layer, values)
    target = None if is_last else best_scale(values, layer.relu)
    return Matrix(codes, bias, steps, source, target, layer.inputs, kernel, layer.stride,
                  layer.padding), values


def quantize(layers, images, scale, per_output):
    """Integer layers of float ones. `images`: pixels [images][channels][H][W] of the training set, whose
    `scale` is that of the network's input."""
    values = [(images.astype(np.float64) - scale.zero) * np.float64(scale.step)]
    scales = [scale]
    result = []
    last_reader = {number: index for index, layer in enumerate(layers) for number in layer.inputs}
    for index, layer in enumerate(layers):
        real = [values[number] for number in layer.inputs]
        sources = [scales[number] for number in layer.inputs]
        target = sources[0]
        if isinstance(layer, FloatMatrix):
            is_last = index == len(layers) - 1
            quantized, real = quantize_matrix(layer, real[0], sources[0], per_output, is_last)
            target = quantized.target
        elif isinstance(layer, FloatAdd):
            real = np.maximum(real[0] + real[1], 0.0) if layer.relu else real[0] + real[1]
            target = best_scale(real, layer.relu)
            quantized = Add(tuple(sources), target, layer.inputs)
        elif isinstance(layer, FloatGlobalAveragePool):
            real = real[0].mean(axis=(2, 3), keepdims=True)
            target = best_scale(real, sources[0].zero == 0)
            quantized = GlobalAveragePool(sources[0], target, layer.inputs)
        elif isinstance(layer, FloatMaxPool):
            real = integer_network.max_pool(real[0], layer.size)
            quantized = MaxPool(layer.size, layer.inputs)
        elif isinstance(layer, FloatFlatten):
            real = real[0].reshape(len(real[0]), -1)
            quantized = Flatten(layer.inputs)
        result.append(quantized)
        values.append(real)
        scales.append(target)
        for number in layer.inputs:
            if last_reader[number] == index:
                values[number] = None
    return result


def export(path, network, images, model, description=""):
    """Quantises a PyTorch network (see float_layers.py) and writes it as ONNX. `images`: training images
    [N][channels][H][W], uint8, that scales are measured on; `model`: input_zero, input_unit and per_output
    are used. Returns the integer layers."""
    scale = Scale(np.float32(1.0 / model.input_unit), model.input_zero)
    layers = quantize(float_layers.read_layers(network), images[:NUM_CALIBRATION], scale, model.per_output)
    write_onnx(path, path.stem, layers, images.shape[1:], description)
    return layers


def read_network(name, work):
    """The trained network of a model, and the record of the training."""
    path = work / f"{name}.pt"
    if not path.exists():
        raise SystemExit(f"{path} does not exist: run train.py {name} first")
    stored = torch.load(path)
    network = NETWORKS[catalog.MODELS[name].topology]()
    network.load_state_dict(stored["network"])
    return network, {"float_accuracy": stored["accuracy"], "seed": stored["seed"],
                     "epochs": stored["epochs"], "training_seconds": round(stored["seconds"])}


def save_result(name, entry):
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = entry
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    write_table(results)


def write_table(results):
    """The table of models/README.md, between its two marks."""
    rows = ["| file | network | parameters | data set | float | quantised | test images | bytes | training |",
            "|---|---|---|---|---|---|---|---|---|"]
    for name in catalog.MODELS:
        if name in results:
            entry = results[name]
            rows.append(f"| `{name}.onnx` | {entry['topology']} | {entry['parameters']:,} | "
                        f"{entry['data_set']} | {100 * entry['float_accuracy']:.2f} % | "
                        f"{100 * entry['accuracy']:.2f} % | {entry['images']:,} | "
                        f"{entry['file_bytes']:,} | {entry['epochs']} epochs |")
    text = re.sub(r"(<!-- models -->\n).*?(<!-- end -->)",
                  lambda match: match[1] + "\n".join(rows) + "\n" + match[2], README.read_text(), flags=re.S)
    README.write_text(text)


def build(name, work):
    model = catalog.MODELS[name]
    network, record = read_network(name, work)
    calibration, _ = data_sets.load(model.data_set, "train", work)
    images, labels = data_sets.load(model.data_set, "test", work)
    path = MODELS / f"{name}.onnx"
    layers = export(path, network, calibration, model,
                    f"{DESCRIPTIONS[model.topology]}; trained on {model.data_set}")
    logits = integer_network.logits(layers, images)
    correct = int((logits.argmax(axis=1) == labels).sum())
    matrices = [layer for layer in layers if isinstance(layer, Matrix)]
    save_result(name, {
        "topology": DESCRIPTIONS[model.topology], "data_set": model.data_set, **record,
        "weight_scales": "per output" if model.per_output else "per layer",
        "parameters": sum(layer.weights.size + layer.bias.size for layer in matrices),
        "images": len(labels), "correct": correct, "accuracy": correct / len(labels),
        "logits_sha256": hashlib.sha256(logits.astype("<i4").tobytes()).hexdigest(),
        "file_bytes": path.stat().st_size})
    print(f"{name}: float {100 * record['float_accuracy']:.2f} %, quantised "
          f"{100 * correct / len(labels):.2f} % of {len(labels)}, {path.stat().st_size} bytes")


def main():
    options = catalog.parse_arguments(__doc__.split("\n")[0])
    for name in options.models:
        build(name, options.work)


if __name__ == "__main__":
    main()
