"""Finds the splits that the training scripts use."""

import os
import pathlib

import catalog
import cifar10
import make_strokes
from idx import read_split

PREFIXES = {"train": "train", "test": "t10k"}


def data_folder():
    """$FAULTWAVE_DATA, else `shared` beside the source tree."""
    return pathlib.Path(os.environ.get("FAULTWAVE_DATA", catalog.ROOT.parent / "shared"))


def folder_of(name):
    folder = data_folder() / "datasets" / name
    if not folder.is_dir():
        raise SystemExit(f"{folder} does not exist: set FAULTWAVE_DATA to a folder that holds datasets, "
                         f"or run scripts/fetch_data.sh {name}")
    return folder


def load(name, split, work):
    """Images [N][channels][rows][columns] uint8 and labels [N] of a split. The training images of
    "strokes" are drawn into `work` at the first call."""
    if name == "cifar10":
        return cifar10.read_split(folder_of(name), split)
    images, labels = load_grey(name, split, work)
    return images[:, None], labels


def load_grey(name, split, work):
    """Images [N][28][28] and labels [N]."""
    if name == "strokes":
        folder = pathlib.Path(work) if split == "train" else make_strokes.DATA
        prefix = f"strokes-{split}"
        if split == "train" and not (folder / f"{prefix}-labels-idx1-ubyte.gz").exists():
            return make_strokes.write_split(split, folder)
        return read_split(folder, prefix)
    return read_split(folder_of(name), PREFIXES[split])
