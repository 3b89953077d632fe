// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Instruments told from the names of files, in many languages.

#include "assistants/roles.h"
#include "base/array.h"
#include "expect.h"

#include <string.h>

typedef struct {
  const char* file;
  const char* role;
} Named;

// Names as sessions of many studios have them, several languages
static const Named names[] = {
    {"01_KickIn.wav", "kick"},
    {"02_KickOut.wav", "kick"},
    {"Kick Sub.wav", "kick"},
    {"kik in_01.wav", "kick"},
    {"BD.aif", "kick"},
    {"Bass Drum 2.wav", "kick"},
    {"K Drum Sample Kick.wav", "kick"},
    {"808 Kick.wav", "kick"},
    {"DR-01 KICK D6.wav", "kick"},
    {"Grosse Caisse.wav", "kick"},
    {"Бочка.wav", "kick"},
    {"キック.wav", "kick"},
    {"03_SnareUp.wav", "snare"},
    {"04_SnareDown.wav", "snare"},
    {"Sn Top.wav", "snare"},
    {"SNBot_02.wav", "snare"},
    {"SD.wav", "snare"},
    {"snr samp.wav", "snare"},
    {"Side Stick.wav", "snare"},
    {"Caisse claire.wav", "snare"},
    {"Малый барабан.wav", "snare"},
    {"HiHat.wav", "hat"},
    {"HH_01.wav", "hat"},
    {"Hats.wav", "hat"},
    {"Closed Hat 808.wav", "hat"},
    {"Charley.wav", "hat"},
    {"ハイハット.wav", "hat"},
    {"Tom1.wav", "tom"},
    {"08_Tom2.wav", "tom"},
    {"Floor Tom.wav", "tom"},
    {"Rack.wav", "tom"},
    {"FLR.wav", "tom"},
    {"T3.wav", "tom"},
    {"OH L.wav", "overhead"},
    {"OHs.wav", "overhead"},
    {"Overheads_R.wav", "overhead"},
    {"OvhR.wav", "overhead"},
    {"Ride.wav", "overhead"},
    {"Crash Cymbals.wav", "overhead"},
    {"Drum OH.wav", "overhead"},
    {"Piatti.wav", "overhead"},
    {"Room.wav", "room"},
    {"Drum Room L.wav", "room"},
    {"Rm Far.wav", "room"},
    {"Amb Kit.wav", "drums"},
    {"Kit Mono.wav", "room"},
    {"Raum.wav", "room"},
    {"drums.wav", "drums"},
    {"Drum Loop 110bpm.wav", "drums"},
    {"Beat.wav", "drums"},
    {"Schlagzeug.wav", "drums"},
    {"Batterie Stereo.wav", "drums"},
    {"Ударные.wav", "drums"},
    {"Claps.wav", "percussion"},
    {"Snaps 2.wav", "percussion"},
    {"Conga Hi.wav", "percussion"},
    {"Perc Loop.wav", "percussion"},
    {"Cowbell.wav", "percussion"},
    {"Djembe.wav", "percussion"},
    {"Cajon mic.wav", "percussion"},
    {"Tamb.wav", "shaker"},
    {"Shaker_01.wav", "shaker"},
    {"Tambourine Chorus.wav", "shaker"},
    {"Pandereta.wav", "percussion"},
    {"Bass DI.wav", "bass"},
    {"BassAmp.wav", "bass"},
    {"09_Bass.wav", "bass"},
    {"Sub.wav", "bass"},
    {"808.wav", "bass"},
    {"Synth Bass.wav", "bass"},
    {"Moog Bass.wav", "bass"},
    {"Upright Bass.wav", "bass"},
    {"Bs Di.wav", "bass"},
    {"Kontrabass.wav", "bass"},
    {"Bajo.wav", "bass"},
    {"Baixo DI.wav", "bass"},
    {"Basso.wav", "bass"},
    {"ベース.wav", "bass"},
    {"Бас.wav", "bass"},
    {"贝斯.wav", "bass"},
    {"10_ElecGtr1.wav", "electric guitar"},
    {"Gtr 1 L.wav", "electric guitar"},
    {"EGtr_Rhythm_R.wav", "electric guitar"},
    {"E.Guitar clean.wav", "electric guitar"},
    {"GTRs.wav", "electric guitar"},
    {"Strat 57.wav", "electric guitar"},
    {"Gtr3 Rm.wav", "electric guitar"},
    {"Dist Gtr DT.wav", "electric guitar"},
    {"Gtr Harm 1.wav", "electric guitar"},
    {"Chitarra elettrica.wav", "electric guitar"},
    {"Guitarra.wav", "electric guitar"},
    {"Guitare Elec.wav", "electric guitar"},
    {"Git links.wav", "electric guitar"},
    {"ギター.wav", "electric guitar"},
    {"Гитара.wav", "electric guitar"},
    {"Pedal Steel.wav", "electric guitar"},
    {"Lead Gtr.wav", "lead guitar"},
    {"Guitar Solo.wav", "lead guitar"},
    {"Solo.wav", "lead guitar"},
    {"E Gtr Solo dbl.wav", "lead guitar"},
    {"LeadGtr_DI.wav", "lead guitar"},
    {"AcGtr.wav", "acoustic guitar"},
    {"Acoustic L.wav", "acoustic guitar"},
    {"Ac Gtr DI.wav", "acoustic guitar"},
    {"Nylon.wav", "acoustic guitar"},
    {"Ukulele.wav", "acoustic guitar"},
    {"Banjo 2.wav", "acoustic guitar"},
    {"Mandolin.wav", "acoustic guitar"},
    {"12 String.wav", "acoustic guitar"},
    {"Akustikgitarre.wav", "acoustic guitar"},
    {"Violão.wav", "acoustic guitar"},
    {"アコギ.wav", "acoustic guitar"},
    {"Piano.wav", "keys"},
    {"Pno L.wav", "keys"},
    {"Upright Piano.wav", "keys"},
    {"Acoustic Piano.wav", "keys"},
    {"Rhodes DI.wav", "keys"},
    {"Wurli.wav", "keys"},
    {"E-Piano.wav", "keys"},
    {"Electric Piano.wav", "keys"},
    {"Clavinet.wav", "keys"},
    {"Keys.wav", "keys"},
    {"Klavier_01.wav", "keys"},
    {"Teclado.wav", "keys"},
    {"ピアノ.wav", "keys"},
    {"Клавиши.wav", "keys"},
    {"Glockenspiel.wav", "keys"},
    {"B3.wav", "organ"},
    {"Organ Leslie Hi.wav", "organ"},
    {"Hammond.wav", "organ"},
    {"Orgel.wav", "organ"},
    {"Synth 1.wav", "synth"},
    {"Juno Chords.wav", "synth"},
    {"SynStab.wav", "synth"},
    {"Saw.wav", "synth"},
    {"Синт.wav", "synth"},
    {"Pad.wav", "pad"},
    {"Warm Pad L.wav", "pad"},
    {"String Pad.wav", "pad"},
    {"Fläche.wav", "pad"},
    {"Arp.wav", "pluck"},
    {"Plucks.wav", "pluck"},
    {"Seq 16ths.wav", "pluck"},
    {"Synth Lead.wav", "synth lead"},
    {"Lead Synth 2.wav", "synth lead"},
    {"Strings.wav", "strings"},
    {"Vln 1.wav", "strings"},
    {"Cello.wav", "strings"},
    {"Viola.wav", "strings"},
    {"Fiddle.wav", "strings"},
    {"Streicher.wav", "strings"},
    {"Cuerdas.wav", "strings"},
    {"Trumpet.wav", "brass"},
    {"Tpt 2.wav", "brass"},
    {"Horns.wav", "brass"},
    {"Trombone.wav", "brass"},
    {"Brass Sec.wav", "brass"},
    {"Cuivres.wav", "brass"},
    {"Sax.wav", "winds"},
    {"Alto Sax.wav", "winds"},
    {"Flute.wav", "winds"},
    {"Bass Clarinet.wav", "winds"},
    {"Harmonica.wav", "winds"},
    {"Lead Vox.wav", "lead vocal"},
    {"01 LEAD VOX.wav", "lead vocal"},
    {"LeadVox.wav", "lead vocal"},
    {"LV.wav", "lead vocal"},
    {"LVox_comp.wav", "lead vocal"},
    {"Vocals.wav", "lead vocal"},
    {"Vox 1.wav", "lead vocal"},
    {"voc_main.wav", "lead vocal"},
    {"Main Vocal.wav", "lead vocal"},
    {"Rap Verse.wav", "lead vocal"},
    {"Gesang.wav", "lead vocal"},
    {"Voix lead.wav", "lead vocal"},
    {"Voz Principal.wav", "lead vocal"},
    {"Voce.wav", "lead vocal"},
    {"ボーカル.wav", "lead vocal"},
    {"Вокал.wav", "lead vocal"},
    {"人声.wav", "lead vocal"},
    {"LV Double.wav", "double"},
    {"Vox Dbl.wav", "double"},
    {"Lead Vox DT.wav", "double"},
    {"BV 1.wav", "backing vocal"},
    {"BGVs L.wav", "backing vocal"},
    {"Backing Vox 3.wav", "backing vocal"},
    {"BackVoc.wav", "backing vocal"},
    {"Harmony 1.wav", "backing vocal"},
    {"Harm Hi.wav", "backing vocal"},
    {"Oohs.wav", "backing vocal"},
    {"Gang Vox.wav", "backing vocal"},
    {"AdLibs.wav", "backing vocal"},
    {"Choeurs.wav", "backing vocal"},
    {"Chœurs 2.wav", "backing vocal"},
    {"Große Trommel.wav", "kick"},
    {"Coros.wav", "backing vocal"},
    {"コーラス.wav", "backing vocal"},
    {"Бэк-вокал.wav", "backing vocal"},
    {"Choir.wav", "choir"},
    {"Soprano.wav", "choir"},
    {"Хор.wav", "choir"},
    {"FX.wav", "effects"},
    {"Riser 2.wav", "effects"},
    {"Impact.wav", "effects"},
    {"Reverse Cymbal.wav", "effects"},
    {"White Noise Sweep.wav", "effects"},
    {"Vinyl Crackle.wav", "effects"},
    {"other.wav", "music"},
    {"Instrumental.wav", "music"},
    {"Backing Track.wav", "music"},
    {"Click.wav", "guide"},
    {"Guide Vox.wav", "guide"},
    {"Rough Mix.wav", "finished mix"},
    {"Bounced/Piano.wav", "keys"},
    {"Bounced Files/Idea.wav", "unknown"},
    {"Mixdown/Song.wav", "finished mix"},
    {"Master.wav", "finished mix"},
    {"Night Drive - Mixdown.wav", "finished mix"},
    {"2track.wav", "finished mix"},
    {"MASTER FINAL v3.wav", "finished mix"},
    {"Song (Mix).wav", "finished mix"},
    {"Rough.wav", "finished mix"},
    {"Bounce 2.wav", "finished mix"},
    {"Stereo Out.wav", "finished mix"},
    {"Main Mix.wav", "finished mix"},
    {"Clean Master.wav", "finished mix"},
    {"Mixes/v3.wav", "finished mix"},
    {"マスター.wav", "finished mix"},
    {"Mischung.wav", "finished mix"},
    {"Print.wav", "finished mix"},
    {"Night Drive - Stereo Print 2.wav", "finished mix"},
    {"Sum.wav", "finished mix"},
    {"Night Drive_SUM_v3.wav", "finished mix"},
    {"Summe L.wav", "finished mix"},
    {"Somme.wav", "finished mix"},
    {"Suma.wav", "finished mix"},
    {"Mistura.wav", "finished mix"},
    {"Mixaggio.wav", "finished mix"},
    {"Summer.wav", "unknown"},
    {"Sum of Us 07.wav", "unknown"},
    {"Sum of Us - Piano.wav", "keys"},
    {"Fine Print - Bass.wav", "bass"},
    {"Drum Sum.wav", "drums"},
    {"Vox Print.wav", "lead vocal"},
    {"Mix Bus FX.wav", "effects"},
    {"Drum Mix.wav", "drums"},
    {"Vox Master Take.wav", "lead vocal"},
    {"Bass bounce.wav", "bass"},
    {"Rough Vox.wav", "guide"},
    {"Guitars/Lead.wav", "electric guitar"},
    {"Drums/01.wav", "drums"},
    {"Drums/Bass.wav", "bass"},
    {"Gel 2.wav", "unknown"},
    {"Track 07.wav", "unknown"},
    {"Audio 12_03.wav", "unknown"},
    {"Jonas.wav", "unknown"},
};

static const char*
group_of(const TonRoles* roles, const char* name)
{
  const TonRole* const role = ton_role(roles, name);
  assert_non_null(role);
  return role->group;
}

static void
test_real_names(void** state)
{
  const TonRoles* const roles = *state;
  uint32_t exact = 0;
  uint32_t group = 0;
  for (uint32_t i = 0; i < TON_COUNT(names); ++i) {
    TonRoleGuess guess;
    ton_role_guess(roles, names[i].file, NULL, &guess);
    const bool same = strcmp(guess.role->name, names[i].role) == 0;
    exact += same;
    group += strcmp(guess.role->group, group_of(roles, names[i].role)) == 0;
    if (!same) {
      print_message("# %s: %s (%s), expected %s\n", names[i].file,
                    guess.role->name, guess.word, names[i].role);
    }
  }
  const double n = (double)TON_COUNT(names);
  EXPECT_AT_LEAST("names of the right role", 100.0 * exact / n, 95.0, "%");
  EXPECT_AT_LEAST("names of the right group", 100.0 * group / n, 97.0, "%");
}

static void
test_words(void** state)
{
  (void)state;
  static const char* const pairs[][2] = {
      {"a/b/01_LeadVox-L.wav", "01 lead vox l"},
      {"GTRs.aiff", "gtrs"},
      {"Fläche 2.wav", "flache 2"},
      {"Violão.wav", "violao"},
      {"Chœur.wav", "choeur"},
      {"Bœuf sœur.wav", "boeuf soeur"},
      {"Træ Ĳs.wav", "trae ijs"},
      {"Baß.wav", "bass"},
      {"T1.wav", "t 1"},
      {"БОЧКА in.wav", "бочка in"},
      {"v1.2 mix", "v 1 2 mix"},
      {"\xff\xfe", ""},
  };
  for (uint32_t i = 0; i < TON_COUNT(pairs); ++i) {
    char room[256];
    assert_string_equal(ton_role_words(pairs[i][0], room, sizeof(room)),
                        pairs[i][1]);
  }
}

/// Two names, the left one first, are a pair or none
static void
expect_pair(const TonRoles* roles, const char* left, const char* right,
            bool pair)
{
  TonSideName a;
  TonSideName b;
  ton_side_name(roles, left, &a);
  ton_side_name(roles, right, &b);
  const char first = ton_side_beside(roles, &a, &b);
  const char second = ton_side_beside(roles, &b, &a);
  if (first != (pair ? 'L' : 0) || second != (pair ? 'R' : 0)) {
    fail_msg("%s, %s: '%c' and '%c'", left, right, first ? first : '0',
             second ? second : '0');
  }
}

/// Words and letters that say a side only beside the other one
static void
test_pairs_of_names(void** state)
{
  static const char* const pairs[][2] = {
      {"01 Piano (L).wav", "02_Piano-R.wav"},
      {"Gtr 1 L.wav", "Gtr 1 R.wav"},
      {"Teclado izq.wav", "Teclado der.wav"},
      {"01 Cuerdas I.wav", "02 Cuerdas D.wav"},
      {"Coro izda.wav", "Coro dcha.wav"},
      {"Choeur G.wav", "Choeur D.wav"},
      {"Choeur ga 2.wav", "Choeur dr 2.wav"},
      {"Gitarre li.wav", "Gitarre re.wav"},
      {"Chor lks.wav", "Chor rts.wav"},
      {"Choir Le.wav", "Choir Ri.wav"},
      {"Piano lft.wav", "Piano rgt.wav"},
      {"Teclado E.wav", "Teclado D.wav"},
      {"Teclado esq.wav", "Teclado dir.wav"},
      {"Archi S.wav", "Archi D.wav"},
      {"Gitar venstre.wav", "Gitar højre.wav"},
      {"Gitar Venstre 2.wav", "Gitar Høyre 2.wav"},
      {"Gitarr vänster.wav", "Gitarr höger.wav"},
      {"Kitara vasen.wav", "Kitara oikea.wav"},
      {"Gitara lewa.wav", "Gitara prawa.wav"},
      {"Gitara L.wav", "Gitara P.wav"},
      {"Chor lewy.wav", "Chor prawy.wav"},
      {"Gitár bal.wav", "Gitár jobb.wav"},
      {"Kytara levá.wav", "Kytara pravá.wav"},
      {"Klavír levý.wav", "Klavír pravý.wav"},
      {"Chitară stânga.wav", "Chitară dreapta.wav"},
      {"Gitar sol.wav", "Gitar sağ.wav"},
      {"Gitaar links.wav", "Gitaar rechts.wav"},
      {"Κιθάρα αριστερά.wav", "Κιθάρα δεξιά.wav"},
      {"ΚΙΘΑΡΑ ΑΡΙΣΤΕΡΑ.wav", "ΚΙΘΑΡΑ ΔΕΞΙΑ.wav"},
      {"Archi sx.wav", "Archi dx.wav"},
      {"Archi sin.wav", "Archi des.wav"}};
  static const char* const others[][2] = {
      {"Gtr 1 L.wav", "Gtr 2 R.wav"}, {"Pad G.wav", "Pad A.wav"},
      {"Pad G.wav", "Bass D.wav"},    {"Der Bass.wav", "Der Bass 2.wav"},
      {"Coro izq.wav", "Coro.wav"},   {"Pad sol.wav", "Pad la.wav"},
      {"Pad bal.wav", "Pad.wav"}};
  for (size_t i = 0; i < TON_COUNT(pairs); ++i) {
    expect_pair(*state, pairs[i][0], pairs[i][1], true);
  }
  for (size_t i = 0; i < TON_COUNT(others); ++i) {
    expect_pair(*state, others[i][0], others[i][1], false);
  }
}

/// How people call a mix of the song beside its tracks; with more behind it the
/// word "demo" names no mix
static void
test_mixes_by_name(void** state)
{
  static const char* const mixes[] = {
      "Mstr.wav",    "Stereomix.wav",     "Stereo Mix.wav", "Demo.wav",
      "Demo v3.wav", "Song Demo 2.wav",   "Maqueta.wav",    "Maquette 2.wav",
      "Maquete.wav", "Song_Stereomix.wav"};
  static const char* const tracks[] = {"Demo Kick.wav", "Bass demo.wav",
                                       "Demo Jonas.wav", "Demo/Jonas.wav",
                                       "Demolition.wav"};
  for (size_t i = 0; i < TON_COUNT(mixes) + TON_COUNT(tracks); ++i) {
    const bool mix = i < TON_COUNT(mixes);
    const char* const name = mix ? mixes[i] : tracks[i - TON_COUNT(mixes)];
    TonRoleGuess guess;
    ton_role_from_name(*state, name, &guess);
    if ((strcmp(guess.role->name, "finished mix") == 0) != mix) {
      fail_msg("%s: %s", name, guess.role->name);
    }
  }
}

static void
test_sides(void** state)
{
  const TonRoles* const roles = *state;
  TonRoleGuess guess;
  ton_role_from_name(roles, "OH L.wav", &guess);
  assert_int_equal(guess.side, 'L');
  ton_role_from_name(roles, "Gtr_Right_2.wav", &guess);
  assert_int_equal(guess.side, 'R');
  static const struct {
    const char* name;
    char side;
  } named[] = {{"Gitarre links.wav", 'L'},
               {"Gitarre rechts.wav", 'R'},
               {"OH_izquierda.wav", 'L'},
               {"OH_derecha.wav", 'R'},
               {"Piano gauche.wav", 'L'},
               {"Piano droite.wav", 'R'},
               {"Coro sinistra.wav", 'L'},
               {"Coro destra.wav", 'R'},
               {"Violão esquerda.wav", 'L'},
               {"Violão direita.wav", 'R'},
               {"ギター左.wav", 'L'},
               {"ギター右.wav", 'R'},
               {"Piano.L.wav", 'L'},
               {"Guitar 1.wav", 0},
               {"Sol.wav", 0},
               {"Bal.wav", 0},
               {"Levy Vox.wav", 0},
               {"DX 7.wav", 0},
               {"Der Bass.wav", 0}};
  for (size_t i = 0; i < TON_COUNT(named); ++i) {
    ton_role_from_name(roles, named[i].name, &guess);
    assert_int_equal(guess.side, named[i].side);
  }
  ton_role_from_name(roles, "Lead Vox.wav", &guess);
  assert_int_equal(guess.side, 0);
  assert_int_equal(guess.rule, TON_RULE_ROLE_NAME);
  assert_string_equal(guess.word, "lead vox");
  ton_role_from_name(roles, "Sum 2.wav", &guess);
  assert_string_equal(guess.word, "sum");
  ton_role_from_name(roles, "07.wav", &guess);
  assert_int_equal(guess.rule, TON_RULE_ROLE_NONE);
}

static void
test_table_is_sound(void** state)
{
  const TonRoles* const roles = *state;
  for (uint32_t i = 0; i < roles->n_roles; ++i) {
    const TonRole* const r = &roles->roles[i];
    assert_true(r->level_low_lu <= r->level_lu);
    assert_true(r->level_lu <= r->level_high_lu);
    EXPECT_AT_LEAST("spread", r->spread_lu, 1.0, "LU");
    bool known = false;
    for (uint32_t g = 0; g < roles->n_groups; ++g) {
      known |= strcmp(roles->groups[g].name, r->group) == 0;
    }
    assert_true(known);
  }
  EXPECT_NEAR("lead vocal", ton_role(roles, "lead vocal")->level_lu, 0.0, 0.0,
              "LU");
}

static int
open_roles(void** state)
{
  TonRoles* roles = NULL;
  TonError error = {0};
  if (ton_roles_read(NULL, &roles, &error) != TON_OK) {
    print_error("%s:%u: %s\n", error.file, error.line, error.text);
    return 1;
  }
  *state = roles;
  return 0;
}

static int
close_roles(void** state)
{
  ton_roles_free(*state);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_real_names),
      cmocka_unit_test(test_words),
      cmocka_unit_test(test_mixes_by_name),
      cmocka_unit_test(test_sides),
      cmocka_unit_test(test_pairs_of_names),
      cmocka_unit_test(test_table_is_sound),
  };
  return cmocka_run_group_tests(tests, open_roles, close_roles);
}
