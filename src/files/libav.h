// SPDX-License-Identifier: GPL-3.0-or-later
/// @file FFmpeg's libraries, loaded when first needed.
#ifndef TON_FILES_LIBAV_H
#define TON_FILES_LIBAV_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>

/// What we call of libavformat and of the libraries it brings along
#define TON_LIBAV(X)                                                           \
  X(av_channel_layout_copy)                                                    \
  X(av_dict_free)                                                              \
  X(av_dict_get)                                                               \
  X(av_dict_set)                                                               \
  X(av_find_best_stream)                                                       \
  X(av_frame_alloc)                                                            \
  X(av_frame_free)                                                             \
  X(av_log_set_level)                                                          \
  X(av_max_alloc)                                                              \
  X(av_packet_alloc)                                                           \
  X(av_packet_free)                                                            \
  X(av_packet_unref)                                                           \
  X(av_read_frame)                                                             \
  X(av_rescale_q)                                                              \
  X(avcodec_alloc_context3)                                                    \
  X(avcodec_free_context)                                                      \
  X(avcodec_get_name)                                                          \
  X(avcodec_open2)                                                             \
  X(avcodec_parameters_to_context)                                             \
  X(avcodec_receive_frame)                                                     \
  X(avcodec_send_packet)                                                       \
  X(avformat_alloc_context)                                                    \
  X(avformat_close_input)                                                      \
  X(avformat_find_stream_info)                                                 \
  X(avformat_open_input)                                                       \
  X(swr_alloc_set_opts2)                                                       \
  X(swr_convert)                                                               \
  X(swr_free)                                                                  \
  X(swr_init)

typedef struct {
#define TON_LIBAV_FIELD(name) __typeof__(name)* name;
  TON_LIBAV(TON_LIBAV_FIELD)
#undef TON_LIBAV_FIELD
} Libav;

/**
   libav*, loaded when the first file asks for it.

   It brings more than a hundred libraries, whose loading takes longer than
   measuring a song: linked, every command would pay for them.

   Returns null if it cannot be loaded in the version we were built with.
   Never unloaded.  [any]
*/
const Libav* libav(void);

/// Why it could not be loaded, in the system's words.  [any]
const char* libav_reason(void);

#endif
