// SPDX-License-Identifier: GPL-3.0-or-later
/// @file espeak-ng speaks a line and says when each of its sounds begins.

#include "speech.h"

#include "base/error.h"
#include "base/memory.h"

#include <espeak-ng/espeak_ng.h>
#include <espeak-ng/speak_lib.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_PER_MINUTE = 150 };

bool
phone_is_vowel(const Phone* phone)
{
  return strchr("aeiouAEIOU03V@", phone->name[0]) != NULL;
}

bool
phone_glides(const Phone* phone)
{
  return phone_is_vowel(phone) && phone->name[1] &&
         strchr("IU@", phone->name[1]);
}

bool
phone_is_silent(const Phone* phone)
{
  return phone->name[0] == '_' || phone->end_s <= phone->start_s;
}

void
speech_free(Speech* speech)
{
  ton_free(speech->x);
  ton_free(speech->phones);
  *speech = (Speech){0};
}

static void
add_phone(Speech* s, const espeak_EVENT* event)
{
  const double at = (double)event->sample / SPEECH_RATE;
  Phone* const phones =
      ton_grow(s->phones, &s->n_capacity, s->n + 1, sizeof(Phone));
  if (!phones) {
    s->failed = true;
    return;
  }
  s->phones = phones;
  if (s->n) {
    phones[s->n - 1].end_s = at;
  }
  Phone* const phone = &phones[s->n++];
  *phone = (Phone){.start_s = at, .end_s = at};
  memcpy(phone->name, event->id.string, sizeof(event->id.string));
}

static Speech* listening; ///< espeak-ng's callback has no other way to know

static int
hear(short* wave, int n, espeak_EVENT* events)
{
  Speech* const s = listening;
  for (; events->type != espeakEVENT_LIST_TERMINATED; ++events) {
    if (events->type == espeakEVENT_PHONEME) {
      add_phone(s, events);
    }
  }
  if (!wave || n <= 0) {
    return 0;
  }
  float* const x =
      ton_grow(s->x, &s->x_capacity, s->frames + (size_t)n, sizeof(float));
  if (!x) {
    s->failed = true;
    return 1;
  }
  s->x = x;
  for (int i = 0; i < n; ++i) {
    x[s->frames++] = (float)wave[i] / 32768.0F;
  }
  return 0;
}

static TonStatus
start(TonError* error)
{
  static bool started;
  if (started) {
    return TON_OK;
  }
  const int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL,
                                     espeakINITIALIZE_PHONEME_EVENTS |
                                         espeakINITIALIZE_DONT_EXIT);
  if (rate != SPEECH_RATE) {
    return ton_fail(error, TON_NOT_FOUND,
                    "espeak-ng finds no voices; on Debian they come with the "
                    "package espeak-ng-data");
  }
  espeak_SetSynthCallback(hear);
  espeak_SetParameter(espeakRATE, WORDS_PER_MINUTE, 0);
  espeak_SetParameter(espeakVOLUME, 70, 0);
  espeak_ng_SetConstF0(SPEECH_HZ);
  started = true;
  return TON_OK;
}

TonStatus
speech_say(Speech* speech, const char* voice, const char* text, TonError* error)
{
  TON_TRY(start(error));
  if (espeak_SetVoiceByName(voice) != EE_OK) {
    return ton_fail(error, TON_NOT_FOUND,
                    "espeak-ng has no voice \"%s\"; a voice and a variant "
                    "read en+f2",
                    voice);
  }
  listening = speech;
  const espeak_ERROR said =
      espeak_Synth(text, strlen(text) + 1, 0, POS_CHARACTER, 0,
                   espeakCHARS_UTF8 | espeakENDPAUSE, NULL, NULL);
  if (said != EE_OK || speech->failed || !speech->n) {
    return ton_fail(error, TON_UNSUPPORTED, "espeak-ng could not say \"%s\"",
                    text);
  }
  speech->phones[speech->n - 1].end_s = (double)speech->frames / SPEECH_RATE;
  return TON_OK;
}
