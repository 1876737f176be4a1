"""SMC, PMC and RCM of the older Kinetis parts, with 8-bit registers.

Source: KV11 and K32 L2B reference manuals, chapters SMC, PMC and RCM; MKV11Z7.h, K32L2B31A.h. The supply is always
good; run modes are told apart only in PMSTAT (very low power run does not slow any clock); stop modes are entered by
WFI and are not told apart from wait.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

RO, W1C, WO = Access.RO, Access.W1C, Access.WO
M = State.MODELLED
RUN, VLPR = 1, 4


@register("Miscellaneous.Kinetis_SMC")
class SMC8(Peripheral):
    TABLE = (
        Register(
            "PMPROT / Power mode protection",
            0x0,
            1,
            fields=(
                Field("AVLLS / Allow very low leakage stop", 1),
                Field("ALLS / Allow low leakage stop", 3),
                Field("AVLP / Allow very low power", 5),
            ),
        ),
        Register(
            "PMCTRL / Power mode control",
            0x1,
            1,
            fields=(
                Field("STOPM / Stop mode", 0, 3),
                Field("STOPA / Stop aborted", 3, 1, RO),
                Field("RUNM / Run mode", 5, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "STOPCTRL / Stop control",
            0x2,
            1,
            reset=3,
            fields=(
                Field("VLLSM / Very low leakage mode", 0, 3),
                Field("PORPO / Power-on detection off", 5),
                Field("PSTOPO / Partial stop", 6, 2),
            ),
        ),
        Register("PMSTAT / Power mode status", 0x3, 1, reset=RUN, access=RO, state=M),
    )
    source = "KV11 RM and K32 L2B RM, chapter SMC"

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        """RUNM = 2 goes to VLPR if PMPROT allows it, 0 back to RUN."""
        wanted = value >> 5 & 3
        if wanted == 2 and not self.bits("PMPROT", "AVLP"):
            return value & ~(3 << 5) | old & 3 << 5
        self.set("PMSTAT", VLPR if wanted == 2 else RUN)
        return None


@register("Miscellaneous.Kinetis_PMC")
class PMC8(Peripheral):
    lines = ("IRQ",)
    TABLE = (
        Register(
            "LVDSC1 / Low voltage detect status and control 1",
            0x0,
            1,
            reset=0x10,
            fields=(
                Field("LVDV / Threshold", 0, 2),
                Field("LVDRE / Reset enable", 4),
                Field("LVDIE / Interrupt enable", 5),
                Field("LVDACK / Acknowledge", 6, 1, WO),
                Field("LVDF / Flag", 7, 1, RO),
            ),
        ),
        Register(
            "LVDSC2 / Low voltage detect status and control 2",
            0x1,
            1,
            fields=(
                Field("LVWV / Warning threshold", 0, 2),
                Field("LVWIE / Warning interrupt enable", 5),
                Field("LVWACK / Warning acknowledge", 6, 1, WO),
                Field("LVWF / Warning flag", 7, 1, RO),
            ),
        ),
        Register(
            "REGSC / Regulator status and control",
            0x2,
            1,
            reset=0x04,
            fields=(
                Field("BGBE / Bandgap buffer enable", 0),
                Field("REGONS / Regulator in run regulation", 2, 1, RO),
                Field("ACKISO / Isolation", 3, 1, W1C),
                Field("BGEN / Bandgap in very low power modes", 4),
            ),
        ),
    )
    source = "KV11 RM and K32 L2B RM, chapter PMC"


_SRS0 = {"WAKEUP": 0, "LVD": 1, "LOC": 2, "WDOG": 5, "PIN": 6, "POR": 7}
_SRS1 = {"LOCKUP": 1, "SW": 2, "MDM_AP": 3, "SACKERR": 5}
# Beginning of a cause -> (register, bit)
_CAUSES = {
    "wdog": ("SRS0", "WDOG"),
    "cop": ("SRS0", "WDOG"),
    "lock-up": ("SRS1", "LOCKUP"),
    "SYSRESETREQ": ("SRS1", "SW"),
    "reset by the host": ("SRS0", "PIN"),
}


def _status(bits: dict[str, int], access: Access, prefix: str = "") -> tuple[Field, ...]:
    return tuple(Field(f"{prefix}{name} / Last reset", bit, 1, access) for name, bit in bits.items())


@register("Miscellaneous.Kinetis_RCM")
class RCM8(Peripheral):
    TABLE = (
        Register("SRS0 / System reset status 0", 0x0, 1, reset=0x82, fields=_status(_SRS0, RO), state=M),
        Register("SRS1 / System reset status 1", 0x1, 1, fields=_status(_SRS1, RO), state=M),
        Register("RPFC / Reset pin filter control", 0x4, 1, fields=(Field("RSTFLT / Filter", 0, 3),)),
        Register("RPFW / Reset pin filter width", 0x5, 1, fields=(Field("RSTFLTSEL / Width", 0, 5),)),
        Register("FM / Force mode", 0x6, 1, fields=(Field("FORCEROM / Boot from ROM", 1, 2),), state=State.TAGGED),
        Register("MR / Mode", 0x7, 1, fields=(Field("BOOTROM / Booted from ROM", 1, 2, W1C),)),
        Register("SSRS0 / Sticky reset status 0", 0x8, 1, reset=0x82, fields=_status(_SRS0, W1C, "S"), state=M),
        Register("SSRS1 / Sticky reset status 1", 0x9, 1, fields=_status(_SRS1, W1C, "S"), state=M),
    )
    source = "KV11 RM and K32 L2B RM, chapter RCM; FM, MR and SSRS exist on K32 L2B only"

    def after_reset(self, cause: str) -> None:
        """Name the cause: a watchdog, a lock-up, SYSRESETREQ, or the reset pin for a reset by the host."""
        for word, (name, bit) in _CAUSES.items():
            if cause.startswith(word):
                self.set("SRS0", 0)
                self.set_bits(name, bit, 1)
                self.set_bits(f"S{name}", f"S{bit}", 1)
