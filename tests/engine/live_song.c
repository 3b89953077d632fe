// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The song of the live tests.

#include "live_song.h"

#include "audio_guard.h"
#include "expect.h"

void
song_insert(TonGraph* graph, uint32_t strip, const char* id, const char* symbol,
            float value, uint32_t sidechain)
{
  const TonProcessor* const type = ton_processor(id);
  float values[PARAMS];
  ton_param_defaults(type, values);
  values[ton_param(type, symbol) - type->params] = value;
  ton_graph_insert(graph, strip, type, values, sidechain);
}

static bool (*from_memory)(void* handle, float* const* out, uint32_t frames);

/// As a file would be read: never while a block is played
static bool
pull_ahead(void* handle, float* const* out, uint32_t frames)
{
  assert_false(audio_guard);
  return from_memory(handle, out, frames);
}

static void
add_track(Song* s, uint32_t i)
{
  static const TonFader fader = {.db = -6.0F, .law = TON_LAW_CONSTANT_POWER};
  for (uint32_t c = 0; c < 2; ++c) {
    rig_noise(s->noise[i][c], SONG, 2 * i + c);
    s->planes[i][c] = s->noise[i][c];
  }
  rig_stem(&s->stems[i], s->planes[i], 1 + i % 2, SONG);
  from_memory = s->stems[i].source.pull;
  s->stems[i].source.pull = pull_ahead;
  ton_graph_strip(s->graph, "Track", &s->stems[i].source, 0.5F, &fader);
  song_insert(s->graph, i, "equaliser", "1-type", 1.0F, UINT32_MAX);
  if (i > 1) {
    song_insert(s->graph, i, "compressor", "threshold", -30.0F,
                i == 2 ? 0 : UINT32_MAX);
  }
}

void
song_open(Song* s, bool sink)
{
  static const TonFader unity = {.law = TON_LAW_BALANCE};
  s->graph = ton_graph_new(RATE);
  for (uint32_t i = 0; i < TRACKS; ++i) {
    add_track(s, i);
  }
  const uint32_t room = ton_graph_strip(s->graph, "Room", NULL, 1.0F, &unity);
  const uint32_t mix = ton_graph_strip(s->graph, "Mix", NULL, 1.0F, &unity);
  song_insert(s->graph, room, "reverb", "mix", 100.0F, UINT32_MAX);
  song_insert(s->graph, mix, "limiter", "gain", 6.0F, UINT32_MAX);
  for (uint32_t i = 0; i < TRACKS; ++i) {
    ton_graph_edge(s->graph, i, mix, 0.0F, false);
    ton_graph_edge(s->graph, i, room, -12.0F, i == 0);
  }
  ton_graph_edge(s->graph, room, mix, 0.0F, false);
  static const TonPoint points[] = {{0.5, -12.0F, TON_CURVE_LINEAR},
                                    {1.5, 0.0F, TON_CURVE_SMOOTH},
                                    {2.0, -6.0F, TON_CURVE_HOLD}};
  ton_graph_automate(s->graph, 1, TON_AUTO_FADER, 0, 0, points, 3);
  ton_graph_automate(s->graph, 3, TON_AUTO_PAN, 0, 0, points, 3);
  s->take = (RigTake){0};
  const TonSink taken = sink ? rig_take(&s->take) : (TonSink){0};
  ton_graph_tap(s->graph, mix, 1.0F, &taken);
}

void
song_close(Song* s)
{
  rig_take_free(&s->take);
  ton_graph_free(s->graph);
}

TonEngine*
song_engine(const TonGraph* graph, TonRun run)
{
  TonEngine* engine = NULL;
  TonError error = {0};
  if (ton_engine_new(graph, &run, &engine, &error)) {
    fail_msg("%s", error.text);
  }
  return engine;
}

uint32_t
play_block(TonEngine* engine, RigTake* take, uint32_t frames)
{
  float planes[2][4096];
  float* const out[2] = {planes[0], planes[1]};
  audio_guard = true;
  const uint32_t n = ton_engine_block(engine, out, frames);
  audio_guard = false;
  const TonSink sink = {take, rig_take_push};
  sink.push(take, (const float* const*)out, n);
  return n;
}
