# ruff: noqa: E501 - one form is one line
"""The 32-bit forms of Armv7E-M: base, DSP, floating-point loads and stores (DDI 0403E, A5.3, A6.5, A7.7).

Fields: see forms.py; `k` with `i` before it is the modified immediate constant, whose forms with an imm8 of 0 in
more than one byte are UNPREDICTABLE (A5.3.2). `has(list, r)` asks for a register in a 14-bit list (LR, R12 .. R0).
"""

LOAD_STORE = """
STMIA.W     1110 1000 10w0 nnnn zrzr rrrr rrrr rrrr | n != 15 and r.bit_count() > 1 and not (w and has(r, n)) | any=n n=q
STMDB.W     1110 1001 00w0 nnnn zrzr rrrr rrrr rrrr | n != 15 and r.bit_count() > 1 and not (w and has(r, n)) | any=n n=q
LDMIA.W     1110 1000 10w1 nnnn 0rzr rrrr rrrr rrrr | n != 15 and r.bit_count() > 1 and not (w and has(r, n)) | any=n n=q
LDMDB.W     1110 1001 00w1 nnnn 0rzr rrrr rrrr rrrr | n != 15 and r.bit_count() > 1 and not (w and has(r, n)) | any=n n=q
LDMIA.W.pc  1110 1000 10w1 nnnn 10zr rrrr rrrr rrrr | n != 15 and r and not (w and has(r, n)) | any=n n=q alone codedata
LDMDB.W.pc  1110 1001 00w1 nnnn 10zr rrrr rrrr rrrr | n != 15 and r and not (w and has(r, n)) | any=n n=q alone codedata
STRD        1110 100p g1w0 nnnn tttt uuuu iiii iiii | (p or w) and n != 15 and not (w and n in (t, u)) | any=n n=q
LDRD        1110 100p g1w1 nnnn tttt uuuu iiii iiii | (p or w) and n != 15 and t != u and not (w and n in (t, u)) | any=n n=q
LDRD.literal 1110 1001 g101 1111 tttt uuuu iiii iiii | t != u
LDREX.STREX 1110 1000 0101 nnnn aaaa eeee iiii iiii / 1110 1000 0100 nnnn tttt dddd iiii iiii | n != 15 and d not in (n, t) and a != n | any=n n=q noit
LDREXB.STREXB 1110 1000 1101 nnnn aaaa eeee 0100 eeee / 1110 1000 1100 nnnn tttt eeee 0100 dddd | n != 15 and d not in (n, t) and a != n | any=n n=p noit
LDREXH.STREXH 1110 1000 1101 nnnn aaaa eeee 0101 eeee / 1110 1000 1100 nnnn tttt eeee 0101 dddd | n != 15 and d not in (n, t) and a != n | any=n n=q noit
CLREX.STREX 1111 0011 1011 eeee 10z0 eeee 0010 eeee / 1110 1000 0100 nnnn tttt dddd iiii iiii | n != 15 and d not in (n, t) | any=n n=q noit
TBB         1110 1000 1101 nnnn eeee zzzz 0000 mmmm | n != 13 | any=n n=p m=i alone unless=n==15
TBB.pc      1110 1000 1101 1111 eeee zzzz 0000 mmmm | | m=i alone
TBH         1110 1000 1101 nnnn eeee zzzz 0001 mmmm | n != 13 | any=n n=p m=i alone unless=n==15
STRB.W.imm12 1111 1000 1000 nnnn tttt iiii iiii iiii | n != 15 | any=n n=p
STRH.W.imm12 1111 1000 1010 nnnn tttt iiii iiii iiii | n != 15 | any=n n=p
STR.W.imm12 1111 1000 1100 nnnn tttt iiii iiii iiii | n != 15 and t != 15 | any=nt n=p
STRB.W.imm8 1111 1000 0000 nnnn tttt 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=n n=p
STRH.W.imm8 1111 1000 0010 nnnn tttt 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=n n=p
STR.W.imm8  1111 1000 0100 nnnn tttt 1pgw iiii iiii | n != 15 and t != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=nt n=p
STRB.W.reg  1111 1000 0000 nnnn tttt 0000 00ii mmmm | n != 15 | any=n n=p m=i
STRH.W.reg  1111 1000 0010 nnnn tttt 0000 00ii mmmm | n != 15 | any=n n=p m=i
STR.W.reg   1111 1000 0100 nnnn tttt 0000 00ii mmmm | n != 15 and t != 15 | any=nt n=p m=i
STRBT       1111 1000 0000 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
STRHT       1111 1000 0010 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
STRT        1111 1000 0100 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
LDRB.W.imm12 1111 1000 1001 nnnn tttt iiii iiii iiii | n != 15 | any=n n=p
LDRH.W.imm12 1111 1000 1011 nnnn tttt iiii iiii iiii | n != 15 | any=n n=p
LDR.W.imm12 1111 1000 1101 nnnn tttt iiii iiii iiii | n != 15 and t != 15 | any=nt n=p
LDRSB.W.imm12 1111 1001 1001 nnnn tttt iiii iiii iiii | n != 15 | any=n n=p
LDRSH.W.imm12 1111 1001 1011 nnnn tttt iiii iiii iiii | n != 15 | any=n n=p
LDRB.W.imm8 1111 1000 0001 nnnn tttt 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=n n=p
LDRH.W.imm8 1111 1000 0011 nnnn tttt 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=n n=p
LDR.W.imm8  1111 1000 0101 nnnn tttt 1pgw iiii iiii | n != 15 and t != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=nt n=p
LDRSB.W.imm8 1111 1001 0001 nnnn tttt 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=n n=p
LDRSH.W.imm8 1111 1001 0011 nnnn tttt 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) and not (w and n == t) | any=n n=p
LDRB.W.reg  1111 1000 0001 nnnn tttt 0000 00ii mmmm | n != 15 | any=n n=p m=i
LDRH.W.reg  1111 1000 0011 nnnn tttt 0000 00ii mmmm | n != 15 | any=n n=p m=i
LDR.W.reg   1111 1000 0101 nnnn tttt 0000 00ii mmmm | n != 15 and t != 15 | any=nt n=p m=i
LDRSB.W.reg 1111 1001 0001 nnnn tttt 0000 00ii mmmm | n != 15 | any=n n=p m=i
LDRSH.W.reg 1111 1001 0011 nnnn tttt 0000 00ii mmmm | n != 15 | any=n n=p m=i
LDRB.W.literal 1111 1000 g001 1111 tttt iiii iiii iiii
LDRH.W.literal 1111 1000 g011 1111 tttt iiii iiii iiii
LDR.W.literal 1111 1000 g101 1111 tttt iiii iiii iiii | t != 15 | any=t
LDRSB.W.literal 1111 1001 g001 1111 tttt iiii iiii iiii
LDRSH.W.literal 1111 1001 g011 1111 tttt iiii iiii iiii
LDRBT       1111 1000 0001 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
LDRHT       1111 1000 0011 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
LDRT        1111 1000 0101 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
LDRSBT      1111 1001 0001 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
LDRSHT      1111 1001 0011 nnnn tttt 1110 iiii iiii | n != 15 | any=n n=p
LDR.W.imm12.pc 1111 1000 1101 nnnn 1111 iiii iiii iiii | n != 15 | any=n n=q alone codedata unless=i&3
LDR.W.imm8.pc 1111 1000 0101 nnnn 1111 1pgw iiii iiii | n != 15 and (p or w) and not (p and g and not w) | any=n n=q alone codedata unless=i&3
LDR.W.reg.pc 1111 1000 0101 nnnn 1111 0000 00ii mmmm | n != 15 | any=n n=q m=j alone codedata
PLD.imm12   1111 1000 1001 nnnn 1111 iiii iiii iiii | n != 15 | any=n n=p
PLD.imm8    1111 1000 0001 nnnn 1111 1100 iiii iiii | n != 15 | any=n n=p
PLD.reg     1111 1000 0001 nnnn 1111 0000 00ii mmmm | n != 15 | any=n n=p
PLD.literal 1111 1000 g001 1111 1111 iiii iiii iiii
PLI.imm12   1111 1001 1001 nnnn 1111 iiii iiii iiii | n != 15 | any=n n=p
PLI.imm8    1111 1001 0001 nnnn 1111 1100 iiii iiii | n != 15 | any=n n=p
PLI.reg     1111 1001 0001 nnnn 1111 0000 00ii mmmm | n != 15 | any=n n=p
PLI.literal 1111 1001 g001 1111 1111 iiii iiii iiii
"""

DATA = """
AND.W.reg   1110 1010 000s nnnn ziii dddd iikk mmmm
TST.W.reg   1110 1010 0001 nnnn ziii 1111 iikk mmmm
BIC.W.reg   1110 1010 001s nnnn ziii dddd iikk mmmm
ORR.W.reg   1110 1010 010s nnnn ziii dddd iikk mmmm
MOV.W.reg   1110 1010 010s 1111 z000 dddd 0000 mmmm | d != 15 and m != 15 and not (d == 13 and m == 13) and not (s and 13 in (d, m)) | any=dm
SHIFT.W.imm 1110 1010 010s 1111 ziii dddd iikk mmmm | i or k
ORN.W.reg   1110 1010 011s nnnn ziii dddd iikk mmmm
MVN.W.reg   1110 1010 011s 1111 ziii dddd iikk mmmm
EOR.W.reg   1110 1010 100s nnnn ziii dddd iikk mmmm
TEQ.W.reg   1110 1010 1001 nnnn ziii 1111 iikk mmmm
PKHBT       1110 1010 1100 nnnn ziii dddd ii00 mmmm
PKHTB       1110 1010 1100 nnnn ziii dddd ii10 mmmm
ADD.W.reg   1110 1011 000s nnnn ziii dddd iikk mmmm
ADD.W.sp    1110 1011 000s 1101 ziii dddd iikk mmmm | d != 15 and m not in (13, 15) and not (d == 13 and (k or i > 3)) | any=dm
CMN.W.reg   1110 1011 0001 nnnn ziii 1111 iikk mmmm | n != 15 and m not in (13, 15) | any=n
ADC.W.reg   1110 1011 010s nnnn ziii dddd iikk mmmm
SBC.W.reg   1110 1011 011s nnnn ziii dddd iikk mmmm
SUB.W.reg   1110 1011 101s nnnn ziii dddd iikk mmmm
SUB.W.sp    1110 1011 101s 1101 ziii dddd iikk mmmm | d != 15 and m not in (13, 15) and not (d == 13 and (k or i > 3)) | any=dm
CMP.W.reg   1110 1011 1011 nnnn ziii 1111 iikk mmmm | n != 15 and m not in (13, 15) | any=n
RSB.W.reg   1110 1011 110s nnnn ziii dddd iikk mmmm
AND.W.imm   1111 0i00 000s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
TST.W.imm   1111 0i00 0001 nnnn 0iii 1111 kkkk kkkk | not (0 < i < 4 and k == 0)
BIC.W.imm   1111 0i00 001s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
ORR.W.imm   1111 0i00 010s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
MOV.W.imm   1111 0i00 010s 1111 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
ORN.W.imm   1111 0i00 011s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
MVN.W.imm   1111 0i00 011s 1111 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
EOR.W.imm   1111 0i00 100s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
TEQ.W.imm   1111 0i00 1001 nnnn 0iii 1111 kkkk kkkk | not (0 < i < 4 and k == 0)
ADD.W.imm   1111 0i01 000s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
ADD.W.sp.imm 1111 0i01 000s 1101 0iii dddd kkkk kkkk | d != 15 and not (0 < i < 4 and k == 0) | any=d
CMN.W.imm   1111 0i01 0001 nnnn 0iii 1111 kkkk kkkk | n != 15 and not (0 < i < 4 and k == 0) | any=n
ADC.W.imm   1111 0i01 010s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
SBC.W.imm   1111 0i01 011s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
SUB.W.imm   1111 0i01 101s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
SUB.W.sp.imm 1111 0i01 101s 1101 0iii dddd kkkk kkkk | d != 15 and not (0 < i < 4 and k == 0) | any=d
CMP.W.imm   1111 0i01 1011 nnnn 0iii 1111 kkkk kkkk | n != 15 and not (0 < i < 4 and k == 0) | any=n
RSB.W.imm   1111 0i01 110s nnnn 0iii dddd kkkk kkkk | not (0 < i < 4 and k == 0)
ADDW        1111 0i10 0000 nnnn 0iii dddd iiii iiii
ADDW.sp     1111 0i10 0000 1101 0iii dddd iiii iiii | d != 15 | any=d
ADR.W.add   1111 0i10 0000 1111 0iii dddd iiii iiii
MOVW        1111 0i10 0100 iiii 0iii dddd iiii iiii
SUBW        1111 0i10 1010 nnnn 0iii dddd iiii iiii
SUBW.sp     1111 0i10 1010 1101 0iii dddd iiii iiii | d != 15 | any=d
ADR.W.sub   1111 0i10 1010 1111 0iii dddd iiii iiii
MOVT        1111 0i10 1100 iiii 0iii dddd iiii iiii
SSAT.lsl    1111 0z11 0000 nnnn 0iii dddd iizw wwww
SSAT.asr    1111 0z11 0010 nnnn 0iii dddd iizw wwww | i != 0
SSAT16      1111 0z11 0010 nnnn 0000 dddd 00zz wwww
SBFX        1111 0z11 0100 nnnn 0iii dddd iizw wwww | i + w < 32
BFI         1111 0z11 0110 nnnn 0iii dddd iizw wwww | w >= i
BFC         1111 0z11 0110 1111 0iii dddd iizw wwww | w >= i
USAT.lsl    1111 0z11 1000 nnnn 0iii dddd iizw wwww
USAT.asr    1111 0z11 1010 nnnn 0iii dddd iizw wwww | i != 0
USAT16      1111 0z11 1010 nnnn 0000 dddd 00zz wwww
UBFX        1111 0z11 1100 nnnn 0iii dddd iizw wwww | i + w < 32
LSL.W.reg   1111 1010 000s nnnn 1111 dddd 0000 mmmm
LSR.W.reg   1111 1010 001s nnnn 1111 dddd 0000 mmmm
ASR.W.reg   1111 1010 010s nnnn 1111 dddd 0000 mmmm
ROR.W.reg   1111 1010 011s nnnn 1111 dddd 0000 mmmm
SXTAH       1111 1010 0000 nnnn 1111 dddd 1zrr mmmm
SXTH.W      1111 1010 0000 1111 1111 dddd 1zrr mmmm
UXTAH       1111 1010 0001 nnnn 1111 dddd 1zrr mmmm
UXTH.W      1111 1010 0001 1111 1111 dddd 1zrr mmmm
SXTAB16     1111 1010 0010 nnnn 1111 dddd 1zrr mmmm
SXTB16      1111 1010 0010 1111 1111 dddd 1zrr mmmm
UXTAB16     1111 1010 0011 nnnn 1111 dddd 1zrr mmmm
UXTB16      1111 1010 0011 1111 1111 dddd 1zrr mmmm
SXTAB       1111 1010 0100 nnnn 1111 dddd 1zrr mmmm
SXTB.W      1111 1010 0100 1111 1111 dddd 1zrr mmmm
UXTAB       1111 1010 0101 nnnn 1111 dddd 1zrr mmmm
UXTB.W      1111 1010 0101 1111 1111 dddd 1zrr mmmm
QADD        1111 1010 1000 nnnn 1111 dddd 1000 mmmm
QDADD       1111 1010 1000 nnnn 1111 dddd 1001 mmmm
QSUB        1111 1010 1000 nnnn 1111 dddd 1010 mmmm
QDSUB       1111 1010 1000 nnnn 1111 dddd 1011 mmmm
REV.W       1111 1010 1001 nnnn 1111 dddd 1000 mmmm | n == m
REV16.W     1111 1010 1001 nnnn 1111 dddd 1001 mmmm | n == m
RBIT        1111 1010 1001 nnnn 1111 dddd 1010 mmmm | n == m
REVSH.W     1111 1010 1001 nnnn 1111 dddd 1011 mmmm | n == m
SEL         1111 1010 1010 nnnn 1111 dddd 1000 mmmm
CLZ         1111 1010 1011 nnnn 1111 dddd 1000 mmmm | n == m
"""

MULTIPLY = """
MUL.W       1111 1011 0000 nnnn 1111 dddd 0000 mmmm
MLA         1111 1011 0000 nnnn aaaa dddd 0000 mmmm
MLS         1111 1011 0000 nnnn aaaa dddd 0001 mmmm
SMULxy      1111 1011 0001 nnnn 1111 dddd 00xy mmmm
SMLAxy      1111 1011 0001 nnnn aaaa dddd 00xy mmmm
SMUAD       1111 1011 0010 nnnn 1111 dddd 000x mmmm
SMLAD       1111 1011 0010 nnnn aaaa dddd 000x mmmm | | noq
SMULWy      1111 1011 0011 nnnn 1111 dddd 000y mmmm
SMLAWy      1111 1011 0011 nnnn aaaa dddd 000y mmmm
SMUSD       1111 1011 0100 nnnn 1111 dddd 000x mmmm
SMLSD       1111 1011 0100 nnnn aaaa dddd 000x mmmm
SMMUL       1111 1011 0101 nnnn 1111 dddd 000r mmmm
SMMLA       1111 1011 0101 nnnn aaaa dddd 000r mmmm
SMMLS       1111 1011 0110 nnnn aaaa dddd 000r mmmm
USAD8       1111 1011 0111 nnnn 1111 dddd 0000 mmmm
USADA8      1111 1011 0111 nnnn aaaa dddd 0000 mmmm
SMULL       1111 1011 1000 nnnn tttt uuuu 0000 mmmm | t != u
SDIV        1111 1011 1001 nnnn eeee dddd 1111 mmmm
UMULL       1111 1011 1010 nnnn tttt uuuu 0000 mmmm | t != u
UDIV        1111 1011 1011 nnnn eeee dddd 1111 mmmm
SMLAL       1111 1011 1100 nnnn tttt uuuu 0000 mmmm | t != u
SMLALxy     1111 1011 1100 nnnn tttt uuuu 10xy mmmm | t != u
SMLALD      1111 1011 1100 nnnn tttt uuuu 110x mmmm | t != u
SMLSLD      1111 1011 1101 nnnn tttt uuuu 110x mmmm | t != u
UMLAL       1111 1011 1110 nnnn tttt uuuu 0000 mmmm | t != u
UMAAL       1111 1011 1110 nnnn tttt uuuu 0110 mmmm | t != u
"""

BRANCH_AND_SYSTEM = """
B.W.cond    1111 0icc ccii iiii 10j0 kiii iiii iiii | c < 14 | noit alone
B.W         1111 0iii iiii iiii 10j1 kiii iiii iiii | | alone
NOP.W       1111 0011 1010 eeee 10z0 z000 0000 0000
SEV.W       1111 0011 1010 eeee 10z0 z000 0000 0100
DBG         1111 0011 1010 eeee 10z0 z000 1111 iiii
DSB.option  1111 0011 1011 eeee 10z0 eeee 0100 iiii
DMB.option  1111 0011 1011 eeee 10z0 eeee 0101 iiii
MSR.apsr.g  1111 0011 100z nnnn 10z0 ffzz 0000 00ss | f != 0
MSR.faultmask 1111 0011 100z nnnn 10z0 10zz 0001 0011 / 1111 0011 111z eeee 10z0 dddd 0001 0011
"""

FLOAT_LOAD_STORE = """
VSTR.F32    1110 1101 gV00 nnnn vvvv 1010 iiii iiii | n != 15 | any=n n=q
VSTR.F64    1110 1101 g000 nnnn vvvv 1011 iiii iiii | n != 15 | any=n n=q
VLDR.F32    1110 1101 gV01 nnnn vvvv 1010 iiii iiii | n != 15 | any=n n=q
VLDR.F64    1110 1101 g001 nnnn vvvv 1011 iiii iiii | n != 15 | any=n n=q
VLDR.F32.literal 1110 1101 gV01 1111 vvvv 1010 iiii iiii
VLDR.F64.literal 1110 1101 g001 1111 vvvv 1011 iiii iiii
VSTMIA.F32  1110 1100 1Vw0 nnnn vvvv 1010 iiii iiii | n != 15 and 0 < i <= 32 - v * 2 - V | any=n n=q
VSTMIA.F64  1110 1100 10w0 nnnn vvvv 1011 iiii iiii | n != 15 and i % 2 == 0 and 0 < i // 2 <= 16 - v | any=n n=q
VSTMDB.F32  1110 1101 0V10 nnnn vvvv 1010 iiii iiii | n != 15 and 0 < i <= 32 - v * 2 - V | any=n n=q
VSTMDB.F64  1110 1101 0010 nnnn vvvv 1011 iiii iiii | n != 15 and i % 2 == 0 and 0 < i // 2 <= 16 - v | any=n n=q
VLDMIA.F32  1110 1100 1Vw1 nnnn vvvv 1010 iiii iiii | n != 15 and 0 < i <= 32 - v * 2 - V | any=n n=q
VLDMIA.F64  1110 1100 10w1 nnnn vvvv 1011 iiii iiii | n != 15 and i % 2 == 0 and 0 < i // 2 <= 16 - v | any=n n=q
VLDMDB.F32  1110 1101 0V11 nnnn vvvv 1010 iiii iiii | n != 15 and 0 < i <= 32 - v * 2 - V | any=n n=q
VLDMDB.F64  1110 1101 0011 nnnn vvvv 1011 iiii iiii | n != 15 and i % 2 == 0 and 0 < i // 2 <= 16 - v | any=n n=q
"""


def parallel_forms() -> str:
    """The 36 parallel additions and subtractions: six operations, each with the prefixes S Q SH U UQ UH."""
    operations = {"ADD16": "001", "ASX": "010", "SAX": "110", "SUB16": "101", "ADD8": "000", "SUB8": "100"}
    prefixes = {"S": "000", "Q": "001", "SH": "010", "U": "100", "UQ": "101", "UH": "110"}
    return "\n".join(
        f"{prefix}{name} 1111 1010 1{op} nnnn 1111 dddd 0{code} mmmm"
        for name, op in operations.items()
        for prefix, code in prefixes.items()
    )


THUMB32_V7M = "\n".join([LOAD_STORE, DATA, parallel_forms(), MULTIPLY, BRANCH_AND_SYSTEM])

# Not run, only decoded; MRS and MSR: the special registers of DDI 0403E, B5.1
UNRUN32_V7M = """
MRS         1111 0011 111z eeee 10z0 dddd ssss ssss | s in (0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20)
MSR         1111 0011 100z nnnn 10z0 ffzz ssss ssss | s in (0, 1, 2, 3) and f or f == 2 and s in (5, 6, 7, 8, 9, 16, 17, 18, 19, 20)
HINT.W      1111 0011 1010 eeee 10z0 z000 hhhh hhhh
CLREX       1111 0011 1011 eeee 10z0 eeee 0010 eeee
ISB.option  1111 0011 1011 eeee 10z0 eeee 0110 iiii
LDREX       1110 1000 0101 nnnn tttt eeee iiii iiii | n != 15 | any=n
LDREXB      1110 1000 1101 nnnn tttt eeee 0100 eeee | n != 15 | any=n
LDREXH      1110 1000 1101 nnnn tttt eeee 0101 eeee | n != 15 | any=n
STREX       1110 1000 0100 nnnn tttt dddd iiii iiii | n != 15 and d not in (n, t) | any=n
STREXB      1110 1000 1100 nnnn tttt eeee 0100 dddd | n != 15 and d not in (n, t) | any=n
STREXH      1110 1000 1100 nnnn tttt eeee 0101 dddd | n != 15 and d not in (n, t) | any=n
LDM.pc.lr   1110 100g o0w1 nnnn 11zr rrrr rrrr rrrr | False
LDRH.hint.imm12 1111 100g 1011 nnnn 1111 iiii iiii iiii | False
LDR.W.literal.pc 1111 1000 g101 1111 1111 iiii iiii iiii
"""


def coprocessor_forms() -> str:
    """Instructions of coprocessors that are not there: a UsageFault with NOCP, not UNDEFINED (A5.3.18)."""
    shapes = ("1110 xxxx", "1101 xxxx", "1100 1xxx", "1100 01xx", "1100 001x")
    coprocessors = ("0ccc", "100c", "11cc")  # 10 and 11 are the FPU
    return "\n".join(
        f"COPROCESSOR 111x {shape} xxxx xxxx {number} xxxx xxxx" for shape in shapes for number in coprocessors
    )


UNRUN32_V7M += coprocessor_forms()
