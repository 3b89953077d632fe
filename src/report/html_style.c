// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The looks of the report's page.
*/

#include "report/html_parts.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c1c1e;--dim:#6b6c72;--line:#dddde2;"
    "--a:#b4531a;--b:#1f6f8b;--paper:#fdfcfa;--card:#f4f2ee;--good:#2e7d4f;"
    "--bad:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e9e7e3;--dim:#9a9aa0;"
    "--line:#3a3a40;--a:#f0975a;--b:#6cc3de;--paper:#17171a;--card:#212125;"
    "--good:#6cc08e;--bad:#ff8a80}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;color:var(--ink);background:var(--paper);overflow-wrap:"
    "anywhere}\n"
    "h1{margin:0}h2{margin:2.2rem 0 .4rem}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}\n"
    "th{text-align:left;font-weight:600;overflow-wrap:normal}"
    "th,td{padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}td{font-variant-numeric:tabular-nums;white-space:nowrap"
    "}td.words{white-space:normal}.wide{overflow-x:auto}\n"
    ".cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0;padding:0}"
    ".cards div{background:var(--card);border-radius:.5rem;padding:.7rem 1rem;"
    "flex:1 1 9rem}.cards b{display:block;font-size:1.35rem;font-weight:600}\n"
    ".why{font-size:13px;table-layout:fixed}.why th{font-weight:400;width:22%}"
    ".why td{white-space:normal}.why td:nth-child(2){width:24%}.why p{margin:0}"
    ".why tr:last-child>*{border-bottom:0}i{color:var(--dim)}\n"
    "details{background:var(--card);border-radius:.5rem;padding:.4rem .9rem;"
    "margin:.6rem 0}summary{font-weight:600;cursor:pointer}"
    "summary .key{font-weight:400}\n"
    "figure{margin:1.5rem 0}figcaption{font-weight:600}"
    "svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:"
    "var(--dim)}.grid{stroke:var(--line)}path{fill:none;stroke-linejoin:round}"
    "path.fast{stroke:var(--a);stroke-width:1;opacity:.45}"
    "path.master{stroke:var(--a);stroke-width:2}path.mix{stroke:var(--b);"
    "stroke-width:2}path.under{stroke-width:6;opacity:.4}"
    ".goal{stroke:var(--ink);stroke-dasharray:6 4}\n"
    ".key{color:var(--dim);font-size:13px;margin:0}.key b{font-weight:600;"
    "margin-right:.6rem}b.master{color:var(--a)}b.mix{color:var(--b)}"
    "b.fast{color:var(--a);opacity:.6}\n"
    ".good{color:var(--good)}.bad{color:var(--bad)}\n"
    "@media(max-width:40rem){.why,.why tbody,.why tr,.why td,.why th{display:"
    "block;width:auto!important}.why th,.why td{border:0;padding:0}.why tr{"
    "padding:.3rem 0;border-bottom:1px solid var(--line)}}\n";

/// SHA-256 of the rules in base 64, by which a browser knows them as ours
static const char*
style_hash(char buffer[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1])
{
  struct sha256_ctx context;
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_init(&context);
  sha256_update(&context, strlen(style), (const uint8_t*)style);
  sha256_digest(&context, sizeof(digest), digest);
  base64_encode_raw(buffer, sizeof(digest), digest);
  buffer[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)] = '\0';
  return buffer;
}

void
html_add_style(TonString* t)
{
  char hash[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1];
  ton_string_printf(t,
                    "<meta http-equiv=\"Content-Security-Policy\" content=\""
                    "default-src 'none'; style-src 'sha256-%s'\">\n<style>%s"
                    "</style>\n",
                    style_hash(hash), style);
}
