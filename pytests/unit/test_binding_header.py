"""The binding repeats the C header: prototypes, structures and numbers are read from both and compared."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Any

import pytest

from digitrig.native import binding, core

HEADER = (Path(binding.__file__).parent / "include" / "digitrig_core.h").read_text(encoding="utf-8")
TEXT = re.sub(r"/\*.*?\*/", " ", HEADER, flags=re.DOTALL)
SCALARS = {
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "uint8_t": ctypes.c_uint8,
    "int32_t": ctypes.c_int32,
    "size_t": ctypes.c_size_t,
    "dr_status": ctypes.c_int32,
    "void": None,
}


def ctype(declaration: str) -> Any:
    """The ctypes type that stands for a C type, such as `const dr_stop *` or `uint32_t`."""
    words = declaration.replace("const", " ").replace("*", " * ").split()
    stars, name = words.count("*"), next(word for word in words if word != "*")
    if stars == 0:
        return binding.Hook if name == "dr_hook" else SCALARS[name]
    if name == "char":
        return ctypes.c_char_p
    if name in ("void", "dr_board", "dr_snapshot"):
        return ctypes.c_void_p if stars == 1 else ctypes.POINTER(ctypes.c_void_p)
    return ctypes.POINTER(binding.STRUCTURES.get(name) or SCALARS[name])


def same(declared: Any, bound: Any) -> bool:
    """Whether the binding's type fits; a buffer of bytes may be bound as void pointer."""
    return declared is bound or (bound is ctypes.c_void_p and declared is ctypes.POINTER(ctypes.c_uint8))


def header_prototypes() -> dict[str, tuple[Any, list[Any]]]:
    found = {}
    for result, name, arguments in re.findall(r"DR_API\s+([\w\s]+?[\s*]+)(dr_\w+)\s*\(([^)]*)\)\s*;", TEXT):
        kinds = [re.sub(r"\w+\s*$", "", part) for part in arguments.split(",") if part.strip() != "void"]
        found[name] = (ctype(result), [ctype(kind) for kind in kinds])
    return found


def header_structures() -> dict[str, list[tuple[str, Any, int]]]:
    """Structure -> (field, type, elements) in order."""
    found = {}
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\}\s*(\w+)\s*;", TEXT, re.DOTALL):
        rows: list[tuple[str, Any, int]] = []
        for statement in filter(None, map(str.strip, body.split(";"))):
            kind, names = re.fullmatch(r"((?:const )?\w+(?: \*)?)\s*(.*)", statement, re.DOTALL).groups()
            for field in names.split(","):
                label, length = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", field.strip()).groups()
                rows.append((label, ctype(kind), int(length or 1)))
        found[name] = rows
    return found


def header_numbers() -> dict[str, int]:
    """Every enumerator that is given a number."""
    rows = re.findall(r"\b(DR_[A-Z0-9_]+)\s*=\s*(\d+)u?\b", TEXT)
    return {name: int(value) for name, value in rows}


def test_prototypes_in_the_table_are_those_of_the_header() -> None:
    assert sorted(binding.PROTOTYPES) == sorted(header_prototypes())


@pytest.mark.parametrize("name", sorted(binding.PROTOTYPES))
def test_a_prototype_has_the_result_and_arguments_of_the_header(name: str) -> None:
    result, arguments = header_prototypes()[name]
    bound_result, bound_arguments = binding.PROTOTYPES[name]
    assert same(result, bound_result)
    assert len(arguments) == len(bound_arguments)
    assert [pair for pair in zip(arguments, bound_arguments, strict=True) if not same(*pair)] == []


@pytest.mark.parametrize("name", sorted(binding.STRUCTURES))
def test_a_structure_has_the_fields_of_the_header(name: str) -> None:
    fields = []
    for label, kind in binding.STRUCTURES[name]._fields_:
        is_array = isinstance(kind, type) and issubclass(kind, ctypes.Array)
        fields.append((label, kind._type_ if is_array else kind, kind._length_ if is_array else 1))
    assert fields == header_structures()[name]


def test_every_structure_of_the_header_is_bound() -> None:
    assert set(header_structures()) == set(binding.STRUCTURES)


def test_the_abi_number_is_the_header_s() -> None:
    assert int(re.search(r"#define DR_ABI_VERSION (\d+)u", TEXT)[1]) == binding.ABI_VERSION


@pytest.mark.parametrize("prefix", ["STOP_", "HOOK_", "REG_", "MODEL_"])
def test_constants_are_the_header_s(prefix: str) -> None:
    declared = {name[3:]: value for name, value in header_numbers().items() if name.startswith(f"DR_{prefix}")}
    bound = {name: value for name, value in vars(core).items() if name.startswith(prefix)}
    assert bound and bound == {name: declared[name] for name in bound}


def test_flags_log_kinds_status_and_register_numbers_are_the_header_s() -> None:
    numbers = header_numbers()
    assert tuple(numbers[f"DR_MEM_{n}"] for n in ("READ", "WRITE", "EXECUTE")) == (core.READ, core.WRITE, core.EXECUTE)
    assert {f"DR_LOG_{kind.upper()}": index for index, kind in enumerate(core.LOG_KINDS)} == {
        name: value for name, value in numbers.items() if name.startswith("DR_LOG_")
    }
    assert {f"DR_ERR_{text.upper()}": value for value, text in core.STATUS.items()} == {
        name: value for name, value in numbers.items() if name.startswith("DR_ERR_")
    }
    for prefix, names in (("SLOT", core.SLOTS), ("RESULT", core.RESULTS), ("USE", core.USES)):
        declared = {name: value for name, value in numbers.items() if name.startswith(f"DR_{prefix}_")}
        bound = {f"DR_{prefix}_{name.upper()}": value for value, name in enumerate((*names, "count"))}
        assert declared == bound
    registers = {name[7:].lower(): value for name, value in numbers.items() if name.startswith("DR_CPU_")}
    assert registers == {name: core.CPU_REGISTERS[name] for name in registers}
    assert {
        "cortex-m0+": numbers["DR_CORE_CORTEX_M0PLUS"],
        "cortex-m7": numbers["DR_CORE_CORTEX_M7"],
    } == core.CORES
