#pragma once

// The task of a target that does not say what it takes: plain HTTP and TorchServe get the user's
// own bodies.

#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mettle::protocols {

struct BodySource {
    std::string method;  // Of plain HTTP; TorchServe is posted to.
    std::optional<std::string> body;
    std::string data;                    // --data: a folder or file; wins over `body`.
    std::optional<std::uint64_t> count;  // Of the data; nothing: all, up to 10,000.
    http::HeaderList headers;
    std::uint64_t seed = 1;
};

// Fails for data that cannot be read, and for a TorchServe without anything to send.
Result<Task> make_body_task(const Target& target, const BodySource& source);

}  // namespace mettle::protocols
