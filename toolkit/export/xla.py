"""Whether XLA, which compiles for TPUs among others, compiles a signature."""

import re
from typing import Any

import tensorflow as tf

from toolkit.errors import UserError

INSTRUCTION = re.compile(r"^\s+(?:ROOT )?%?[\w.\-]+ = ", re.MULTILINE)
CUSTOM_CALL = re.compile(r'custom_call_target="([^"]+)"')
DYNAMIC_SHAPE = re.compile(r"\w+\[[\d,<=]*<=[\d,<=]*\]")  # such as s32[1,<=74]


def check_compiles(signature: Any, name: str = "signature") -> int:
    """Has XLA translate a signature at its fixed shapes, and looks at what comes out.

    It shows that XLA compiles the signature, not that a TPU ran it.

    Args:
        signature: One of `loaded.signatures`, from numbers of fixed shapes. The variables are those of `loaded`, which has to be kept.
        name: What to call it.

    Returns:
        The number of instructions in its HLO, XLA's language, before those of any device are chosen.

    Raises:
        UserError: XLA has no translation of it, or one with custom calls, which other devices need not have, or with shapes that depend on
            values.
        ValueError: A shape is not fixed, or an input is no number.
    """
    specs = signature.structured_input_signature[1]
    for spec in specs.values():
        if not spec.shape.is_fully_defined() or spec.dtype == tf.string:
            raise ValueError(f"Argument `signature` must take numbers of fixed shapes. Received: {spec}")
    hlo = _hlo(signature, {key: tf.zeros(spec.shape, spec.dtype) for key, spec in specs.items()}, name)
    if calls := sorted(set(CUSTOM_CALL.findall(hlo))):
        raise UserError(f"{name}: expected what any device of XLA's can run, found custom calls: {', '.join(calls)}")
    if shapes := sorted(set(DYNAMIC_SHAPE.findall(hlo))):
        raise UserError(f"{name}: expected fixed shapes in what XLA makes of it, found some that depend on values: {', '.join(shapes)}")
    return len(INSTRUCTION.findall(hlo))


def _hlo(signature: Any, inputs: dict[str, tf.Tensor], name: str) -> str:
    function = tf.function(lambda **values: signature(**values), jit_compile=True, autograph=False)
    try:
        return function.experimental_get_compiler_ir(**inputs)(stage="hlo")
    except (ValueError, tf.errors.OpError) as error:
        raise UserError(f"{name}: expected what XLA can compile, but: {str(error).splitlines()[0]}") from error
