#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mettle {

// tests/data/make_pictures.py draws them.
inline std::string picture_file(std::string_view name) {
    std::ifstream stream(fmt::format("tests/data/pictures/{}", name), std::ios::binary);
    if (!stream) throw std::runtime_error(fmt::format("there is no picture {}", name));
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::span<const std::byte> bytes_of(std::string_view file) {
    return std::as_bytes(std::span(file));
}

}  // namespace mettle
