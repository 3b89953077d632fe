// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Covers: whole ones are read with their form, broken ones are refused.
#include "temp_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

enum { WIDE = 90, HIGH = 60 };

/// Something that does not compress to nothing
static void
paint(unsigned char* row, int n, int y)
{
  for (int i = 0; i < n; ++i) {
    row[i] = (unsigned char)(i * i * 31 + y * 57 + (i * y) % 13 * 11);
  }
}

static void
write_jpeg(const char* name, bool cmyk)
{
  struct jpeg_compress_struct c = {0};
  struct jpeg_error_mgr e;
  unsigned char row[4 * WIDE];
  JSAMPROW rows[] = {row};
  FILE* const file = fopen(room_path(name), "wb");
  assert_non_null(file);
  c.err = jpeg_std_error(&e);
  jpeg_create_compress(&c);
  jpeg_stdio_dest(&c, file);
  c.image_width = WIDE;
  c.image_height = HIGH;
  c.input_components = cmyk ? 4 : 3;
  c.in_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&c);
  jpeg_start_compress(&c, TRUE);
  for (int y = 0; y < HIGH; ++y) {
    paint(row, c.input_components * WIDE, y);
    jpeg_write_scanlines(&c, rows, 1);
  }
  jpeg_finish_compress(&c);
  jpeg_destroy_compress(&c);
  fclose(file);
}

static void
write_png(const char* name)
{
  static unsigned char pixels[HIGH][4 * WIDE];
  png_image image = {.version = PNG_IMAGE_VERSION,
                     .width = WIDE,
                     .height = HIGH,
                     .format = PNG_FORMAT_RGBA};
  for (int y = 0; y < HIGH; ++y) {
    paint(pixels[y], 4 * WIDE, y);
  }
  assert_true(
      png_image_write_to_file(&image, room_path(name), 0, pixels, 0, NULL));
}

static void
whole_pictures_have_their_form(void** state)
{
  (void)state;
  static const char* const names[] = {"rgb.jpg", "cmyk.jpg", "rgba.png"};
  write_jpeg("rgb.jpg", false);
  write_jpeg("cmyk.jpg", true);
  write_png("rgba.png");
  for (int k = 0; k < 3; ++k) {
    TonCover c;
    TonError e = {0};
    if (ton_cover_read(room_path(names[k]), &c, &e)) {
      fail_msg("%s: %s", names[k], e.text);
    }
    assert_int_equal(c.width, WIDE);
    assert_int_equal(c.height, HIGH);
    assert_int_equal(c.cmyk, k == 1);
  }
}

/// However much of them is missing
static void
cut_pictures_are_refused(void** state)
{
  (void)state;
  static const char* const names[] = {"rgb.jpg", "cmyk.jpg", "rgba.png"};
  for (int k = 0; k < 3; ++k) {
    size_t size = 0;
    unsigned char* const bytes = room_get(names[k], &size);
    for (size_t n = 0; n + 20 < size; n += 1 + size / 40) {
      TonCover c;
      TonError e = {0};
      room_put("cut", bytes, n);
      assert_int_equal(ton_cover_read(room_path("cut"), &c, &e), TON_BAD_FILE);
      assert_non_null(strstr(e.text, "cover"));
      assert_string_equal(e.file, room_path("cut"));
    }
    free(bytes);
  }
}

static void
what_is_no_picture_is_refused(void** state)
{
  (void)state;
  static const char* const texts[] = {"", "GIF89a",
                                      "\xFF\xD8\xFF not a picture at all",
                                      "\x89PNG neither", "RIFF\x10"};
  TonCover c;
  TonError e = {0};
  for (int k = 0; k < 5; ++k) {
    room_put("none", texts[k], strlen(texts[k]));
    assert_int_equal(ton_cover_read(room_path("none"), &c, &e), TON_BAD_FILE);
  }
  assert_int_equal(ton_cover_read(room_path("missing"), &c, &e), TON_NOT_FOUND);
  unsigned char* const large = calloc(1, 1 << 24);
  assert_non_null(large);
  room_put("large", large, 1 << 24);
  free(large);
  assert_int_equal(ton_cover_read(room_path("large"), &c, &e), TON_BAD_FILE);
  assert_non_null(strstr(e.text, "16 MB"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_pictures_have_their_form),
      cmocka_unit_test(cut_pictures_are_refused),
      cmocka_unit_test(what_is_no_picture_is_refused),
  };
  return ROOM_TESTS(tests);
}
