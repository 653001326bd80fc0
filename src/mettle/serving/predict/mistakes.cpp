#include "mettle/serving/predict/mistakes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mettle::predict {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostEchoed = 1024;  // Bytes of a wrong value that are said back.
constexpr std::size_t kMostMistakes = 100;

// The value itself where it is short and JSON, else the beginning of its text.
Json echo(std::string_view text) {
    if (text.size() <= kMostEchoed) {
        Json value = Json::parse(text, nullptr, false);
        if (!value.is_discarded()) return value;
    }
    return std::string(text.substr(0, kMostEchoed));
}

}  // namespace

void Mistakes::add(std::string_view type, std::string_view key, std::string_view message,
                   std::string_view text) {
    if (details_.size() >= kMostMistakes) return;
    Json where = Json::array({"body"});
    if (!key.empty()) where.push_back(key);
    const Json detail = {{"type", type}, {"loc", where}, {"msg", message}, {"input", echo(text)}};
    details_.push_back(detail.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (details_.size() == 1)
        first_ = key.empty() ? std::string(message) : fmt::format("'{}': {}", key, message);
}

std::string Mistakes::body() const {
    return fmt::format(R"({{"detail":[{}]}})", fmt::join(details_, ","));
}

std::string Mistakes::sentence() const {
    return details_.size() == 1 ? first_
                                : fmt::format("{} (and {} more)", first_, details_.size() - 1);
}

}  // namespace mettle::predict
