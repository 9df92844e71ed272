"""Writes quantised layers as an ONNX file in operator form (opset 13 and com.microsoft 1).

uint8 image [N][channels][H][W] -> QLinearConv, MaxPool, QLinearAdd and QLinearGlobalAveragePool
(com.microsoft), Flatten, QGemm (com.microsoft) -> MatMulInteger, Add -> int32 logits [N][classes].
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from integer_network import Add, Flatten, GlobalAveragePool, Matrix, MaxPool


class GraphWriter:
    def __init__(self):
        self.nodes = []
        self.initializers = []

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, kind, inputs, name, domain="", **attributes):
        output = f"{name}_output"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, domain=domain, **attributes))
        return output

    def quantization(self, name, scale, zero_point):
        """Names of a scale and of the zero point; one element becomes a scalar."""
        scale = np.asarray(scale, dtype=np.float32)
        if scale.size == 1:
            scale = scale.reshape(())
        zeros = np.full(scale.shape, zero_point.item(), dtype=zero_point.dtype)
        return [self.constant(f"{name}_scale", scale), self.constant(f"{name}_zero_point", zeros)]

    def activation(self, name, scale):
        return self.quantization(name, scale.step, np.uint8(scale.zero))

    def matrix(self, layer, value, name):
        if layer.is_last:
            return self.last(layer, value, name)
        weights = layer.weights
        if layer.kernel:
            weights = weights.reshape(len(weights), -1, layer.kernel, layer.kernel)
        source = [value, *self.activation(f"{name}_input", layer.source)]
        kernel = [self.constant(f"{name}_weight", weights),
                  *self.quantization(f"{name}_weight", layer.weight_scale, np.int8(0))]
        target = self.activation(f"{name}_output", layer.target)
        bias = self.constant(f"{name}_bias", layer.bias)
        if layer.kernel:
            return self.node("QLinearConv", source + kernel + target + [bias], name,
                             kernel_shape=[layer.kernel] * 2, pads=[layer.padding] * 4,
                             strides=[layer.stride] * 2)
        return self.node("QGemm", source + kernel + [bias] + target, name, domain="com.microsoft",
                         transB=1)

    def last(self, layer, value, name):
        inputs = [value, self.constant(f"{name}_weight", np.ascontiguousarray(layer.weights.T)),
                  self.constant(f"{name}_input_zero_point", np.uint8(layer.source.zero)),
                  self.constant(f"{name}_weight_zero_point", np.int8(0))]
        sums = self.node("MatMulInteger", inputs, name)
        self.nodes.append(helper.make_node("Add", [sums, self.constant(f"{name}_bias", layer.bias)],
                                           ["logits"], name=f"{name}_add"))
        return "logits"

    def layer(self, layer, values, name):
        if isinstance(layer, MaxPool):
            return self.node("MaxPool", values, name, kernel_shape=[layer.size] * 2,
                             strides=[layer.size] * 2)
        if isinstance(layer, Flatten):
            return self.node("Flatten", values, name)
        if isinstance(layer, Add):
            inputs = [values[0], *self.activation(f"{name}_a", layer.sources[0]),
                      values[1], *self.activation(f"{name}_b", layer.sources[1])]
            return self.node("QLinearAdd", inputs + self.activation(f"{name}_output", layer.target), name,
                             domain="com.microsoft")
        if isinstance(layer, GlobalAveragePool):
            inputs = [values[0], *self.activation(f"{name}_input", layer.source)]
            return self.node("QLinearGlobalAveragePool",
                             inputs + self.activation(f"{name}_output", layer.target), name,
                             domain="com.microsoft", channels_last=0)
        return self.matrix(layer, values[0], name)


KINDS = {MaxPool: "pool", Flatten: "flatten", Add: "add", GlobalAveragePool: "pool"}


def layer_names(layers):
    """conv1, pool1, conv2, ..., fc1, fc2, ...: numbered per kind."""
    counts, names = {}, []
    for layer in layers:
        kind = KINDS[type(layer)] if not isinstance(layer, Matrix) else "conv" if layer.kernel else "fc"
        counts[kind] = counts.get(kind, 0) + 1
        names.append(kind if kind == "flatten" else f"{kind}{counts[kind]}")
    return names


def write_onnx(path, name, layers, image_shape, description):
    """Writes the layers; the bytes depend on the arguments alone. `image_shape`: channels, H, W."""
    writer = GraphWriter()
    values = ["image"]
    for layer, label in zip(layers, layer_names(layers)):
        values.append(writer.layer(layer, [values[number] for number in layer.inputs], label))
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *image_shape])
    result = helper.make_tensor_value_info("logits", TensorProto.INT32, ["N", layers[-1].bias.size])
    graph = helper.make_graph(writer.nodes, name, [image], [result], writer.initializers,
                              doc_string=description)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="faultwave", ir_version=7)
    onnx.checker.check_model(model)
    path = pathlib.Path(path)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(model.SerializeToString())
    beside.replace(path)
