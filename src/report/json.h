// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_JSON_H
#define TON_REPORT_JSON_H

#include <tonmeister/measure.h>

#include <jansson.h>

/**
   @file
   Measurements and the report as JSON.
*/

/// Null for what JSON cannot say: infinite, not defined
json_t* report_number(double value);

/// Text of a path or a name; bytes that are no UTF-8 become question marks
json_t* report_text(const char* text);

/// All figures of a measurement, without curves
json_t* report_measurement(const TonMeasurement* measurement);

#endif
