#pragma once

#include "mettle/payload/size_law.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mettle::cli {

// What is asked of a language model, as flags say it.
struct GenerationOptions {
    payload::SizeLaw prompt_tokens = payload::SizeLaw::fixed(64);
    std::optional<std::int64_t> max_tokens;
    std::string prompts;  // A file; wins over prompt_tokens.
    bool stream = false;
};

}  // namespace mettle::cli
