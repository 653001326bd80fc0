#include "mettle/payload/format_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mettle::payload {

namespace {

constexpr std::array kWords = {"alpha",  "river", "stone", "cloud", "seven",  "paper",  "green",
                               "light",  "north", "table", "music", "ocean",  "silver", "garden",
                               "window", "model", "quick", "brown", "winter", "morning"};

std::string letters(std::size_t count, Choices& choices) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('a' + choices.below(26));
    return text;
}

std::string date(Choices& choices) {
    return fmt::format("20{:02}-{:02}-{:02}", choices.between(20, 29), choices.between(1, 12),
                       choices.between(1, 28));
}

std::string time(Choices& choices) {
    return fmt::format("{:02}:{:02}:{:02}Z", choices.below(24), choices.below(60),
                       choices.below(60));
}

std::string uuid(Choices& choices) {
    const std::uint64_t high = choices.next(), low = choices.next();
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}", high >> 32,
                       (high >> 16) & 0xffff, high & 0xfff, 8 + ((low >> 60) & 3),
                       (low >> 48) & 0xfff, low & 0xffffffffffff);
}

std::string base64(std::size_t characters, Choices& choices) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    while (text.size() < characters || text.size() % 4) text += kAlphabet[choices.below(64)];
    return text;
}

}  // namespace

std::string words(std::size_t least, std::size_t most, Choices& choices) {
    const std::size_t wanted = std::min(most, least + choices.below(4) * 6 + 5);
    std::string text;
    while (text.size() < wanted) {
        if (!text.empty()) text += ' ';
        text += kWords[choices.below(kWords.size())];
    }
    const bool too_long = text.size() > most;
    if (too_long) text.resize(most);
    if (too_long && text.ends_with(' ')) text.back() = 'x';
    return text;
}

std::string text_of_format(std::string_view format, std::size_t least, std::size_t most,
                           Choices& choices) {
    const std::size_t name = std::max<std::size_t>(6, least);
    if (format == "date") return date(choices);
    if (format == "date-time") return date(choices) + "T" + time(choices);
    if (format == "time") return time(choices);
    if (format == "duration") return fmt::format("PT{}M", choices.between(1, 59));
    if (format == "uuid") return uuid(choices);
    if (format == "email" || format == "idn-email") return letters(name, choices) + "@example.com";
    if (format == "hostname") return letters(name, choices) + ".example.com";
    if (format == "uri" || format == "url" || format == "iri" || format == "uri-reference")
        return "https://example.com/" + letters(name, choices);
    if (format == "ipv4") return fmt::format("192.0.2.{}", choices.between(1, 254));
    if (format == "ipv6") return fmt::format("2001:db8::{:x}", choices.between(1, 0xffff));
    if (format == "byte" || format == "base64")
        return base64(std::max<std::size_t>(least, 16), choices);
    if (format == "binary") return words(std::max<std::size_t>(least, 64), most, choices);
    return words(least, most, choices);
}

}  // namespace mettle::payload
