/* What the boot ROM reads from the flash before the program: image vector table and boot data (i.MX RT1060 reference
 * manual, "System Boot", "Program image"; fsl_flexspi_nor_boot.h of NXP's SDK). The block that describes the flash
 * itself is the board's. */
#include <stdint.h>

#define IVT_TAG 0xD1u
#define IVT_VERSION 0x41u
#define BOOT_SECTION(name) __attribute__((section(name), used))

extern const uint8_t __vector_table[];
extern const uint8_t __flash_start[];
extern const uint8_t __flash_bytes[]; /* its address is the size */

struct image_vector_table {
    uint8_t tag;
    uint8_t length[2]; /* big-endian */
    uint8_t version;
    const void *entry; /* the vector table */
    uint32_t reserved1;
    const void *device_configuration;
    const void *boot_data;
    const void *self;
    const void *command_sequence;
    uint32_t reserved2;
};

struct boot_data {
    const void *start;
    const void *size;
    uint32_t plugin;
    uint32_t placeholder;
};

_Static_assert(sizeof(void *) != 4 || sizeof(struct image_vector_table) == 32, "the ROM expects 32 bytes");
_Static_assert(sizeof(void *) != 4 || sizeof(struct boot_data) == 16, "the ROM expects 16 bytes");

BOOT_SECTION(".boot_data")
static const struct boot_data boot_data = {
    .start = __flash_start,
    .size = __flash_bytes,
    .plugin = 0,
    .placeholder = 0xFFFFFFFFu,
};

BOOT_SECTION(".boot_ivt")
static const struct image_vector_table image_vector_table = {
    .tag = IVT_TAG,
    .length = {0x00, 0x20},
    .version = IVT_VERSION,
    .entry = __vector_table,
    .device_configuration = 0, /* none: nothing here needs SDRAM */
    .boot_data = &boot_data,
    .self = &image_vector_table,
    .command_sequence = 0, /* not signed */
};
