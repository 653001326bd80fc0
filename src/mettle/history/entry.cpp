#include "mettle/history/entry.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace mettle::history {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kVerbs = {
    {{"mettle.run/1", "load"}, {"mettle.prove/1", "prove"}, {"mettle.compare/1", "compare"}}};
constexpr std::size_t kMostShown = 500;  // A target may call itself anything.

bool is_word(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '.' || character == '_' ||
           character == '-';
}

// One line of a terminal: no control characters. Empty where there is no text.
std::string text_at(const Json& json, const char* key) {
    if (!json.is_object() || !json.contains(key) || !json.at(key).is_string()) return "";
    std::string text = json.at(key).get<std::string>().substr(0, kMostShown);
    for (char& character : text)
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f) character = ' ';
    return text;
}

Json part(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) ? json.at(key) : Json();
}

std::string target_of(const Json& json, std::string_view verb) {
    if (verb == "compare")
        return text_at(part(json, "b"), "what") + " against " + text_at(part(json, "a"), "what");
    const Json target = part(json, "target");
    const std::string model = text_at(target, "model"), url = text_at(target, "url");
    return model.empty() ? url : model + " at " + url;
}

// FNV-1a (Fowler, Noll, Vo): to tell runs of one second apart, not to protect anything.
std::uint32_t digest(std::string_view text) {
    std::uint32_t hash = 2'166'136'261;
    for (const char character : text)
        hash = (hash ^ static_cast<unsigned char>(character)) * 16'777'619;
    return hash;
}

// "2026-11-24T19:37:13Z" as "20261124-193713".
std::string moment_of(std::string_view started) {
    std::string digits;
    for (const char character : started.substr(0, 19))
        if (character >= '0' && character <= '9') digits += character;
    digits.resize(14, '0');
    return digits.substr(0, 8) + "-" + digits.substr(8);
}

}  // namespace

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text[0] != '.' && text[0] != '-' &&
           std::ranges::all_of(text, is_word);
}

Result<Entry> describe(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return fail(Error::Kind::invalid_input, "it is no JSON: cut off, or damaged");
    const std::string schema = text_at(json, "schema");
    const auto known =
        std::ranges::find(kVerbs, schema, [](const auto& verb) { return verb.first; });
    if (known == kVerbs.end())
        return fail(
            Error::Kind::invalid_input,
            fmt::format("its schema is '{}', and that of a result of load, prove or compare "
                        "is wanted",
                        schema));
    Entry entry;
    entry.verb = known->second;
    entry.started = text_at(json, "started");
    entry.target = target_of(json, entry.verb);
    entry.verdict = text_at(entry.verb == "load" ? part(json, "validity") : json, "verdict");
    entry.bytes = text.size();
    entry.id = fmt::format("{}-{:08x}", moment_of(entry.started), digest(text));
    return entry;
}

}  // namespace mettle::history
