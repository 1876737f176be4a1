/* Memory protection (PMSAv7): permissions, priorities of regions, subregions, execution, stacks. */
#include "trace.h"

static uint32_t arena[256] __attribute__((aligned(1024)));

enum {
    SIZE_32 = 4,
    SIZE_64 = 5,
    SIZE_256 = 7,
    SIZE_1K = 9,
    SIZE_16K = 13,
    SIZE_256K = 17,
    SIZE_512M = 28,
    XN = 1 << 28
};

static void region(uint32_t number, uint32_t base, uint32_t size, uint32_t access, uint32_t more) {
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = more | access << 24 | size << 1 | 1u;
}

static void skip_access(state *s) {
    if (s->exception == SVCALL) {
        SET(control, 0);
    } else {
        skip4(s);
    }
}

static void set_up(const char *name, uint32_t control) {
    begin(name);
    on(SVCALL, skip_access);
    on(MEM_MANAGE, skip_access);
    on(BUS_FAULT, skip_access);
    on(HARD_FAULT, skip_access);
    for (uint32_t k = 0; k < 8; k++) {
        MPU_RNR = k;
        MPU_RASR = 0;
    }
    region(0, 0x00000000, SIZE_256K, 6, 0);
    region(1, 0x20000000, SIZE_16K, 3, 0);
    MPU_CTRL = control;
    __asm__ volatile("dsb\n isb" ::: "memory");
}

static void finish(void) {
    MPU_CTRL = 0;
    __asm__ volatile("dsb\n isb" ::: "memory");
}

/* One load and one store, privileged or not; r0 shows whether the load came through. */
static uint32_t touch(uint32_t address, uint32_t unprivileged) {
    uint32_t seen = 0xDEAD;
    __asm__ volatile("mov r0, %0\n msr control, %2\n isb\n ldr.w r0, [%1]\n str.w r0, [%1]\n svc 1\n mov %0, r0"
                     : "+r"(seen)
                     : "r"(address), "r"(unprivileged)
                     : "r0", "memory");
    return seen;
}

static void permissions(void) {
    set_up("mpu permissions", 5);
    for (uint32_t access = 0; access < 8; access++) {
        if (access == 4) {
            continue; /* reserved: UNPREDICTABLE (DDI 0403E B3.5.9) */
        }
        region(7, (uint32_t)arena, SIZE_256, access, XN);
        arena[32] = access < 1 ? 0 : access;
        note2("ap", access, touch((uint32_t)&arena[4], 0));
        note2("ap", access, touch((uint32_t)&arena[4], 1));
    }
    finish();
}

static void layers(void) {
    set_up("mpu layers", 5);
    region(4, (uint32_t)arena, SIZE_1K, 3, 0);
    region(5, (uint32_t)arena, SIZE_256, 2, 0x55 << 8);     /* every second subregion of 32 bytes is not there */
    region(6, (uint32_t)&arena[32], SIZE_32, 5, 0xFF << 8); /* below 256 bytes: no subregions */
    region(7, (uint32_t)&arena[16], SIZE_64, 0, 0);
    for (uint32_t k = 0; k < 64; k += 8) {
        note2("at", k, touch((uint32_t)&arena[k], 1));
    }
    note("outside", touch((uint32_t)&arena[64], 1));
    note("base", MPU_RBAR - (uint32_t)arena);
    MPU_RBAR = (uint32_t)arena | 0x10u | 3u;
    note("selected", MPU_RNR);
    note2("type", MPU_TYPE, MPU_CTRL);
    finish();
}

static void background(void) {
    set_up("mpu background", 1);
    region(2, 0xE0000000, SIZE_512M, 3, 0); /* has no effect on the private peripheral bus */
    note("none privileged", touch(0x28000000, 0));
    note("none unprivileged", touch(0x28000000, 1));
    MPU_CTRL = 5;
    __asm__ volatile("dsb\n isb" ::: "memory");
    note("default privileged", touch(0x28000000, 0));
    note("default unprivileged", touch(0x28000000, 1));
    note("bus", touch(0x30000000, 0));
    note("private", touch(0xE000ED00, 1));
    finish();
}

static void crossing(void) {
    set_up("mpu crossing", 5);
    region(7, (uint32_t)&arena[64], SIZE_32, 0, 0);
    arena[62] = arena[63] = 0; /* what a fault leaves in the registers is UNKNOWN: the same either way */
    __asm__ volatile("movs r0, #0\n movs r1, #0\n ldrd r0, r1, [%0]" ::"r"((uint32_t)&arena[63])
                     : "r0", "r1", "memory");
    __asm__ volatile("movs r0, #0\n movs r1, #0\n movs r2, #0\n ldmia.w %0, {r0, r1, r2}" ::"r"((uint32_t)&arena[62])
                     : "r0", "r1", "r2", "memory");
    finish();
}

static void execution(void) {
    set_up("mpu execution", 5);
    on(MEM_MANAGE, to_r6);
    *(volatile uint16_t *)arena = 0x4770; /* bx lr */
    __asm__ volatile("adr r6, 1f\n blx %0\n .balign 4\n 1: nop" ::"r"((uint32_t)arena + 1) : "r6", "lr", "memory");
    note("allowed", 0);
    region(7, (uint32_t)arena, SIZE_32, 3, XN);
    __asm__ volatile("dsb\n isb\n adr r6, 1f\n blx %0\n .balign 4\n 1: nop" ::"r"((uint32_t)arena + 1)
                     : "r6", "lr", "memory");
    region(7, (uint32_t)arena, SIZE_32, 1, 0);
    __asm__ volatile("dsb\n isb\n adr r6, 1f\n blx %0\n .balign 4\n 1: nop" ::"r"((uint32_t)arena + 1)
                     : "r6", "lr", "memory");
    __asm__ volatile(
        "msr control, %1\n isb\n adr r6, 1f\n blx %0\n .balign 4\n 1: nop\n svc 1" ::"r"((uint32_t)arena + 1), "r"(1)
        : "r6", "lr", "memory");
    finish();
}

static void read_in_fault(state *s) {
    uint32_t a = 1;
    __asm__ volatile("ldr.w %0, [%1]" : "+r"(a) : "r"(arena) : "memory");
    note2("read", s->exception, a);
    if (s->exception == HARD_FAULT || s->exception == 2) {
        skip2(s);
    }
}

static void negative_priorities(void) {
    set_up("mpu hfnmiena", 5);
    arena[0] = 0x1234;
    region(7, (uint32_t)arena, SIZE_1K, 0, 0);
    uint32_t a = 1;
    __asm__ volatile("cpsid f\n ldr.w %0, [%1]\n cpsie f" : "+r"(a) : "r"(arena) : "memory");
    note("faultmask", a);
    on(HARD_FAULT, read_in_fault);
    __asm__ volatile("cpsid i\n udf #1\n cpsie i" ::: "memory");
    on(2, read_in_fault);
    PEND_NMI();
    finish();
}

static void fault_by_stack(state *s) {
    SET(psp, (uint32_t)&process_stack[96]);
    for (uint32_t k = 0; k < 8; k++) {
        process_stack[96 + k] = 0;
    }
    process_stack[96 + 6] = s->saved[7] & ~1u;
    process_stack[96 + 7] = 0x01000000u;
    s->exc_return = 0xFFFFFFFDu;
}

static void arena_off(state *s) {
    (void)s;
    region(7, (uint32_t)arena, SIZE_1K, 0, 0);
    __asm__ volatile("dsb\n isb" ::: "memory");
}

static void stacks(void) {
    set_up("mpu stacks", 5);
    region(7, (uint32_t)arena, SIZE_1K, 0, 0);
    on(MEM_MANAGE, fault_by_stack);
    SET(psp, (uint32_t)&arena[128]);
    __asm__ volatile("adr r6, 1f\n msr control, %0\n isb\n svc 1\n .balign 4\n 1: nop\n msr control, %1\n isb" ::"r"(2),
                     "r"(0)
                     : "r6", "memory");
    note("stacked", GET(psp));
    region(7, (uint32_t)arena, SIZE_1K, 3, 0);
    SET(psp, (uint32_t)&arena[128]);
    on(SVCALL, arena_off);
    __asm__ volatile("adr r6, 1f\n msr control, %0\n isb\n svc 2\n .balign 4\n 1: nop\n msr control, %1\n isb" ::"r"(2),
                     "r"(0)
                     : "r6", "memory");
    note("unstacked", GET(psp));
    finish();
}

void scenarios_mpu(void) {
    permissions();
    layers();
    background();
    crossing();
    execution();
    negative_priorities();
    stacks();
}
