// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/chain.h"
#include "session/scalar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Parameter "3-gain" belongs to band 3; 0: to none
static uint32_t
band_of(const TonParam* param)
{
  const size_t digits = strspn(param->symbol, "0123456789");
  return digits && param->symbol[digits] == '-'
             ? (uint32_t)strtoul(param->symbol, NULL, 10)
             : 0;
}

static void
write_entry(TonString* out, const char* key, const TonParam* param, float value)
{
  char room[64];
  ton_string_printf(
      out, "%s%s: ", out->bytes[out->length - 1] == '{' ? "" : ", ", key);
  ton_scalar_write(out, ton_param_print(param, value, room, sizeof(room)), 0);
}

/// Settings of band `band` that are not those a band of its type begins with
static void
write_band(TonString* out, const TonInsert* insert, uint32_t band)
{
  const TonProcessor* const type = insert->type;
  const TonParam* const kind = ton_band_param(type, band, "type");
  const TonParam* const on = ton_band_param(type, band, "on");
  const float kind_value = insert->params[ton_param_number(type, kind)];
  ton_string_printf(out, "{%s: {", kind->choices[(int)kind_value]);
  for (uint32_t i = 0; i < type->n_params; ++i) {
    const TonParam* const p = &type->params[i];
    const float begins = p == on ? 1.0F : p->def;
    if (p != kind && band_of(p) == band && insert->params[i] != begins) {
      write_entry(out, strchr(p->symbol, '-') + 1, p, insert->params[i]);
    }
  }
  ton_string_add(out, "}}");
}

/// Bands up to the last one that is not as it was made; 0: none
static uint32_t
used_bands(const TonInsert* insert)
{
  uint32_t used = 0;
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    const uint32_t band = band_of(p);
    used = insert->params[i] != p->def && band > used ? band : used;
  }
  return ton_bands(insert->type) ? used : 0;
}

static void
write_bands(TonString* out, const TonInsert* insert, uint32_t used)
{
  ton_string_add(out, "[");
  for (uint32_t band = 1; band <= used; ++band) {
    ton_string_add(out, band > 1 ? ", " : "");
    write_band(out, insert, band);
  }
  ton_string_add(out, "]");
}

static bool
plain_values(const TonInsert* insert)
{
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    if (insert->params[i] != p->def && !band_of(p)) {
      return true;
    }
  }
  return false;
}

static void
write_values(TonString* out, const TonInsert* insert)
{
  const uint32_t used = used_bands(insert);
  if (used && !plain_values(insert)) {
    write_bands(out, insert, used);
    return;
  }
  ton_string_add(out, "{");
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    if (insert->params[i] != p->def && !(used && band_of(p))) {
      write_entry(out, p->symbol, p, insert->params[i]);
    }
  }
  if (used) {
    ton_string_add(out, ", bands: ");
    write_bands(out, insert, used);
  }
  ton_string_add(out, "}");
}

char*
ton_insert_write(const TonInsert* insert)
{
  TonString out = {0};
  ton_string_printf(&out, "{%s: ", insert->type->id);
  if (!out.failed) {
    write_values(&out, insert);
  }
  if (insert->key) {
    ton_string_add(&out, ", key: ");
    ton_scalar_write(&out, insert->key, 0);
  }
  ton_string_add(&out, insert->bypass ? ", bypass: true}" : "}");
  if (out.failed) {
    ton_string_free(&out);
  }
  return out.bytes;
}
