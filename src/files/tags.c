// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Tags of audio files, read and written.
#include "base/error.h"
#include "files/files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#ifdef TON_HAVE_TAGLIB

static TonStatus
check_cover(const char* path, TonError* error)
{
  struct stat st;
  enum { MAX_BYTES = 1 << 24 }; // of an ID3 or FLAC picture block
  if (path && stat(path, &st) != 0) {
    return ton_fail_file(error, TON_NOT_FOUND, path, "the cover: %s",
                         strerror(errno));
  }
  if (path && st.st_size >= MAX_BYTES) {
    return ton_fail_file(error, TON_BAD_FILE, path,
                         "the cover has %.1f MB; at most 16 MB fit into a file",
                         (double)st.st_size * 1e-6);
  }
  return TON_OK;
}

/// TagLib does not notice when a disk is full: read back what it wrote
static bool
came_through(const char* part, const TonTags* tags)
{
  TonTags back;
  bool cover = false;
  return ton_tags_read(part, &back, &cover, NULL) == TON_OK &&
         strcmp(back.title, tags->title) == 0 &&
         strcmp(back.artist, tags->artist) == 0 &&
         strcmp(back.isrc, tags->isrc) == 0 &&
         strcmp(back.upc, tags->upc) == 0 && back.track == tags->track &&
         cover == (tags->cover_path != NULL);
}

TonStatus
files_write_tags(const char* part, const char* path, const TonTags* tags,
                 TonError* error)
{
  TON_TRY(check_cover(tags->cover_path, error));
  errno = 0;
  const int failed = files_taglib_write(part, tags);
  if (failed == 2) {
    return ton_fail_file(error, TON_BAD_FILE, tags->cover_path,
                         "is not a JPEG or PNG picture");
  }
  if (failed || !came_through(part, tags)) {
    errno = errno ? errno : EIO;
    return ton_fail_write(error, path);
  }
  return TON_OK;
}

TonStatus
ton_tags_read(const char* path, TonTags* tags, bool* has_cover, TonError* error)
{
  memset(tags, 0, sizeof(*tags));
  return files_taglib_read(path, tags, has_cover)
             ? ton_fail_file(error, TON_BAD_FILE, path, "has no readable tags")
             : TON_OK;
}

#else

TonStatus
files_write_tags(const char* part, const char* path, const TonTags* tags,
                 TonError* error)
{
  (void)part;
  (void)tags;
  return ton_fail_file(error, TON_UNSUPPORTED, path,
                       "this build cannot write tags");
}

TonStatus
ton_tags_read(const char* path, TonTags* tags, bool* has_cover, TonError* error)
{
  (void)tags;
  (void)has_cover;
  return ton_fail_file(error, TON_UNSUPPORTED, path,
                       "this build cannot read tags");
}

#endif
