// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Codes of recordings and products.
*/

#ifndef TON_SESSION_ISRC_UPC_H
#define TON_SESSION_ISRC_UPC_H

#include <stddef.h>

/**
   An ISRC in its plain form: twelve characters, no hyphens, upper case.

   ISO 3901: two letters, three letters or digits, seven digits; there is no
   check digit.  Hyphens, dashes and spaces of every kind are left out, "ISRC"
   in front too.

   @param plain At least 13 bytes
   @return Null, or what is wrong (static)
*/
const char* ton_isrc(const char* text, char* plain);

/**
   A UPC, EAN or GTIN (8, 12, 13 or 14 digits) as digits alone.

   GS1: weights 3, 1, 3, ... from the right, the last digit brings the sum to
   a multiple of ten.

   @param plain At least 15 bytes
   @param expected On a wrong check digit the right one, else 0
   @return Null, or what is wrong (static)
*/
const char* ton_upc(const char* text, char* plain, char* expected);

#endif
