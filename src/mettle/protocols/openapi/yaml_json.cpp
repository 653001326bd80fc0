#include "mettle/protocols/openapi/yaml_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <string>

namespace mettle::protocols::openapi {

namespace {

using nlohmann::json;

constexpr int kDeepest = 300;
constexpr std::size_t kMostValues = 2'000'000;

struct TooLarge {};

template <typename Number>
bool whole_text(const std::string& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// Quoted scalars carry the tag "!" and are texts, whatever they look like.
json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!" || node.Tag().ends_with(":str")) return text;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    if (std::int64_t whole = 0; whole_text(text, whole)) return whole;
    // Not "inf" and "nan", which from_chars takes.
    const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (double number = 0; numeric && whole_text(text, number) && std::isfinite(number))
        return number;
    return text;
}

json convert(const YAML::Node& node, int depth, std::size_t& values) {
    if (depth > kDeepest || ++values > kMostValues) throw TooLarge();
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) {
        json array = json::array();
        for (const YAML::Node& element : node) array.push_back(convert(element, depth + 1, values));
        return array;
    }
    if (!node.IsMap()) return nullptr;
    json object = json::object();
    for (const auto& entry : node) {
        if (entry.first.IsScalar())
            object[entry.first.Scalar()] = convert(entry.second, depth + 1, values);
    }
    return object;
}

}  // namespace

Result<json> json_from_yaml(std::string_view text) {
    try {
        std::size_t values = 0;
        return convert(YAML::Load(std::string(text)), 0, values);
    } catch (const YAML::Exception& error) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("line {}: {}", error.mark.line + 1, error.msg));
    } catch (const TooLarge&) {
        return fail(Error::Kind::too_large,
                    "more than two million values, or values within values deeper than 300");
    }
}

}  // namespace mettle::protocols::openapi
