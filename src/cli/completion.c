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

static void
verb_words(void)
{
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    printf("%s%s", i ? " " : "", cli_verbs[i].name);
  }
}

static void
processor_words(const char* behind)
{
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    printf(" %s%s", (*p)->id, behind);
  }
}

/// Options that take something other than a file: nothing is offered there
static void
values_without_files(void)
{
  const char* between = "";
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    const Verb* const v = &cli_verbs[i];
    for (uint32_t k = 0; k < v->n_options; ++k) {
      const char* const takes = v->options[k].value;
      if (takes && strcmp(takes, "FILE") != 0 && strcmp(takes, "SONG") != 0) {
        printf("%s--%s", between, v->options[k].name);
        between = "|";
      }
    }
  }
  for (uint32_t i = 0; i < cli_n_rendering; ++i) {
    printf("|--%s", cli_rendering[i].name);
  }
}

static void
bash(void)
{
  printf("# bash completion for tonmeister\n"
         "_tonmeister() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]}\n"
         "  local before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"");
  verb_words();
  printf("\" -- \"$word\"))\n    return\n  fi\n  case $before in\n  ");
  values_without_files();
  printf(") return ;;\n  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    case ${COMP_WORDS[1]} in\n");
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    printf("    %s) COMPREPLY=($(compgen -W \"", cli_verbs[i].name);
    all_options(&cli_verbs[i]);
    printf("\" -- \"$word\")) ;;\n");
  }
  printf("    esac\n    return\n  fi\n"
         "  case ${COMP_WORDS[1]} in\n"
         "  help) COMPREPLY=($(compgen -W \"all ");
  verb_words();
  processor_words("");
  printf("\" -- \"$word\")) ;;\n"
         "  apply) COMPREPLY=($(compgen -W \"");
  processor_words(":");
  printf("\" -- \"$word\") $(compgen -f -- \"$word\")) ;;\n"
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
  printf("%s -d ", o->value ? " -r" : "");
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
         "'all ");
  verb_words();
  processor_words("");
  printf("'\n");
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
