"""IDX files (the MNIST format), plain or gzip."""

import gzip
import pathlib
import struct

import numpy as np

UBYTE = 0x08


def write_idx(path, array):
    """Writes a uint8 array as gzip IDX; the bytes depend on the array alone (no name, no time)."""
    array = np.ascontiguousarray(array, dtype=np.uint8)
    header = struct.pack(">HBB", 0, UBYTE, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    with open(beside, "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
            packed.write(header + array.tobytes())
    beside.replace(path)


def read_idx(path):
    """Reads an IDX file of unsigned bytes."""
    path = pathlib.Path(path)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        data = file.read()
    if len(data) < 4 or data[0] != 0 or data[1] != 0 or data[2] != UBYTE:
        raise ValueError(f"{path}: not an IDX file of unsigned bytes")
    rank = data[3]
    if len(data) < 4 + 4 * rank:
        raise ValueError(f"{path}: the IDX header is cut off")
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    values = np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * rank)
    if values.size != int(np.prod(shape, dtype=np.int64)):
        raise ValueError(f"{path}: {values.size} values, but the header says {shape}")
    return values.reshape(shape)


def read_split(folder, prefix):
    """Images [N][28][28] and labels [N] of `PREFIX-images-idx3-ubyte.gz` and its labels."""
    folder = pathlib.Path(folder)
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(f"{folder}/{prefix}: images {images.shape} do not match labels {labels.shape}")
    return images, labels
