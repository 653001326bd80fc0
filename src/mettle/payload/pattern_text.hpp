#pragma once

#include "mettle/payload/choices.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mettle::payload {

// A text that a simple regular expression matches, for JSON Schema's `pattern`: literals, classes,
// \d \w \s, groups, alternatives, repetition, ^ and $. Nothing where the pattern has more than that
// (lookaheads, backreferences, \p, \b) or is wrong, or where the text would be longer than `most`
// bytes. Whether it really matches is for the caller to check: anchors in the middle are ignored.
// With `stretch` what may be repeated is repeated as often as that where it may; else at random,
// and without an end up to five times more than it must.
std::optional<std::string> text_for_pattern(std::string_view pattern, std::size_t most,
                                            Choices& choices,
                                            std::optional<std::uint64_t> stretch = {});

// One of `least` to `most` bytes; nothing where none was found.
std::optional<std::string> text_of_length(std::string_view pattern, std::size_t least,
                                          std::size_t most, Choices& choices);

}  // namespace mettle::payload
