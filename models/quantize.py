#!/usr/bin/python3
"""Post-training quantisation of the float networks of train.py, and their ONNX files.

Weights: int8 on [-127, 127], zero point 0; one scale per layer in the MLPs, one per output neuron or
channel in the LeNets (their last layer has one scale, so that its integer sums compare). Activations:
uint8, zero point 0, pixels with scale 1/255. Scales of weights and activations are those of least
squared error, the latter on training images. Biases: int32.

Usage: quantize.py [--work FOLDER] [MODEL...]
Writes models/MODEL.onnx and the entry of models/results.json: accuracy of the integer arithmetic on
the whole test set, hash of its logits.
"""

import hashlib
import json
import pathlib

import numpy as np

import catalog
import data_sets
import integer_network
from integer_network import Flatten, Matrix, MaxPool
from onnx_writer import write_onnx

NUM_CALIBRATION = 1000
MODELS = pathlib.Path(__file__).resolve().parent
RESULTS = MODELS / "results.json"
DESCRIPTIONS = {"mlp": "fully connected 784-128-64-10, ReLU",
                "lenet": "LeNet-5-like: conv 6@5x5, pool, conv 16@5x5, pool, 120, 84, 10, ReLU"}


def best_scale(values, top):
    """Scale of least squared error when |values| are rounded to 0..top and clamped."""
    values = np.abs(np.asarray(values, dtype=np.float64)).ravel()
    limit = values.max()
    if limit == 0:
        return np.float32(1.0)
    candidates = (limit * np.linspace(0.35, 1.0, 66) / top).astype(np.float32)
    errors = [np.square(np.minimum(np.rint(values / scale), top) * scale - values).sum()
              for scale in candidates]
    return candidates[int(np.argmin(errors))]


def quantize_weights(weights, per_output):
    """int8 [N][K] and float32 scales [N] or [1]."""
    groups = list(weights) if per_output else [weights]
    scales = np.array([best_scale(group, 127) for group in groups], dtype=np.float32)
    codes = np.clip(np.rint(weights / scales[:, None]), -127, 127)
    return codes.astype(np.int8), scales


def float_maps(weights, bias, kernel, padding, values):
    """ReLU of a float layer on real values, [images][N] or [images][N][H][W]."""
    rows, sides = values, None
    if kernel:
        rows, *sides = integer_network.im2col(values, kernel, padding)
    sums = rows @ weights.T.astype(np.float64) + bias
    return np.maximum(integer_network.to_maps(sums, sides), 0.0)


def quantize_matrix(weights, bias, values, input_scale, per_output, is_last):
    """One layer, and the real values behind it. Convolution weights are [N][C][side][side]; a side
    of 5 with one input channel is padded to keep 28x28."""
    kernel = weights.shape[2] if weights.ndim == 4 else 0
    padding = 2 if kernel and weights.shape[1] == 1 else 0
    weights = weights.reshape(len(weights), -1)
    codes, scales = quantize_weights(weights, per_output and not is_last)
    codes_bias = np.rint(bias.astype(np.float64) / (np.float64(input_scale) * scales)).astype(np.int32)
    if is_last:
        return Matrix(codes, codes_bias, scales, input_scale, np.float32(0)), None
    values = float_maps(weights, bias, kernel, padding, values)
    output_scale = best_scale(values, 255)
    return Matrix(codes, codes_bias, scales, input_scale, output_scale, kernel, padding), values


def quantize(parameters, images, per_output):
    """Layers of a network; `parameters` is a list of (weights, bias) of its float layers."""
    values = images[:, None].astype(np.float64) / 255.0
    scale = np.float32(1.0 / 255.0)
    layers = []
    for number, (weights, bias) in enumerate(parameters):
        if weights.ndim == 2 and values.ndim == 4:
            layers.append(Flatten())
            values = values.reshape(len(values), -1)
        is_last = number == len(parameters) - 1
        layer, values = quantize_matrix(weights, bias, values, scale, per_output, is_last)
        layers.append(layer)
        scale = layer.output_scale
        if weights.ndim == 4:
            layers.append(MaxPool(2))
            values = integer_network.max_pool(values, 2)
    return layers


def read_parameters(path):
    """(weights, bias) per layer, and the record of the training."""
    if not path.exists():
        raise SystemExit(f"{path} does not exist: run train.py first")
    with np.load(path) as stored:
        count = sum(name.startswith("weight") for name in stored.files)
        parameters = [(stored[f"weight{i}"], stored[f"bias{i}"]) for i in range(count)]
        record = {"float_accuracy": float(stored["accuracy"]), "seed": int(stored["seed"]),
                  "epochs": int(stored["epochs"]), "training_seconds": round(float(stored["seconds"]))}
    return parameters, record


def save_result(name, entry):
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = entry
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


def build(name, work):
    model = catalog.MODELS[name]
    parameters, record = read_parameters(work / f"{name}.npz")
    calibration, _ = data_sets.load(model.data_set, "train", work)
    images, labels = data_sets.load(model.data_set, "test", work)
    layers = quantize(parameters, calibration[:NUM_CALIBRATION], model.per_output)
    logits = integer_network.logits(layers, images)
    correct = int((logits.argmax(axis=1) == labels).sum())
    path = MODELS / f"{name}.onnx"
    write_onnx(path, name, layers, f"{DESCRIPTIONS[model.topology]}; trained on {model.data_set}")
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
    return layers, images, logits


def main():
    options = catalog.parse_arguments(__doc__.split("\n")[0])
    for name in options.models:
        build(name, options.work)


if __name__ == "__main__":
    main()
