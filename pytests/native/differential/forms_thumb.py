"""Every 16-bit form of Armv6-M (DDI 0419, A5.2) and Armv7-M (DDI 0403E, A5.2), and the 32-bit forms of Armv6-M.

Left to tests of exceptions and sleep: SVC, UDF, BKPT, CPS, WFI, WFE, YIELD.
"""

# 16 bits, both architectures
THUMB16 = """
MOVS.reg    0000 0000 00mm mddd | | noit
LSLS.imm    0000 0iii iimm mddd | i != 0
LSRS.imm    0000 1iii iimm mddd
ASRS.imm    0001 0iii iimm mddd
ADDS.reg    0001 100m mmnn nddd
SUBS.reg    0001 101m mmnn nddd
ADDS.imm3   0001 110i iinn nddd
SUBS.imm3   0001 111i iinn nddd
MOVS.imm    0010 0ddd iiii iiii
CMP.imm     0010 1nnn iiii iiii
ADDS.imm8   0011 0ddd iiii iiii
SUBS.imm8   0011 1ddd iiii iiii
ANDS        0100 0000 00mm mddd
EORS        0100 0000 01mm mddd
LSLS.reg    0100 0000 10mm mddd
LSRS.reg    0100 0000 11mm mddd
ASRS.reg    0100 0001 00mm mddd
ADCS        0100 0001 01mm mddd
SBCS        0100 0001 10mm mddd
RORS        0100 0001 11mm mddd
TST         0100 0010 00mm mddd
RSBS        0100 0010 01mm mddd
CMP.reg     0100 0010 10mm mddd
CMN         0100 0010 11mm mddd
ORRS        0100 0011 00mm mddd
MULS        0100 0011 01mm mddd
BICS        0100 0011 10mm mddd
MVNS        0100 0011 11mm mddd
ADD.high    0100 0100 Dmmm mddd | D * 8 + d != 15 and not (D * 8 + d == 13 and m == 15) | any=m
ADD.high.pc 0100 0100 1mmm m111 | m != 15 | any=m m=s alone unless=m==13
CMP.high    0100 0101 Nmmm mnnn | (N or m > 7) and N * 8 + n != 15 and m != 15 | any=m
MOV.high    0100 0110 Dmmm mddd | D * 8 + d != 15 and not (D * 8 + d == 13 and m == 15) | any=m
MOV.high.pc 0100 0110 1mmm m111 | m != 15 | any=m m=c alone unless=m==13
BX          0100 0111 0mmm mzzz | m != 15 | any=m m=c alone unless=m==13
BLX         0100 0111 1mmm mzzz | m != 15 | any=m m=c alone unless=m==13
LDR.literal 0100 1ttt iiii iiii
STR.reg     0101 000m mmnn nttt | | n=p m=i
STRH.reg    0101 001m mmnn nttt | | n=p m=i
STRB.reg    0101 010m mmnn nttt | | n=p m=i
LDRSB.reg   0101 011m mmnn nttt | | n=p m=i
LDR.reg     0101 100m mmnn nttt | | n=p m=i
LDRH.reg    0101 101m mmnn nttt | | n=p m=i
LDRB.reg    0101 110m mmnn nttt | | n=p m=i
LDRSH.reg   0101 111m mmnn nttt | | n=p m=i
STR.imm     0110 0iii iinn nttt | | n=p
LDR.imm     0110 1iii iinn nttt | | n=p
STRB.imm    0111 0iii iinn nttt | | n=p
LDRB.imm    0111 1iii iinn nttt | | n=p
STRH.imm    1000 0iii iinn nttt | | n=p
LDRH.imm    1000 1iii iinn nttt | | n=p
STR.sp      1001 0ttt iiii iiii
LDR.sp      1001 1ttt iiii iiii
ADR         1010 0ddd iiii iiii
ADD.sp      1010 1ddd iiii iiii
ADD.sp.imm7 1011 0000 0iii iiii
SUB.sp.imm7 1011 0000 1iii iiii
SXTH        1011 0010 00mm mddd
SXTB        1011 0010 01mm mddd
UXTH        1011 0010 10mm mddd
UXTB        1011 0010 11mm mddd
PUSH        1011 010r rrrr rrrr | r != 0
REV         1011 1010 00mm mddd
REV16       1011 1010 01mm mddd
REVSH       1011 1010 11mm mddd
POP         1011 1100 rrrr rrrr | r != 0
POP.pc      1011 1101 rrrr rrrr | | alone codedata
NOP         1011 1111 0000 0000
SEV         1011 1111 0100 0000
STMIA       1100 0nnn rrrr rrrr | r != 0 | n=q unless=r>>n&1>(r&(1<<n)-1==0)
LDMIA       1100 1nnn rrrr rrrr | r != 0 | n=q
# Not to itself, nor to an IT instruction before it: for ever.
B.cond      1101 cccc iiii iiii | c < 14 | noit alone unless=i>=253
B           1110 0iii iiii iiii | | alone unless=2044<i<2047
"""

# 32 bits, both architectures
THUMB32_V6M = """
BL          1111 0iii iiii iiii 11j1 jiii iiii iiii | | alone
MRS.apsr    1111 0011 111z eeee 10z0 dddd 0000 0sss | s in (0, 1, 2, 3, 5, 6, 7)
MRS.msp     1111 0011 111z eeee 10z0 dddd 0000 1000
MSR.apsr    1111 0011 100z nnnn 10z0 10zz 0000 00ss
MSR.msp     1111 0011 100z nnnn 10z0 10zz 0000 1000 | | n=q
MSR.psp     1111 0011 100z nnnn 10z0 10zz 0000 1001 / 1111 0011 111z eeee 10z0 dddd 0000 1001 | | n=q
MSR.primask 1111 0011 100z nnnn 10z0 10zz 0001 0000 / 1111 0011 111z eeee 10z0 dddd 0001 0000
DSB         1111 0011 1011 eeee 10z0 eeee 0100 1111
DMB         1111 0011 1011 eeee 10z0 eeee 0101 1111
# Unicorn forgets ITSTATE at an ISB.
ISB         1111 0011 1011 eeee 10z0 eeee 0110 1111 | | noit
"""

# 16 bits, Armv7-M only
THUMB16_V7M = """
CBZ         1011 00i1 iiii innn | | noit alone
CBNZ        1011 10i1 iiii innn | | noit alone
"""

# Not run, only decoded. 16 bits, both architectures:
UNRUN16 = """
CPS.i       1011 0110 011i zz1z
BKPT        1011 1110 iiii iiii
SVC         1101 1111 iiii iiii
HINT        1011 1111 hhhh 0000
"""

# 16 bits, Armv7-M only
UNRUN16_V7M = """
CPS.if      1011 0110 011i zzaf | a or f
IT          1011 1111 cccc kkkk | k and c != 15 and not (c == 14 and k.bit_count() != 1)
"""

# 32 bits, both; MRS and MSR: the special registers of DDI 0419, B5.1
UNRUN32_V6M = """
MRS         1111 0011 111z eeee 10z0 dddd ssss ssss | s in (0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 20)
DSB.option  1111 0011 1011 eeee 10z0 eeee 0100 iiii
DMB.option  1111 0011 1011 eeee 10z0 eeee 0101 iiii
ISB.option  1111 0011 1011 eeee 10z0 eeee 0110 iiii
MSR         1111 0011 100z nnnn 10z0 ffzz ssss ssss | f == 2 and s in (0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 20)
"""
