// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The balance of a mix as a picture: a bar for each track, how loud it is
   against a lead vocal, with the range that is usual for its role behind it.
*/

#include "report/figures.h"
#include "report/html_parts.h"

#include <string.h>

/// What the bars reach from and to, LU against a lead vocal
static const double LOWEST_LU = -24.0;
static const double HIGHEST_LU = 6.0;

/// Where the decision on a fader puts the track; null where it tells none, or
/// where somebody has set the fader since
static const TonEvidence*
place_of(const TonDecision* d)
{
  const size_t n = html_strip_length(d->path);
  if (!n || d->superseded || strcmp(d->path + n, "/fader") != 0) {
    return NULL;
  }
  for (uint32_t i = 0; i < d->n_evidence; ++i) {
    if (strcmp(d->evidence[i].metric, "place") == 0 &&
        isfinite(d->evidence[i].value)) {
      return &d->evidence[i];
    }
  }
  return NULL;
}

static double
percent(double lu)
{
  const double part = (lu - LOWEST_LU) / (HIGHEST_LU - LOWEST_LU);
  return 100.0 * fmin(fmax(part, 0.0), 1.0);
}

static void
add_rect(TonString* t, const char* style, double from, double to, int y,
         int height)
{
  ton_string_printf(t,
                    "<rect class=\"%s\" x=\"%.1f%%\" width=\"%.1f%%\" "
                    "y=\"%d\" height=\"%d\"/>",
                    style, from, fmax(to - from, 0.0), y, height);
}

static void
add_bar(TonString* t, const TonEvidence* place)
{
  ton_string_add(t, "<svg width=\"100%\" height=\"18\" aria-hidden=\"true\">");
  if (isfinite(place->low) && isfinite(place->high)) {
    add_rect(t, "usual", percent(place->low), percent(place->high), 0, 18);
  }
  add_rect(t, "level", 0.0, percent(place->value), 5, 8);
  ton_string_add(t, "</svg>");
}

void
html_add_balance(TonString* t, const TonReport* r)
{
  static const char* const heads[] = {"track", "against a lead vocal", "",
                                      NULL};
  const TonDecisions* const all = r->mix_decisions;
  uint32_t shown = 0;
  for (uint32_t i = 0; all && i < all->count; ++i) {
    const TonEvidence* const place = place_of(&all->items[i]);
    if (!place) {
      continue;
    }
    if (!shown++) {
      html_open_table(t, "Balance of the tracks", heads);
    }
    ton_string_printf(t,
                      "<tr class=\"bars\"><th scope=\"row\"><a "
                      "href=\"#strip-%u\">",
                      html_strip_number(all, i));
    html_add_strip_name(t, all->items[i].path);
    ton_string_add(t, "</a></th><td>");
    html_add_number(t, place->value, 1, "LU");
    ton_string_add(t, "</td><td class=\"bar\">");
    add_bar(t, place);
    ton_string_add(t, "</td></tr>\n");
  }
  if (shown) {
    html_close_table(t);
    ton_string_add(
        t, "<p class=\"key\">How loud each track is meant to be against "
           "a lead vocal, which is 0 LU. Behind each bar: the range that "
           "is usual for such a track.</p>\n");
  }
}
