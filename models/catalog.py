"""The models that ship with Faultwave, and the command line that the scripts share."""

import argparse
import pathlib
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Model:
    topology: str
    data_set: str
    epochs: int
    per_output: bool  # one weight scale per output neuron or channel; else one per layer


MODELS = {
    "strokes_mlp": Model("mlp", "strokes", 15, False),
    "mnist_mlp": Model("mlp", "mnist", 15, False),
    "strokes_lenet": Model("lenet", "strokes", 12, True),
    "mnist_lenet": Model("lenet", "mnist", 8, True),
}


def parse_arguments(description):
    """Options with `models`, names of MODELS (default: all), and `work`, a folder."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("models", nargs="*", default=list(MODELS), metavar="MODEL",
                        help="of " + ", ".join(MODELS))
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "models",
                        help="folder of intermediate files (default: build/models)")
    options = parser.parse_args()
    for name in options.models:
        if name not in MODELS:
            parser.error(f"unknown model {name}; known: {', '.join(MODELS)}")
    options.work.mkdir(parents=True, exist_ok=True)
    return options
