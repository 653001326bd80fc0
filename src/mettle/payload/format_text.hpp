#pragma once

#include "mettle/payload/choices.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace mettle::payload {

// A text of JSON Schema's and OpenAPI's formats: date, date-time, time, uuid, email, uri, hostname,
// ipv4, ipv6, byte, binary, duration; lower-case words for any other. At least `least` characters
// where the format allows for it, and for words at most `most`. ASCII only.
std::string text_of_format(std::string_view format, std::size_t least, std::size_t most,
                           Choices& choices);

// Lower-case words of altogether `least` to `most` characters.
std::string words(std::size_t least, std::size_t most, Choices& choices);

}  // namespace mettle::payload
