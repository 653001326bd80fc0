#include "mettle/base/base64.hpp"

#include <array>
#include <cstdint>

namespace mettle {

namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNone = 0xff;

// By letter; kNone for what is none.
constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNone);
    for (std::size_t value = 0; value < kLetters.size(); ++value)
        values[static_cast<unsigned char>(kLetters[value])] = static_cast<std::uint8_t>(value);
    return values;
}();

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t index = 0; index < 3; ++index)
            bits =
                bits << 8 | (index < group.size() ? static_cast<unsigned char>(group[index]) : 0);
        for (std::size_t index = 0; index < 4; ++index)
            text += index <= group.size() ? kLetters[(bits >> (18 - 6 * index)) & 63] : '=';
    }
    return text;
}

Result<std::string> from_base64(std::string_view text) {
    const auto wrong = [] { return fail(Error::Kind::invalid_input, "it is not base64"); };
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    if (text.size() % 4 == 1) return wrong();
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
        const std::uint8_t value = kValues[static_cast<unsigned char>(letter)];
        if (value == kNone) return wrong();
        bits = bits << 6 | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xff);
    }
    if (bits & ((1u << count) - 1)) return wrong();  // Bits that no encoder leaves.
    return bytes;
}

}  // namespace mettle
