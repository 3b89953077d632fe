// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"

#include <tonmeister/processor.h>

#include <string.h>

/**
   @file
   A rack that stands in for the program's list of processors, so that what
   these tests expect changes only when the texts' language does.
*/

#define BAND(n, hz)                                                            \
  {.symbol = #n "-type",                                                       \
   .spacing = TON_CHOICE,                                                      \
   .max = 7.0F,                                                                \
   .choices = band_types},                                                     \
      {.symbol = #n "-at",                                                     \
       .unit = TON_HZ,                                                         \
       .min = 10.0F,                                                           \
       .max = 40000.0F,                                                        \
       .def = hz,                                                              \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-gain",                                                   \
       .unit = TON_DB,                                                         \
       .min = -30.0F,                                                          \
       .max = 30.0F,                                                           \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-q", .min = 0.1F, .max = 40.0F, .def = 0.7F},             \
      {.symbol = #n "-slope",                                                  \
       .unit = TON_DB_PER_OCT,                                                 \
       .min = 6.0F,                                                            \
       .max = 96.0F,                                                           \
       .def = 12.0F},                                                          \
  {                                                                            \
    .symbol = #n "-side", .spacing = TON_CHOICE, .max = 2.0F, .choices = sides \
  }

static const char* const band_types[] = {"off",        "bell",     "low-shelf",
                                         "high-shelf", "highpass", "lowpass",
                                         "notch",      "tilt",     NULL};
static const char* const sides[] = {"both", "mid", "side", NULL};

static const TonParam equaliser_params[] = {
    {.symbol = "output", .unit = TON_DB, .min = -24.0F, .max = 24.0F},
    BAND(1, 100.0F),
    BAND(2, 300.0F),
    BAND(3, 1000.0F),
    BAND(4, 3000.0F),
};

static const TonParam compressor_params[] = {
    {.symbol = "threshold",
     .unit = TON_DB,
     .min = -60.0F,
     .max = 0.0F,
     .def = -18.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "ratio",
     .unit = TON_RATIO,
     .min = 1.0F,
     .max = 20.0F,
     .def = 2.0F},
    {.symbol = "attack",
     .unit = TON_MS,
     .min = 0.05F,
     .max = 200.0F,
     .def = 10.0F},
    {.symbol = "release",
     .formerly = "decay",
     .unit = TON_MS,
     .min = 5.0F,
     .max = 2000.0F,
     .def = 120.0F},
    {.symbol = "auto-make-up", .spacing = TON_SWITCH, .max = 1.0F},
};

static const TonParam de_esser_params[] = {
    {.symbol = "at",
     .unit = TON_HZ,
     .min = 2000.0F,
     .max = 16000.0F,
     .def = 6500.0F},
    {.symbol = "range", .unit = TON_DB, .max = 24.0F, .def = 6.0F},
};

static const char* const rooms[] = {"room", "hall", "plate", NULL};

static const TonParam reverb_params[] = {
    {.symbol = "type", .spacing = TON_CHOICE, .max = 2.0F, .choices = rooms},
    {.symbol = "decay",
     .unit = TON_S,
     .min = 0.1F,
     .max = 20.0F,
     .def = 1.2F,
     .flags = TON_AUTOMATE},
    {.symbol = "pre-delay", .unit = TON_MS, .max = 250.0F, .def = 0.0F},
};

static const TonParam limiter_params[] = {
    {.symbol = "ceiling",
     .unit = TON_DBTP,
     .min = -20.0F,
     .max = 0.0F,
     .def = -1.0F},
    {.symbol = "gain", .unit = TON_DB, .max = 30.0F},
};

#define PROCESSOR(its_id, table, its_flags)                                    \
  {                                                                            \
    .id = its_id, .name = its_id, .params = table,                             \
    .n_params = TON_COUNT(table), .flags = its_flags                           \
  }

static const TonProcessor rack[] = {
    PROCESSOR("compressor", compressor_params, TON_SIDECHAIN),
    PROCESSOR("de-esser", de_esser_params, 0),
    PROCESSOR("equaliser", equaliser_params, 0),
    PROCESSOR("limiter", limiter_params, 0),
    PROCESSOR("reverb", reverb_params, 0),
};

const TonProcessor* const*
ton_processors(void)
{
  static const TonProcessor* all[TON_COUNT(rack) + 1];
  for (size_t i = 0; i < TON_COUNT(rack); ++i) {
    all[i] = &rack[i];
  }
  return all;
}

const TonProcessor*
ton_processor(const char* id)
{
  for (size_t i = 0; i < TON_COUNT(rack); ++i) {
    if (strcmp(rack[i].id, id) == 0) {
      return &rack[i];
    }
  }
  return NULL;
}

const TonProcessor*
ton_processor_lanes(const TonProcessor* processor, uint32_t lanes)
{
  (void)lanes;
  return processor;
}
