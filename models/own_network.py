#!/usr/bin/python3
"""Example: a small PyTorch network of one's own, trained on strokes, quantised, and written as ONNX.

Usage: own_network.py [FOLDER]      (default: build/models)
Writes FOLDER/own_network.onnx. models/README.md goes on from there.
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn

import catalog
import data_sets
import integer_network
import quantize
from networks import Residual, normalized

EPOCHS = 5
BATCH = 100


def network():
    """Any nn.Sequential of the modules that float_layers.py lists."""
    body = nn.Sequential(*normalized(12, 24, stride=2), nn.ReLU(), *normalized(24, 24))
    return nn.Sequential(*normalized(1, 12, stride=2), nn.ReLU(),
                         Residual(body, nn.Sequential(*normalized(12, 24, side=1, stride=2))),
                         *normalized(24, 48, stride=2), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10))


def train(own, images, labels):
    pixels = torch.from_numpy(images.astype(np.float32) / 255.0)
    classes = torch.from_numpy(labels.astype(np.int64))
    steps = EPOCHS * (len(pixels) // BATCH)
    optimizer = torch.optim.AdamW(own.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, steps)
    for step in range(steps):
        batch = torch.randint(len(pixels), (BATCH,))
        loss = nn.functional.cross_entropy(own(pixels[batch]), classes[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def main():
    work = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else catalog.ROOT / "build" / "models"
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    images, labels = data_sets.load("strokes", "train", work)
    own = network()
    train(own, images, labels)
    own.eval()

    model = catalog.Model("own", "strokes", EPOCHS, per_output=True)
    layers = quantize.export(work / "own_network.onnx", own, images, model)

    images, labels = data_sets.load("strokes", "test", work)
    with torch.no_grad():
        found = own(torch.from_numpy(images.astype(np.float32) / 255.0)).argmax(1).numpy()
    codes = integer_network.logits(layers, images).argmax(axis=1)
    print(f"float {100 * (found == labels).mean():.2f} %, quantised {100 * (codes == labels).mean():.2f} %")
    print(f"network: {work / 'own_network.onnx'}")


if __name__ == "__main__":
    main()
