#pragma once

// Result<T>: a value, or the reason there is none. For outcomes a caller is expected to handle;
// what "should never happen" is an exception or an assertion.

#include <expected>
#include <string>
#include <utility>

namespace mettle {

struct Error {
    enum class Kind {
        invalid_input,       // The caller's own mistake; the message says what would be right.
        not_found,           // A name that nothing has.
        too_large,           // Beyond a limit; the message says which.
        unsupported,         // Understood, but not offered.
        unavailable,         // Not now: overloaded, loading or draining.
        too_many,            // The caller's own share is used up; others' work goes on.
        timed_out,           // Not finished by its deadline.
        cancelled,           // Nobody wants the answer any more.
        connection_lost,     // The peer refused, reset or closed.
        protocol_violation,  // The peer does not speak what it should.
        internal,            // Our own side failed.
    };

    bool operator==(const Error&) const = default;

    Kind kind;
    std::string message;  // One sentence: what was wrong, where, and what would be right.
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error::Kind kind, std::string message) {
    return std::unexpected(Error{kind, std::move(message)});
}

}  // namespace mettle
