// SPDX-License-Identifier: GPL-3.0-or-later
#include "signals.h"
#include "song.h"
#include "song/studio.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/**
   @file
   The studio without a face: what a page says, and what becomes of the texts and of
   the sound.
*/

enum { N = 96000, RATE = 48000 };

static const char text[] =
    "# my song\n"
    "song: Live\n"
    "rate: 48 kHz\n"
    "tracks:\n"
    "  Vox:\n"
    "    file: a.wav  # take 3\n"
    "    chain:\n"
    "      - equaliser:\n"
    "          - bell: {at: 1 kHz, gain: 3 dB} # presence\n"
    "      - compressor\n"
    "    fader: -4 dB # my ride\n"
    "    sends: {Room: -9 dB}\n"
    "  Keys:\n"
    "    file: b.wav\n"
    "    pan: R20\n"
    "buses:\n"
    "  Room: {chain: [reverb: {decay: 0.8 s, mix: 100 %}]}\n";

static Studio* studio;
static char told[64][4096]; ///< The newest messages
static uint32_t n_told;

static void
hear_message(void* handle, const json_t* message)
{
  (void)handle;
  char* const line = json_dumps(message, JSON_COMPACT | JSON_SORT_KEYS);
  snprintf(told[n_told++ % 64], sizeof(told[0]), "%s", line);
  free(line);
}

static const char*
last_told(const char* type)
{
  char key[64];
  snprintf(key, sizeof(key), "\"type\":\"%s\"", type);
  for (uint32_t i = n_told; i-- > 0 && i + 64 > n_told;) {
    if (strstr(told[i % 64], key)) {
      return told[i % 64];
    }
  }
  return "";
}

static int
make_song(void** state)
{
  if (song_open(state)) {
    return -1;
  }
  song_noises(RATE, RATE, N);
  return 0;
}

static int
begin(void** state)
{
  (void)state;
  TonError error = {0};
  const StudioListener listener = {NULL, hear_message, NULL};
  n_told = 0;
  song_text("mix.yaml", text);
  if (studio_open(song_path("."), &listener, &studio, &error)) {
    print_error("%s:%u: %s\n", error.file, error.line, error.text);
    return -1;
  }
  return 0;
}

static int
end(void** state)
{
  (void)state;
  studio_free(studio);
  return 0;
}

/// What a tab says; returns the answer's text, valid until the next
static const char*
say(const char* message)
{
  static char line[4096];
  StudioAnswer answer;
  json_t* const m = json_loads(message, 0, NULL);
  assert_non_null(m);
  studio_message(studio, "one", m, &answer);
  char* const dump =
      answer.json ? json_dumps(answer.json, JSON_COMPACT | JSON_SORT_KEYS)
                  : NULL;
  snprintf(line, sizeof(line), "%s", dump ? dump : "");
  free(dump);
  json_decref(answer.json);
  ton_free(answer.bytes);
  json_decref(m);
  return line;
}

static void
expect_ok(const char* message)
{
  const char* const answer = say(message);
  if (*answer && !strstr(answer, "\"type\":\"ok\"")) {
    fail_msg("%s: %s", message, answer);
  }
}

static void
expect_in_text(const char* part)
{
  if (!strstr(song_read("mix.yaml"), part)) {
    fail_msg("\"%s\" is not in:\n%s", part, song_read("mix.yaml"));
  }
}

// Texts -------------------------------------------------------------------------

static void
a_move_is_written_when_the_hand_lets_go(void** state)
{
  (void)state;
  expect_ok("{\"type\":\"touch\",\"control\":\"s1/fader\"}");
  expect_ok("{\"type\":\"move\",\"control\":\"s1/fader\",\"value\":-7.26}");
  assert_string_equal(song_read("mix.yaml"), text);
  assert_non_null(strstr(last_told("moved"), "\"control\":\"s1/fader\""));
  expect_ok("{\"type\":\"release\",\"control\":\"s1/fader\",\"id\":1}");
  expect_in_text("    fader: -7.3 dB # my ride\n");
  assert_non_null(strstr(last_told("changed"), "\"name\":\"Vox Fader\""));
  expect_ok("{\"type\":\"undo\",\"id\":2}");
  assert_string_equal(song_read("mix.yaml"), text);
  expect_ok("{\"type\":\"redo\",\"id\":3}");
  expect_in_text("fader: -7.3 dB # my ride");
}

static void
a_hand_that_gives_up_leaves_no_trace(void** state)
{
  (void)state;
  expect_ok("{\"type\":\"move\",\"control\":\"s1/fader\",\"value\":2}");
  expect_ok("{\"type\":\"cancel\",\"control\":\"s1/fader\",\"id\":1}");
  assert_string_equal(song_read("mix.yaml"), text);
  assert_non_null(strstr(last_told("moved"), "\"value\":-4.0"));
}

static void
every_control_finds_its_place_in_the_text(void** state)
{
  (void)state;
  static const struct {
    const char* message;
    const char* part;
  } rows[] = {
      {"{\"type\":\"set\",\"id\":1,\"control\":\"s2/pan\",\"text\":\"L10\"}",
       "pan: L10"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"s2/mute\",\"text\":\"on\"}",
       "mute: on"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"s1/trim\",\"text\":\"2\"}",
       "trim: 2 dB"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"s1/send/"
       "3\",\"text\":\"-inf\"}",
       "sends: {Room: -inf dB}"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i1/1-gain\",\"text\":\"-2\"}",
       "bell: {at: 1 kHz, gain: -2 dB} # presence"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i1/2-at\",\"text\":\"5k\"}",
       "bell: {at: 5 kHz}"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i1/"
       "2-type\",\"text\":\"high-shelf\"}",
       "high-shelf: {at: 5 kHz}"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i2/"
       "threshold\",\"text\":\"-30\"}",
       "threshold: -30 dB"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i2/ratio\",\"text\":\"3\"}",
       "ratio: 3:1"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i2/bypass\",\"text\":\"on\"}",
       "bypass: on"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"i3/decay\",\"text\":\"1.2 "
       "s\"}",
       "decay: 1.2 s"},
      {"{\"type\":\"lock\",\"id\":1,\"control\":\"s1/fader\",\"on\":true}",
       "lock: [fader]"},
      {"{\"type\":\"set\",\"id\":1,\"control\":\"s1/fader\",\"text\":\"1\"}",
       "fader: 1 dB # my ride"},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    expect_ok(rows[i].message);
    expect_in_text(rows[i].part);
  }
  expect_in_text("# take 3");
  expect_ok("{\"type\":\"jump\",\"id\":1,\"step\":0}");
  assert_string_equal(song_read("mix.yaml"), text);
}

static void
processors_are_put_in_moved_and_taken_out(void** state)
{
  (void)state;
  expect_ok("{\"type\":\"rearrange\",\"id\":1,\"do\":\"insert\",\"strip\":1,"
            "\"at\":0,\"processor\":\"saturator\"}");
  expect_in_text("- saturator\n");
  expect_ok("{\"type\":\"rearrange\",\"id\":1,\"do\":\"move\",\"insert\":1,"
            "\"at\":2}");
  expect_ok("{\"type\":\"set\",\"id\":1,\"control\":\"i1/1-gain\",\"text\":"
            "\"1\"}"); // the number stays the equaliser's
  expect_in_text("gain: 1 dB");
  expect_ok("{\"type\":\"rearrange\",\"id\":1,\"do\":\"remove\",\"insert\":2}");
  assert_null(strstr(song_read("mix.yaml"), "compressor"));
  assert_non_null(strstr(say("{\"type\":\"set\",\"id\":1,\"control\":"
                             "\"i2/ratio\",\"text\":\"3\"}"),
                         "there is no control"));
  expect_ok("{\"type\":\"jump\",\"id\":1,\"step\":0}");
  assert_string_equal(song_read("mix.yaml"), text);
}

static void
what_is_wrong_is_said_and_changes_nothing(void** state)
{
  (void)state;
  static const char* const messages[] = {
      "{\"type\":\"set\",\"id\":1,\"control\":\"s1/fader\",\"text\":\"90 dB\"}",
      "{\"type\":\"set\",\"id\":1,\"control\":\"s1/fader\",\"text\":\"loud\"}",
      "{\"type\":\"set\",\"id\":1,\"control\":\"s99/fader\",\"text\":\"0\"}",
      "{\"type\":\"set\",\"id\":1,\"control\":\"i1/9-at\",\"text\":\"5k\"}",
      "{\"type\":\"edit\",\"id\":1,\"rev\":0,\"edits\":[{\"text\":\"mix\","
      "\"path\":\"tracks/Vox/to\",\"value\":\"Nowhere\"}]}",
      "{\"type\":\"edit\",\"id\":1,\"rev\":0,\"edits\":[]}",
      "{\"type\":\"edit\",\"id\":1,\"rev\":-1,\"edits\":[{\"text\":\"mix\","
      "\"path\":\"tracks/Vox/fader\",\"value\":\"1 dB\"}]}",
      "{\"type\":\"move\",\"control\":\"s1/fader\",\"value\":\"x\"}",
      "{\"type\":\"undo\",\"id\":1}",
      "{\"type\":\"jump\",\"id\":1,\"step\":7}",
      "{\"type\":\"loop\",\"id\":1,\"from\":10,\"to\":20}",
      "{\"type\":\"curve\",\"id\":1,\"insert\":99,\"bins\":10}",
      "{\"type\":\"curve\",\"id\":1,\"insert\":1,\"bins\":100000}",
      "{\"type\":\"peaks\",\"id\":1,\"strip\":3,\"from\":0,\"to\":9,\"bins\":"
      "3}",
      "{\"type\":\"sing\",\"id\":1}",
      "{\"id\":1}",
      "[1]",
  };
  for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); ++i) {
    const char* const answer = say(messages[i]);
    if (!strstr(answer, "\"type\":\"no\"")) {
      fail_msg("%s: %s", messages[i], answer);
    }
  }
  assert_string_equal(song_read("mix.yaml"), text);
}

// Disk --------------------------------------------------------------------------

static void
wait_and_look(void)
{
  const struct timespec pause = {0, 550000000};
  nanosleep(&pause, NULL);
  studio_tick(studio);
}

static void
an_editor_works_on_the_same_text(void** state)
{
  (void)state;
  song_text("mix.yaml", "song: [\n");
  wait_and_look();
  assert_non_null(strstr(last_told("disk"), "\"line\""));
  assert_non_null(
      strstr(say("{\"type\":\"set\",\"id\":1,\"control\":\"s1/fader\","
                 "\"text\":\"0\"}"),
             "mend it first"));
  assert_string_equal(song_read("mix.yaml"), "song: [\n");
  static char other[sizeof(text) + 64];
  snprintf(other, sizeof(other), "%s# by an editor\n", text);
  song_text("mix.yaml", other);
  wait_and_look();
  assert_non_null(strstr(last_told("changed"), "\"by\":\"disk\""));
  expect_ok(
      "{\"type\":\"set\",\"id\":1,\"control\":\"s1/fader\",\"text\":\"0\"}");
  expect_in_text("# by an editor");
  expect_ok("{\"type\":\"jump\",\"id\":1,\"step\":0}");
  assert_string_equal(song_read("mix.yaml"), text);
}

// Sound -------------------------------------------------------------------------

static unsigned char frame[STUDIO_FRAME_BYTES];

static uint32_t
word(const unsigned char* at)
{
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
         (uint32_t)at[3] << 24;
}

/// Take the next `frames` of an epoch; returns those that are not as in a file
static uint32_t
listen(uint32_t epoch, uint32_t frames, const double* left, const double* right)
{
  static uint32_t of_epoch;
  static uint32_t at; // frames of the epoch that were heard
  uint32_t different = 0;
  at = of_epoch == epoch ? at : 0;
  of_epoch = epoch;
  for (const uint32_t until = at + frames; at < until;) {
    const size_t n = studio_sound(studio, frame);
    if (!n) {
      sched_yield();
      continue;
    }
    assert_int_equal(word(frame), 0x4d4e4f54);
    assert_int_equal(word(frame + 8), epoch);
    const uint32_t rows = word(frame + 12);
    assert_int_equal(n, 32 + 8 * rows);
    for (uint32_t i = 0; i < rows && left; ++i) {
      float x[2];
      memcpy(x, frame + 32 + 8 * (size_t)i, sizeof(x));
      different +=
          (double)x[0] != left[at + i] || (double)x[1] != right[at + i];
    }
    at += rows;
    studio_credit(studio, epoch, at, 2048);
  }
  return different;
}

static void
what_goes_to_the_page_is_the_file_that_a_render_writes(void** state)
{
  (void)state;
  TonMeasurement m;
  TonError error = {0};
  double* left = NULL;
  double* right = NULL;
  const TonJob job = {.threads = 1};
  assert_int_equal(song_mixes(&(TonMixOptions){0}, &job, &m, &error), TON_OK);
  assert_true(song_load(song_path("out/mix.wav"), &left, &right) >= N);
  expect_ok("{\"type\":\"play\"}");
  assert_non_null(strstr(last_told("transport"), "\"exact\":true"));
  assert_int_equal(listen(1, RATE, left, right), 0);
  assert_true(studio_meters(studio, frame) == 32 + 16 * 6U);
  expect_ok("{\"type\":\"move\",\"control\":\"s1/fader\",\"value\":-30}");
  assert_true(listen(1, 8192, left, right) > 4000);
  expect_ok("{\"type\":\"cancel\",\"control\":\"s1/fader\"}");
  expect_ok("{\"type\":\"ear\",\"solo\":[2]}");
  assert_true(listen(1, 8192, left, right) > 4000);
  expect_ok("{\"type\":\"ear\",\"solo\":[]}");
  expect_ok("{\"type\":\"seek\",\"frame\":0}");
  assert_int_equal(listen(2, RATE, left, right), 0);
  expect_ok("{\"type\":\"rearrange\",\"id\":1,\"do\":\"insert\",\"strip\":1,"
            "\"at\":0,\"processor\":\"saturator\"}");
  listen(2, 16384, NULL, NULL);
  studio_tick(studio);
  expect_ok("{\"type\":\"loop\",\"from\":0,\"to\":24000}");
  listen(2, 3 * RATE, NULL, NULL);
  assert_non_null(strstr(last_told("transport"), "\"loop\":[0,24000]"));
  expect_ok("{\"type\":\"stop\"}");
  assert_int_equal(studio_sound(studio, frame), 0);
  assert_string_not_equal(song_read("mix.yaml"), text);
  free(left);
  free(right);
}

static void
pictures_come_from_the_processors(void** state)
{
  (void)state;
  StudioAnswer answer;
  json_t* m = json_loads("{\"type\":\"curve\",\"id\":5,\"insert\":1,"
                         "\"bins\":301}",
                         0, NULL);
  studio_message(studio, "one", m, &answer);
  json_decref(m);
  assert_non_null(answer.bytes);
  assert_int_equal(answer.n_bytes, 32 + 4 * 301);
  assert_int_equal(word(answer.bytes + 8), 5);
  float db = 0.0F;
  const double bin = 100.0 * log10(1000.0 / 20.0);
  memcpy(&db, answer.bytes + 32 + 4 * (size_t)lrint(bin), sizeof(db));
  assert_true(fabsf(db - 3.0F) < 0.1F);
  ton_free(answer.bytes);
  for (int i = 0; i < 2000 && !*last_told("peaks"); ++i) {
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
    studio_tick(studio);
  }
  m = json_loads("{\"type\":\"peaks\",\"id\":6,\"strip\":1,\"from\":0,\"to\":"
                 "96000,\"bins\":100}",
                 0, NULL);
  studio_message(studio, "one", m, &answer);
  json_decref(m);
  assert_non_null(answer.bytes);
  assert_int_equal(answer.n_bytes, 32 + 2 * 100);
  assert_in_range((signed char)answer.bytes[33], 35, 39); // 0.3 of full scale
  ton_free(answer.bytes);
}

static void
a_page_is_told_all_it_draws(void** state)
{
  (void)state;
  json_t* const o = studio_snapshot(studio);
  const json_t* const strips = json_object_get(o, "strips");
  assert_int_equal(json_array_size(strips), 4);
  const json_t* const vox = json_array_get(strips, 0);
  const json_t* const fader = json_object_get(vox, "fader");
  assert_string_equal(json_string_value(json_object_get(fader, "control")),
                      "s1/fader");
  assert_string_equal(json_string_value(json_object_get(fader, "text")),
                      "-4 dB");
  assert_string_equal(json_string_value(json_object_get(fader, "comment")),
                      "my ride");
  assert_int_equal(json_integer_value(json_object_get(fader, "line")), 11);
  assert_int_equal(json_array_size(json_object_get(vox, "chain")), 2);
  assert_true(json_is_null(json_object_get(o, "master")));
  const json_t* const tables = json_object_get(o, "tables");
  assert_true(json_array_size(json_object_get(tables, "processors")) > 10);
  json_decref(o);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_move_is_written_when_the_hand_lets_go),
      CASE(a_hand_that_gives_up_leaves_no_trace),
      CASE(every_control_finds_its_place_in_the_text),
      CASE(processors_are_put_in_moved_and_taken_out),
      CASE(what_is_wrong_is_said_and_changes_nothing),
      CASE(an_editor_works_on_the_same_text),
      CASE(what_goes_to_the_page_is_the_file_that_a_render_writes),
      CASE(pictures_come_from_the_processors),
      CASE(a_page_is_told_all_it_draws),
  };
  return cmocka_run_group_tests(tests, make_song, song_close);
}
