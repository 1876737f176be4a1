"""Classes of `.repl` files that the engine itself stands for: CPU, NVIC, memory, and what has no registers."""

from __future__ import annotations

from collections.abc import Mapping

from digitrig.peripherals import registered
from digitrig.platform.check import ClassInfo
from digitrig.platform.model import Reference

CPU, NVIC, DWT = "CPU.CortexM", "IRQControllers.NVIC", "Miscellaneous.DWT"
MEMORY, LED, BUTTON = "Memory.MappedMemory", "Miscellaneous.LED", "Miscellaneous.Button"

OWN_CLASSES: Mapping[str, ClassInfo] = {
    CPU: ClassInfo(
        {"cpuType": str, "nvic": Reference, "PerformanceInMips": int}, required=("cpuType", "nvic"), inputs=1
    ),
    NVIC: ClassInfo({"priorityMask": int, "systickFrequency": int}, outputs=("IRQ",), inputs=240, size=0x1000),
    DWT: ClassInfo({"frequency": int}, size=0x1000),
    MEMORY: ClassInfo({"size": int}, required=("size",), size="size"),
    LED: ClassInfo({"invert": bool}, inputs=1),
    BUTTON: ClassInfo({"invert": bool}, outputs=("",)),
}


def known_classes() -> dict[str, ClassInfo]:
    """Everything the engine can build, by class name."""
    return {**OWN_CLASSES, **{name: cls.class_info() for name, cls in registered().items()}}
