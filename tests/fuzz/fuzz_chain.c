// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Any chain over a sound of any rate and number of channels: it is rendered, or
   refused with a sentence.

   Each line of the input is a case: rate in Hz, channels, and the processors as
   `tonmeister apply` takes them, with spaces between.
*/
#include "must.h"
#include "render/render.h"

#include <math.h>
#include <string.h>

enum { FRAMES = 3000, MAX_INSERTS = 6, MAX_LINES = 16 };

/// Loud noise with a pause, far over full scale
static bool
pull(void* handle, float* const* planes, uint32_t frames)
{
  uint32_t* const at = handle;
  const uint32_t channels = at[1];
  for (uint32_t i = 0; i < frames; ++i, ++at[0]) {
    const uint32_t bits = (at[0] ^ 2747636419U) * 2654435769U;
    const float noise = (float)(bits >> 8) / 8388608.0F - 1.0F;
    for (uint32_t c = 0; c < channels; ++c) {
      planes[c][i] = at[0] / 500 == 2 ? 0.0F : 3.0F * noise;
    }
  }
  return true;
}

static bool
push(void* handle, const float* const* planes, uint32_t frames)
{
  uint32_t* const got = handle;
  for (uint32_t i = 0; i < frames; ++i) {
    MUST(isfinite(planes[0][i]) && isfinite(planes[1][i]));
  }
  *got += frames;
  return true;
}

static uint32_t
parse_chain(char* words, TonInsert* chain)
{
  uint32_t n = 0;
  char* rest = NULL;
  for (char* word = strtok_r(words, " ", &rest); word && n < MAX_INSERTS;
       word = strtok_r(NULL, " ", &rest)) {
    TonError error = {0};
    const TonStatus status = ton_insert_parse(word, &chain[n], &error);
    MUST(!status || *error.text);
    n += !status;
  }
  return n;
}

/// All but the tail, of which some last for minutes
static void
run_chain(uint32_t rate, uint32_t channels, const TonInsert* chain, uint32_t n)
{
  uint32_t state[2] = {0, channels};
  uint32_t got = 0;
  TonError error = {0};
  const ChainRun run = {.name = "noise",
                        .source = {state, pull, NULL, channels, FRAMES},
                        .rate = rate,
                        .frames = FRAMES,
                        .chain = chain,
                        .n = n,
                        .stage = ""};
  const TonSink sink = {&got, push};
  const TonJob job = {.threads = 1};
  const TonStatus status = render_chain(&run, &sink, NULL, &job, &error);
  MUST(status ? *error.text : got == FRAMES);
}

static void
run_case(char* line)
{
  char* words = line;
  const uint32_t rate = (uint32_t)strtoul(words, &words, 10);
  const uint32_t channels = (uint32_t)strtoul(words, &words, 10);
  TonInsert chain[MAX_INSERTS] = {{0}};
  const uint32_t n = parse_chain(words, chain);
  run_chain(rate, channels, chain, n);
  for (uint32_t i = 0; i < n; ++i) {
    ton_insert_free(&chain[i]);
  }
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  char text[4096];
  size = size < sizeof(text) ? size : sizeof(text) - 1;
  memcpy(text, bytes, size);
  text[size] = '\0';
  char* rest = NULL;
  char* line = strtok_r(text, "\n", &rest);
  for (int i = 0; line && i < MAX_LINES; ++i) {
    run_case(line);
    line = strtok_r(NULL, "\n", &rest);
  }
  return 0;
}
