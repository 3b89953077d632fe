// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Files that processors use reach them through the engine, by their content.
*/
#include "base/error.h"
#include "expect.h"
#include "live_song.h"

#include <string.h>

// A processor whose gain stands in a file -------------------------------------

typedef struct {
  float gain;
  bool used;
} Scale;

static uint32_t n_opened;
static uint32_t n_loaded; ///< Not yet given back

static TonStatus
open_scale(const TonProcessor* self, const TonSpec* spec, void** state,
           TonError* error)
{
  (void)self;
  static Scale instances[8];
  Scale* const s = &instances[n_opened++ % 8];
  const TonResources* const r = spec->resources;
  *s = (Scale){.gain = 1.0F};
  if (r && r->hashes[0]) {
    TonPlanes planes;
    TON_TRY(r->load(r->handle, r->hashes[0], spec->rate, &planes, error));
    s->gain = planes.planes[0][0];
    r->unload(r->handle, &planes);
  }
  *state = s;
  return TON_OK;
}

static void
close_scale(const TonProcessor* self, void* state)
{
  (void)self;
  (void)state;
}

static void
update_scale(const TonProcessor* self, void* state, const TonUpdate* update)
{
  (void)self;
  (void)state;
  (void)update;
}

static void
scale(const TonProcessor* self, void* state, const TonBlock* block)
{
  (void)self;
  const Scale* const s = state;
  for (uint32_t i = 0; i < 2 * block->frames; ++i) {
    block->x[i] *= s->gain;
  }
}

static const TonResourceInfo infos[] = {{"gain", "Gain", "File of a gain"}};

static const TonProcessor scaler = {.id = "scaler",
                                    .name = "Scaler",
                                    .category = "gain",
                                    .help = "Scales by what a file says.",
                                    .resources = infos,
                                    .n_resources = 1,
                                    .lanes = 2,
                                    .flags = TON_ALONE,
                                    .open = open_scale,
                                    .close = close_scale,
                                    .update = update_scale,
                                    .process = scale};

/// The hash is the gain
static TonStatus
load(void* handle, const char* hash, double rate, TonPlanes* planes,
     TonError* error)
{
  static float gain;
  static const float* const plane = &gain;
  if (strcmp(hash, "none") == 0) {
    return ton_fail(error, TON_NOT_FOUND, "there is no \"%s\"", hash);
  }
  assert_true(handle == &n_loaded);
  assert_true(rate == (double)RATE);
  gain = strtof(hash, NULL);
  *planes = (TonPlanes){&plane, 1, 1, rate};
  ++n_loaded;
  return TON_OK;
}

static void
unload(void* handle, TonPlanes* planes)
{
  (void)handle;
  (void)planes;
  --n_loaded;
}

static const TonResources loader = {NULL, &n_loaded, load, unload};

/// A strip of ones
static TonGraph*
ones(RigStem* stem, const float* const* plane, const char* hash)
{
  static const TonFader unity = {.law = TON_LAW_BALANCE};
  static const TonSink none = {0};
  TonGraph* const g = ton_graph_new(RATE);
  const TonSource* const source =
      stem->source.pull ? &stem->source : rig_stem(stem, plane, 1, SONG);
  ton_graph_strip(g, "Ones", source, 1.0F, &unity);
  const float no_values = 0.0F;
  ton_graph_insert(g, 0, &scaler, &no_values, UINT32_MAX);
  ton_graph_tap(g, 0, 1.0F, &none);
  if (hash) {
    assert_int_equal(ton_graph_resource(g, 0, 0, 0, hash), TON_OK);
    ton_graph_loader(g, &loader);
  }
  return g;
}

static float
level_after(TonEngine* engine, RigTake* take, uint64_t frames)
{
  for (const uint64_t end = take->frames + frames; take->frames < end;) {
    ton_engine_read_ahead(engine, NULL);
    play_block(engine, take, 128);
  }
  return take->planar[0][take->frames - 1];
}

static void
a_changed_file_is_heard_and_the_same_one_goes_on(void** state)
{
  (void)state;
  static float one[SONG];
  const float* plane = one;
  for (int i = 0; i < SONG; ++i) {
    one[i] = 1.0F;
  }
  RigStem stem = {0};
  RigTake take = {0};
  TonGraph* const quiet = ones(&stem, &plane, "0.25");
  TonGraph* const same = ones(&stem, &plane, "0.25");
  TonGraph* const loud = ones(&stem, &plane, "0.5");
  TonEngine* const engine =
      song_engine(quiet, (TonRun){.live = true, .ahead = 2048});
  assert_float_equal(level_after(engine, &take, 2048), 0.25F, 0.0F);
  assert_int_equal(ton_engine_change_graph(engine, same, NULL), TON_OK);
  const uint64_t before = take.frames;
  level_after(engine, &take, RATE);
  for (uint64_t i = before; i < take.frames; ++i) {
    assert_float_equal(take.planar[0][i], 0.25F, 0.0F);
  }
  assert_true(ton_engine_graph_arrived(engine));
  assert_int_equal(ton_engine_change_graph(engine, loud, NULL), TON_OK);
  assert_float_equal(level_after(engine, &take, RATE), 0.5F, 0.0F);
  assert_int_equal(n_loaded, 0);
  ton_engine_free(engine);
  ton_graph_free(quiet);
  ton_graph_free(same);
  ton_graph_free(loud);
  rig_take_free(&take);
}

static TonStatus
made(const char* hash, TonError* error)
{
  static float one[SONG];
  const float* plane = one;
  RigStem stem = {0};
  TonGraph* const g = ones(&stem, &plane, hash);
  TonEngine* engine = NULL;
  const TonStatus status = ton_engine_new(g, &(TonRun){0}, &engine, error);
  ton_engine_free(engine);
  ton_graph_free(g);
  return status;
}

static void
what_cannot_be_loaded_is_an_error_of_the_engine(void** state)
{
  (void)state;
  TonError error = {0};
  assert_int_equal(made("none", &error), TON_NOT_FOUND);
  assert_non_null(strstr(error.text, "none"));
  assert_int_equal(made(NULL, &error), TON_OK);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_changed_file_is_heard_and_the_same_one_goes_on),
      cmocka_unit_test(what_cannot_be_loaded_is_an_error_of_the_engine),
  };
  return TON_TESTS(tests);
}
