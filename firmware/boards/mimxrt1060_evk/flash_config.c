/* How the boot ROM shall read the board's QSPI flash: the FlexSPI configuration block, first 512 bytes of the flash
 * (i.MX RT1060 reference manual, "System Boot", "FlexSPI configuration block"; values of NXP's board files for the
 * EVK: quad read with command 0xEB, 100 MHz, 8 MB). */
#include <stdint.h>

/* Half a look-up table word: opcode, pads as a power of two, operand. */
#define LUT(opcode, pads, operand) (((uint32_t)(opcode) << 10) | ((uint32_t)(pads) << 8) | (uint32_t)(operand))
#define LUT_PAIR(first, second) ((first) | ((second) << 16))
#define LUT_CMD_SDR 0x01
#define LUT_RADDR_SDR 0x02
#define LUT_READ_SDR 0x09
#define LUT_DUMMY_SDR 0x0C
#define LUT_1_PAD 0
#define LUT_4_PADS 2

#define READ_SAMPLE_LOOPBACK_FROM_DQS_PAD 1
#define SERIAL_CLOCK_100_MHZ 6

struct flexspi_configuration {
    uint8_t tag[4];
    uint32_t version;
    uint32_t reserved0;
    uint8_t read_sample_clock;
    uint8_t cs_hold_time;
    uint8_t cs_setup_time;
    uint8_t column_address_width;
    uint8_t device_mode[12];
    uint8_t config_commands[36];
    uint32_t controller_options;
    uint8_t device_type;
    uint8_t pad_type;
    uint8_t serial_clock;
    uint8_t lut_custom;
    uint32_t reserved1[2];
    uint32_t flash_a1_bytes;
    uint32_t flash_other_bytes[3];
    uint32_t pad_overrides[4];
    uint32_t timeout_ms;
    uint32_t command_interval;
    uint16_t data_valid_time[2];
    uint16_t busy_offset;
    uint16_t busy_polarity;
    uint32_t lookup_table[64];
    uint32_t lut_custom_sequences[12];
    uint32_t reserved2[4];
    /* From here on for NOR flash. */
    uint32_t page_bytes;
    uint32_t sector_bytes;
    uint8_t ip_clock;
    uint8_t uniform_blocks;
    uint8_t reserved3[2];
    uint8_t nor_type[4];
    uint32_t block_bytes;
    uint32_t reserved4[11];
};

_Static_assert(sizeof(struct flexspi_configuration) == 512, "the ROM expects 512 bytes");
_Static_assert(__builtin_offsetof(struct flexspi_configuration, controller_options) == 0x40, "RM: 0x040");
_Static_assert(__builtin_offsetof(struct flexspi_configuration, flash_a1_bytes) == 0x50, "RM: 0x050");
_Static_assert(__builtin_offsetof(struct flexspi_configuration, lookup_table) == 0x80, "RM: 0x080");
_Static_assert(__builtin_offsetof(struct flexspi_configuration, page_bytes) == 0x1C0, "RM: 0x1C0");

__attribute__((section(".boot_config"), used)) static const struct flexspi_configuration flexspi_configuration = {
    .tag = {'F', 'C', 'F', 'B'},
    .version = 0x56010400u, /* 'V' 1.4.0 */
    .read_sample_clock = READ_SAMPLE_LOOPBACK_FROM_DQS_PAD,
    .cs_hold_time = 3,
    .cs_setup_time = 3,
    .pad_type = 4,
    .serial_clock = SERIAL_CLOCK_100_MHZ,
    .flash_a1_bytes = 8u * 1024u * 1024u,
    .lookup_table =
        {
            LUT_PAIR(LUT(LUT_CMD_SDR, LUT_1_PAD, 0xEB), LUT(LUT_RADDR_SDR, LUT_4_PADS, 24)),
            LUT_PAIR(LUT(LUT_DUMMY_SDR, LUT_4_PADS, 6), LUT(LUT_READ_SDR, LUT_4_PADS, 4)),
        },
    .page_bytes = 256,
    .sector_bytes = 4u * 1024u,
    .block_bytes = 64u * 1024u,
};
