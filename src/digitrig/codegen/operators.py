"""Operators without weights."""

from __future__ import annotations

import math

import numpy as np

from digitrig.codegen.context import Context, lowers
from digitrig.codegen.graph import Tensor
from digitrig.codegen.scaling import add_scaling, mean_scaling, quantised_multiplier, softmax_scaling
from digitrig.codegen.steps import Constant, Step

LARGEST_MEAN = 2**22  # values whose sum stays in 32 bits
LARGEST_RESCALE = 22  # bits that an int8 difference may be shifted left


def _pool_2d(context: Context, kernel: str) -> Step:
    source, target = context.input(), context.output()
    context.same_quantisation(source, target)
    height, width, channels = context.image(source)
    window_h, window_w = context.size("filterHeight"), context.size("filterWidth")
    stride_h, stride_w = context.size("strideH"), context.size("strideW")
    out_h, pad_top = context.padding(height, window_h, stride_h)
    out_w, pad_left = context.padding(width, window_w, stride_w)
    context.same_shape(target, (1, out_h, out_w, channels))
    minimum, maximum = context.range(target)
    fields: dict[str, int | str] = {
        "input_h": height,
        "input_w": width,
        "channels": channels,
        "window_h": window_h,
        "window_w": window_w,
        "stride_h": stride_h,
        "stride_w": stride_w,
        "pad_top": pad_top,
        "pad_left": pad_left,
        "output_h": out_h,
        "output_w": out_w,
        "minimum": minimum,
        "maximum": maximum,
    }
    return Step(context.operator, source, target, kernel, fields)


@lowers("MAX_POOL_2D")
def _max_pool_2d(context: Context) -> Step:
    return _pool_2d(context, "max_pool_s8")


@lowers("AVERAGE_POOL_2D")
def _average_pool_2d(context: Context) -> Step:
    return _pool_2d(context, "average_pool_s8")


@lowers("MEAN")
def _mean(context: Context) -> Step:
    source, target = context.input(), context.output()
    rank = len(source.shape)
    named = context.constant(1, "INT32", "the axes").reshape(-1).tolist()
    axes = sorted({axis + rank * (axis < 0) for axis in named})
    if not axes or axes[0] < 1 or axes[-1] >= rank or axes != list(range(axes[0], axes[-1] + 1)):
        raise context.refuse(f"axes {axes} of a tensor of shape {source.shape}", "neighbouring axes without the batch")
    count = math.prod(source.shape[axes[0] : axes[-1] + 1])
    outer, inner = math.prod(source.shape[: axes[0]]), math.prod(source.shape[axes[-1] + 1 :])
    if target.elements != outer * inner:
        raise context.refuse(
            f"output has shape {target.shape}", f"{outer * inner} elements, which follow from the input"
        )
    if count > LARGEST_MEAN:
        raise context.refuse(f"a mean of {count} values", f"at most {LARGEST_MEAN}")
    multiplier, shift = mean_scaling(source.scale, target.scale, count)
    fields: dict[str, int | str] = {
        "outer": outer,
        "count": count,
        "inner": inner,
        "input_zero_point": source.zero_point,
        "output_zero_point": target.zero_point,
        "multiplier": multiplier,
        "shift": shift,
    }
    return Step(context.operator, source, target, "mean_s8", fields)


def _addends(context: Context) -> tuple[Tensor, Tensor]:
    """Both inputs of an addition, a computed one first."""
    inputs = context.operator.inputs
    if len(inputs) != 2 or inputs[0] is None or inputs[1] is None:
        raise context.refuse(f"{len(inputs)} inputs", "two inputs")
    first, second = (inputs[1], inputs[0]) if inputs[0].data is not None else (inputs[0], inputs[1])
    if first.data is not None:
        raise context.refuse("both inputs are constant", "at least one computed input")
    if second.data is None:
        return context.checked(first), context.checked(second)
    if second.dtype != "INT8" or len(second.scales) != 1 or not second.scale > 0:
        raise context.refuse(f"constant '{second.name}' is {second.dtype}", "INT8 with one scale")
    return context.checked(first), second


@lowers("ADD")
def _add(context: Context) -> Step:
    target = context.output()
    first, second = _addends(context)
    if first.elements != target.elements or second.elements not in (1, target.elements):
        found = f"shapes {first.shape} and {second.shape} make {target.shape}"
        raise context.refuse(found, "two tensors of one shape, or a constant of one element")
    if second.elements == 1 and second.data is None and target.elements != 1:
        raise context.refuse(f"'{second.name}' has shape {second.shape}", "two tensors of one shape")
    try:
        scaling = add_scaling(first.scale, second.scale, target.scale)
    except ValueError as error:
        raise context.refuse(str(error), "an output scale above 2^-19 of the greater input scale") from error
    minimum, maximum = context.range(target)

    def addend(tensor: Tensor, pair: tuple[int, int]) -> str:
        return f"{{.zero_point = {tensor.zero_point}, .multiplier = {pair[0]}, .shift = {pair[1]}}}"

    fields: dict[str, int | str] = {
        "a": addend(first, scaling.first),
        "b": addend(second, scaling.second),
        "multiplier": scaling.output[0],
        "shift": scaling.output[1],
        "zero_point": target.zero_point,
        "minimum": minimum,
        "maximum": maximum,
    }
    other, step = "{other}" if second.data is None else "{addend}", int(second.elements > 1 or target.elements == 1)
    arguments = f"{{parameters}}, {{input}}, 1, {other}, {step}, {{output}}, {target.elements}"
    if second.data is None:
        return Step(context.operator, first, target, "add_s8", fields, others=(second,), arguments=arguments)
    addend_constant = Constant("addend", "int8_t", second.data.reshape(-1))
    return Step(context.operator, first, target, "add_s8", fields, (addend_constant,), arguments=arguments)


@lowers("PAD")
def _pad(context: Context) -> Step:
    source, target = context.input(), context.output()
    context.same_quantisation(source, target)
    height, width, depth = context.image(source)
    sizes = context.constant(1, "INT32", "the sizes of the border")
    if sizes.shape != (4, 2) or sizes.min() < 0 or np.any(sizes[[0, 3]] != 0):
        raise context.refuse(f"a border of {sizes.tolist()}", "a border above, below, left and right of an image")
    (top, below), (left, right) = sizes[1].tolist(), sizes[2].tolist()
    context.same_shape(target, (1, height + top + below, width + left + right, depth))
    fields: dict[str, int | str] = {
        "height": height + top + below,
        "row": (width + left + right) * depth,
        "from_height": height,
        "from_row": width * depth,
        "top": top,
        "left": left * depth,
        "border": target.zero_point,
        "flip": 0,
    }
    arguments = "{output}, {input}, {parameters}"
    return Step(context.operator, source, target, "pad_s8", fields, struct="pad", arguments=arguments)


@lowers("QUANTIZE")
def _quantize(context: Context) -> Step:
    source, target = context.input(), context.output()
    context.same_shape(target, source.shape)
    multiplier, shift = quantised_multiplier(float(source.scale) / float(target.scale))
    if shift > LARGEST_RESCALE:
        raise context.refuse(f"scales {source.scale} and {target.scale}", f"a factor below 2^{LARGEST_RESCALE}")
    fields: dict[str, int | str] = {
        "count": source.elements,
        "input_zero_point": source.zero_point,
        "multiplier": multiplier,
        "shift": shift,
        "output_zero_point": target.zero_point,
    }
    return Step(context.operator, source, target, "rescale_s8", fields)


@lowers("SOFTMAX")
def _softmax(context: Context) -> Step:
    source, target = context.input(), context.output()
    context.same_shape(target, source.shape)
    count = source.shape[-1]
    if source.elements != count:
        raise context.refuse(f"input has shape {source.shape}", "one row")
    if float(target.scale) != 1.0 / 256.0 or target.zero_point != -128:
        found = f"output has scale {target.scale} and zero point {target.zero_point}"
        raise context.refuse(found, "scale 1/256 and zero point -128")
    beta = float(context.options.get("beta", 0.0))
    if not beta > 0:
        raise context.refuse(f"beta is {beta}", "a beta above 0")
    scaling = softmax_scaling(beta, source.scale)
    if scaling.shift < 0:
        raise context.refuse(f"input has scale {source.scale}", "a product of beta and scale above 2^-26")
    fields: dict[str, int | str] = {
        "count": count,
        "multiplier": scaling.multiplier,
        "shift": scaling.shift,
        "diff_min": scaling.diff_min,
    }
    return Step(context.operator, source, target, "softmax_s8", fields)


@lowers("RESHAPE")
def _reshape(context: Context) -> Step:
    source, target = context.input(), context.output()
    context.same_quantisation(source, target)
    if source.elements != target.elements:
        raise context.refuse(f"{source.shape} to {target.shape}", "as many elements after as before")
    return Step(context.operator, source, target)
