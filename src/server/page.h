// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The files of the page, held by the program itself.
#ifndef TON_SERVER_PAGE_H
#define TON_SERVER_PAGE_H

#include <stddef.h>

typedef struct {
  const char* path; ///< "/index.html"
  const char* type; ///< "text/html; charset=utf-8"
  const unsigned char* bytes;
  size_t size;
} PageFile;

extern const PageFile page_files[];
extern const size_t page_n_files;

#endif
