// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Audio files read through FFmpeg's libraries: M4A, WMA, Matroska and others.
#include "files/audio.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/string.h"
#include "files/files.h"

#ifdef TON_HAVE_AV

#include "files/libav.h"

#include <math.h>
#include <string.h>

/// Conversion of sample formats only: rates are never changed here
typedef struct {
  AVFormatContext* format;
  AVCodecContext* codec;
  SwrContext* swr;
  AVPacket* packet;
  AVFrame* frame;
  int stream;
  int sample_format;     ///< Of every frame; the converter was made for it
  uint64_t silent_bytes; ///< Handed to the decoder since its last frame
  bool drained;
  float* have[64]; ///< Decoded, not yet asked for
  uint32_t n_have;
  uint32_t used;
  uint32_t capacity; ///< Of each of `have`
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

/// Every frame must have the rate and channels of the first: two recordings that
/// were joined may differ, and the converter was made for the first one
static TonStatus
check_frame(const TonAudio* a, const Av* av, TonError* error)
{
  const AVFrame* const f = av->frame;
  const uint32_t channels = (uint32_t)f->ch_layout.nb_channels;
  if (f->sample_rate == (int)a->info.rate && channels == a->info.channels &&
      f->format == av->sample_format && f->nb_samples >= 0) {
    return TON_OK;
  }
  return ton_fail_file(
      error, TON_BAD_FILE, a->path,
      "changes from %u Hz and %u channels to %d Hz and %u channels at %.3f s; "
      "it was joined from different recordings, export it again as one",
      a->info.rate, a->info.channels, f->sample_rate, channels,
      (double)a->at / a->info.rate);
}

static bool
reserve(const TonAudio* a, Av* av, uint32_t frames)
{
  if (frames <= av->capacity) {
    return true;
  }
  av->capacity = 0;
  for (uint32_t c = 0; c < a->info.channels; ++c) {
    ton_free(av->have[c]);
    av->have[c] = ton_alloc(frames * sizeof(float));
    if (!av->have[c]) {
      return false;
    }
  }
  av->capacity = frames;
  return true;
}

static TonStatus
keep_frame(const TonAudio* a, Av* av, TonError* error)
{
  TON_TRY(check_frame(a, av, error));
  const uint32_t n = (uint32_t)av->frame->nb_samples;
  if (!reserve(a, av, n)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const int got = libav()->swr_convert(
      av->swr, (uint8_t**)av->have, (int)n,
      (const uint8_t**)(void*)av->frame->extended_data, (int)n);
  av->n_have = got > 0 ? (uint32_t)got : 0;
  av->silent_bytes = 0;
  av->used = 0;
  return TON_OK;
}

/// Hand the decoder the next packet; at the end, what it holds back.  Where
/// nothing can be decoded for MAX_SILENT_BYTES, there the end is, too.
static void
feed(Av* av)
{
  enum { MAX_SILENT_BYTES = 1 << 22 };
  if (av->silent_bytes > MAX_SILENT_BYTES ||
      libav()->av_read_frame(av->format, av->packet) < 0) {
    av->drained = true;
    libav()->avcodec_send_packet(av->codec, NULL);
    return;
  }
  if (av->packet->stream_index == av->stream) {
    av->silent_bytes += (uint64_t)av->packet->size;
    libav()->avcodec_send_packet(av->codec, av->packet); // bad: left out
  }
  libav()->av_packet_unref(av->packet);
}

/// Next decoded frame; n_have stays at `used` at the end
static TonStatus
decode(const TonAudio* a, Av* av, TonError* error)
{
  for (;;) {
    if (ton_interrupted()) {
      return ton_fail(error, TON_INTERRUPTED, "interrupted");
    }
    const int got = libav()->avcodec_receive_frame(av->codec, av->frame);
    if (got == 0) {
      TON_TRY(keep_frame(a, av, error));
      if (av->n_have) {
        return TON_OK;
      }
    } else if (got != AVERROR(EAGAIN) || av->drained) {
      return TON_OK;
    } else {
      feed(av);
    }
  }
}

static TonStatus
read_av(TonAudio* a, float* const* out, uint32_t frames, uint32_t* got,
        TonError* error)
{
  Av* const av = a->file;
  while (*got < frames) {
    if (av->used == av->n_have) {
      TON_TRY(decode(a, av, error));
    }
    if (av->used == av->n_have) {
      break;
    }
    const uint32_t left = av->n_have - av->used;
    const uint32_t n = left < frames - *got ? left : frames - *got;
    for (uint32_t c = 0; c < a->info.channels; ++c) {
      for (uint32_t i = 0; i < n; ++i) {
        const float x = av->have[c][av->used + i];
        const bool good = isfinite(x);
        if (!good && !a->faults.bad++) {
          a->faults.first_bad = a->at + *got + i;
        }
        if (out) {
          // decoders fill pauses with -0, which is no hole on the disk
          out[c][*got + i] = good ? x + 0.0F : 0.0F;
        }
      }
    }
    av->used += n;
    *got += n;
  }
  return TON_OK;
}

static int
stop_asked(void* nothing)
{
  (void)nothing;
  return ton_interrupted();
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
  TonString url = {0};
  AVDictionary* options = NULL;
  AVFormatContext* format = libav()->avformat_alloc_context();
  libav()->av_log_set_level(AV_LOG_QUIET);
  ton_string_printf(&url, "file:%s", path);
  if (!format || url.failed) {
    ton_string_free(&url);
    libav()->avformat_close_input(&format);
    return NULL;
  }
  format->interrupt_callback.callback = stop_asked;
  libav()->av_dict_set(&options, "protocol_whitelist", "file", 0);
  libav()->av_dict_set(&options, "format_whitelist", forms, 0);
  if (ignore_edits) {
    libav()->av_dict_set(&options, "ignore_editlist", "1", 0);
  }
  const int failed = libav()->avformat_open_input(
      &format, ton_string_string(&url), NULL, &options);
  libav()->av_dict_free(&options);
  ton_string_free(&url);
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
  av->sample_format = av->codec->sample_fmt;
  a->info.rate = (uint32_t)av->codec->sample_rate;
  a->info.channels = (uint32_t)channels;
  return TON_OK;
}

/// Lossless codecs give whole numbers
static TonSamples
samples_of(const AVCodecContext* codec)
{
  switch (codec->sample_fmt) {
  case AV_SAMPLE_FMT_S16:
  case AV_SAMPLE_FMT_S16P:
    return TON_SAMPLES_16;
  case AV_SAMPLE_FMT_S32:
  case AV_SAMPLE_FMT_S32P:
    return codec->bits_per_raw_sample == 24 ? TON_SAMPLES_24
                                            : TON_SAMPLES_CODED;
  default:
    return TON_SAMPLES_CODED;
  }
}

static TonStatus seek_av(TonAudio* a, uint64_t frame, TonError* error);

static const ReaderBackend backend = {read_av, seek_av, close_av};

static TonStatus
open_av(TonAudio* a, TonError* error)
{
  if (!libav()) {
    return ton_fail_file(error, TON_BAD_FILE, a->path,
                         "is in a form read through libavformat %d, which "
                         "cannot be loaded: %s",
                         LIBAVFORMAT_VERSION_MAJOR, libav_reason());
  }
  Av* const av = ton_alloc(sizeof(Av));
  if (!av) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  a->file = av;
  a->backend = &backend;
  TON_TRY(open_streams(a, av, error));
  TON_TRY(make_converter(a, av, error));
  ton_string_cut(a->info.container, sizeof(a->info.container), "%s",
                 strstr(av->format->iformat->name, "m4a")
                     ? "M4A"
                     : av->format->iformat->name);
  ton_string_cut(a->info.codec, sizeof(a->info.codec), "%s",
                 libav()->avcodec_get_name(av->codec->codec_id));
  a->info.samples = samples_of(av->codec);
  return TON_OK;
}

/// Back to the start and forward by decoding: exact in every container
static TonStatus
seek_av(TonAudio* a, uint64_t frame, TonError* error)
{
  const TonAudioInfo info = a->info;
  close_av(a);
  a->backend = NULL;
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
    a->at = a->info.frames; // for messages
  }
  a->at = 0;
  a->faults = (TonAudioFaults){0};
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
