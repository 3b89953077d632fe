// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The threads that play and read ahead.
#include "render/player.h"

#include "base/memory.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

struct Player {
  TonEngine* engine;
  Ear* ear;
  PlayerNotify notify;
  void* handle;
  pthread_t live;
  pthread_t reader;
  sem_t wanted_more;
  sem_t read_more;
  atomic_bool over;
  atomic_bool failed;
  TonError error; ///< Of the reader; written before `failed`
  _Atomic uint64_t wanted;
  _Atomic uint32_t made;  ///< Blocks, counted on for ever
  _Atomic uint32_t taken; ///< Same
  PlayedBlock blocks[PLAYER_BLOCKS];
  float taps[2 * EAR_SOURCES][PLAYER_BLOCK];
};

// Playing ---------------------------------------------------------------------

/// False: nothing could be made, as the sources have not been read
static bool
make_block(Player* p)
{
  float* out[2 * EAR_SOURCES];
  const uint32_t made = atomic_load(&p->made);
  PlayedBlock* const b = &p->blocks[made % PLAYER_BLOCKS];
  for (int i = 0; i < 2 * EAR_SOURCES; ++i) {
    out[i] = p->taps[i];
  }
  b->song = ton_engine_position(p->engine);
  b->clock = ton_engine_clock(p->engine);
  b->frames = ton_engine_block(p->engine, out, PLAYER_BLOCK);
  sem_post(&p->read_more);
  if (!b->frames) {
    return false;
  }
  ear_hear(p->ear, out, b->x, b->frames);
  atomic_store(&p->made, made + 1);
  if (p->notify) {
    p->notify(p->handle);
  }
  return true;
}

static bool
has_room(const Player* p)
{
  return atomic_load(&p->made) - atomic_load(&p->taken) < PLAYER_BLOCKS;
}

/// A moment in which the reader can catch up
static void
wait_a_moment(void)
{
  const struct timespec moment = {0, 1000000};
  nanosleep(&moment, NULL);
}

static void*
play(void* handle)
{
  Player* const p = handle;
  uint64_t done = 0;
  while (!atomic_load(&p->over)) {
    if (done >= atomic_load(&p->wanted) || !has_room(p)) {
      sem_wait(&p->wanted_more);
    } else if (make_block(p)) {
      done += p->blocks[(atomic_load(&p->made) - 1) % PLAYER_BLOCKS].frames;
    } else {
      wait_a_moment();
    }
  }
  return NULL;
}

static void*
read_ahead(void* handle)
{
  Player* const p = handle;
  while (!atomic_load(&p->over)) {
    if (!atomic_load(&p->failed) &&
        ton_engine_read_ahead(p->engine, &p->error)) {
      atomic_store(&p->failed, true);
    }
    sem_wait(&p->read_more);
    while (sem_trywait(&p->read_more) == 0) {
    }
  }
  return NULL;
}

// From outside ----------------------------------------------------------------

Player*
player_start(TonEngine* engine, Ear* ear, PlayerNotify notify, void* handle)
{
  Player* const p = ton_alloc(sizeof(Player));
  if (!p) {
    return NULL;
  }
  p->engine = engine;
  p->ear = ear;
  p->notify = notify;
  p->handle = handle;
  sem_init(&p->wanted_more, 0, 0);
  sem_init(&p->read_more, 0, 0);
  if (pthread_create(&p->reader, NULL, read_ahead, p)) {
    ton_free(p);
    return NULL;
  }
  if (pthread_create(&p->live, NULL, play, p)) {
    atomic_store(&p->over, true);
    sem_post(&p->read_more);
    pthread_join(p->reader, NULL);
    ton_free(p);
    return NULL;
  }
  return p;
}

void
player_stop(Player* p)
{
  if (!p) {
    return;
  }
  atomic_store(&p->over, true);
  sem_post(&p->wanted_more);
  sem_post(&p->read_more);
  pthread_join(p->live, NULL);
  pthread_join(p->reader, NULL);
  sem_destroy(&p->wanted_more);
  sem_destroy(&p->read_more);
  ton_free(p);
}

void
player_want(Player* p, uint64_t frames)
{
  atomic_store(&p->wanted, frames);
  sem_post(&p->wanted_more);
}

const PlayedBlock*
player_block(Player* p)
{
  const uint32_t taken = atomic_load(&p->taken);
  return taken == atomic_load(&p->made) ? NULL
                                        : &p->blocks[taken % PLAYER_BLOCKS];
}

void
player_drop(Player* p)
{
  atomic_fetch_add(&p->taken, 1);
  sem_post(&p->wanted_more);
}

bool
player_failed(const Player* p, TonError* error)
{
  const bool failed = atomic_load(&p->failed);
  if (failed && error) {
    *error = p->error;
  }
  return failed;
}
