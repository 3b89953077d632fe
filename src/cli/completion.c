// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Completion for shells, from the tables of verbs, options and processors.
*/

#include "cli/help.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static void
option_words(const Option* o, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    printf(" --%s", o[i].name);
    if (o[i].letter) {
      printf(" -%c", o[i].letter);
    }
  }
}

static void
all_options(const Verb* v)
{
  option_words(v->options, v->n_options);
  if (v->renders) {
    option_words(cli_rendering, cli_n_rendering);
  }
  option_words(cli_common, cli_n_common);
}

/// A name on a line of its own, ready for $'...' of bash
static void
print_name(void* handle, const char* name)
{
  (void)handle;
  for (const char* c = name; *c; ++c) {
    printf(*c == '\'' || *c == '\\' ? "\\%c" : "%c", *c);
  }
  printf("\\n");
}

static void
print_processor(void* handle, const char* name)
{
  (void)handle;
  printf("%s:\\n", name);
}

/// Names of these kinds as what bash offers
static void
offer_topics(unsigned kinds)
{
  printf("COMPREPLY=($(compgen -W $'");
  cli_each_topic(kinds, print_name, NULL);
  printf("' -- \"$word\"))");
}

/// What follows an option
static void
offer_value(Offer offer)
{
  switch (offer) {
  case OFFER_FILES:
    printf("COMPREPLY=($(compgen -f -- \"$word\"))");
    break;
  case OFFER_TARGETS:
    offer_topics(TOPIC_TARGET);
    break;
  case OFFER_GENRES:
    offer_topics(TOPIC_GENRE);
    break;
  case OFFER_STYLES:
    offer_topics(TOPIC_STYLE);
    break;
  case OFFER_INTENSITIES:
    offer_topics(TOPIC_INTENSITY);
    break;
  case OFFER_SHELLS:
    printf("COMPREPLY=($(compgen -W $'bash\\nzsh\\nfish' -- \"$word\"))");
    break;
  case OFFER_DEPTHS:
    printf("COMPREPLY=($(compgen -W $'16\\n24\\n32' -- \"$word\"))");
    break;
  case OFFER_NOTHING:
    break;
  }
}

static void
values(const char* verb, const Option* o, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (o[i].value) {
      printf("  %s,--%s", verb, o[i].name);
      if (o[i].letter) {
        printf("|%s,-%c", verb, o[i].letter);
      }
      printf(") ");
      offer_value(o[i].offer);
      printf("%sreturn ;;\n", o[i].offer == OFFER_NOTHING ? "" : "; ");
    }
  }
}

static void
bash_options(void)
{
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    printf("    %s) COMPREPLY=($(IFS=' ' compgen -W \"", cli_verbs[i].name);
    all_options(&cli_verbs[i]);
    printf("\" -- \"$word\")) ;;\n");
  }
}

static void
bash(void)
{
  printf("# bash completion for tonmeister\n"
         "_tonmeister() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]}\n"
         "  local before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local IFS=$'\\n'\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" = 1 ]; then\n    ");
  offer_topics(TOPIC_VERB);
  printf("\n    return\n  fi\n  case ${COMP_WORDS[1]},$before in\n");
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    const Verb* const v = &cli_verbs[i];
    values(v->name, v->options, v->n_options);
    values(v->name, cli_rendering, v->renders ? cli_n_rendering : 0);
  }
  printf("  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    case ${COMP_WORDS[1]} in\n");
  bash_options();
  printf("    esac\n    return\n  fi\n"
         "  case ${COMP_WORDS[1]} in\n"
         "  help) ");
  offer_topics(TOPIC_OFFERED);
  printf(" ;;\n  apply) COMPREPLY=($(compgen -W $'");
  cli_each_topic(TOPIC_PROCESSOR | TOPIC_BAND, print_processor, NULL);
  printf("' -- \"$word\") $(compgen -f -- \"$word\")) ;;\n"
         "  *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _tonmeister tonmeister\n");
}

/// In single quotes: ' ends and begins them again
static void
quoted(const char* text)
{
  putchar('\'');
  for (; *text; ++text) {
    if (*text == '\'') {
      printf("'\\''");
    } else {
      putchar(*text);
    }
  }
  putchar('\'');
}

static void
print_fish_name(void* handle, const char* name)
{
  (void)handle;
  printf("'%s' ", name);
}

static void
fish_values(Offer offer)
{
  if (offer == OFFER_TARGETS) {
    cli_each_topic(TOPIC_TARGET, print_fish_name, NULL);
  } else if (offer == OFFER_GENRES) {
    cli_each_topic(TOPIC_GENRE, print_fish_name, NULL);
  } else if (offer == OFFER_STYLES) {
    cli_each_topic(TOPIC_STYLE, print_fish_name, NULL);
  } else if (offer == OFFER_INTENSITIES) {
    cli_each_topic(TOPIC_INTENSITY, print_fish_name, NULL);
  } else if (offer == OFFER_SHELLS) {
    printf("bash zsh fish");
  } else if (offer == OFFER_DEPTHS) {
    printf("16 24 32");
  }
}

static void
fish_option(const char* verb, const Option* o)
{
  printf("complete -c tonmeister");
  if (verb) {
    printf(" -n '__fish_seen_subcommand_from %s'", verb);
  }
  printf(" -l %s", o->name);
  if (o->letter) {
    printf(" -s %c", o->letter);
  }
  printf("%s", o->value ? " -r" : "");
  if (o->value && o->offer != OFFER_FILES) {
    printf(" -f -a \"");
    fish_values(o->offer);
    printf("\"");
  }
  printf(" -d ");
  quoted(o->help);
  printf("\n");
}

static void
fish(void)
{
  printf("# fish completion for tonmeister\n");
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    const Verb* const v = &cli_verbs[i];
    printf("complete -c tonmeister -n __fish_use_subcommand -f -a %s -d ",
           v->name);
    quoted(v->summary);
    printf("\n");
    for (uint32_t k = 0; k < v->n_options; ++k) {
      fish_option(v->name, &v->options[k]);
    }
    for (uint32_t k = 0; v->renders && k < cli_n_rendering; ++k) {
      fish_option(v->name, &cli_rendering[k]);
    }
  }
  for (uint32_t i = 0; i < cli_n_common; ++i) {
    fish_option(NULL, &cli_common[i]);
  }
  printf("complete -c tonmeister -n '__fish_seen_subcommand_from help' -f -a "
         "\"");
  cli_each_topic(TOPIC_OFFERED, print_fish_name, NULL);
  printf("\"\n");
}

bool
cli_completion(const char* shell)
{
  if (strcmp(shell, "bash") == 0) {
    bash();
  } else if (strcmp(shell, "fish") == 0) {
    fish();
  } else if (strcmp(shell, "zsh") == 0) {
    printf(
        "#compdef tonmeister\nautoload -U +X bashcompinit && bashcompinit\n");
    bash();
  } else {
    return false;
  }
  return true;
}
