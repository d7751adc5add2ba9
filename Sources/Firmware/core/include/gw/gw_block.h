/// A piece of flash as the core sees it, and the checksum of everything that is stored there.
///
/// The core knows no driver: it reads, programs and erases through three functions. What it expects of them is what
/// NOR flash does and no more:
///
/// - an erased byte is 0xFF;
/// - programming only clears bits, in whole units at an address that is a multiple of the unit;
/// - erasing sets a whole block to 0xFF;
/// - a function that returns true has done all of it; one that returns false, or never returns because the supply
///   failed, may have done any part of it.
///
/// The core programs every unit at most once between two erases, so a flash whose controller keeps an error code for
/// each unit will do as well. It will not do with a layer that encrypts transparently: there an erased byte does not
/// read as 0xFF.
#ifndef GW_BLOCK_H
#define GW_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The largest unit that the core pads on its stack.
#define GW_UNIT_MAX 64u

struct gw_block {
    void *context;        ///< Handed to the three functions.
    uint32_t block_size;  ///< Bytes that are erased at once: a multiple of `unit`; 4096 on the ESP32.
    uint32_t block_count; ///< How many there are; at least 3 for a queue.
    uint32_t unit;        ///< Bytes that are programmed at once: a power of two up to GW_UNIT_MAX; 4 on the ESP32.

    /// Reads `length` bytes from `address`, which counts from the start of this piece of flash.
    bool (*read)(void *context, uint32_t address, void *bytes, uint32_t length);

    /// Programs `length` bytes; both numbers are multiples of `unit`, and all of it lies in one block.
    bool (*program)(void *context, uint32_t address, const void *bytes, uint32_t length);

    /// Erases the block that starts at `address`.
    bool (*erase)(void *context, uint32_t address);
};

/// CRC-32 (IEEE 802.3, reflected) of `length` bytes, going on from `crc`; a fresh one starts with 0.
///
/// Four bits at a time: 64 bytes of table instead of 1 KB.
uint32_t gw_crc32(uint32_t crc, const void *bytes, size_t length);

#endif
