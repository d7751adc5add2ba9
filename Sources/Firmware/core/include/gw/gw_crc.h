/// @file gw_crc.h
/// The checksum of Modbus RTU frames.
#ifndef GW_CRC_H
#define GW_CRC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The checksum of no bytes: where every calculation begins.
#define GW_CRC_START ((uint16_t)0xFFFFu)

/// Takes one more byte into a checksum.
///
/// @param crc  The checksum so far; GW_CRC_START before the first byte.
/// @return The checksum with the byte.
uint16_t gw_crc_next(uint16_t crc, uint8_t byte);

/// The checksum of some bytes (Modbus over serial line V1.02 §2.5.1.2 and appendix B).
///
/// It goes over the wire with its low byte first. Over a whole frame, checksum included, it is 0.
///
/// @param bytes  May be NULL if `count` is 0.
uint16_t gw_crc(const uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
