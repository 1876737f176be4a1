"""Models of IP blocks: one register table each, and what happens behind it. No base addresses, no engine."""

from digitrig.peripherals import (
    imx_gpt,
    imx_wdog,
    imxrt_analog,
    imxrt_ccm,
    imxrt_gpio,
    imxrt_system,
    kinetis_ftm,
    kinetis_gpio,
    kinetis_lpit,
    kinetis_lptmr,
    kinetis_pcc,
    kinetis_scg,
    kinetis_system,
    lpuart,
    pit,
    tagged_blocks,
    wdog32,
)
from digitrig.peripherals.base import MachineServices, Peripheral, register
from digitrig.peripherals.base import lookup as peripheral_class
from digitrig.peripherals.classes import known_classes
from digitrig.peripherals.coverage import BlockCoverage, Coverage, coverage
from digitrig.peripherals.pins import led_lit, port_of, press
from digitrig.peripherals.registers import Access, Block, CRegister, Field, Flags, Register, State

MODULES = (
    imx_gpt,
    imx_wdog,
    imxrt_analog,
    imxrt_ccm,
    imxrt_gpio,
    imxrt_system,
    kinetis_ftm,
    kinetis_gpio,
    kinetis_lpit,
    kinetis_lptmr,
    kinetis_pcc,
    kinetis_scg,
    kinetis_system,
    lpuart,
    pit,
    tagged_blocks,
    wdog32,
)

__all__ = [
    "MODULES",
    "Access",
    "Block",
    "BlockCoverage",
    "CRegister",
    "Coverage",
    "Field",
    "Flags",
    "MachineServices",
    "Peripheral",
    "Register",
    "State",
    "coverage",
    "known_classes",
    "led_lit",
    "peripheral_class",
    "port_of",
    "press",
    "register",
]
