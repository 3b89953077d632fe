// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reads and writes tags and cover art with TagLib.  The only C++ file of
/// the project: TagLib's C binding knows seven fields only.
#include "base/memory.h"
#include "files/files.h"

#include <aifffile.h>
#include <attachedpictureframe.h>
#include <fileref.h>
#include <flacfile.h>
#include <flacpicture.h>
#include <id3v2tag.h>
#include <mpegfile.h>
#include <opusfile.h>
#include <tpropertymap.h>
#include <wavfile.h>
#include <xiphcomment.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

namespace {

struct TagField {
  const char* key;
  const char* TonTags::*text;
};

const TagField fields[] = {
    {"TITLE", &TonTags::title},         {"ARTIST", &TonTags::artist},
    {"ALBUM", &TonTags::album},         {"ALBUMARTIST", &TonTags::album_artist},
    {"COMPOSER", &TonTags::composer},   {"GENRE", &TonTags::genre},
    {"DATE", &TonTags::date},           {"COMMENT", &TonTags::comment},
    {"COPYRIGHT", &TonTags::copyright}, {"LABEL", &TonTags::publisher},
    {"ISRC", &TonTags::isrc},           {"BARCODE", &TonTags::upc},
};

TagLib::String
utf8(const char* text)
{
  return TagLib::String(text, TagLib::String::UTF8);
}

/// ReplayGain 2.0 of a track or an album; Opus has one of its own, RFC 7845: re -23
/// LUFS, in 1/256 dB
void
add_gain(TagLib::PropertyMap& map, const char* of, double gain_db,
         double peak_dbtp, bool opus)
{
  char key[64];
  char text[64];
  std::snprintf(key, sizeof(key), opus ? "R128_%s_GAIN" : "REPLAYGAIN_%s_GAIN",
                of);
  if (opus) {
    std::snprintf(text, sizeof(text), "%ld",
                  std::lround(256.0 * (gain_db - 5.0)));
    map.insert(utf8(key), utf8(text));
    return;
  }
  std::snprintf(text, sizeof(text), "%.2f dB", gain_db);
  map.insert(utf8(key), utf8(text));
  std::snprintf(key, sizeof(key), "REPLAYGAIN_%s_PEAK", of);
  std::snprintf(text, sizeof(text), "%.6f", std::pow(10.0, peak_dbtp / 20.0));
  map.insert(utf8(key), utf8(text));
}

/// Vorbis comments count the tracks in a field of its own, ID3 after a slash
TagLib::PropertyMap
properties(const TonTags* tags, bool split_track, bool opus)
{
  TagLib::PropertyMap map;
  for (const TagField& field : fields) {
    const char* const text = tags->*field.text;
    if (text && *text) {
      map.insert(field.key, utf8(text));
    }
  }
  char text[64];
  if (tags->track) {
    const bool both = tags->track_total && !split_track;
    std::snprintf(text, sizeof(text), both ? "%u/%u" : "%u", tags->track,
                  tags->track_total);
    map.insert("TRACKNUMBER", utf8(text));
  }
  if (tags->track_total && split_track) {
    std::snprintf(text, sizeof(text), "%u", tags->track_total);
    map.insert("TRACKTOTAL", utf8(text));
  }
  if (tags->has_gain) {
    add_gain(map, "TRACK", tags->track_gain_db, tags->track_peak_dbtp, opus);
  }
  if (tags->has_album_gain) {
    add_gain(map, "ALBUM", tags->album_gain_db, tags->album_peak_dbtp, opus);
  }
  return map;
}

struct Picture {
  TagLib::ByteVector bytes;
  const char* mime = nullptr;
};

Picture
read_picture(const char* path)
{
  Picture picture;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  picture.bytes =
      TagLib::ByteVector(bytes.data(), static_cast<unsigned>(bytes.size()));
  if (bytes.compare(0, 3, "\xFF\xD8\xFF") == 0) {
    picture.mime = "image/jpeg";
  } else if (bytes.compare(0, 4, "\x89PNG") == 0) {
    picture.mime = "image/png";
  }
  return picture;
}

void
add_id3_picture(TagLib::ID3v2::Tag* tag, const Picture& picture)
{
  auto* const frame = new TagLib::ID3v2::AttachedPictureFrame;
  frame->setMimeType(picture.mime);
  frame->setType(TagLib::ID3v2::AttachedPictureFrame::FrontCover);
  frame->setPicture(picture.bytes);
  tag->addFrame(frame); // owned by the tag
}

/// Of a FLAC file or of Vorbis comments, which own the picture
template <typename Owner>
void
add_flac_picture(Owner* owner, const Picture& picture)
{
  auto* const block = new TagLib::FLAC::Picture;
  block->setMimeType(picture.mime);
  block->setType(TagLib::FLAC::Picture::FrontCover);
  block->setData(picture.bytes);
  owner->addPicture(block);
}

TagLib::Ogg::XiphComment*
ogg_comment(TagLib::File* file)
{
  return dynamic_cast<TagLib::Ogg::XiphComment*>(file->tag());
}

TagLib::ID3v2::Tag*
id3(TagLib::File* file)
{
  if (auto* const mpeg = dynamic_cast<TagLib::MPEG::File*>(file)) {
    return mpeg->ID3v2Tag(true);
  }
  if (auto* const wav = dynamic_cast<TagLib::RIFF::WAV::File*>(file)) {
    return wav->ID3v2Tag();
  }
  if (auto* const aiff = dynamic_cast<TagLib::RIFF::AIFF::File*>(file)) {
    return aiff->tag();
  }
  return nullptr;
}

} // namespace

namespace {

/// The old texts of a WAV, for readers that know no ID3 there; TagLib writes only
/// seven of them by itself
void
add_wav_texts(TagLib::RIFF::Info::Tag* info, const TonTags* tags)
{
  static const TagField more[] = {{"ICOP", &TonTags::copyright},
                                  {"IMUS", &TonTags::composer},
                                  {"IPUB", &TonTags::publisher}};
  for (const TagField& field : more) {
    const char* const text = tags->*field.text;
    info->setFieldText(field.key, utf8(text ? text : ""));
  }
}

bool
add_cover(TagLib::File* file, const Picture& picture)
{
  if (TagLib::ID3v2::Tag* const tag = id3(file)) {
    add_id3_picture(tag, picture);
    return true;
  }
  if (auto* const flac = dynamic_cast<TagLib::FLAC::File*>(file)) {
    add_flac_picture(flac, picture);
    return true;
  }
  if (TagLib::Ogg::XiphComment* const comment = ogg_comment(file)) {
    add_flac_picture(comment, picture);
    return true;
  }
  return false;
}

/// Without ID3v1: it cuts texts short and knows Latin-1 only
bool
save(TagLib::File* file)
{
  if (auto* const mpeg = dynamic_cast<TagLib::MPEG::File*>(file)) {
    return mpeg->save(TagLib::MPEG::File::ID3v2, TagLib::File::StripOthers,
                      TagLib::ID3v2::v4, TagLib::File::DoNotDuplicate);
  }
  return file->save();
}

int
write_tags(const char* path, const TonTags* tags)
{
  TagLib::FileRef ref(path, false);
  if (ref.isNull()) {
    return 1;
  }
  const bool comments =
      dynamic_cast<TagLib::FLAC::File*>(ref.file()) || ogg_comment(ref.file());
  const bool opus = dynamic_cast<TagLib::Ogg::Opus::File*>(ref.file());
  ref.file()->setProperties(properties(tags, comments, opus));
  if (auto* const wav = dynamic_cast<TagLib::RIFF::WAV::File*>(ref.file())) {
    add_wav_texts(wav->InfoTag(), tags);
  }
  if (tags->cover_path) {
    const Picture picture = read_picture(tags->cover_path);
    if (!picture.mime) {
      return 2;
    }
    if (!add_cover(ref.file(), picture)) {
      return 1;
    }
  }
  return save(ref.file()) ? 0 : 1;
}

/// The chunk that a long WAV file gets by ourselves
char*
id3_bytes(const TonTags* tags, size_t* size)
{
  TagLib::ID3v2::Tag tag;
  tag.setProperties(properties(tags, false, false));
  const Picture picture =
      tags->cover_path ? read_picture(tags->cover_path) : Picture();
  if (picture.mime) {
    add_id3_picture(&tag, picture);
  }
  const TagLib::ByteVector bytes = tag.render();
  char* const own = static_cast<char*>(ton_alloc(bytes.size()));
  *size = own ? bytes.size() : 0;
  return own ? static_cast<char*>(std::memcpy(own, bytes.data(), *size))
             : nullptr;
}

/// First value of a field, "" where it is missing or empty
std::string
first_of(const TagLib::PropertyMap& map, const char* key)
{
  const auto found = map.find(key);
  return found == map.end() || found->second.isEmpty()
             ? std::string()
             : found->second.front().to8Bit(true);
}

/// A number of a track or an album; false if there is none
bool
read_gain(const TagLib::PropertyMap& map, const char* form, const char* of,
          double* value)
{
  char key[64];
  std::snprintf(key, sizeof(key), form, of);
  const std::string text = first_of(map, key);
  *value = text.empty() ? 0.0 : std::atof(text.c_str());
  return !text.empty();
}

bool
read_gains(const TagLib::PropertyMap& map, const char* of, double* gain_db,
           double* peak_dbtp)
{
  double peak = 0.0;
  const bool opus = read_gain(map, "R128_%s_GAIN", of, gain_db);
  *gain_db = opus ? *gain_db / 256.0 + 5.0 : 0.0;
  double plain = 0.0;
  const bool gain = read_gain(map, "REPLAYGAIN_%s_GAIN", of, &plain);
  *gain_db = gain ? plain : *gain_db;
  if (read_gain(map, "REPLAYGAIN_%s_PEAK", of, &peak)) {
    *peak_dbtp = 20.0 * std::log10(peak);
  }
  return gain || opus;
}

void
read_numbers(const TagLib::PropertyMap& map, TonTags* tags)
{
  std::sscanf(first_of(map, "TRACKNUMBER").c_str(), "%u/%u", &tags->track,
              &tags->track_total);
  std::sscanf(first_of(map, "TRACKTOTAL").c_str(), "%u", &tags->track_total);
  tags->has_gain =
      read_gains(map, "TRACK", &tags->track_gain_db, &tags->track_peak_dbtp);
  tags->has_album_gain =
      read_gains(map, "ALBUM", &tags->album_gain_db, &tags->album_peak_dbtp);
}

int
read_tags(const char* path, TonTags* tags, bool* has_cover)
{
  TagLib::FileRef ref(path, false);
  if (ref.isNull()) {
    return 1;
  }
  const TagLib::PropertyMap map = ref.file()->properties();
  std::string texts; // one behind another, each with its null
  for (const TagField& field : fields) {
    texts += first_of(map, field.key).c_str();
    texts += '\0';
  }
  tags->memory = static_cast<char*>(ton_alloc(texts.size()));
  if (!tags->memory) {
    return 2;
  }
  const char* at =
      static_cast<char*>(std::memcpy(tags->memory, texts.data(), texts.size()));
  for (const TagField& field : fields) {
    tags->*field.text = at;
    at += std::strlen(at) + 1;
  }
  read_numbers(map, tags);
  *has_cover = false;
  if (TagLib::ID3v2::Tag* const tag = id3(ref.file())) {
    *has_cover = !tag->frameList("APIC").isEmpty();
  } else if (auto* const flac = dynamic_cast<TagLib::FLAC::File*>(ref.file())) {
    *has_cover = !flac->pictureList().isEmpty();
  } else if (auto* const comment = ogg_comment(ref.file())) {
    *has_cover = !comment->pictureList().isEmpty();
  }
  return 0;
}

} // namespace

extern "C" int
files_taglib_write(const char* path, const TonTags* tags)
{
  try {
    return write_tags(path, tags);
  } catch (const std::exception&) { // memory refused
    return 1;
  }
}

extern "C" int
files_taglib_read(const char* path, TonTags* tags, bool* has_cover)
{
  try {
    return read_tags(path, tags, has_cover);
  } catch (const std::exception&) {
    return 1;
  }
}

extern "C" char*
files_taglib_id3(const TonTags* tags, size_t* size)
{
  try {
    return id3_bytes(tags, size);
  } catch (const std::exception&) {
    *size = 0;
    return nullptr;
  }
}
