"""Floating-point results that the manual gives or that follow from it by hand (DDI 0403E, A2.5 and A7.7).

Registers: S0 S1 S2 (or D0 D1 D2) hold the values listed; the instruction writes S0 or D0.
"""

from __future__ import annotations

import pytest
from fpu_machine import FpuMachine

from digitrig.native.core import Core

IOC, DZC, OFC, UFC, IXC, IDC = 1, 2, 4, 8, 16, 128
AHP, DN, FZ = 1 << 26, 1 << 25, 1 << 24
RP, RM, RZ = 1 << 22, 2 << 22, 3 << 22
N, Z, C, V = 1 << 31, 1 << 30, 1 << 29, 1 << 28

ONE, INF, MINUS_INF = 0x3F80_0000, 0x7F80_0000, 0xFF80_0000
QNAN1, QNAN2, SNAN1, SNAN2 = 0x7FC0_0001, 0xFFC0_0002, 0x7F80_0001, 0xFF80_0002
DEFAULT_NAN = 0x7FC0_0000
DENORMAL, SMALLEST_NORMAL, LARGEST = 0x0000_0001, 0x0080_0000, 0x7F7F_FFFF

VADD, VSUB, VMUL, VNMUL, VDIV = 0xEE30_0A81, 0xEE30_0AC1, 0xEE20_0A81, 0xEE20_0AC1, 0xEE80_0A81
VMLA, VFMA, VFMS = 0xEE00_0A81, 0xEEA0_0A81, 0xEEA0_0AC1
VSQRT, VCMP, VCMPE, VCMPZ = 0xEEB1_0AE0, 0xEEB4_0A60, 0xEEB4_0AE0, 0xEEB5_0A40
VMAXNM, VMINNM = 0xFE80_0A81, 0xFE80_0AC1
VRINTX, VRINTZ, VRINTA, VRINTN = 0xEEB7_0A60, 0xEEB6_0AE0, 0xFEB8_0A60, 0xFEB9_0A60
VCVT_S32, VCVT_U32, VCVTR_S32, VCVTA_S32 = 0xEEBD_0AE0, 0xEEBC_0AE0, 0xEEBD_0A60, 0xFEBC_0AE0
VCVTB_F16_F32, VCVTB_F32_F16, VCVT_F32_S32 = 0xEEB3_0A60, 0xEEB2_0A60, 0xEEB8_0AE0
VCVT_F32_S32_FIXED_16 = 0xEEBA_0AC8  # 16 fraction bits: imm4:i = 32 - 16
VCVT_S16_F32_FIXED_8 = 0xEEBE_0A44
VMOV_MINUS_2, VMOV_31 = 0xEEB8_0A00, 0xEEB3_0A0F

# name, instruction, (S0, S1, S2), FPSCR before -> S0, FPSCR after
SINGLES = [
    ("inf - inf is invalid", VSUB, (0, INF, INF), 0, DEFAULT_NAN, IOC),
    ("0 * inf is invalid", VMUL, (0, 0, MINUS_INF), 0, DEFAULT_NAN, IOC),
    ("VNMUL negates the default NaN too", VNMUL, (0, 0, INF), 0, 0xFFC0_0000, IOC),
    ("1 / 0", VDIV, (0, ONE, 0x8000_0000), 0, MINUS_INF, DZC),
    ("0 / 0", VDIV, (0, 0, 0), 0, DEFAULT_NAN, IOC),
    ("square root of -1", VSQRT, (0, 0xBF80_0000, 0), 0, DEFAULT_NAN, IOC),
    ("square root of -0", VSQRT, (0, 0x8000_0000, 0), 0, 0x8000_0000, 0),
    ("first quiet NaN", VADD, (0, QNAN1, QNAN2), 0, QNAN1, 0),
    ("a signalling second goes first", VADD, (0, QNAN1, SNAN2), 0, 0xFFC0_0002, IOC),
    ("first signalling, made quiet", VADD, (0, SNAN1, SNAN2), 0, 0x7FC0_0001, IOC),
    ("default NaN mode", VADD, (0, QNAN2, ONE), DN, DEFAULT_NAN, DN),
    ("default NaN mode, signalling", VADD, (0, SNAN2, ONE), DN, DEFAULT_NAN, DN | IOC),
    ("subtraction keeps the NaN's sign", VSUB, (0, ONE, QNAN1), 0, QNAN1, 0),
    ("fused: the addend's NaN goes first", VFMA, (QNAN2, QNAN1, ONE), 0, QNAN2, 0),
    ("fused: 0 * inf is invalid beside a quiet addend", VFMA, (QNAN2, 0, INF), 0, DEFAULT_NAN, IOC),
    ("fused: a signalling addend comes before that", VFMA, (SNAN2, 0, INF), 0, 0xFFC0_0002, IOC),
    ("VFMS negates the first factor, a NaN too", VFMS, (ONE, QNAN1, ONE), 0, QNAN1 | 1 << 31, 0),
    ("(1+2^-12)^2 - (1+2^-11) in two roundings", VMLA, (0xBF80_1000, 0x3F80_0800, 0x3F80_0800), 0, 0, IXC),
    ("the same, fused: 2^-24", VFMA, (0xBF80_1000, 0x3F80_0800, 0x3F80_0800), 0, 0x3380_0000, 0),
    ("x - x is +0", VSUB, (0, ONE, ONE), 0, 0, 0),
    ("x - x is -0 when rounding down", VSUB, (0, ONE, ONE), RM, 0x8000_0000, RM),
    ("overflow to nearest", VADD, (0, LARGEST, LARGEST), 0, INF, OFC | IXC),
    ("overflow toward zero", VADD, (0, LARGEST, LARGEST), RZ, LARGEST, RZ | OFC | IXC),
    ("overflow down, positive", VADD, (0, LARGEST, LARGEST), RM, LARGEST, RM | OFC | IXC),
    ("exact denormal: no underflow", VMUL, (0, SMALLEST_NORMAL, 0x3F00_0000), 0, 0x0040_0000, 0),
    ("inexact denormal", VMUL, (0, SMALLEST_NORMAL + 1, 0x3F00_0000), 0, 0x0040_0000, UFC | IXC),
    ("tiny before rounding, normal after", VMUL, (0, 0x00FF_FFFF, 0x3F00_0000), 0, SMALLEST_NORMAL, UFC | IXC),
    ("flushed result: UFC alone", VMUL, (0, SMALLEST_NORMAL, 0xBF00_0000), FZ, 0x8000_0000, FZ | UFC),
    ("flushed operand: IDC", VADD, (0, DENORMAL, ONE), FZ, ONE, FZ | IDC),
    ("flushed operands of a comparison", VCMP, (DENORMAL, 0x8000_0002, 0), FZ, DENORMAL, FZ | IDC | Z | C),
    ("less", VCMP, (0xBF80_0000, ONE, 0), 0, 0xBF80_0000, N),
    ("greater", VCMP, (INF, ONE, 0), Z, INF, C),
    ("-0 equals 0", VCMPZ, (0x8000_0000, 0, 0), 0, 0x8000_0000, Z | C),
    ("unordered, quiet", VCMP, (QNAN1, ONE, 0), 0, QNAN1, C | V),
    ("unordered, VCMPE signals", VCMPE, (QNAN1, ONE, 0), 0, QNAN1, C | V | IOC),
    ("maxNum prefers the number", VMAXNM, (0, QNAN1, ONE), 0, ONE, 0),
    ("maxNum of a signalling NaN", VMAXNM, (0, SNAN1, ONE), 0, QNAN1, IOC),
    ("maxNum of zeros", VMAXNM, (0, 0x8000_0000, 0), 0, 0, 0),
    ("minNum of zeros", VMINNM, (0, 0, 0x8000_0000), 0, 0x8000_0000, 0),
    ("maxNum flushes", VMAXNM, (0, DENORMAL, 0x8000_0000), FZ, 0, FZ | IDC),
    ("VRINTX tells of inexactness", VRINTX, (0, 0x3FC0_0000, 0), 0, 0x4000_0000, IXC),
    ("VRINTZ does not", VRINTZ, (0, 0xBFC0_0000, 0), 0, 0xBF80_0000, 0),
    ("VRINTA: ties away", VRINTA, (0, 0x4020_0000, 0), 0, 0x4040_0000, 0),
    ("VRINTN: ties to even", VRINTN, (0, 0x4020_0000, 0), 0, 0x4000_0000, 0),
    ("VRINTA: -0.25 is -0", VRINTA, (0, 0xBE80_0000, 0), 0, 0x8000_0000, 0),
    ("NaN to integer", VCVT_S32, (0, QNAN1, 0), 0, 0, IOC),
    ("2^31 saturates", VCVT_S32, (0, 0x4F00_0000, 0), 0, 0x7FFF_FFFF, IOC),
    ("-2^31 fits", VCVT_S32, (0, 0xCF00_0000, 0), 0, 0x8000_0000, 0),
    ("-0.5 to unsigned is 0", VCVT_U32, (0, 0xBF00_0000, 0), 0, 0, IXC),
    ("-1 to unsigned is invalid", VCVT_U32, (0, 0xBF80_0000, 0), 0, 0, IOC),
    ("VCVTR follows FPSCR", VCVTR_S32, (0, 0x3F80_0001, 0), RP, 2, RP | IXC),
    ("VCVTA does not", VCVTA_S32, (0, 0x4020_0000, 0), RM, 3, RM | IXC),
    ("2^24 + 1 to single, up", VCVT_F32_S32, (0, 0x0100_0001, 0), RP, 0x4B80_0001, RP | IXC),
    ("fixed point to single: nearest in every mode", VCVT_F32_S32_FIXED_16, (0x0100_0001, 0, 0), RP,
     0x4380_0000, RP | IXC),
    ("single to fixed point is toward zero", VCVT_S16_F32_FIXED_8, (0xBFFF_FFFF, 0, 0), 0, 0xFFFF_FE01, IXC),
    ("single to fixed point saturates at 16 bits", VCVT_S16_F32_FIXED_8, (0x4300_0000, 0, 0), 0, 0x7FFF, IOC),
    ("half infinity", VCVTB_F32_F16, (0, 0x7C00, 0), 0, INF, 0),
    ("the alternative format goes on: 2^16", VCVTB_F32_F16, (0, 0x7C00, 0), AHP, 0x4780_0000, AHP),
    ("half denormals are not flushed", VCVTB_F32_F16, (0, 0x0001, 0), FZ, 0x3380_0000, FZ),
    ("to half: overflow", VCVTB_F16_F32, (0xABCD_0000, 0x4780_0000, 0), 0, 0xABCD_7C00, OFC | IXC),
    ("to alternative half: 2^16 fits", VCVTB_F16_F32, (0, 0x4780_0000, 0), AHP, 0x7C00, AHP),
    ("to alternative half: 2^17 saturates", VCVTB_F16_F32, (0, 0xC800_0000, 0), AHP, 0xFFFF, AHP | IOC),
    ("to alternative half: NaN is 0", VCVTB_F16_F32, (0, 0xFFC0_0000, 0), AHP, 0x8000, AHP | IOC),
    ("half results are not flushed", VCVTB_F16_F32, (0, 0x3380_0000, 0), FZ, 0x0001, FZ),
    ("half NaN keeps its upper bits", VCVTB_F16_F32, (0, 0x7F80_2001, 0), 0, 0x7E01, IOC),
    ("immediate -2", VMOV_MINUS_2, (0, 0, 0), 0, 0xC000_0000, 0),
    ("immediate 31", VMOV_31, (0, 0, 0), 0, 0x41F8_0000, 0),
]  # fmt: skip

VCVT_F64_F32, VCVT_F32_F64, VMUL_F64, VADD_F64 = 0xEEB7_0AE0, 0xEEB7_0BC1, 0xEE21_0B02, 0xEE31_0B02
VCVT_S32_F64, VCVTB_F16_F64, VRINTN_F64, VFMA_F64 = 0xEEBD_0BC1, 0xEEB3_0B41, 0xFEB9_0B41, 0xEEA1_0B02
D_ONE, D_SMALLEST_NORMAL = 0x3FF0_0000_0000_0000, 0x0010_0000_0000_0000

# name, instruction, (D0, D1, D2), FPSCR before -> D0, FPSCR after
DOUBLES = [
    ("first signalling NaN", VADD_F64, (0, 0x7FF0_0000_0000_0001, D_ONE), 0, 0x7FF8_0000_0000_0001, IOC),
    ("flushed result", VMUL_F64, (0, D_SMALLEST_NORMAL, 0x3FE0_0000_0000_0000), FZ, 0, FZ | UFC),
    ("flushed operand", VADD_F64, (0, 1, D_ONE), FZ, D_ONE, FZ | IDC),
    ("rounding up", VADD_F64, (0, D_ONE, 0x3CA0_0000_0000_0000), RP, D_ONE + 1, RP | IXC),
    ("tie to even", VADD_F64, (0, D_ONE, 0x3CA0_0000_0000_0000), 0, D_ONE, IXC),
    ("fused: -1 + (1+2^-52)(1-2^-52) = -2^-104", VFMA_F64, (0xBFF0_0000_0000_0000, D_ONE + 1, 0x3FEF_FFFF_FFFF_FFFE), 0,
     0xB970_0000_0000_0000, 0),
    ("to single, NaN keeps its upper bits", VCVT_F32_F64, (0, 0x7FF8_1234_6000_0000, 0), 0, 0x7FC0_91A3, 0),
    ("to single, denormal", VCVT_F32_F64, (0, 0x3690_0000_0000_0000, 0), RP, 1, RP | UFC | IXC),
    ("to single, flushed", VCVT_F32_F64, (0, 0x3800_0000_0000_0000, 0), FZ, 0, FZ | UFC),
    ("from single denormal", VCVT_F64_F32, (1 << 32, 0, 0), 0, 0x36A0_0000_0000_0000, 0),
    ("to integer saturates", VCVT_S32_F64, (0, 0x41E0_0000_0000_0000, 0), 0, 0x7FFF_FFFF, IOC),
    ("to half in one rounding", VCVTB_F16_F64, (0, 0x3FF0_0200_0000_0001, 0), 0, 0x3C01, IXC),
    ("VRINTN 2.5", VRINTN_F64, (0, 0x4004_0000_0000_0000, 0), 0, 0x4000_0000_0000_0000, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code", "operands", "before", "result", "after"), SINGLES, ids=[r[0] for r in SINGLES]
)
def test_single(name: str, code: int, operands: tuple[int, ...], before: int, result: int, after: int) -> None:
    found = FpuMachine().run(code, operands, before, 32)
    assert [f"{x:08x}" for x in found] == [f"{result:08x}", f"{after:08x}"], name


@pytest.mark.parametrize(
    ("name", "code", "operands", "before", "result", "after"), DOUBLES, ids=[r[0] for r in DOUBLES]
)
def test_double(name: str, code: int, operands: tuple[int, ...], before: int, result: int, after: int) -> None:
    found = FpuMachine().run(code, operands, before, 64)
    assert [f"{x:016x}" for x in found] == [f"{result:016x}", f"{after:016x}"], name


def test_fpscr_keeps_only_the_bits_that_are_there() -> None:
    machine = FpuMachine()
    machine.core.set_cpu("r2", 0xFFFF_FFFF)
    machine.run(0xEEE1_2A10, [], 0, 32)  # VMSR FPSCR, R2
    assert machine.core.get_cpu("fpscr") == 0xF7C0_009F


def test_comparison_reaches_the_flags_through_vmrs() -> None:
    machine = FpuMachine()
    machine.run(VCMP, [ONE, ONE], 0, 32)
    machine.run(0xEEF1_FA10, [], machine.core.get_cpu("fpscr"), 32)  # VMRS APSR_nzcv, FPSCR
    assert machine.core.get_cpu("xpsr") >> 28 == 0b0110


def test_inexact_flag_does_not_change_results() -> None:
    """With IXC set the host computes plain cases; both ways must agree on the same operands."""
    machine = FpuMachine()
    for code in (VADD, VSUB, VMUL, VDIV, VFMA):
        for x in (0x3F80_0001, 0x4049_0FDB, 0x7F00_0000, SMALLEST_NORMAL, 0x0080_0001, 0x3EAA_AAAB):
            for y in (0x3F7F_FFFF, 0xC049_0FDA, 0x0080_0003, 0x7F7F_FFFE, 0x3380_0000):
                slow, flags = machine.run(code, [y, x, y], 0, 32)
                fast, flags_fast = machine.run(code, [y, x, y], IXC, 32)
                assert (fast, flags_fast) == (slow, flags | IXC)


@pytest.mark.parametrize(
    ("encoding", "double_precision", "expected"),
    [
        (0xEE31_0B02, 2, True),  # VADD.F64
        (0xEE31_0B02, 1, False),
        (0xEC41_0B10, 1, True),  # VMOV D0, R0, R1: a move, there without double precision too
        (0xEE71_0B02, 2, False),  # VADD.F64 D16: only D0 to D15
        (0xEEB7_0AE0, 1, False),  # VCVT.F64.F32
        (0xFE80_0A81, 1, True),  # VMAXNM.F32
    ],
)
def test_precision_decides_what_decodes(encoding: int, double_precision: int, expected: bool) -> None:
    core = Core(
        {"core": 1, "irq_count": 16, "priority_bits": 4, "mpu_regions": 0, "has_vtor": 1, "has_fpu": double_precision,
         "cpuid": 0, "clock_hz": 1_000_000}
    )  # fmt: skip
    assert core.decodes(encoding >> 16, encoding & 0xFFFF) == (expected, 4)
