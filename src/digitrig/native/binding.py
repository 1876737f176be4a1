"""The C core's structures and prototypes as one table, and how the library is found and checked.

The table repeats `include/digitrig_core.h`; a test compares the two, and `library()` compares the sizes of shared
structures when it loads the library, so that a stale build is refused instead of crashing.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from functools import lru_cache
from pathlib import Path
from typing import Any

from digitrig.errors import EngineError

ABI_VERSION = 7
LIBRARY = "libdigitrig_core.so"


def _structure(name: str, fields: str, arrays: dict[str, Any] | None = None) -> type[Structure]:
    """A Structure from "type name name; type name": u32, u64 or a key of arrays."""
    types: dict[str, Any] = {"u32": c_uint32, "u64": c_uint64, **(arrays or {})}
    rows: list[tuple[str, Any]] = []
    for group in fields.split(";"):
        kind, *names = group.split()
        rows += [(field, types[kind]) for field in names]
    return type(name, (Structure,), {"_fields_": rows})


Config = _structure(
    "Config",
    "u32 core irq_count priority_bits mpu_regions has_vtor has_fpu cpuid; u32x2 ccsidr;"
    "u32 systick_external_hz systick_calib; u64 clock_hz",
    {"u32x2": c_uint32 * 2},
)
RegionConfig = _structure("RegionConfig", "u32 base size flags read_wait fetch_wait branch_wait")
Register = _structure("Register", "u32 offset width flags reset write w1c read reserved")
DeviceConfig = _structure(
    "DeviceConfig",
    "u32 base size widths absent_faults model; u32x8 parameters; u32 register_count; registers registers",
    {"u32x8": c_uint32 * 8, "registers": POINTER(Register)},
)
HookCall = _structure("HookCall", "u32 kind device arg width value old written pc; u64 at_ps")
LogRecord = _structure(
    "LogRecord", "u32 kind device register_index address width write value pc lr detail; u64 at_ps count"
)
TimingRecord = _structure(
    "TimingRecord",
    "u32 dual_issue words_per_cycle mispredict mispredict_settled settled_flags unaligned_load unaligned_store"
    " split_multiple store_buffer; pairs pair; latencies latency",
    {"pairs": c_uint8 * 169, "latencies": c_uint8 * 132},
)
BusTiming = _structure("BusTiming", "u32 line next_line buffered word")
StopRecord = _structure("StopRecord", "u32 reason pc lr detail; u64 at_ps cycles instructions")
Hook = CFUNCTYPE(c_uint32, c_void_p, POINTER(HookCall))

STRUCTURES = {
    "dr_config": Config,
    "dr_region_config": RegionConfig,
    "dr_register": Register,
    "dr_device_config": DeviceConfig,
    "dr_hook_call": HookCall,
    "dr_log_entry": LogRecord,
    "dr_timing": TimingRecord,
    "dr_stop": StopRecord,
    "dr_bus_timing": BusTiming,
}

_BOARD = c_void_p
_U32P, _U64P, _PP = POINTER(c_uint32), POINTER(c_uint64), POINTER(c_void_p)

# name: (result, arguments). A result of c_int32 is a dr_status.
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "dr_abi_version": (c_uint32, []),
    "dr_sizeof": (c_size_t, [c_char_p]),
    "dr_create": (c_int32, [POINTER(Config), _PP]),
    "dr_destroy": (None, [_BOARD]),
    "dr_error": (c_char_p, [_BOARD]),
    "dr_add_region": (c_int32, [_BOARD, c_char_p, POINTER(RegionConfig), _U32P]),
    "dr_set_region_waits": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint32, c_uint32]),
    "dr_set_region_enabled": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_region_enabled": (c_uint32, [_BOARD, c_uint32]),
    "dr_set_region_bus": (c_int32, [_BOARD, c_uint32, POINTER(BusTiming)]),
    "dr_cache_fills": (c_uint64, [_BOARD, c_uint32]),
    "dr_read": (c_int32, [_BOARD, c_uint32, c_void_p, c_uint32]),
    "dr_write": (c_int32, [_BOARD, c_uint32, c_void_p, c_uint32]),
    "dr_access": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint32, _U32P]),
    "dr_set_hook": (c_int32, [_BOARD, Hook, c_void_p]),
    "dr_add_device": (c_int32, [_BOARD, c_char_p, POINTER(DeviceConfig), _U32P]),
    "dr_add_mirror": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_set_enabled": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_set_device_clock": (c_int32, [_BOARD, c_uint32, c_uint64]),
    "dr_get_register": (c_int32, [_BOARD, c_uint32, c_uint32, _U32P]),
    "dr_set_register": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint32]),
    "dr_connect": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint32]),
    "dr_set_line": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint32]),
    "dr_schedule": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint64, c_uint32]),
    "dr_cancel": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_log_master": (c_int32, [_BOARD, c_uint32, c_uint32, c_uint32, c_uint32]),
    "dr_log_count": (c_uint32, [_BOARD]),
    "dr_get_log": (c_int32, [_BOARD, c_uint32, POINTER(LogRecord)]),
    "dr_clear_log": (None, [_BOARD]),
    "dr_uart_send": (c_int32, [_BOARD, c_uint32, c_void_p, c_uint32, c_uint64, c_uint32]),
    "dr_uart_pending": (c_uint32, [_BOARD, c_uint32]),
    "dr_uart_available": (c_uint32, [_BOARD, c_uint32]),
    "dr_uart_receive": (c_uint32, [_BOARD, c_uint32, POINTER(c_uint8), _U64P, c_uint32]),
    "dr_uart_stop_on": (c_int32, [_BOARD, c_uint32, c_int32]),
    "dr_set_semihosting": (c_int32, [_BOARD, c_uint32]),
    "dr_console_available": (c_uint32, [_BOARD, c_uint32]),
    "dr_console_receive": (c_uint32, [_BOARD, c_uint32, POINTER(c_uint8), _U64P, c_uint32]),
    "dr_console_stop_on": (None, [_BOARD, c_int32]),
    "dr_console_send": (c_int32, [_BOARD, c_void_p, c_uint32]),
    "dr_cost_count": (c_uint32, []),
    "dr_cost_name": (c_char_p, [c_uint32]),
    "dr_set_cost": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_set_timing": (c_int32, [_BOARD, POINTER(TimingRecord)]),
    "dr_reset": (c_int32, [_BOARD]),
    "dr_set_vector_table": (c_int32, [_BOARD, c_uint32]),
    "dr_start": (c_int32, [_BOARD]),
    "dr_run": (c_int32, [_BOARD, c_uint64, c_uint64, POINTER(StopRecord)]),
    "dr_pass_time": (c_int32, [_BOARD, c_uint64]),
    "dr_request_stop": (None, [_BOARD, c_uint32]),
    "dr_stop_on_fault": (c_int32, [_BOARD, c_uint32]),
    "dr_set_clock": (c_int32, [_BOARD, c_uint64]),
    "dr_clock": (c_uint64, [_BOARD]),
    "dr_now_ps": (c_uint64, [_BOARD]),
    "dr_slept_ps": (c_uint64, [_BOARD, c_uint32]),
    "dr_cycles": (c_uint64, [_BOARD]),
    "dr_instructions": (c_uint64, [_BOARD]),
    "dr_set_breakpoint": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_watch_stack": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_stack_low": (c_uint32, [_BOARD]),
    "dr_set_irq_pending": (c_int32, [_BOARD, c_uint32]),
    "dr_get_cpu": (c_int32, [_BOARD, c_uint32, _U32P]),
    "dr_set_cpu": (c_int32, [_BOARD, c_uint32, c_uint32]),
    "dr_decodes": (c_uint32, [_BOARD, c_uint32, c_uint32, _U32P]),
    "dr_take_snapshot": (c_int32, [_BOARD, _PP]),
    "dr_restore_snapshot": (c_int32, [_BOARD, c_void_p]),
    "dr_free_snapshot": (None, [c_void_p]),
    "dr_snapshot_bytes": (c_uint64, [c_void_p]),
}


def library_path() -> Path:
    """Where the compiled core lies: beside this file, or what `DIGITRIG_CORE` names (a build with sanitizers)."""
    named = os.environ.get("DIGITRIG_CORE")
    return Path(named) if named else Path(__file__).with_name(LIBRARY)


def load(path: Path) -> ctypes.CDLL:
    """Load a build of the core and check that it fits this table.

    Raises EngineError if the file is missing, of another ABI version, or lays a structure out differently.
    """
    if not path.is_file():
        raise EngineError(f"the compiled core {path.name} is missing; build it with: pip install -e . (or make setup)")
    lib = ctypes.CDLL(str(path))
    for name, (result, arguments) in PROTOTYPES.items():
        function = getattr(lib, name, None)
        if function is None:
            raise EngineError(f"{path.name} has no {name}; rebuild it with: pip install -e .")
        function.restype, function.argtypes = result, arguments
    found = lib.dr_abi_version()
    if found != ABI_VERSION:
        raise EngineError(f"{path.name} has interface version {found}, needed {ABI_VERSION}; rebuild it")
    for name, structure in STRUCTURES.items():
        size = lib.dr_sizeof(name.encode())
        if size != ctypes.sizeof(structure):
            raise EngineError(f"{path.name}: {name} has {size} bytes, expected {ctypes.sizeof(structure)}; rebuild it")
    return lib


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The core that was installed with the package."""
    return load(library_path())
