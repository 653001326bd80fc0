#include "mettle/protocols/openai/known_answers.hpp"

#include "mettle/protocols/openai/stream_meter.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace mettle::protocols::openai {

namespace {

using nlohmann::json;
using Vector = std::vector<double>;

// Of the largest value of a vector: what half precision and another batch leave.
constexpr double kTolerance = 0.02;

struct Content {
    std::string texts;  // Of all choices, as JSON: nothing in a text can look like a border.
    std::vector<Vector> vectors;
};

std::optional<Content> read(std::string_view body) {
    const json answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object()) return {};
    Content content;
    json texts = json::array();
    if (const auto choices = answer.find("choices"); choices != answer.end()) {
        for (const json& choice : *choices) {
            if (!choice.is_object()) return {};
            texts.push_back(choice.contains("message") ? choice["message"]
                                                       : choice.value("text", json()));
        }
    } else if (const auto data = answer.find("data"); data != answer.end()) {
        for (const json& item : *data) {
            if (!item.is_object() || !item.contains("embedding")) return {};
            Vector vector;
            for (const json& value : item["embedding"]) {
                if (!value.is_number()) return {};
                vector.push_back(value.get<double>());
            }
            content.vectors.push_back(std::move(vector));
        }
    }
    if (texts.empty() && content.vectors.empty()) return {};
    if (!texts.empty()) content.texts = texts.dump(-1, ' ', false, json::error_handler_t::replace);
    return content;
}

bool same(const Vector& actual, const Vector& expected) {
    if (actual.size() != expected.size()) return false;
    double largest = 0;
    for (const double value : expected) largest = std::max(largest, std::abs(value));
    for (std::size_t at = 0; at < actual.size(); ++at) {
        // Written so that a NaN is not the same.
        if (!(std::abs(actual[at] - expected[at]) <= kTolerance * largest)) return false;
    }
    return true;
}

struct Known {
    std::vector<Content> contents;
    std::unordered_map<std::string, std::size_t> first_with;  // Texts to the prompt's number.
};

class KnownAnswer final : public AnswerCheck {
public:
    KnownAnswer(std::shared_ptr<const Known> known, std::size_t number)
        : known_(std::move(known)), number_(number) {}

    std::optional<Flaw> judge(const Answer& answer) const override {
        Usage usage;
        if (const auto flaw = AnswerReader().read(answer.body, usage); !flaw.empty())
            return Flaw{load::Outcome::validation, std::string(flaw)};
        const auto content = read(answer.body);
        if (!content)
            return Flaw{load::Outcome::validation, "it has neither texts nor vectors of numbers"};
        const Content& own = known_->contents[number_];
        if (!std::ranges::equal(content->vectors, own.vectors, same))
            return Flaw{load::Outcome::wrong_answer,
                        "the embedding differs from the one recorded at concurrency 1"};
        if (content->texts == own.texts) return {};
        const auto other = known_->first_with.find(content->texts);
        if (other == known_->first_with.end()) return {};
        return Flaw{load::Outcome::wrong_answer,
                    fmt::format("it is the answer to prompt {}, and this was prompt {}",
                                other->second, number_)};
    }

private:
    std::shared_ptr<const Known> known_;
    std::size_t number_;
};

}  // namespace

std::optional<std::string> content_of(std::string_view body) {
    const auto content = read(body);
    if (!content) return {};
    std::string text = content->texts;
    for (const Vector& vector : content->vectors) text += json(vector).dump();
    return text;
}

std::vector<std::shared_ptr<const AnswerCheck>> known_answer_checks(
    const std::vector<std::string>& bodies) {
    const auto known = std::make_shared<Known>();
    for (const std::string& body : bodies) {
        known->contents.push_back(read(body).value_or(Content()));
        known->first_with.emplace(known->contents.back().texts, known->contents.size() - 1);
    }
    std::vector<std::shared_ptr<const AnswerCheck>> checks;
    for (std::size_t number = 0; number < bodies.size(); ++number)
        checks.push_back(std::make_shared<const KnownAnswer>(known, number));
    return checks;
}

}  // namespace mettle::protocols::openai
