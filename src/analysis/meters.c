// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The meters of a sound: cuts it into ticks of 10 ms and hands each to the
   loudness, true-peak, level, spectrum and stereo meters that are asked for.
*/
#include "analysis/meters.h"

#include "base/array.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { ROUND = 8 }; ///< Ticks between two moves of the kept samples

/**
   Samples kept of each channel, in frames:

     | PAST | tick before | tick under way | ... | SLACK |
                          ^ here, moving right; after a round, back to the left
*/
struct TonMeters {
  uint32_t rate;
  uint32_t channels;
  unsigned what;
  uint32_t longest; ///< Tick
  float* past[MAX_CHANNELS];
  float* scan[MAX_CHANNELS]; ///< Level, then bend, of both ticks
  uint32_t entries;          ///< Of either
  uint32_t entries_before;
  Tick tick;
  uint32_t here; ///< Where the tick under way begins
  uint32_t held; ///< Frames of it
  const TonPeakScan* scanner;
  const TonWeigh* weigh;
  uint64_t bad;
  uint64_t first_bad;
  Loudness* loudness;
  TruePeak* true_peak;
  Levels* levels;
  Spectrum* spectrum;
  Stereo* stereo;
};

// Making -----------------------------------------------------------------------

static bool
make_buffers(TonMeters* m)
{
  enum { REACH = TON_SCAN_REACH, READ = TON_SCAN_SLACK };
  const uint32_t groups = m->longest / TON_SCAN_GROUP + 1;
  const uint32_t frames = PAST + (1 + ROUND) * m->longest + SLACK;
  m->entries = REACH + 2 * groups + READ;
  for (uint32_t c = 0; c < m->channels; ++c) {
    m->past[c] = ton_alloc(frames * sizeof(float));
    m->scan[c] = ton_alloc(2 * m->entries * sizeof(float));
    if (!m->past[c] || !m->scan[c]) {
      return false;
    }
  }
  return true;
}

static void
begin_tick(TonMeters* m)
{
  Tick* const t = &m->tick;
  t->first = tick_frame(m->rate, t->index);
  t->n = (uint32_t)(tick_frame(m->rate, t->index + 1) - t->first);
  for (uint32_t c = 0; c < m->channels; ++c) {
    t->x[c] = m->past[c] + m->here;
    t->scan[c].level = m->scan[c] + TON_SCAN_REACH + m->entries_before;
    t->scan[c].bend = t->scan[c].level + m->entries;
  }
}

static bool
make_meters(TonMeters* m)
{
  const bool timeline = m->what & TON_MEASURE_TIMELINE;
  const bool loudness = m->what & TON_MEASURE_LOUDNESS;
  const bool thirds = m->what & TON_MEASURE_SPECTRUM;
  const bool stereo = m->what & TON_MEASURE_STEREO && m->channels == 2;
  bool ok = true;
  if (loudness || stereo) {
    m->loudness = loudness_new(m->rate, m->channels, timeline, stereo);
    ok &= m->loudness != NULL;
  }
  if (m->what & TON_MEASURE_TRUE_PEAK) {
    m->true_peak = true_peak_new(m->rate, m->channels, timeline && loudness);
    ok &= m->true_peak != NULL;
  }
  if (m->what & TON_MEASURE_LEVELS) {
    m->levels = levels_new(m->rate, m->channels, timeline);
    ok &= m->levels != NULL;
  }
  if (thirds || stereo) {
    m->spectrum = spectrum_new(m->rate, m->channels, thirds, stereo);
    ok &= m->spectrum != NULL;
  }
  if (stereo) {
    m->stereo = stereo_new(m->rate, timeline);
    ok &= m->stereo != NULL;
  }
  return ok;
}

TonMeters*
ton_meters_new(uint32_t rate, uint32_t channels, unsigned what)
{
  if (rate < 8000 || channels < 1 || channels > MAX_CHANNELS) {
    return NULL;
  }
  TonMeters* const m = ton_alloc(sizeof(TonMeters));
  if (!m) {
    return NULL;
  }
  m->rate = rate;
  m->channels = channels;
  m->what = what;
  m->longest = rate / TICKS_PER_S + 1;
  m->here = PAST + m->longest;
  m->scanner = ton_peak_scan();
  m->weigh = ton_weigh();
  if (!make_buffers(m) || !make_meters(m)) {
    ton_meters_free(m);
    return NULL;
  }
  // the song is preceded by one tick of silence
  m->tick.n_before = m->longest;
  m->entries_before = (m->longest + TON_SCAN_GROUP - 1) / TON_SCAN_GROUP;
  begin_tick(m);
  return m;
}

void
ton_meters_weight(TonMeters* m, uint32_t channel, double weight)
{
  if (m->loudness && channel < m->channels) {
    loudness_weight(m->loudness, channel, weight);
  }
}

// Running ----------------------------------------------------------------------

/// Replace samples that are not finite by 0
static void
clean(TonMeters* m, uint32_t c)
{
  float* const x = m->past[c] + m->here;
  for (uint32_t i = 0; i < m->tick.n; ++i) {
    if (isfinite(x[i])) {
      continue;
    }
    const uint64_t frame = m->tick.first + i;
    if (!m->bad++ || frame < m->first_bad) {
      m->first_bad = frame;
    }
    x[i] = 0.0F;
  }
}

static void
scan(TonMeters* m)
{
  Tick* const t = &m->tick;
  for (uint32_t c = 0; c < m->channels; ++c) {
    uint32_t bits = m->scanner->scan(t->x[c], t->n, t->scan[c]);
    if (bits >= 0x7F800000) {
      clean(m, c);
      bits = m->scanner->scan(t->x[c], t->n, t->scan[c]);
    }
    memcpy(&t->peak[c], &bits, sizeof(bits));
  }
}

static void
sum(TonMeters* m)
{
  Tick* const t = &m->tick;
  for (uint32_t c = 0; c < m->channels; c += 2) {
    const float* const x[2] = {t->x[c], t->x[partner(c, m->channels)]};
    m->weigh->sums(x, t->n, &t->sums[c / 2]);
  }
}

static void
hand_on(TonMeters* m)
{
  Tick* const t = &m->tick;
  if (m->levels || m->stereo) {
    sum(m);
  }
  if (m->loudness) {
    loudness_add(m->loudness, t);
  }
  if (m->levels) {
    levels_add(m->levels, t);
  }
  if (m->spectrum) {
    spectrum_add(m->spectrum, t);
  }
  if (m->stereo) {
    stereo_add(m->stereo, t, loudness_short_power(m->loudness));
  }
}

/// Move the samples that are still needed to the front
static void
rewind_past(TonMeters* m)
{
  const uint32_t kept = PAST + m->longest;
  for (uint32_t c = 0; c < m->channels; ++c) {
    memmove(m->past[c], m->past[c] + m->here - kept, kept * sizeof(float));
  }
  m->here = kept;
}

/// The tick under way becomes the tick before
static void
move_on(TonMeters* m)
{
  Tick* const t = &m->tick;
  const uint32_t entries = (t->n + TON_SCAN_GROUP - 1) / TON_SCAN_GROUP;
  for (uint32_t c = 0; c < 2 * m->channels; ++c) {
    float* const s = m->scan[c / 2] + c % 2 * m->entries;
    memmove(s, s + m->entries_before,
            (TON_SCAN_REACH + entries) * sizeof(float));
  }
  m->entries_before = entries;
  t->n_before = t->n;
  ++t->index;
  m->here += t->n;
  m->held = 0;
  if (m->here > PAST + ROUND * m->longest) {
    rewind_past(m);
  }
  begin_tick(m);
}

static void
end_tick(TonMeters* m)
{
  m->tick.whole = true;
  scan(m);
  if (m->true_peak) {
    true_peak_add(m->true_peak, &m->tick);
  }
  hand_on(m);
  move_on(m);
}

/// Prefetch the input that will be copied next
static void
prefetch(const float* x, uint32_t n)
{
  for (uint32_t i = 0; i < n; i += 16) {
    __builtin_prefetch(x + i);
  }
}

void
ton_meters_add(TonMeters* m, const float* const* in, uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    const uint32_t space = m->tick.n - m->held;
    const uint32_t n = frames - at < space ? frames - at : space;
    for (uint32_t c = 0; c < m->channels; ++c) {
      float* const to = m->past[c] + m->here + m->held;
      memcpy(to, in[c] + at, n * sizeof(float));
      prefetch(in[c] + at + n, frames - at - n < n ? frames - at - n : n);
    }
    m->held += n;
    at += n;
    if (m->held == m->tick.n) {
      end_tick(m);
    }
  }
}

void
ton_meters_now(const TonMeters* m, double* momentary, double* short_term)
{
  *momentary = NAN;
  *short_term = NAN;
  if (m->loudness) {
    loudness_now(m->loudness, momentary, short_term);
  }
}

// Closing ----------------------------------------------------------------------

static void
undefined(TonMeasurement* r)
{
  double* const values[] = {
      &r->integrated_lufs,    &r->momentary_max_lufs,  &r->short_term_max_lufs,
      &r->loudness_range_lu,  &r->range_low_lufs,      &r->range_high_lufs,
      &r->sample_peak_dbfs,   &r->true_peak_dbtp,      &r->plr_lu,
      &r->psr_min_lu,         &r->psr_median_lu,       &r->rms_dbfs,
      &r->crest_db,           &r->dynamic_range_db,    &r->first_bad_at_s,
      &r->correlation,        &r->correlation_min,     &r->correlation_min_at_s,
      &r->correlation_p5,     &r->balance_db,          &r->mono_loss_lu,
      &r->momentary_max_at_s, &r->short_term_max_at_s, &r->sample_peak_at_s,
      &r->true_peak_at_s,     &r->silence_head_s,      &r->silence_tail_s};
  memset(r, 0, sizeof(*r));
  for (size_t i = 0; i < TON_COUNT(values); ++i) {
    *values[i] = NAN;
  }
  for (int b = 0; b < TON_STEREO_BANDS; ++b) {
    r->band_correlation[b] = NAN;
    r->band_side_db[b] = NAN;
  }
  for (int b = 0; b < TON_THIRDS; ++b) {
    r->thirds_db[b] = NAN;
  }
}

static void
silence_after(TonMeters* m)
{
  for (uint32_t c = 0; c < m->channels; ++c) {
    float* const x = m->past[c] + m->here + m->held;
    memset(x, 0, (m->longest + SLACK - m->held) * sizeof(float));
  }
}

/// The frames of the last tick, whose rest is silence
static void
end_short_tick(TonMeters* m)
{
  Tick* const t = &m->tick;
  const uint32_t whole = t->n;
  if (m->held || t->index % TICKS_OF_TENTH) {
    t->n = m->held;
    t->whole = false;
    hand_on(m);
    t->n = whole;
  }
}

/// The last tick, then a tick of silence for the look-ahead of the true-peak
/// meter
static void
run_out(TonMeters* m)
{
  for (int i = 0; i < 2; ++i) {
    silence_after(m);
    scan(m);
    if (m->true_peak) {
      true_peak_add(m->true_peak, &m->tick);
    }
    if (i == 0) {
      end_short_tick(m);
    }
    move_on(m);
  }
}

static bool
finish_stereo(TonMeters* m, TonMeasurement* r)
{
  r->mono_loss_lu = loudness_fold_loss(m->loudness);
  return stereo_finish(m->stereo, r) && loudness_whole(m->loudness);
}

TonStatus
ton_meters_finish(TonMeters* m, TonMeasurement* r)
{
  const uint64_t frames = m->tick.first + m->held;
  bool whole = true;
  undefined(r);
  r->n_points = UINT32_MAX;
  run_out(m);
  r->rate = m->rate;
  r->channels = m->channels;
  r->frames = frames;
  r->bad_samples = m->bad;
  r->first_bad_at_s = m->bad ? (double)m->first_bad / m->rate : NAN;
  if (m->what & TON_MEASURE_LOUDNESS) {
    whole = loudness_finish(m->loudness, r) && whole;
  }
  if (m->true_peak) {
    true_peak_finish(m->true_peak, r);
    r->plr_lu = r->true_peak_dbtp - r->integrated_lufs;
  }
  if (m->true_peak && m->what & TON_MEASURE_LOUDNESS) {
    whole = true_peak_psr(m->true_peak, m->loudness, r) && whole;
  }
  if (m->levels) {
    whole = levels_finish(m->levels, r) && whole;
  }
  if (m->spectrum) {
    spectrum_finish(m->spectrum, r);
  }
  if (m->stereo) {
    whole = finish_stereo(m, r) && whole;
  }
  r->n_points = r->n_points == UINT32_MAX ? 0 : r->n_points;
  return whole ? TON_OK : TON_NO_MEMORY;
}

void
ton_meters_free(TonMeters* m)
{
  if (!m) {
    return;
  }
  for (uint32_t c = 0; c < m->channels; ++c) {
    ton_free(m->past[c]);
    ton_free(m->scan[c]);
  }
  loudness_free(m->loudness);
  true_peak_free(m->true_peak);
  levels_free(m->levels);
  spectrum_free(m->spectrum);
  stereo_free(m->stereo);
  ton_free(m);
}
