"""Write a student as ONNX. The file is kept only if it answers as the student does."""

from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.distill.extra import need
from stillwatch.distill.students import linear
from stillwatch.distill.students.static import StaticEncoder, unit
from stillwatch.errors import InputError
from stillwatch.files import atomic_write, read_json

OPSET = 17


def run(folder: Path, out: Path) -> Path:
    """Export a student to one ONNX file.

    Args:
        folder: of a linear or static student.
        out: the file to write.

    Returns:
        ``out``.

    Raises:
        InputError: the folder is no student of these kinds.
        RuntimeError: the ONNX file answers differently from the student.
    """
    if not (folder / "config.json").is_file():
        raise InputError("no student", where=folder, todo="Pass the folder that stillwatch distill train wrote")
    about = read_json(folder / "config.json")
    rng = np.random.default_rng(0)
    if about.get("stillwatch") == linear.FORMAT:
        student = linear.LinearClassifier.load(folder)
        model = _linear(student)
        features = (rng.random((4, len(student.weights))) < 0.1).astype(np.float32)
        inputs: dict[str, Any] = {"features": features}
        expected = student.probabilities(features @ student.weights + student.bias)
    elif about.get("model_type") == "model2vec":
        encoder = StaticEncoder.load(folder)
        model = _static(encoder)
        ids, mask = rng.integers(0, len(encoder.table), (4, 8)), (rng.random((4, 8)) < 0.9).astype(np.float32)
        inputs, expected = {"ids": ids, "mask": mask}, unit((encoder.table[ids] * mask[:, :, None]).sum(axis=1))
    else:
        todo = "Layered encoders and language models are kept as transformers folders, which optimum exports"
        raise InputError("ONNX is for linear and static students", where=folder, todo=todo)
    onnx = need("onnx", what="ONNX export")
    onnx.checker.check_model(model)
    outputs = need("onnx.reference", what="ONNX export").ReferenceEvaluator(model).run(None, inputs)[0]
    if not np.allclose(outputs, expected, atol=1e-4):
        raise RuntimeError(f"the ONNX file answers differently from the student (by {np.abs(outputs - expected).max():.2g})")
    with atomic_write(out) as partial:
        onnx.save(model, str(partial))
    return out


def _static(encoder: StaticEncoder) -> Any:
    """A graph from ``ids`` (n, length) and ``mask`` (n, length) to ``vectors`` (n, n_dims), rows of length 1."""
    onnx = need("onnx", what="ONNX export")
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("Unsqueeze", ["mask", "last"], ["weights"]),
        helper.make_node("Mul", ["rows", "weights"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "middle"], ["summed"], keepdims=0),
        helper.make_node("LpNormalization", ["summed"], ["vectors"], axis=1, p=2),
    ]
    graph = helper.make_graph(
        nodes, "static_encoder",
        [helper.make_tensor_value_info("ids", kind.INT64, ["n", "length"]),
         helper.make_tensor_value_info("mask", kind.FLOAT, ["n", "length"])],
        [helper.make_tensor_value_info("vectors", kind.FLOAT, ["n", int(encoder.table.shape[1])])],
        [onnx.numpy_helper.from_array(encoder.table, "table"), onnx.numpy_helper.from_array(np.array([2]), "last"),
         onnx.numpy_helper.from_array(np.array([1]), "middle")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def _linear(model: linear.LinearClassifier) -> Any:
    """A graph from ``features`` (n, n_kept), as ``LinearClassifier.inputs`` gives them, to ``probabilities`` (n, n_classes)."""
    onnx = need("onnx", what="ONNX export")
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("MatMul", ["features", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "linear_classifier",
        [helper.make_tensor_value_info("features", kind.FLOAT, ["n", int(model.weights.shape[0])])],
        [helper.make_tensor_value_info("probabilities", kind.FLOAT, ["n", len(model.classes_)])],
        [onnx.numpy_helper.from_array(model.weights, "weights"), onnx.numpy_helper.from_array(model.bias, "bias")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
