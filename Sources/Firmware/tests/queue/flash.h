/// Flash in memory: keeps the rules of NOR flash, counts, wears, refuses, and loses its supply when told to.
#ifndef FLASH_H
#define FLASH_H

#include "gw/gw_block.h"

/// What a program or an erase leaves behind when the supply fails in the middle of it.
enum tear {
    TEAR_NOTHING, ///< Nothing has been done yet.
    TEAR_WHOLE,   ///< All of it was done, but nobody has been told.
    TEAR_PREFIX,  ///< The bytes up to a random one were done.
    TEAR_BITS,    ///< Of the bits that were to change a random half did.
    TEAR_COUNT,   ///< How many kinds there are.
};

struct flash {
    struct gw_block block;      ///< The interface to it.
    uint8_t *bytes;             ///< What is stored.
    uint8_t *is_programmed;     ///< For each unit, whether it was programmed since its block was erased.
    uint32_t *wear;             ///< For each block, how often it was erased.
    uint64_t random;            ///< For the tears.
    uint32_t operations;        ///< Programs and erases so far.
    uint32_t programs;          ///< Programs so far.
    uint32_t erases;            ///< Erases so far.
    uint32_t cut_at;            ///< The operation during which the supply fails; 0 for never.
    enum tear tear;             ///< How.
    bool is_off;                ///< The supply has failed: nothing works until flash_power_on().
    bool *has_failed;           ///< The same of everything on this supply; NULL for a flash that is alone.
    uint32_t refuse_block;      ///< Erases and programs of this block fail; UINT32_MAX for none.
    uint32_t ignore_at;         ///< The operation that claims success and does nothing; 0 for none.
    uint32_t refuse_at;         ///< The operation that is refused and does nothing; 0 for none.
    uint32_t refuse_read_at;    ///< The read that is refused; 0 for none.
    uint32_t reads;             ///< Reads so far.
};

/// A blank flash, or one full of random bytes.
void flash_make(struct flash *flash, uint32_t block_size, uint32_t block_count, uint32_t unit, bool is_blank);
void flash_free(struct flash *flash);
void flash_power_on(struct flash *flash);

/// A small generator, so that every run is repeatable.
uint32_t next_random(uint64_t *state);

#endif
