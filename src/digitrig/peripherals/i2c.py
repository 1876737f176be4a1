"""Chips on an I2C bus, and what their controllers ask them."""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral

START, SEND, RECEIVE, STOP = range(4)
"""What a master does: dr_bus_operation of digitrig_core.h."""
LAST_ADDRESS = 0x77
"""7-bit addresses 0x00-0x07 and 0x78-0x7F are reserved (NXP UM10204, table 4)."""


class I2CTarget(Peripheral):
    """A chip that answers at a 7-bit address. Its registers are not on the part's bus."""

    WIDTHS = ()

    def start(self, reading: bool) -> bool:
        """Its address was sent. True: it answers."""
        return True

    def send(self, byte: int) -> bool:
        """A byte for it. True: it acknowledges."""
        return True

    def receive(self) -> int:
        """The next byte from it."""
        return 0xFF

    def stop(self) -> None:
        """The master ended the transfer."""


class I2CBus:
    """The chips behind one controller; what they are is configuration, nothing here changes while a board runs."""

    def __init__(self) -> None:
        self.targets: dict[int, I2CTarget] = {}

    def attach(self, address: int, child: Peripheral) -> bool:
        """Put a chip on the bus; False if it is none, or the address is taken or reserved."""
        if not isinstance(child, I2CTarget) or address in self.targets or not 8 <= address <= LAST_ADDRESS:
            return False
        self.targets[address] = child
        return True

    def operation(self, addressed: int, operation: int, value: int) -> tuple[int, int]:
        """One step of the master. addressed: address + 1 of the chip that answered, 0 = none.

        Returns that number afterwards and what the wires say: 1 = acknowledged, or the byte.
        """
        if operation == START:
            target = self.targets.get(value >> 1)
            answers = target is not None and target.start(bool(value & 1))
            return ((value >> 1) + 1, 1) if answers else (0, 0)
        target = self.targets.get(addressed - 1)
        if operation == STOP:
            if target is not None:
                target.stop()
            return 0, 0
        if target is None:
            return addressed, 0xFF if operation == RECEIVE else 0
        return addressed, target.receive() if operation == RECEIVE else int(target.send(value))
