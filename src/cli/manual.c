// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The manual page, in the man(7) macros, from the tables of verbs, options and
   processors.
*/

#include "base/string.h"
#include "cli/help.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

/// Text as roff has it: "-" stays a minus, a backslash and a leading dot or
/// quote lose their meaning
static void
plain(const char* text)
{
  if (*text == '.' || *text == '\'') {
    printf("\\&");
  }
  for (; *text; ++text) {
    if (*text == '-') {
      printf("\\-");
    } else if (*text == '\\') {
      printf("\\e");
    } else {
      putchar(*text);
    }
    if (*text == '\n' && (text[1] == '.' || text[1] == '\'')) {
      printf("\\&");
    }
  }
}

static void
option(const Option* o)
{
  printf(".TP\n.B ");
  if (o->letter) {
    printf("\\-%c, ", o->letter);
  }
  printf("\\-\\-");
  plain(o->name);
  if (o->value) {
    printf(" \\fI");
    plain(o->value);
    printf("\\fR");
  }
  printf("\n");
  plain(o->help);
  printf("%s\n", o->repeats ? "; may be given several times" : "");
}

static void
options(const Option* o, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    option(&o[i]);
  }
}

static void
verb(const Verb* v)
{
  printf(".SS tonmeister %s ", v->name);
  plain(v->usage);
  printf("\n");
  plain(v->summary);
  printf("\n");
  plain(v->text);
  printf("\n");
  options(v->options, v->n_options);
  printf(".PP\n.EX\n");
  plain(v->examples);
  printf("\n.EE\n");
}

static void
param(const TonParam* p)
{
  char buffers[3][32];
  printf(".TP\n.B ");
  plain(p->symbol);
  printf("\n");
  plain(p->help);
  if (p->choices) {
    printf(";");
    for (int i = 0; p->choices[i]; ++i) {
      printf("%s ", i ? "," : "");
      plain(p->choices[i]);
    }
  } else if (p->spacing == TON_SWITCH) {
    printf("; on, off");
  } else {
    printf("; ");
    plain(cli_print_param(p, p->min, buffers[0], sizeof(buffers[0])));
    printf(" to ");
    plain(cli_print_param(p, p->max, buffers[1], sizeof(buffers[1])));
  }
  printf(" (");
  plain(cli_print_param(p, p->def, buffers[2], sizeof(buffers[2])));
  printf(")\n");
}

static void
processor(const TonProcessor* p)
{
  printf(".SS %s\n", p->id);
  plain(p->help);
  printf("\n");
  for (uint32_t i = 0; i < p->n_params; ++i) {
    if (!cli_repeats_band(p->params[i].symbol)) {
      param(&p->params[i]);
    }
  }
}

static const char ending[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nA file could not be read or written, or memory ran out.\n"
    ".TP\n.B 2\nThe command line or a text is wrong; the message says where.\n"
    ".TP\n.B 3\nDone, but a goal was missed: the message says by how much.\n"
    ".SH FILES\n"
    ".TP\n.I mix.yaml\nTracks, buses, sends, chains, automation.\n"
    ".TP\n.I master.yaml\nThe chain on the stereo mix, and its goal.\n"
    ".TP\n.I release.yaml\nDeliverables and tags.\n"
    ".TP\n.I decisions.json\nThe whole record behind every proposed value.\n"
    ".SH INSTALLING\n"
    "In the folder of the source\n.B make install\ninstalls to /usr/local, "
    "and\n"
    ".B make install PREFIX=$HOME/.local\nto anywhere else: the command to\n"
    ".IR PREFIX /bin,\nits data, manual and completions to\n"
    ".IR PREFIX /share.\n.B make uninstall\nremoves them.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B NO_COLOR\nIf set, no colours on a terminal either.\n"
    ".TP\n.B TONMEISTER_DATA\nWhere roles, targets and presets are read.\n"
    ".TP\n.B TONMEISTER_LANES\nAt most so many channels side by side: 4, 8 or "
    "16.\n";

void
cli_manual(void)
{
  printf(".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
         ".TH TONMEISTER 1 \"\" \"Tonmeister %s\" \"User commands\"\n"
         ".SH NAME\ntonmeister \\- mix and master music\n"
         ".SH SYNOPSIS\n.B tonmeister\n.I verb\n.RI [ option ...]\n"
         ".RI [ argument ...]\n"
         ".SH DESCRIPTION\nFrom a folder of stems to a release, with a reason "
         "for every decision, all of\nit in short text files.\n"
         ".SH VERBS\n",
         TON_VERSION);
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    verb(&cli_verbs[i]);
  }
  printf(".SH OPTIONS OF EVERY VERB\n");
  options(cli_common, cli_n_common);
  printf(".SH OPTIONS OF EVERY VERB THAT RENDERS\n");
  options(cli_rendering, cli_n_rendering);
  printf(".SH PROCESSORS\nFor chains in the texts and for\n.BR apply .\n"
         "Each parameter with its range and, in brackets, its default.\n");
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    processor(*p);
  }
  printf("%s", ending);
}
