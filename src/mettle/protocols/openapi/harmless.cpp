#include "mettle/protocols/openapi/harmless.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

namespace {

constexpr std::array<std::string_view, 50> kPredicting = {
    "predict",       "prediction",     "predictions", "predictor",       "infer",
    "inference",     "inferences",     "classify",    "classification",  "classifications",
    "classifier",    "embed",          "embedding",   "embeddings",      "score",
    "scoring",       "generate",       "generation",  "completion",      "completions",
    "complete",      "detect",         "detection",   "detections",      "rank",
    "rerank",        "recognize",      "recognise",   "recognition",     "transcribe",
    "transcription", "transcriptions", "translate",   "translation",     "summarize",
    "summarise",     "summarization",  "tokenize",    "forecast",        "estimate",
    "regress",       "regression",     "recommend",   "recommendations", "segment",
    "segmentation",  "explain",        "invocations", "encode",          "similarity"};

constexpr std::array<std::string_view, 32> kChanging = {
    "delete",   "remove",   "reset",  "clear",    "purge",      "drop",   "train",    "retrain",
    "fit",      "finetune", "upload", "register", "unregister", "create", "update",   "insert",
    "upsert",   "save",     "store",  "load",     "unload",     "reload", "deploy",   "admin",
    "shutdown", "restart",  "cancel", "send",     "pay",        "charge", "feedback", "import"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, word) != words.end();
}

// "predictDigit_v2" and "/predict-digit" into lower-case words.
void add_words(std::string_view text, std::vector<std::string>& words) {
    std::string word;
    bool was_lower = false;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool upper = std::isupper(byte) != 0;
        if ((!std::isalpha(byte) || (upper && was_lower)) && !word.empty())
            words.push_back(std::exchange(word, {}));
        if (std::isalpha(byte)) word += static_cast<char>(std::tolower(byte));
        was_lower = std::islower(byte) != 0;
    }
    if (!word.empty()) words.push_back(std::move(word));
}

// Templates say nothing: "/models/{predict_id}".
std::string without_templates(std::string_view path) {
    std::string text;
    bool within = false;
    for (const char character : path) {
        if (character == '{') within = true;
        if (!within) text += character;
        if (character == '}') within = false;
    }
    return text;
}

bool is_id(std::string_view name) {
    return name == "id" || name.ends_with("_id") || name.ends_with("Id") || name.ends_with("-id") ||
           name == "uuid" || name == "key";
}

}  // namespace

bool looks_like_prediction(const Operation& operation) {
    if (operation.method != "POST") return false;
    std::vector<std::string> words;
    add_words(without_templates(operation.path), words);
    add_words(operation.id, words);
    return std::ranges::any_of(words,
                               [](const auto& word) { return is_one_of(word, kPredicting); }) &&
           std::ranges::none_of(words, [](const auto& word) { return is_one_of(word, kChanging); });
}

std::string why_not_by_default(const Operation& operation, const std::set<std::string>& columns) {
    if (!operation.problem.empty()) return operation.problem;
    const bool get = operation.method == "GET";
    if (!get && operation.method != "POST")
        return operation.method == "HEAD" || operation.method == "OPTIONS" ? "no GET or POST"
                                                                           : "may change something";
    if (!get && !looks_like_prediction(operation)) return "may change something";
    if (operation.deprecated) return "deprecated";
    for (const Parameter& parameter : operation.parameters) {
        const bool guessed = parameter.place == Place::path || is_id(parameter.name);
        if (parameter.required && guessed && !parameter.known && !columns.contains(parameter.name))
            return fmt::format("needs '{}' of its {}, which --data could give", parameter.name,
                               name_of(parameter.place));
    }
    return "";
}

}  // namespace mettle::protocols::openapi
