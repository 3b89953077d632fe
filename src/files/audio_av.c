// SPDX-License-Identifier: GPL-3.0-or-later
#include "files/audio.h"

#include "base/error.h"
#include "base/memory.h"
#include "files/files.h"

#ifdef TON_HAVE_AV

#include "files/libav.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Conversion of sample formats only: rates are never changed here
typedef struct {
  AVFormatContext* format;
  AVCodecContext* codec;
  SwrContext* swr;
  AVPacket* packet;
  AVFrame* frame;
  int stream;
  bool drained;
  float* have[64]; ///< Decoded, not yet asked for
  uint32_t n_have;
  uint32_t used;
  uint32_t room;
} Av;

static void
close_av(TonAudio* a)
{
  Av* const av = a->file;
  libav()->av_frame_free(&av->frame);
  libav()->av_packet_free(&av->packet);
  libav()->swr_free(&av->swr);
  libav()->avcodec_free_context(&av->codec);
  libav()->avformat_close_input(&av->format);
  for (int c = 0; c < 64; ++c) {
    ton_free(av->have[c]);
  }
  ton_free(av);
}

static bool
keep_frame(TonAudio* a, Av* av)
{
  const uint32_t n = (uint32_t)av->frame->nb_samples;
  if (n > av->room) {
    for (uint32_t c = 0; c < a->info.channels; ++c) {
      ton_free(av->have[c]);
      av->have[c] = ton_alloc(n * sizeof(float));
      if (!av->have[c]) {
        return false;
      }
    }
    av->room = n;
  }
  const int got = libav()->swr_convert(
      av->swr, (uint8_t**)av->have, (int)n,
      (const uint8_t**)(void*)av->frame->extended_data, (int)n);
  av->n_have = got > 0 ? (uint32_t)got : 0;
  av->used = 0;
  return true;
}

/// Next decoded frame; false at the end
static bool
decode(TonAudio* a, Av* av)
{
  for (;;) {
    const int got = libav()->avcodec_receive_frame(av->codec, av->frame);
    if (got == 0) {
      return keep_frame(a, av);
    }
    if (got != AVERROR(EAGAIN) || av->drained) {
      return false;
    }
    if (libav()->av_read_frame(av->format, av->packet) < 0) {
      av->drained = true;
      libav()->avcodec_send_packet(av->codec, NULL);
      continue;
    }
    if (av->packet->stream_index == av->stream) {
      libav()->avcodec_send_packet(av->codec,
                                   av->packet); // a bad packet is left out
    }
    libav()->av_packet_unref(av->packet);
  }
}

static TonStatus
read_av(TonAudio* a, float* const* out, uint32_t frames, uint32_t* got,
        TonError* error)
{
  Av* const av = a->file;
  (void)error;
  while (*got < frames) {
    if (av->used == av->n_have && !decode(a, av)) {
      break;
    }
    const uint32_t left = av->n_have - av->used;
    const uint32_t n = left < frames - *got ? left : frames - *got;
    for (uint32_t c = 0; c < a->info.channels; ++c) {
      for (uint32_t i = 0; i < n; ++i) {
        const float x = av->have[c][av->used + i];
        const bool good = isfinite(x);
        a->bad += !good;
        if (out) {
          out[c][*got + i] = good ? x : 0.0F;
        }
      }
    }
    av->used += n;
    *got += n;
  }
  return TON_OK;
}

/// Sound from this one file only: a playlist or a description of streams could
/// name other files or hosts, so its forms are not on the list.
static AVFormatContext*
open_container(const char* path, bool ignore_edits)
{
  static const char forms[] =
      "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,matroska,webm,ogg,flac,mp3,aac,"
      "wav,w64,aiff,caf,au,wv,ape,tta,tak,asf,dsf,iff,ac3,eac3,dts,amr,mpc,"
      "mpc8,shn,voc,rm,flv,avi,mpeg,mpegts,loas,oma,spdif,truehd,latm";
  char url[1100];
  AVDictionary* options = NULL;
  AVFormatContext* format = NULL;
  libav()->av_log_set_level(AV_LOG_QUIET);
  snprintf(url, sizeof(url), "file:%s", path);
  libav()->av_dict_set(&options, "protocol_whitelist", "file", 0);
  libav()->av_dict_set(&options, "format_whitelist", forms, 0);
  if (ignore_edits) {
    libav()->av_dict_set(&options, "ignore_editlist", "1", 0);
  }
  const int failed = libav()->avformat_open_input(&format, url, NULL, &options);
  libav()->av_dict_free(&options);
  return failed ? NULL : format;
}

static TonStatus
open_streams(TonAudio* a, Av* av, TonError* error)
{
  av->format = open_container(a->path, false);
  if (!av->format || libav()->avformat_find_stream_info(av->format, NULL) < 0) {
    return audio_refuse(a->path, error);
  }
  const AVCodec* codec = NULL;
  av->stream = libav()->av_find_best_stream(av->format, AVMEDIA_TYPE_AUDIO, -1,
                                            -1, &codec, 0);
  if (av->stream < 0 || !codec) {
    return audio_refuse(a->path, error);
  }
  const AVStream* const stream = av->format->streams[av->stream];
  av->codec = libav()->avcodec_alloc_context3(codec);
  av->packet = libav()->av_packet_alloc();
  av->frame = libav()->av_frame_alloc();
  if (!av->codec || !av->packet || !av->frame) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  av->codec->pkt_timebase = stream->time_base;
  if (libav()->avcodec_parameters_to_context(av->codec, stream->codecpar) < 0 ||
      libav()->avcodec_open2(av->codec, codec, NULL) < 0) {
    return audio_refuse(a->path, error);
  }
  return TON_OK;
}

static TonStatus
make_converter(TonAudio* a, Av* av, TonError* error)
{
  AVChannelLayout layout;
  const int channels = av->codec->ch_layout.nb_channels;
  if (channels < 1 || channels > 64 || av->codec->sample_rate <= 0) {
    return audio_refuse(a->path, error);
  }
  libav()->av_channel_layout_copy(&layout, &av->codec->ch_layout);
  const int made = libav()->swr_alloc_set_opts2(
      &av->swr, &layout, AV_SAMPLE_FMT_FLTP, av->codec->sample_rate, &layout,
      av->codec->sample_fmt, av->codec->sample_rate, 0, NULL);
  if (made < 0 || libav()->swr_init(av->swr) < 0) {
    return audio_refuse(a->path, error);
  }
  a->info.rate = (uint32_t)av->codec->sample_rate;
  a->info.channels = (uint32_t)channels;
  return TON_OK;
}

static TonStatus seek_av(TonAudio* a, uint64_t frame, TonError* error);

static const ReaderBackend reader = {read_av, seek_av, close_av};

static TonStatus
open_av(TonAudio* a, TonError* error)
{
  if (!libav()) {
    return ton_fail_file(error, TON_BAD_FILE, a->path,
                         "is in no form read without libavformat %d, which is "
                         "not installed",
                         LIBAVFORMAT_VERSION_MAJOR);
  }
  Av* const av = ton_alloc(sizeof(Av));
  if (!av) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  a->file = av;
  a->reader = &reader;
  TON_TRY(open_streams(a, av, error));
  TON_TRY(make_converter(a, av, error));
  snprintf(a->info.container, sizeof(a->info.container), "%.15s",
           strstr(av->format->iformat->name, "m4a")
               ? "M4A"
               : av->format->iformat->name);
  snprintf(a->info.codec, sizeof(a->info.codec), "%.23s",
           libav()->avcodec_get_name(av->codec->codec_id));
  a->info.samples = TON_SAMPLES_CODED;
  return TON_OK;
}

/// Back to the start and forward by decoding: exact in every container
static TonStatus
seek_av(TonAudio* a, uint64_t frame, TonError* error)
{
  const TonAudioInfo info = a->info;
  close_av(a);
  a->reader = NULL;
  TON_TRY(open_av(a, error));
  a->info = info;
  while (frame) {
    uint32_t got = 0;
    const uint32_t n = frame > 65536 ? 65536 : (uint32_t)frame;
    TON_TRY(read_av(a, NULL, n, &got, error));
    if (!got) {
      return audio_refuse(a->path, error);
    }
    frame -= got;
  }
  return TON_OK;
}

/// Frames of the stream as coded, edits left aside; 0: unknown
static uint64_t
coded_frames(const TonAudio* a, int index)
{
  AVFormatContext* format = open_container(a->path, true);
  uint64_t frames = 0;
  if (format && index < (int)format->nb_streams) {
    const AVStream* const stream = format->streams[index];
    frames = stream->duration > 0 ? (uint64_t)libav()->av_rescale_q(
                                        stream->duration, stream->time_base,
                                        (AVRational){1, (int)a->info.rate})
                                  : 0;
  }
  libav()->avformat_close_input(&format);
  return frames;
}

/// Frames the edit list leaves out at the start: the first packet is that much
/// before zero
static uint64_t
edited_away(const TonAudio* a, Av* av)
{
  const AVStream* const stream = av->format->streams[av->stream];
  int64_t first = 0;
  while (libav()->av_read_frame(av->format, av->packet) >= 0) {
    const bool ours = av->packet->stream_index == av->stream;
    first = av->packet->pts;
    libav()->av_packet_unref(av->packet);
    if (ours) {
      break;
    }
  }
  return first < 0 && first != AV_NOPTS_VALUE
             ? (uint64_t)libav()->av_rescale_q(
                   -first, stream->time_base,
                   (AVRational){1, (int)a->info.rate})
             : 0;
}

/**
   Length of an MP4: Apple's note has it to the frame.  Else an edit list
   counts in the movie's units, mostly 1/600 or 1/1000 s; where its end is that
   near to the end of what was coded, it means that end.
*/
static TonStatus
mp4_length(TonAudio* a, TonError* error)
{
  Av* const av = a->file;
  const AVStream* const stream = av->format->streams[av->stream];
  const AVDictionaryEntry* note =
      libav()->av_dict_get(av->format->metadata, "iTunSMPB", NULL, 0);
  note =
      note ? note : libav()->av_dict_get(stream->metadata, "iTunSMPB", NULL, 0);
  Gapless gapless;
  const uint64_t said = (uint64_t)libav()->av_rescale_q(
      stream->duration, stream->time_base, (AVRational){1, (int)a->info.rate});
  a->info.frames = said;
  if (note && files_parse_smpb(note->value, &gapless) &&
      gapless.frames <= said) {
    a->info.frames = gapless.frames;
    return TON_OK;
  }
  const uint64_t coded = coded_frames(a, av->stream);
  const uint64_t before = edited_away(a, av);
  const uint64_t end = coded > before ? coded - before : 0;
  const uint64_t apart = end > said ? end - said : said - end;
  a->info.frames = end && apart <= a->info.rate / 600 + 1 ? end : said;
  return seek_av(a, 0, error);
}

static TonStatus
decoded_length(TonAudio* a, TonError* error)
{
  uint32_t got = 1;
  while (got) {
    got = 0;
    TON_TRY(read_av(a, NULL, 65536, &got, error));
    a->info.frames += got;
  }
  a->bad = 0;
  return a->info.frames ? seek_av(a, 0, error) : TON_OK;
}

TonStatus
audio_open_av(TonAudio* a, TonError* error)
{
  TON_TRY(open_av(a, error));
  const Av* const av = a->file;
  const bool mp4 = strcmp(a->info.container, "M4A") == 0;
  return mp4 && av->format->streams[av->stream]->duration > 0
             ? mp4_length(a, error)
             : decoded_length(a, error);
}

#else

TonStatus
audio_open_av(TonAudio* a, TonError* error)
{
  return audio_refuse(a->path, error);
}

#endif
