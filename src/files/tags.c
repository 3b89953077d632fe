// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "files/files.h"

#include <string.h>

#ifdef TON_HAVE_TAGLIB

TonStatus
files_write_tags(const char* part, const char* path, const TonTags* tags,
                 TonError* error)
{
  const int failed = files_taglib_write(part, tags);
  if (failed == 2) {
    return ton_fail_file(error, TON_BAD_FILE, tags->cover_path,
                         "is not a JPEG or PNG picture");
  }
  return failed ? ton_fail_file(error, TON_WRITE_FAILED, path,
                                "the tags could not be written")
                : TON_OK;
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
