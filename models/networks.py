"""The float networks in PyTorch. Any nn.Sequential of these modules can be quantised (float_layers.py)."""

import torch
from torch import nn


class Residual(nn.Module):
    """relu(body(x) + shortcut(x))."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, value):
        return torch.relu_(self.body(value) + self.shortcut(value))


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


def normalized(inputs, outputs, side=3, stride=1):
    """Convolution that keeps the sides of the map (at stride 1), batch normalisation."""
    return [nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False), nn.BatchNorm2d(outputs)]


def cnn():
    """Four convolutions of 3x3, three max pools, one full connection."""
    return nn.Sequential(*normalized(3, 32), nn.ReLU(), nn.MaxPool2d(2),
                         *normalized(32, 64), nn.ReLU(), nn.MaxPool2d(2),
                         *normalized(64, 128), nn.ReLU(), nn.MaxPool2d(2),
                         *normalized(128, 128), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 10))


def residual(inputs, outputs):
    """Two convolutions beside a 1x1 convolution; the first halves the sides of the map."""
    body = nn.Sequential(*normalized(inputs, outputs, stride=2), nn.ReLU(), *normalized(outputs, outputs))
    return Residual(body, nn.Sequential(*normalized(inputs, outputs, side=1, stride=2)))


def resnet8():
    """Seven convolutions of 3x3 and one full connection on the long path: after the first, each of
    three residual blocks halves the map and doubles the channels."""
    return nn.Sequential(*normalized(3, 16), nn.ReLU(), residual(16, 32), residual(32, 64),
                         residual(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


NETWORKS = {"mlp": mlp, "lenet": lenet, "cnn": cnn, "resnet8": resnet8}
