// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reads data/genres.yaml.
#include "assistants/genres.h"

#include "base/array.h"
#include "base/error.h"
#include "base/string.h"
#include "session/fields.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define AT(field)    offsetof(TonGenre, field)
#define CHARS(field) .at = AT(field), .size = sizeof(((TonGenre*)NULL)->field)

static const TonField genre_name = {"a genre's name", TON_AS_CHARS,
                                    CHARS(name)};

static const TonField genre_fields[] = {
    {"tone", TON_AS_CHARS, CHARS(tone), .flags = TON_REQUIRED},
    {"widest", TON_AS_DOUBLE, AT(widest_lu), TON_LU, 0.0, 40.0,
     .flags = TON_NAN},
    {"bass-sides", TON_AS_DOUBLE, AT(bass_sides_db), TON_DB, -40.0, 0.0,
     .flags = TON_NAN},
    {"most", TON_AS_DOUBLE, AT(most_db), TON_DB, 0.0, 3.0, .flags = TON_NAN},
    {"source", TON_AS_CHARS, CHARS(source), .flags = TON_REQUIRED},
};

static const TonTable genre_table = {.what = "genre",
                                     TON_FIELDS(genre_fields),
                                     .size = sizeof(TonGenre),
                                     .name = &genre_name};

static const TonField genres_fields[] = {
    {"genres", TON_AS_NAMED, offsetof(TonGenres, items),
     .count = offsetof(TonGenres, n), .table = &genre_table,
     .flags = TON_REQUIRED},
};

static const TonTable genres_table = {.what = "the table of genres",
                                      TON_FIELDS(genres_fields),
                                      .size = sizeof(TonGenres)};

TonStatus
ton_genres_read(TonGenres** genres, TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read_data("genres.yaml", &genres_table, &data, error);
  *genres = data;
  return status;
}

void
ton_genres_free(TonGenres* genres)
{
  ton_table_free(genres);
}

TonStatus
ton_genre(const char* name, TonGenre* genre, TonError* error)
{
  TonGenres* all = NULL;
  uint32_t i = 0;
  TON_TRY(ton_genres_read(&all, error));
  const TonStatus status = ton_table_find("genre", name, all->items,
                                          sizeof(TonGenre), all->n, &i, error);
  if (!status) {
    *genre = all->items[i];
  }
  ton_genres_free(all);
  return status;
}

/// Green up to a bound, amber so much further
static void
move(TonLimits* limits, const char* light, double green, double further,
     const char* source)
{
  for (uint32_t i = 0; i < limits->n && isfinite(green); ++i) {
    TonLimit* const limit = &limits->items[i];
    if (strcmp(limit->name, light) == 0) {
      limit->green = green;
      limit->amber = green + further;
      ton_string_cut(limit->source, sizeof(limit->source), "%s", source);
    }
  }
}

void
ton_genre_limits(const TonGenre* genre, TonLimits* limits)
{
  move(limits, "dynamics", genre->widest_lu, 4.0, genre->source);
  move(limits, "bass-width", genre->bass_sides_db, 2.0, genre->source);
}
