// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Tags of audio files, read and written.
#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
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

/// The first text that is another one in the file, null if there is none
static const char*
find_changed(const TonTags* tags, const TonTags* back)
{
  const struct {
    const char* name;
    const char* wanted;
    const char* got;
  } texts[] = {{"title", tags->title, back->title},
               {"artist", tags->artist, back->artist},
               {"album", tags->album, back->album},
               {"album-artist", tags->album_artist, back->album_artist},
               {"composer", tags->composer, back->composer},
               {"genre", tags->genre, back->genre},
               {"date", tags->date, back->date},
               {"comment", tags->comment, back->comment},
               {"copyright", tags->copyright, back->copyright},
               {"publisher", tags->publisher, back->publisher},
               {"isrc", tags->isrc, back->isrc},
               {"upc", tags->upc, back->upc}};
  for (size_t i = 0; i < TON_COUNT(texts); ++i) {
    if (strcmp(texts[i].wanted ? texts[i].wanted : "", texts[i].got) != 0) {
      return texts[i].name;
    }
  }
  return tags->track != back->track ? "track" : NULL;
}

/// TagLib does not notice when a disk is full: read back what it wrote
static TonStatus
check_written(const char* part, const char* path, const TonTags* tags,
              TonError* error)
{
  TonTags back;
  bool cover = false;
  const int reason = errno;
  const TonStatus read = ton_tags_read(part, &back, &cover, NULL);
  if (read == TON_NO_MEMORY) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const char* const changed = read ? NULL : find_changed(tags, &back);
  const bool lost = read || changed || cover != (tags->cover_path != NULL);
  ton_tags_free(&back);
  if (lost && changed && !reason) {
    return ton_fail_file(error, TON_WRITE_FAILED, path,
                         "cannot hold the text of \"%s\" as it is; write it "
                         "in another way",
                         changed);
  }
  errno = reason ? reason : EIO;
  return lost ? ton_fail_write(error, path) : TON_OK;
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
  if (failed) {
    errno = errno ? errno : EIO;
    return ton_fail_write(error, path);
  }
  return check_written(part, path, tags, error);
}

TonStatus
ton_tags_read(const char* path, TonTags* tags, bool* has_cover, TonError* error)
{
  memset(tags, 0, sizeof(*tags));
  const int failed = files_taglib_read(path, tags, has_cover);
  return !failed ? TON_OK
         : failed == 2
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : ton_fail_file(error, TON_BAD_FILE, path, "has no readable tags");
}

void
ton_tags_free(TonTags* tags)
{
  ton_free(tags->memory);
  *tags = (TonTags){0};
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
  *tags = (TonTags){0};
  (void)has_cover;
  return ton_fail_file(error, TON_UNSUPPORTED, path,
                       "this build cannot read tags");
}

void
ton_tags_free(TonTags* tags)
{
  *tags = (TonTags){0};
}

#endif
