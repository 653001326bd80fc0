#pragma once

#include "mettle/base/exit_code.hpp"
#include "mettle/base/result.hpp"

#include <utility>

namespace mettle::cli {

// A Result's error as what ends the program: unreachable for what the network did, else bad input.
[[noreturn]] inline void throw_startup(const Error& error) {
    using Kind = Error::Kind;
    const bool unreachable = error.kind == Kind::connection_lost || error.kind == Kind::timed_out ||
                             error.kind == Kind::protocol_violation;
    throw StartupError(error.message, unreachable ? ExitCode::unreachable : ExitCode::bad_input);
}

template <typename T>
T value_or_throw(Result<T> result) {
    if (!result) throw_startup(result.error());
    return std::move(*result);
}

inline void value_or_throw(const Result<void>& result) {
    if (!result) throw_startup(result.error());
}

}  // namespace mettle::cli
