// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Decodes a cover picture to the end: is it whole, and what form has it?
#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "files/files.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>
#include <png.h>

enum {
  MAX_BYTES = 1 << 24,  ///< Of an ID3 or FLAC picture block
  MAX_PIXELS = 1 << 26, ///< Decoded: 256 MB
};

/// Where libjpeg goes when a picture is broken
typedef struct {
  struct jpeg_error_mgr base; ///< The first member
  jmp_buf back;
  char text[JMSG_LENGTH_MAX];
} JpegError;

static void
leave(j_common_ptr jpeg)
{
  JpegError* const e = (JpegError*)jpeg->err;
  e->base.format_message(jpeg, e->text);
  longjmp(e->back, 1);
}

/// Warnings of data that is missing or wrong are errors
static void
judge_warning(j_common_ptr jpeg, int level)
{
  const int code = jpeg->err->msg_code;
  if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM &&
      code != JWRN_JFIF_MAJOR && code != JWRN_TOO_MUCH_DATA) {
    leave(jpeg);
  }
}

/// Every byte is decoded; an eighth of the size is enough to see them all
static void
decode_jpeg(struct jpeg_decompress_struct* d, TonCover* cover)
{
  jpeg_read_header(d, TRUE);
  cover->width = d->image_width;
  cover->height = d->image_height;
  cover->cmyk =
      d->jpeg_color_space == JCS_CMYK || d->jpeg_color_space == JCS_YCCK;
  if ((uint64_t)cover->width * cover->height > MAX_PIXELS) {
    return;
  }
  d->scale_num = 1;
  d->scale_denom = 8;
  jpeg_start_decompress(d);
  JSAMPROW* const row = d->mem->alloc_sarray(
      (j_common_ptr)d, JPOOL_IMAGE,
      d->output_width * (JDIMENSION)d->output_components, 1);
  while (d->output_scanline < d->output_height) {
    jpeg_read_scanlines(d, row, 1);
  }
  jpeg_finish_decompress(d);
}

static TonStatus
read_jpeg(const char* path, const char* bytes, size_t n, TonCover* cover,
          TonError* error)
{
  struct jpeg_decompress_struct d = {0};
  JpegError e = {0};
  d.err = jpeg_std_error(&e.base);
  e.base.error_exit = leave;
  e.base.emit_message = judge_warning;
  if (setjmp(e.back) != 0) {
    jpeg_destroy_decompress(&d);
    return ton_fail_file(error, TON_BAD_FILE, path,
                         "the cover is not a complete JPEG picture: %s",
                         e.text);
  }
  jpeg_create_decompress(&d);
  jpeg_mem_src(&d, (const unsigned char*)bytes, n);
  decode_jpeg(&d, cover);
  jpeg_destroy_decompress(&d);
  return TON_OK;
}

static TonStatus
read_png(const char* path, const char* bytes, size_t n, TonCover* cover,
         TonError* error)
{
  png_image image = {.version = PNG_IMAGE_VERSION};
  bool good = png_image_begin_read_from_memory(&image, bytes, n) != 0;
  cover->width = image.width;
  cover->height = image.height;
  if (good && (uint64_t)image.width * image.height <= MAX_PIXELS) {
    image.format = PNG_FORMAT_RGBA;
    void* const pixels = ton_alloc(PNG_IMAGE_SIZE(image));
    if (!pixels) {
      png_image_free(&image);
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
    good = png_image_finish_read(&image, NULL, pixels, 0, NULL) != 0;
    ton_free(pixels);
  }
  const TonStatus status =
      good ? TON_OK
           : ton_fail_file(error, TON_BAD_FILE, path,
                           "the cover is not a complete PNG picture: %s",
                           image.message);
  png_image_free(&image);
  return status;
}

static TonStatus
decode(const char* path, const char* bytes, size_t n, TonCover* cover,
       TonError* error)
{
  if (n > 3 && memcmp(bytes, "\xFF\xD8\xFF", 3) == 0) {
    return read_jpeg(path, bytes, n, cover, error);
  }
  if (n > 4 && memcmp(bytes, "\x89PNG", 4) == 0) {
    return read_png(path, bytes, n, cover, error);
  }
  return ton_fail_file(error, TON_BAD_FILE, path,
                       "the cover is not a JPEG or PNG picture");
}

TonStatus
ton_cover_read(const char* path, TonCover* cover, TonError* error)
{
  size_t n = 0;
  *cover = (TonCover){0};
  char* const bytes = ton_string_read_file(path, MAX_BYTES - 1, &n);
  if (!bytes && errno == EFBIG) {
    return ton_fail_file(error, TON_BAD_FILE, path,
                         "the cover has more than 16 MB, which do not fit into "
                         "a file");
  }
  if (!bytes) {
    return ton_input_failed(path, error);
  }
  TonStatus status = decode(path, bytes, n, cover, error);
  if (!status && (uint64_t)cover->width * cover->height > MAX_PIXELS) {
    status = ton_fail_file(error, TON_BAD_FILE, path,
                           "the cover has %u x %u pixels, more than any shop "
                           "takes; make it 3000 x 3000",
                           cover->width, cover->height);
  }
  ton_free(bytes);
  return status;
}
