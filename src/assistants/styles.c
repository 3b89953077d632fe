// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reads data/styles.yaml.
#include "assistants/styles.h"

#include "base/array.h"
#include "base/error.h"
#include "session/fields.h"

#include <stddef.h>
#include <string.h>

#define CHARS(of, field)                                                       \
  .at = offsetof(of, field), .size = sizeof(((of*)NULL)->field)
#define AT(field)    offsetof(TonStyle, field)
#define DB(min, max) TON_DB, min, max, .otherwise = "0 dB"

static const TonField style_name = {"a style's name", TON_AS_CHARS,
                                    CHARS(TonStyle, name)};

static const TonField style_fields[] = {
    {"about", TON_AS_CHARS, CHARS(TonStyle, about), .flags = TON_REQUIRED},
    {"bass", TON_AS_DOUBLE, AT(bass_db), DB(-3.0, 3.0)},
    {"treble", TON_AS_DOUBLE, AT(treble_db), DB(-3.0, 3.0)},
    {"attack", TON_AS_DOUBLE, AT(attack_db), DB(-3.0, 3.0)},
    {"colour", TON_AS_DOUBLE, AT(colour_db), DB(0.0, 8.0)},
    {"width", TON_AS_DOUBLE, AT(width), TON_PERCENT, 50.0, 120.0,
     .otherwise = "100 %"},
};

static const TonTable style_table = {.what = "style",
                                     TON_FIELDS(style_fields),
                                     .size = sizeof(TonStyle),
                                     .name = &style_name};

#undef AT
#define AT(field) offsetof(TonIntensity, field)

static const TonField intensity_name = {"an intensity's name", TON_AS_CHARS,
                                        CHARS(TonIntensity, name)};

static const TonField intensity_fields[] = {
    {"about", TON_AS_CHARS, CHARS(TonIntensity, about), .flags = TON_REQUIRED},
    {"share", TON_AS_DOUBLE, AT(share), TON_PERCENT, 0.0, 150.0,
     .otherwise = "100 %"},
    {"loudness", TON_AS_DOUBLE, AT(loudness_lu), TON_LU, -6.0, 6.0,
     .otherwise = "0 LU"},
};

static const TonTable intensity_table = {.what = "intensity",
                                         TON_FIELDS(intensity_fields),
                                         .size = sizeof(TonIntensity),
                                         .name = &intensity_name};

static const TonField styles_fields[] = {
    {"styles", TON_AS_NAMED, offsetof(TonStyles, styles),
     .count = offsetof(TonStyles, n_styles), .table = &style_table,
     .flags = TON_REQUIRED},
    {"intensities", TON_AS_NAMED, offsetof(TonStyles, intensities),
     .count = offsetof(TonStyles, n_intensities), .table = &intensity_table,
     .flags = TON_REQUIRED},
};

static const TonTable styles_table = {.what = "the table of styles",
                                      TON_FIELDS(styles_fields),
                                      .size = sizeof(TonStyles)};

TonStatus
ton_styles_read(TonStyles** styles, TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read_data("styles.yaml", &styles_table, &data, error);
  *styles = data;
  return status;
}

void
ton_styles_free(TonStyles* styles)
{
  ton_table_free(styles);
}

TonStatus
ton_style(const char* name, TonStyle* style, TonError* error)
{
  TonStyles* all = NULL;
  uint32_t i = 0;
  TON_TRY(ton_styles_read(&all, error));
  const TonStatus status =
      ton_table_find("style", name && *name ? name : "balanced", all->styles,
                     sizeof(TonStyle), all->n_styles, &i, error);
  if (!status) {
    *style = all->styles[i];
  }
  ton_styles_free(all);
  return status;
}

TonStatus
ton_intensity(const char* name, TonIntensity* intensity, TonError* error)
{
  TonStyles* all = NULL;
  uint32_t i = 0;
  TON_TRY(ton_styles_read(&all, error));
  const TonStatus status = ton_table_find(
      "intensity", name && *name ? name : "medium", all->intensities,
      sizeof(TonIntensity), all->n_intensities, &i, error);
  if (!status) {
    *intensity = all->intensities[i];
  }
  ton_styles_free(all);
  return status;
}

void
ton_style_scale(TonStyle* style, const TonIntensity* intensity)
{
  const double share = intensity->share / 100.0;
  double* const levels[] = {&style->bass_db, &style->treble_db,
                            &style->attack_db, &style->colour_db};
  for (size_t i = 0; i < TON_COUNT(levels); ++i) {
    *levels[i] *= share;
  }
  style->width = 100.0 + share * (style->width - 100.0);
}
