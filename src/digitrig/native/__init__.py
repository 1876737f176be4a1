"""The compiled core: Armv6-M / Armv7E-M interpreter, memory, devices and time in C, and its binding."""
