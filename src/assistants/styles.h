// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Styles of a master by name, and how strong they are: data/styles.yaml.
#ifndef TON_ASSISTANTS_STYLES_H
#define TON_ASSISTANTS_STYLES_H

#include <tonmeister/status.h>

#include <stdint.h>

/// What a style adds to a master; zeros and 100 % add nothing
typedef struct {
  char name[32];
  char about[128];
  double bass_db;   ///< Shelf below 150 Hz
  double treble_db; ///< Shelf above 6 kHz
  double attack_db; ///< Of a transient shaper
  double colour_db; ///< Drive of a tape machine
  double width;     ///< Of the sides, percent
} TonStyle;

/// How strong a style is
typedef struct {
  char name[32];
  char about[128];
  double share;       ///< Of the style, percent
  double loudness_lu; ///< Added to the goal of a target
} TonIntensity;

typedef struct {
  TonStyle* styles;
  uint32_t n_styles;
  TonIntensity* intensities;
  uint32_t n_intensities;
} TonStyles;

/// All of them, in the order of the file; freed with ton_styles_free().  [main]
TonStatus ton_styles_read(TonStyles** styles, TonError* error);

void ton_styles_free(TonStyles* styles);

/// A style by name; null and "": balanced.  TON_NOT_FOUND names the nearest.
/// [main]
TonStatus ton_style(const char* name, TonStyle* style, TonError* error);

/// An intensity by name; null and "": medium.  TON_NOT_FOUND names the nearest.
/// [main]
TonStatus ton_intensity(const char* name, TonIntensity* intensity,
                        TonError* error);

/// Take the share of a style that an intensity asks for.  [any]
void ton_style_scale(TonStyle* style, const TonIntensity* intensity);

#endif
