"""CIFAR-10 in its binary form, plain or gzip."""

import gzip
import pathlib

import numpy as np

RECORD = 1 + 3 * 32 * 32  # label, then rows of red, green, blue


def read_batch(path):
    """Images [N][3][32][32] and labels [N] of a batch; `path` may end in .gz or not."""
    path = pathlib.Path(path)
    if not path.exists():
        path = path.with_name(path.name + ".gz")
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        data = np.frombuffer(file.read(), dtype=np.uint8)
    if data.size == 0 or data.size % RECORD != 0:
        raise ValueError(f"{path}: {data.size} bytes are no whole number of {RECORD}-byte records")
    records = data.reshape(-1, RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def read_split(folder, split):
    """The test batch, or the training batches 1 to 5 as far as they are there, in order."""
    folder = pathlib.Path(folder)
    if split == "test":
        return read_batch(folder / "test_batch.bin")
    names = [f"data_batch_{number}.bin" for number in range(1, 6)]
    there = [name for name in names if list(folder.glob(f"{name}*"))]
    if not there:
        raise SystemExit(f"{folder} holds no training batch: run scripts/fetch_data.sh cifar10")
    batches = [read_batch(folder / name) for name in there]
    return tuple(np.concatenate(parts) for parts in zip(*batches))
