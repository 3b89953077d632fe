// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The role of a track from its file name.
*/
#include "assistants/roles.h"
#include "base/array.h"
#include "base/form_name.h"
#include "base/path.h"
#include "base/string.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

/// Letters U+00C0 to U+017F without their accents
static const char plain[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static_assert(sizeof(plain) == 0x180 - 0xC0 + 1, "one for each letter");

typedef enum { KIND_GAP, KIND_LOWER, KIND_UPPER, KIND_DIGIT, KIND_OTHER } Kind;

/// One letter of a name, lower-cased and without accent; a ligature is two
typedef struct {
  Kind kind;
  char bytes[5];
} Letter;

static const struct {
  uint32_t code;
  char letters[3];
} ligatures[] = {{0xC6, "ae"},  {0xDF, "ss"},  {0xE6, "ae"}, {0x132, "ij"},
                 {0x133, "ij"}, {0x152, "oe"}, {0x153, "oe"}};

/// The next character; a space for bytes that are no UTF-8
static uint32_t
decode(const char** text)
{
  utf8proc_int32_t code = ' ';
  const utf8proc_ssize_t n =
      utf8proc_iterate((const utf8proc_uint8_t*)*text, -1, &code);
  *text += n > 0 ? n : 1;
  return n > 0 ? (uint32_t)code : ' ';
}

static Letter
ascii_letter(uint32_t code)
{
  Letter letter = {0};
  if (code >= 'A' && code <= 'Z') {
    letter.kind = KIND_UPPER;
    code += 'a' - 'A';
  } else if (code >= 'a' && code <= 'z') {
    letter.kind = KIND_LOWER;
  } else if (code >= '0' && code <= '9') {
    letter.kind = KIND_DIGIT;
  } else {
    code = ' ';
  }
  letter.bytes[0] = (char)code;
  return letter;
}

static Letter
letter_of(uint32_t code)
{
  if (code < 0x80) {
    return ascii_letter(code);
  }
  Letter letter = {.kind = KIND_OTHER};
  if (code >= 0xC0 && code <= 0x17F) {
    letter.kind = KIND_LOWER;
    letter.bytes[0] = plain[code - 0xC0];
    for (size_t i = 0; i < TON_COUNT(ligatures); ++i) {
      if (ligatures[i].code == code) {
        memcpy(letter.bytes, ligatures[i].letters, 2);
      }
    }
  } else if (code >= 0x300 && code <= 0x36F) {
    letter.kind = KIND_LOWER; // combining accent: no letter of its own
  } else if (code < 0xC0 || code == 0x3000 || code == 0x2013) {
    letter = (Letter){.kind = KIND_GAP, .bytes = " "};
  } else {
    const bool greek = code >= 0x391 && code <= 0x3A9;
    const bool cyrillic = code >= 0x410 && code <= 0x42F;
    code += greek || cyrillic ? 0x20U : 0U; // capitals
    code = code == 0x401 || code == 0x451 ? 0x435U : code;
    utf8proc_encode_char((utf8proc_int32_t)code,
                         (utf8proc_uint8_t*)letter.bytes);
  }
  return letter;
}

/// Whether a word ends between two letters: "dV" of LeadVox, "t2" of t2
static bool
is_border(Kind before, Kind here, Kind next, Kind after_next)
{
  if (before == KIND_GAP || here == KIND_GAP) {
    return false;
  }
  if ((before == KIND_DIGIT) != (here == KIND_DIGIT)) {
    return true;
  }
  if (before == KIND_LOWER && here == KIND_UPPER) {
    return true;
  }
  // "ABCd" is "ab cd", but "GTRs" is "gtrs"
  return before == KIND_UPPER && here == KIND_UPPER && next == KIND_LOWER &&
         after_next == KIND_LOWER;
}

enum { LONGEST = 256 };

/// `text` is the file's name, or its path
static uint32_t
read_letters(const char* text, Letter* letters)
{
  const char* dot = strrchr(ton_file_name(text), '.');
  if (dot &&
      (dot == ton_file_name(text) || strlen(dot) > 5 || strchr(dot, ' '))) {
    dot = NULL;
  }
  uint32_t n = 0;
  while (*text && (!dot || text < dot) && n < LONGEST) {
    letters[n++] = letter_of(decode(&text));
  }
  return n;
}

static Kind
kind_at(const Letter* letters, uint32_t n, uint32_t i)
{
  return i < n ? letters[i].kind : KIND_GAP;
}

static const char*
to_words(const char* file, bool split, char* buffer, size_t size)
{
  Letter letters[LONGEST];
  const uint32_t n = read_letters(file, letters);
  size_t at = 0;
  for (uint32_t i = 0; i < n && at + 6 < size; ++i) {
    const Kind before = i ? letters[i - 1].kind : KIND_GAP;
    const Kind here = letters[i].kind;
    const bool border =
        split ? is_border(before, here, kind_at(letters, n, i + 1),
                          kind_at(letters, n, i + 2))
              : is_border(before == KIND_UPPER ? KIND_LOWER : before,
                          here == KIND_UPPER ? KIND_LOWER : here, KIND_GAP,
                          KIND_GAP);
    if ((border || here == KIND_GAP) && at && buffer[at - 1] != ' ') {
      buffer[at++] = ' ';
    }
    if (here != KIND_GAP) {
      const size_t bytes = strlen(letters[i].bytes);
      memcpy(buffer + at, letters[i].bytes, bytes);
      at += bytes;
    }
  }
  while (at && buffer[at - 1] == ' ') {
    --at;
  }
  buffer[at] = '\0';
  return buffer;
}

const char*
ton_role_words(const char* file, char* buffer, size_t size)
{
  return to_words(ton_file_name(file), true, buffer, size);
}

// Phrases ---------------------------------------------------------------------

/// A stretch of text, not terminated
typedef struct {
  const char* text;
  size_t length;
} Span;

static bool
next_span(const char** at, char separator, Span* span)
{
  while (**at == ' ' || **at == separator) {
    ++*at;
  }
  if (!**at) {
    return false;
  }
  span->text = *at;
  while (**at && **at != separator) {
    ++*at;
  }
  span->length = (size_t)(*at - span->text);
  while (span->length && span->text[span->length - 1] == ' ') {
    --span->length;
  }
  return true;
}

static bool
word_matches(Span pattern, Span word)
{
  const bool open = pattern.length && pattern.text[pattern.length - 1] == '*';
  const size_t n = pattern.length - (open ? 1 : 0);
  return n && (open ? word.length >= n : word.length == n) &&
         memcmp(pattern.text, word.text, n) == 0;
}

/// Whether nothing but numbers and single letters follows: "2", "v 3", "l"
static bool
name_ends(const char* words)
{
  for (Span word; next_span(&words, ' ', &word);) {
    if (word.length > 1 && strspn(word.text, "0123456789") < word.length) {
      return false;
    }
  }
  return true;
}

/// Whether the words from `words` on begin with the phrase; "$" is the end
static bool
phrase_begins(Span phrase, const char* words)
{
  const char* pattern = phrase.text;
  const char* const end = phrase.text + phrase.length;
  Span p;
  Span w;
  while (pattern < end && next_span(&pattern, ' ', &p)) {
    const size_t left = (size_t)(end - p.text);
    p.length = p.length < left ? p.length : left;
    if (p.length == 1 && *p.text == '$') {
      return name_ends(words);
    }
    if (!next_span(&words, ' ', &w) || !word_matches(p, w)) {
      return false;
    }
  }
  return true;
}

/// Japanese or Chinese
static bool
is_without_spaces(Span phrase)
{
  return (unsigned char)phrase.text[0] >= 0xE3;
}

/// Scripts written without spaces: found anywhere
static bool
phrase_inside(Span phrase, const char* words)
{
  for (; *words; ++words) {
    if (strncmp(words, phrase.text, phrase.length) == 0) {
      return true;
    }
  }
  return false;
}

static bool
phrase_found(Span phrase, const char* words)
{
  if (is_without_spaces(phrase)) {
    return phrase_inside(phrase, words);
  }
  for (const char* at = words; at; at = strchr(at, ' ')) {
    at += *at == ' ';
    if (phrase_begins(phrase, at)) {
      return true;
    }
  }
  return false;
}

static bool
any_phrase(const char* phrases, const char* words, Span* found)
{
  Span phrase;
  while (phrases && next_span(&phrases, ',', &phrase)) {
    if (phrase_found(phrase, words)) {
      *found = phrase;
      return true;
    }
  }
  return false;
}

/// Bytes of a phrase without the "*" or " $" at its end
static size_t
plain_length(Span phrase)
{
  size_t n = phrase.length;
  while (n && strchr(" *$", phrase.text[n - 1])) {
    --n;
  }
  return n;
}

/// `alone`: without the rules that count only beside others
static bool
match_rules(const TonRoles* roles, const char* words, bool alone,
            TonRoleGuess* guess)
{
  for (uint32_t i = 0; i < roles->n_rules; ++i) {
    const TonRoleRule* const rule = &roles->rules[i];
    Span found;
    Span not ;
    if (!(alone && rule->beside) && any_phrase(rule->say, words, &found) &&
        !any_phrase(rule->unless, words, &not )) {
      guess->role = &roles->roles[rule->role];
      guess->confidence = rule->confidence;
      guess->rule = TON_RULE_ROLE_NAME;
      guess->beside = rule->beside;
      ton_string_cut(guess->word, sizeof(guess->word), "%.*s",
                     (int)plain_length(found), found.text);
      return true;
    }
  }
  return false;
}

bool
ton_role_says_copy(const TonRoles* roles, const char* file)
{
  char words[512];
  Span found;
  return any_phrase(roles->copies, ton_role_words(file, words, sizeof(words)),
                    &found);
}

/// The side that one word names: 'L', 'R' or 0
static char
side_of_word(const TonRoles* roles, Span word)
{
  for (int right = 0; right < 2; ++right) {
    const char* phrases = right ? roles->right : roles->left;
    for (Span phrase; next_span(&phrases, ',', &phrase);) {
      if (is_without_spaces(phrase) ? memmem(word.text, word.length,
                                             phrase.text, phrase.length) != NULL
                                    : word_matches(phrase, word)) {
        return right ? 'R' : 'L';
      }
    }
  }
  return 0;
}

/// That of the last word that names one, numbers may follow
static char
side_of(const TonRoles* roles, const char* words)
{
  char side = 0;
  for (Span word; next_span(&words, ' ', &word);) {
    const char here = side_of_word(roles, word);
    side = here ? here : side;
  }
  return side;
}

static void
add_word(char* text, size_t size, Span word)
{
  const size_t n = strlen(text);
  ton_string_cut(text + n, size - n, "%s%.*s", n ? " " : "", (int)word.length,
                 word.text);
}

void
ton_side_name(const TonRoles* roles, const char* file, TonSideName* name)
{
  char words[512];
  const char* at = ton_role_words(file, words, sizeof(words));
  *name = (TonSideName){.side = side_of(roles, words)};
  for (Span word; next_span(&at, ' ', &word);) {
    const bool number = strspn(word.text, "0123456789") >= word.length;
    const bool named = side_of_word(roles, word) != 0;
    if (*name->words || !number) {
      add_word(name->words, sizeof(name->words), word);
    }
    if ((*name->sideless || !number) && !named) {
      add_word(name->sideless, sizeof(name->sideless), word);
    }
  }
}

static bool
same_text(Span a, Span b)
{
  return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/// The only word in which two names differ; false: there is none, or another
static bool
only_difference(const char* a, const char* b, Span* x, Span* y)
{
  bool found = false;
  for (;;) {
    Span p;
    Span q;
    const bool more = next_span(&a, ' ', &p);
    if (next_span(&b, ' ', &q) != more) {
      return false;
    }
    if (!more) {
      return found;
    }
    if (!same_text(p, q)) {
      if (found) {
        return false;
      }
      found = true;
      *x = p;
      *y = q;
    }
  }
}

/// The side of `word` if it and `other` are one of the pairs of words
static char
side_in_pairs(const TonRoles* roles, Span word, Span other)
{
  const char* pairs = roles->pairs;
  for (Span pair; next_span(&pairs, ',', &pair);) {
    const char* const gap = memchr(pair.text, ' ', pair.length);
    if (!gap) {
      continue;
    }
    const Span left = {pair.text, (size_t)(gap - pair.text)};
    const Span right = {gap + 1, pair.length - left.length - 1};
    if (same_text(word, left) && same_text(other, right)) {
      return 'L';
    }
    if (same_text(word, right) && same_text(other, left)) {
      return 'R';
    }
  }
  return 0;
}

char
ton_side_beside(const TonRoles* roles, const TonSideName* name,
                const TonSideName* other)
{
  Span x;
  Span y;
  if (name->side && other->side && name->side != other->side &&
      strcmp(name->sideless, other->sideless) == 0) {
    return name->side;
  }
  return only_difference(name->words, other->words, &x, &y)
             ? side_in_pairs(roles, x, y)
             : 0;
}

bool
ton_side_letter_differs(const TonSideName* a, const TonSideName* b)
{
  Span x;
  Span y;
  return only_difference(a->words, b->words, &x, &y) && x.length == 1 &&
         y.length == 1 && *x.text != 'c' && *y.text != 'c';
}

/// By its words, else with the letters back to back: "SNtop" is "sntop"
static bool
match_name(const TonRoles* roles, const char* text, bool alone,
           TonRoleGuess* guess)
{
  char words[512];
  return match_rules(roles, to_words(text, true, words, sizeof(words)), alone,
                     guess) ||
         match_rules(roles, to_words(text, false, words, sizeof(words)), alone,
                     guess);
}

/// A path without the folders that do not tell what plays: what lies in "Bounced" is
/// no bounce of the whole song
static void
without_forms(const char* path, TonString* telling)
{
  for (const char* slash = strchr(path, '/'); slash;
       slash = strchr(path, '/')) {
    if (!ton_names_a_form(path, (size_t)(slash - path))) {
      ton_string_add_bytes(telling, path, (size_t)(slash - path) + 1);
    }
    path = slash + 1;
  }
  ton_string_add(telling, path);
}

static void
find_in_name(const TonRoles* roles, const char* file, bool alone,
             TonRoleGuess* guess)
{
  enum { SURE = 80 };
  char words[512];
  const char* const name = ton_file_name(file);
  *guess = (TonRoleGuess){.role = ton_role(roles, "unknown"),
                          .rule = TON_RULE_ROLE_NONE};
  guess->side = side_of(roles, ton_role_words(name, words, sizeof(words)));
  match_name(roles, name, alone, guess);
  if (name != file && guess->confidence < SURE / 100.0) {
    TonString telling = {0};
    without_forms(file, &telling);
    match_name(roles, ton_string_string(&telling), alone, guess);
    ton_string_free(&telling);
  }
}

void
ton_role_from_name(const TonRoles* roles, const char* file, TonRoleGuess* guess)
{
  find_in_name(roles, file, false, guess);
}

void
ton_role_from_name_alone(const TonRoles* roles, const char* file,
                         TonRoleGuess* guess)
{
  find_in_name(roles, file, true, guess);
}
