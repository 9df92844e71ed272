#!/usr/bin/python3
"""Trains the float networks that ship with Faultwave (PyTorch, one thread, fixed seed).

Usage: train.py [--work FOLDER] [MODEL...]
Writes FOLDER/MODEL.npz: weights, biases, accuracy, training time. quantize.py reads it.
"""

import time

import numpy as np
import torch
from torch import nn

import catalog
import data_sets

SEED = 20231
BATCH = 100
RATE = 2e-3
DECAY = 1e-2


def mlp():
    """784-128-64-10."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(),
                         nn.Linear(64, 10))


def lenet():
    """LeNet-5 with ReLU, max pooling and full connections between the feature maps."""
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def tensors(images, labels):
    """Images [N][1][28][28] with pixels on [0, 1], labels [N]."""
    return (torch.from_numpy(images.astype(np.float32) / 255.0)[:, None],
            torch.from_numpy(labels.astype(np.int64)))


def accuracy(network, images, labels):
    with torch.no_grad():
        found = torch.cat([network(batch).argmax(1) for batch in images.split(1000)])
    return float((found == labels).double().mean())


def train(model, work):
    """Returns the network, its accuracy on the test set and the seconds of training."""
    torch.manual_seed(SEED)
    network = {"mlp": mlp, "lenet": lenet}[model.topology]()
    images, labels = tensors(*data_sets.load(model.data_set, "train", work))
    test = tensors(*data_sets.load(model.data_set, "test", work))
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, model.epochs * (len(images) // BATCH))
    begin = time.time()
    for epoch in range(model.epochs):
        order = torch.randperm(len(images))
        for first in range(0, len(images) - BATCH + 1, BATCH):
            batch = order[first:first + BATCH]
            # The same shift by up to one pixel for the whole batch.
            shift = torch.randint(-1, 2, (2,)).tolist()
            moved = torch.roll(images[batch], shift, (2, 3))
            loss = nn.functional.cross_entropy(network(moved), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"  epoch {epoch + 1}/{model.epochs}: test accuracy {100 * accuracy(network, *test):.2f} %",
              flush=True)
    return network, accuracy(network, *test), time.time() - begin


def main():
    options = catalog.parse_arguments(__doc__.split("\n")[0])
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in options.models:
        model = catalog.MODELS[name]
        print(f"{name}: {model.topology} on {model.data_set}", flush=True)
        network, correct, seconds = train(model, options.work)
        layers = [layer for layer in network if isinstance(layer, (nn.Conv2d, nn.Linear))]
        arrays = {}
        for number, layer in enumerate(layers):
            arrays[f"weight{number}"] = layer.weight.detach().numpy()
            arrays[f"bias{number}"] = layer.bias.detach().numpy()
        np.savez(options.work / f"{name}.npz", accuracy=correct, seconds=seconds, seed=SEED, epochs=model.epochs,
                 **arrays)
        print(f"{name}: {100 * correct:.2f} % in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
