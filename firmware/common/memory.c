/* The memory functions that a compiler may call on its own even in freestanding code, under their C names and under
 * the names of the Arm run-time ABI (IHI 0043, "Memory copying, clearing, and setting"). Having them here makes both
 * toolchains run the same code. Words are used where both addresses allow. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t count);
void *memmove(void *destination, const void *source, size_t count);
void *memset(void *destination, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

void __aeabi_memcpy(void *destination, const void *source, size_t count);
void __aeabi_memcpy4(void *destination, const void *source, size_t count);
void __aeabi_memcpy8(void *destination, const void *source, size_t count);
void __aeabi_memmove(void *destination, const void *source, size_t count);
void __aeabi_memmove4(void *destination, const void *source, size_t count);
void __aeabi_memmove8(void *destination, const void *source, size_t count);
void __aeabi_memset(void *destination, size_t count, int value);
void __aeabi_memset4(void *destination, size_t count, int value);
void __aeabi_memset8(void *destination, size_t count, int value);
void __aeabi_memclr(void *destination, size_t count);
void __aeabi_memclr4(void *destination, size_t count);
void __aeabi_memclr8(void *destination, size_t count);

static int word_aligned(const void *left, const void *right) {
    return (((uintptr_t)left | (uintptr_t)right) & 3u) == 0u;
}

static void copy_upwards(uint8_t *to, const uint8_t *from, size_t count) {
    if (word_aligned(to, from)) {
        while (count >= 4u) {
            *(uint32_t *)(void *)to = *(const uint32_t *)(const void *)from;
            to += 4;
            from += 4;
            count -= 4u;
        }
    }
    while (count > 0u) {
        *to++ = *from++;
        count--;
    }
}

void *memcpy(void *restrict destination, const void *restrict source, size_t count) {
    copy_upwards(destination, source, count);
    return destination;
}

void *memmove(void *destination, const void *source, size_t count) {
    uint8_t *to = destination;
    const uint8_t *from = source;
    if ((uintptr_t)to <= (uintptr_t)from || (uintptr_t)to >= (uintptr_t)from + count) {
        copy_upwards(to, from, count);
        return destination;
    }
    while (count > 0u) {
        count--;
        to[count] = from[count];
    }
    return destination;
}

void *memset(void *destination, int value, size_t count) {
    uint8_t *to = destination;
    const uint32_t byte = (uint32_t)value & 0xFFu;
    while (count > 0u && ((uintptr_t)to & 3u) != 0u) {
        *to++ = (uint8_t)byte;
        count--;
    }
    while (count >= 4u) {
        *(uint32_t *)(void *)to = byte * 0x01010101u;
        to += 4;
        count -= 4u;
    }
    while (count > 0u) {
        *to++ = (uint8_t)byte;
        count--;
    }
    return destination;
}

int memcmp(const void *left, const void *right, size_t count) {
    const uint8_t *a = left;
    const uint8_t *b = right;
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

void __aeabi_memcpy(void *destination, const void *source, size_t count) { (void)memcpy(destination, source, count); }
void __aeabi_memcpy4(void *destination, const void *source, size_t count) { (void)memcpy(destination, source, count); }
void __aeabi_memcpy8(void *destination, const void *source, size_t count) { (void)memcpy(destination, source, count); }
void __aeabi_memmove(void *destination, const void *source, size_t count) { (void)memmove(destination, source, count); }
void __aeabi_memmove4(void *destination, const void *source, size_t count) {
    (void)memmove(destination, source, count);
}
void __aeabi_memmove8(void *destination, const void *source, size_t count) {
    (void)memmove(destination, source, count);
}
void __aeabi_memset(void *destination, size_t count, int value) { (void)memset(destination, value, count); }
void __aeabi_memset4(void *destination, size_t count, int value) { (void)memset(destination, value, count); }
void __aeabi_memset8(void *destination, size_t count, int value) { (void)memset(destination, value, count); }
void __aeabi_memclr(void *destination, size_t count) { (void)memset(destination, 0, count); }
void __aeabi_memclr4(void *destination, size_t count) { (void)memset(destination, 0, count); }
void __aeabi_memclr8(void *destination, size_t count) { (void)memset(destination, 0, count); }
