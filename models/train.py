#!/usr/bin/python3
"""Trains the float networks that ship with Faultwave (PyTorch, one thread, fixed seed).

Usage: train.py [--work FOLDER] [MODEL...]
Writes FOLDER/MODEL.pt: parameters, accuracy, training time. quantize.py reads it. The CIFAR-10
models are saved after every epoch, and training goes on from there.
"""

import os
import time

import numpy as np
import torch
from torch import nn

import catalog
import data_sets
from networks import NETWORKS

SEED = 20231
BATCH = 100
RATE = 2e-3
DECAY = 1e-2
# CIFAR-10
COLOUR_BATCH = 128
COLOUR_RATE = 0.2
COLOUR_DECAY = 3e-4
MARGIN = 4  # pixels that an image may move, in each direction
CUT = 24


def tensors(model, split, work):
    """Images [N][channels][rows][columns] in real values, labels [N]."""
    images, labels = data_sets.load(model.data_set, split, work)
    real = (images.astype(np.float32) - model.input_zero) / model.input_unit
    return torch.from_numpy(real), torch.from_numpy(labels.astype(np.int64))


def accuracy(network, images, labels):
    network.eval()
    with torch.no_grad():
        found = torch.cat([network(batch).argmax(1) for batch in images.split(1000)])
    network.train()
    return float((found == labels).double().mean())


def descend(network, images, labels, optimizer, schedule):
    loss = nn.functional.cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()


def train_grey(model, work):
    """Returns the network, its accuracy on the test set and the seconds of training."""
    torch.manual_seed(SEED)
    network = NETWORKS[model.topology]()
    images, labels = tensors(model, "train", work)
    test = tensors(model, "test", work)
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, model.epochs * (len(images) // BATCH))
    begin = time.time()
    for epoch in range(model.epochs):
        order = torch.randperm(len(images))
        for first in range(0, len(images) - BATCH + 1, BATCH):
            batch = order[first:first + BATCH]
            # The same shift by up to one pixel for the whole batch.
            shift = torch.randint(-1, 2, (2,)).tolist()
            descend(network, torch.roll(images[batch], shift, (2, 3)), labels[batch], optimizer, schedule)
        print(f"  epoch {epoch + 1}/{model.epochs}: test accuracy {100 * accuracy(network, *test):.2f} %",
              flush=True)
    return network, accuracy(network, *test), time.time() - begin


def windows(padded, batch, cut):
    """Random windows of padded images, half of them mirrored. Whole images move by up to MARGIN
    pixels; cuts lie inside the image."""
    first, last, side = (MARGIN, MARGIN + 32 - CUT, CUT) if cut else (0, 2 * MARGIN, 32)
    top, left = torch.randint(first, last + 1, (2, len(batch)))
    views = padded.unfold(2, side, 1).unfold(3, side, 1)
    images = views[batch, :, top, left]
    mirrored = torch.rand(len(batch)) < 0.5
    return torch.where(mirrored[:, None, None, None], images.flip(3), images)


def train_colour(model, work, checkpoint):
    """As train_grey. Every epoch has its own seed, so that a resumed training ends the same."""
    torch.manual_seed(SEED)
    network = NETWORKS[model.topology]().to(memory_format=torch.channels_last)
    images, labels = tensors(model, "train", work)
    test = tensors(model, "test", work)
    padded = nn.functional.pad(images, [MARGIN] * 4)
    optimizer = torch.optim.SGD(network.parameters(), COLOUR_RATE, momentum=0.9, weight_decay=COLOUR_DECAY,
                                nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, COLOUR_RATE, model.epochs * (len(images) // COLOUR_BATCH),
        pct_start=model.warm_up_epochs / model.epochs)
    parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
    done, seconds = 0, 0.0
    if checkpoint.exists():
        stored = torch.load(checkpoint)
        done, seconds = stored["epochs"], stored["seconds"]
        for name, part in parts.items():
            part.load_state_dict(stored[name])
    for epoch in range(done, model.epochs):
        begin = time.time()
        torch.manual_seed(SEED + 1 + epoch)
        order = torch.randperm(len(images))
        for first in range(0, len(images) - COLOUR_BATCH + 1, COLOUR_BATCH):
            batch = order[first:first + COLOUR_BATCH]
            cut = windows(padded, batch, epoch < model.cut_epochs)
            descend(network, cut.contiguous(memory_format=torch.channels_last), labels[batch], optimizer,
                    schedule)
        seconds += time.time() - begin
        save(checkpoint, {"epochs": epoch + 1, "seconds": seconds,
                          **{name: part.state_dict() for name, part in parts.items()}})
        print(f"  epoch {epoch + 1}/{model.epochs}: test accuracy {100 * accuracy(network, *test):.2f} %, "
              f"{seconds:.0f} s", flush=True)
    return network, accuracy(network, *test), seconds


def save(path, content):
    beside = path.with_name(path.name + ".part")
    torch.save(content, beside)
    os.replace(beside, path)


def main():
    options = catalog.parse_arguments(__doc__.split("\n")[0])
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in options.models:
        model = catalog.MODELS[name]
        print(f"{name}: {model.topology} on {model.data_set}", flush=True)
        if model.data_set == "cifar10":
            trained = train_colour(model, options.work, options.work / f"{name}.checkpoint")
        else:
            trained = train_grey(model, options.work)
        network, correct, seconds = trained
        save(options.work / f"{name}.pt", {"network": network.state_dict(), "accuracy": correct,
                                           "seconds": seconds, "seed": SEED, "epochs": model.epochs})
        print(f"{name}: {100 * correct:.2f} % in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
