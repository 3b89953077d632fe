// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The style of a master: what somebody asked for by name, as ordinary values.
*/
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"

#include <math.h>

#define BASS_HZ   150.0
#define TREBLE_HZ 6000.0
/// Of a shelf without a bump
#define SHELF_Q 0.7

static void
start(const MasterState* m, TonDecision* d, TonRuleId rule, const char* figure,
      double value)
{
  ton_decision_start(d, rule, 1.0);
  ton_decision_figure(d, figure, value);
  ton_decision_name(d, "style", m->brief->style.name);
}

static double
tenths(double db)
{
  return rint(10.0 * db) / 10.0;
}

/// One shelf of the style's equaliser; `band` counts those written
static void
write_shelf(const MasterState* m, const char* kind, double hz, double gain_db,
            uint32_t* band)
{
  const TonSetting settings[] = {
      {"at", hz}, {"gain", tenths(gain_db)}, {"q", SHELF_Q}};
  TonDecision d;
  if (settings[1].value == 0.0) {
    return;
  }
  start(m, &d, TON_RULE_STYLE_TONE, "change", fabs(settings[1].value));
  ton_decision_name(&d, "where", hz < 1000.0 ? "bass" : "treble");
  ton_decision_name(&d, "way", gain_db < 0.0 ? "softer" : "louder");
  record_value(m,
               ton_plan_text(m->plan, "chain/%u/equaliser/%u/%s", m->n_chain,
                             (*band)++, kind),
               ton_chain_band(m->plan, settings, 3), &d);
}

static void
style_tone(MasterState* m)
{
  const TonStyle* const s = &m->brief->style;
  uint32_t bands = 0;
  write_shelf(m, "low-shelf", BASS_HZ, s->bass_db, &bands);
  write_shelf(m, "high-shelf", TREBLE_HZ, s->treble_db, &bands);
  m->n_chain += bands > 0;
}

/// One processor with one value
static void
write_insert(MasterState* m, const char* processor, TonSetting setting,
             TonDecision* d)
{
  const char* const value = ton_chain_values(m->plan, processor, &setting, 1);
  if (value) {
    record_value(m,
                 ton_plan_text(m->plan, "chain/%u/%s", m->n_chain++, processor),
                 value, d);
  }
}

void
master_style(MasterState* m)
{
  const TonStyle* const s = &m->brief->style;
  const double attack = tenths(s->attack_db);
  const double colour = tenths(s->colour_db);
  const double width = rint(s->width);
  TonDecision d;
  style_tone(m);
  if (attack != 0.0) {
    start(m, &d, TON_RULE_STYLE_ATTACK, "change", fabs(attack));
    ton_decision_name(&d, "way", attack < 0.0 ? "softer" : "harder");
    write_insert(m, "transient", (TonSetting){"attack", attack}, &d);
  }
  if (colour > 0.0) {
    start(m, &d, TON_RULE_STYLE_COLOUR, "drive", colour);
    write_insert(m, "tape", (TonSetting){"drive", colour}, &d);
  }
  if (width != 100.0 && m->brief->mix->facts.layout == TON_LAYOUT_STEREO) {
    start(m, &d, TON_RULE_STYLE_WIDTH, "width", width);
    ton_decision_name(&d, "way", width < 100.0 ? "narrower" : "wider");
    write_insert(m, "width", (TonSetting){"width", width}, &d);
  }
}
