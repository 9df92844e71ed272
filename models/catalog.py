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
    # The first epochs see random cuts of 24x24 pixels instead of the whole image: half the time.
    cut_epochs: int = 0
    warm_up_epochs: float = 0.0  # CIFAR-10: the learning rate rises for so long
    # The network sees (pixel - input_zero) / input_unit.
    input_zero: int = 0
    input_unit: int = 255


MODELS = {
    "strokes_mlp": Model("mlp", "strokes", 15, False),
    "mnist_mlp": Model("mlp", "mnist", 15, False),
    "fashion_mlp": Model("mlp", "fashion-mnist", 15, False),
    "strokes_lenet": Model("lenet", "strokes", 12, True),
    "mnist_lenet": Model("lenet", "mnist", 8, True),
    "fashion_lenet": Model("lenet", "fashion-mnist", 15, True),
    "cifar10_cnn": Model("cnn", "cifar10", 10, True, warm_up_epochs=2.8, input_zero=121, input_unit=64),
    "cifar10_resnet8": Model("resnet8", "cifar10", 24, True, warm_up_epochs=4.8, cut_epochs=19,
                             input_zero=121, input_unit=64),
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
