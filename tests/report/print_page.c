// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Prints the report of a small song, for page.py to read.
*/

#include "report_song.h"

#include <stdio.h>

int
main(void)
{
  static ReportSong song;
  static const TonReportService service = {"Tube", -1.0, -14.0, 0.5, true};
  TonString page = {0};
  report_song_fill(&song);
  song.report.services = &service;
  song.report.n_services = 1;
  const TonStatus status = ton_report_html(&song.report, &page);
  fputs(ton_string_string(&page), stdout);
  ton_string_free(&page);
  return status != TON_OK;
}
