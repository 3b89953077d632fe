// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What stands between TON_API_BEGIN and TON_API_END is what the library
/// promises: visible from outside, callable from C and C++.
#ifndef TONMEISTER_API_H
#define TONMEISTER_API_H

#ifdef __cplusplus
// clang-format off
#define TON_API_BEGIN extern "C" { _Pragma("GCC visibility push(default)")
#define TON_API_END   _Pragma("GCC visibility pop") }
// clang-format on
#else
#define TON_API_BEGIN _Pragma("GCC visibility push(default)")
#define TON_API_END   _Pragma("GCC visibility pop")
#endif

#endif
