"""Random straight-line programs for either core, as assembly text, and their machine code.

Every instruction is one that a program may execute anywhere: no privileged state is changed, memory accesses stay in
one buffer, branches only go forwards. r4 points into the buffer, r5 counts the rounds; r13 is the stack. The first
instruction uses the FPU where there is one, so that its registers belong to the context (CONTROL.FPCA).
"""

from __future__ import annotations

import random
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

V6 = "thumb-freestanding-eabi", "cortex_m0plus"
V7 = "thumb-freestanding-eabihf", "cortex_m7"
CONDITIONS = ("eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le")


def _low(rng: random.Random) -> str:
    return f"r{rng.choice((0, 1, 2, 3, 6, 7))}"


def _any(rng: random.Random) -> str:
    return f"r{rng.choice((0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12))}"


def thumb_line(rng: random.Random, label: str) -> list[str]:
    """One to three instructions of Armv6-M."""
    d, n, m = _low(rng), _low(rng), _low(rng)
    imm8, imm5, word = rng.randrange(256), rng.randrange(1, 32), 4 * rng.randrange(24)
    choices = [
        [f"adds {d}, {n}, {m}"],
        [f"subs {d}, #{imm8}"],
        [f"{rng.choice(('adcs', 'sbcs', 'ands', 'orrs', 'eors', 'bics', 'mvns', 'rors', 'tst', 'cmn'))} {d}, {m}"],
        [f"muls {d}, {n}, {d}"],
        [f"{rng.choice(('lsls', 'lsrs', 'asrs'))} {d}, {m}, #{imm5}"],
        [f"cmp {d}, #{imm8}"],
        [f"{rng.choice(('sxtb', 'uxth', 'rev', 'revsh'))} {d}, {m}"],
        [f"mov {_any(rng)}, {d}"],
        [f"add {d}, {_any(rng)}"],
        [f"str {d}, [r4, #{word}]"],
        [f"ldr {d}, [r4, #{word}]"],
        [f"strb {d}, [r4, #{imm5}]", f"ldrb {n}, [r4, #{imm5}]"],
        [f"push {{{d}, r4, lr}}", "nop", "pop {r2, r3}", f"pop {{{d}}}"],
        ["mov r7, r4", "stmia r7!, {r0, r1, r2, r3, r6}", "subs r7, #16", "ldmia r7!, {r0, r1, r3}"],
        [f"b{rng.choice(CONDITIONS)} {label}", f"adds {d}, #1", f"{label}:"],
        [f"bl {label}_f", f"b {label}", f"{label}_f:", f"eors {d}, {m}", "bx lr", f"{label}:"],
        [f"mrs {d}, apsr", f"lsrs {d}, {d}, #24"],
    ]
    return rng.choice(choices)


def dsp_line(rng: random.Random, label: str) -> list[str]:
    """One to five instructions that only Armv7E-M with FPv5 has."""
    d, n, m, a = _any(rng), _any(rng), _any(rng), _any(rng)
    s, t, u = (rng.randrange(32) for _ in range(3))
    x, y, z = (rng.randrange(16) for _ in range(3))
    word, cond = 4 * rng.randrange(24), rng.choice(CONDITIONS)
    other = {"eq": "ne", "ne": "eq", "cs": "cc", "cc": "cs", "mi": "pl", "pl": "mi", "vs": "vc", "vc": "vs"}
    other |= {"hi": "ls", "ls": "hi", "ge": "lt", "lt": "ge", "gt": "le", "le": "gt"}
    choices = [
        [f"add.w {d}, {n}, {m}, lsl #{rng.randrange(1, 32)}"],
        [f"{rng.choice(('smlad', 'smlsd', 'mla', 'mls'))} {d}, {n}, {m}, {a}"],
        [f"{rng.choice(('sadd8', 'usub16', 'uqadd8', 'shadd16', 'sel', 'qadd', 'uadd8', 'sasx'))} {d}, {n}, {m}"],
        [f"{rng.choice(('sxtb16', 'clz', 'rbit', 'rev16'))} {d}, {m}"],
        [f"ssat {d}, #{rng.randrange(1, 33)}, {n}", f"usat {m}, #{rng.randrange(32)}, {n}, asr #3"],
        [f"ubfx {d}, {n}, #{rng.randrange(16)}, #{rng.randrange(1, 17)}", f"bfi {m}, {n}, #5, #9"],
        [f"umull r2, r3, {n}, {m}", "smlal r2, r3, r6, r8"],
        [f"sdiv {d}, {n}, {m}", f"udiv {a}, {m}, {n}"],
        [f"ldrd r0, r1, [r4, #{word}]", f"strd r2, r3, [r4, #{word}]"],
        [
            f"stmdb sp!, {{r0-r3, r6, {d}}}" if d in ("r7", "r8", "r9") else "stmdb sp!, {r0-r3, r6, r12}",
            "ldmia.w sp!, {r0, r1}",
            "add sp, #16",
        ],
        [
            f"itete {cond}",
            f"add{cond} r0, r1, #3",
            f"sub{other[cond]} r2, r3, #5",
            f"ldr{cond} r6, [r4, #{word}]",
            f"mov{other[cond]} r7, r0",
        ],
        [f"itt {cond}", f"cmp{cond} r0, r1", f"vadd{cond}.f32 s{s}, s{t}, s{u}"],
        [f"ldrex r0, [r4, #{word}]", "adds r0, #1", f"str r0, [r4, #{word}]"],
        [f"vmla.f32 s{s}, s{t}, s{u}", f"vcvt.s32.f32 s{t}, s{u}"],
        [f"vmul.f64 d{x}, d{y}, d{z}", f"vcvt.f32.f64 s{s}, d{x}"],
        [f"vmov s{s}, {d}", f"vcmp.f32 s{s}, s{t}", "vmrs APSR_nzcv, fpscr"],
        [f"vstr s{s}, [r4, #{word}]", f"vldr d{x}, [r4, #{word}]"],
        ["vpush {s16-s21}", f"vadd.f32 s17, s{s}, s{t}", "vpop {s16-s21}"],
        [f"cbz r6, {label}", "eor r7, r7, r6, ror #7", f"{label}:"],
        [f"tst.w {n}, #0x00ff00ff", f"adds.w {d}, {n}, #0x1200", f"movw {m}, #0xbeef", f"movt {m}, #0x1234"],
    ]
    return rng.choice(choices)


def program(seed: int, v7: bool, length: int, rounds: int) -> str:
    """Assembly of a program that ends at the label `done`; `handler` clobbers all that a handler may clobber."""
    rng = random.Random(seed)
    body: list[str] = []
    for number in range(length):
        wide = v7 and rng.random() < 0.6
        body += (dsp_line if wide else thumb_line)(rng, f".L{number}")
    trash = "\n".join(f"vmov s{i}, r0" for i in range(16)) + "\nvmsr fpscr, r1" if v7 else ""
    cpu = ".cpu cortex-m7\n.fpu fpv5-d16" if v7 else ".cpu cortex-m0plus"
    return f"""
.syntax unified
{cpu}
.thumb
.text
.global start, handler, done
.thumb_func
start:
{"vmov.f32 s0, s0" if v7 else "nop"}
movs r5, #{rounds}
again:
{chr(10).join(body)}
subs r5, #1
cmp r5, #0
beq done
ldr r3, =again
adds r3, #1
bx r3
.ltorg
.thumb_func
done:
b done
.balign 4
.thumb_func
handler:
push {{r4, lr}}
ldr r0, ={0xDEADBEEF - (1 << 32)}
mvns r1, r0
lsls r1, r1, #1
mov r2, r0
mov r3, r1
mov r12, r0
{"ldr r1, =0x0fc00000" if v7 else ""}
{trash}
cmp r0, r1
pop {{r4, pc}}
.ltorg
"""


@lru_cache(maxsize=64)
def assemble(text: str, v7: bool, folder: Path) -> tuple[bytes, dict[str, int]]:
    """Machine code for address 0x400 and the addresses of its global labels."""
    from elftools.elf.elffile import ELFFile

    target, cpu = V7 if v7 else V6
    source, output, script = folder / "p.s", folder / "p.elf", folder / "p.ld"
    source.write_text(text)
    script.write_text("SECTIONS { . = 0x400; .text : { *(.text*) } /DISCARD/ : { *(.ARM.*) } }\n")
    command = [sys.executable, "-m", "ziglang", "cc", "-target", target, f"-mcpu={cpu}", "-nostdlib", "-g"]
    command += ["-T", str(script), "-Wl,-e,start", str(source), "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with output.open("rb") as stream:
        elf = ELFFile(stream)
        code = elf.get_section_by_name(".text").data()
        symbols = elf.get_section_by_name(".symtab")
        names = {
            s.name: s.entry.st_value & ~1 for s in symbols.iter_symbols() if s.name in ("start", "handler", "done")
        }
    return code, names
