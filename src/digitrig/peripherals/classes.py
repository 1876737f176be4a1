"""All class names that an engine with these models understands, for `check_platform`."""

from __future__ import annotations

from digitrig.peripherals.base import registered
from digitrig.platform.check import ClassInfo
from digitrig.platform.model import Reference

# Classes that are no register blocks: the core, its private devices, memory, and what hangs on pins.
CORE_CLASSES = {
    "CPU.CortexM": ClassInfo(
        {"cpuType": str, "nvic": Reference, "numberOfMPURegions": int, "PerformanceInMips": int, "id": int},
        ("cpuType", "nvic"),
        inputs=1,
    ),
    "IRQControllers.NVIC": ClassInfo(
        {"priorityMask": int, "systickFrequency": int, "haltSystickOnDeepSleep": bool},
        outputs=("IRQ",),
        size=0x1000,
    ),
    "Miscellaneous.DWT": ClassInfo({"frequency": int}, ("frequency",), size=0x1000),
    "Memory.MappedMemory": ClassInfo({"size": int, "ResetByte": int}, ("size",), size="size"),
    "Miscellaneous.LED": ClassInfo({"invert": bool}, inputs=1),
    "Miscellaneous.Button": ClassInfo({"invert": bool}, outputs=("IRQ",)),
}


def known_classes() -> dict[str, ClassInfo]:
    """Class name -> what may be written about it in `.repl`."""
    return {**CORE_CLASSES, **{name: cls.class_info() for name, cls in registered().items()}}
