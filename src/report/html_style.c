// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The looks of the report's page.
*/

#include "report/html_parts.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include <string.h>

/// Light and dark, for a desk and for a phone.  A test holds the contrast of
/// --ink, --dim, --good, --bad, --a and --b on --paper and on --card.
static const char style[] =
    ":root { color-scheme: light dark; --ink: #1c1c1e; --dim: #606166;\n"
    "  --line: #dddde2; --a: #a64a14; --b: #1f6582; --paper: #fdfcfa;\n"
    "  --card: #f4f2ee; --good: #28704a; --bad: #b3261e }\n"
    "@media (prefers-color-scheme: dark) { :root { --ink: #e9e7e3;\n"
    "  --dim: #a6a6ac; --line: #3a3a40; --a: #f0975a; --b: #6cc3de;\n"
    "  --paper: #17171a; --card: #212125; --good: #6cc08e;\n"
    "  --bad: #ff8a80 } }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem;\n"
    "  margin: 2rem auto; padding: 0 1rem; color: var(--ink);\n"
    "  background: var(--paper) }\n"
    "h1 { margin: 0 } h2 { margin: 2.2rem 0 .4rem }\n"
    "h1, h2, h3, summary { overflow-wrap: break-word }\n"
    "table { border-collapse: collapse; width: 100%; margin: .5rem 0 }\n"
    "th, td { padding: .2rem .8rem .2rem 0; text-align: left;\n"
    "  border-bottom: 1px solid var(--line); vertical-align: top }\n"
    "th { font-weight: 600 }\n"
    "td { font-variant-numeric: tabular-nums; white-space: nowrap }\n"
    "td.words { white-space: normal; min-width: 12rem }\n"
    ".wide { overflow-x: auto }\n"
    ".wide:focus-visible, a:focus-visible, summary:focus-visible {\n"
    "  outline: 2px solid var(--b); outline-offset: 2px }\n"
    "abbr { text-decoration: underline dotted var(--dim) }\n"
    "a { color: var(--b) }\n"
    ".cards { display: flex; flex-wrap: wrap; gap: .8rem;\n"
    "  margin: 1.2rem 0 }\n"
    ".cards div { background: var(--card); border-radius: .5rem;\n"
    "  padding: .7rem 1rem; flex: 1 1 9rem }\n"
    ".cards b { display: block; font-size: 1.35rem; font-weight: 600 }\n"
    ".key { color: var(--dim); font-size: 13px; margin: 0 }\n"
    ".key b { font-weight: 600; margin-right: .6rem }\n"
    "b.master { color: var(--a) } b.mix { color: var(--b) }\n"
    ".good { color: var(--good) } .bad { color: var(--bad) }\n"
    // plots: text keeps its size, whatever the width
    "figure { margin: 1.5rem 0 } figcaption { font-weight: 600 }\n"
    "svg { display: block; width: 100%; overflow: visible }\n"
    "svg text { font: 12px system-ui, sans-serif; fill: var(--dim) }\n"
    "svg svg { overflow: hidden }\n"
    ".grid { stroke: var(--line) }\n"
    "path { fill: none; stroke-linejoin: round;\n"
    "  vector-effect: non-scaling-stroke }\n"
    "path.fast { stroke: var(--a); stroke-width: 1; opacity: .45 }\n"
    "path.master { stroke: var(--a); stroke-width: 2 }\n"
    "path.mix { stroke: var(--b); stroke-width: 2 }\n"
    "path.under { stroke-width: 6; opacity: .4 }\n"
    ".goal { stroke: var(--ink); stroke-dasharray: 6 4 }\n"
    "rect.usual { fill: var(--line) } rect.level { fill: var(--b) }\n"
    ".bars td.bar { width: 60%; min-width: 9rem; padding-right: 0 }\n"
    // reasons
    "details { background: var(--card); border-radius: .5rem;\n"
    "  padding: .4rem .9rem; margin: .6rem 0 }\n"
    "details details { background: var(--paper) }\n"
    "summary { font-weight: 600; cursor: pointer }\n"
    "summary .key { font-weight: 400 }\n"
    ".why { font-size: 13px; table-layout: fixed; overflow-wrap: break-word }\n"
    ".why th { font-weight: 400; width: 22% }\n"
    ".why td { white-space: normal }\n"
    ".why td.value { width: 24% } .why p { margin: 0 }\n"
    ".why tr:last-child > * { border-bottom: 0 }\n"
    "i { color: var(--dim) }\n"
    "dt { font-weight: 600 } dd { margin: 0 0 .6rem }\n"
    "@media (max-width: 40rem) {\n"
    "  .why, .why tbody, .why tr, .why td, .why th { display: block;\n"
    "    width: auto }\n"
    "  .why td.value { width: auto }\n"
    "  .why th, .why td { border: 0; padding: 0 }\n"
    "  .why tr { padding: .3rem 0; border-bottom: 1px solid var(--line) }\n"
    "  details { padding: .4rem .6rem }\n"
    "  .odd, .many thead { display: none }\n"
    "  .many tr { display: flex; flex-wrap: wrap; gap: 0 .8rem;\n"
    "    padding: .3rem 0; border-bottom: 1px solid var(--line) }\n"
    "  .many th, .many td { border: 0; padding: 0 }\n"
    "  .many th, .many td.words { flex-basis: 100% }\n"
    "  .many td[data-what]::before { content: attr(data-what) \" \";\n"
    "    color: var(--dim) }\n"
    "}\n";

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
