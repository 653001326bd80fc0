#include "mettle/serving/wire/named_rows.hpp"

#include "mettle/serving/wire/json_get.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <algorithm>

namespace mettle::wire {

namespace json = simdjson::ondemand;

namespace {

std::string_view behind_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string numbered(std::string_view row, std::size_t index) {
    return fmt::format("{} {}", row, index);
}

}  // namespace

void NamedRows::begin(const Signature& signature) {
    signature_ = &signature;
    rows_ = 0;
    texts_.resize(signature.inputs.size());
    for (auto& texts : texts_) texts.clear();
    context_.assign(signature.inputs.size(), {});
}

Result<void> NamedRows::read(json::parser& parser, std::string_view text,
                             const Signature& signature, std::string_view row,
                             std::string_view context) {
    if (!context.empty()) {
        begin(signature);
        json::document document;
        json::object object;
        const simdjson::padded_string_view padded(context,
                                                  context.size() + simdjson::SIMDJSON_PADDING);
        METTLE_JSON_GET(parser.iterate(padded), document, "'context' is not an object")
        METTLE_JSON_GET(document.get_object(), object, "'context' is not an object")
        if (auto read = read_row(object, "'context'"); !read) return read;
    }
    std::vector<std::string_view> given(signature.inputs.size());
    for (std::size_t input = 0; !context.empty() && input < given.size(); ++input)
        if (!texts_[input].empty()) given[input] = texts_[input].front();
    begin(signature);
    context_ = std::move(given);

    json::document document;
    json::array array;
    const simdjson::padded_string_view padded(text, text.size() + simdjson::SIMDJSON_PADDING);
    METTLE_JSON_GET(parser.iterate(padded), document, "the {}s are not an array", row)
    METTLE_JSON_GET(document.get_array(), array, "the {}s are not an array", row)
    for (auto element : array) {
        json::object object;
        METTLE_JSON_GET(element.get_object(), object, "{} {} is not an object, as others are", row,
                        rows_)
        if (auto read = read_row(object, numbered(row, rows_)); !read) return read;
        if (auto whole = complete(numbered(row, rows_)); !whole) return whole;
        ++rows_;
    }
    return {};
}

Result<void> NamedRows::read_one(json::parser& parser, std::string_view text,
                                 const Signature& signature, std::string_view what) {
    begin(signature);
    json::document document;
    json::object object;
    const simdjson::padded_string_view padded(text, text.size() + simdjson::SIMDJSON_PADDING);
    METTLE_JSON_GET(parser.iterate(padded), document, "{} is not an object", what)
    METTLE_JSON_GET(document.get_object(), object, "{} is not an object", what)
    if (auto read = read_row(object, what); !read) return read;
    if (auto whole = complete(what); !whole) return whole;
    rows_ = 1;
    return {};
}

Result<void> NamedRows::read_row(json::object object, std::string_view what) {
    for (auto field : object) {
        std::string_view key;
        json::value value;
        std::string_view text;
        METTLE_JSON_GET(field.unescaped_key(), key, "{}: a key is not a string", what)
        METTLE_JSON_GET(field.value(), value, "{}: a key has no value", what)
        const TensorSpec* spec = signature_->input(key);
        if (!spec)
            return wrong("{}: unexpected input '{}'; the model takes {}", what, key,
                         signature_->to_string());
        auto& texts = texts_[static_cast<std::size_t>(spec - signature_->inputs.data())];
        if (texts.size() > rows_) return wrong("{}: '{}' is given twice", what, key);
        METTLE_JSON_GET(text_of(value), text, "{}: '{}' has no value", what, key)
        texts.push_back(text);
    }
    return {};
}

// Each input has a value for the row at hand.
Result<void> NamedRows::complete(std::string_view what) {
    for (std::size_t input = 0; input < texts_.size(); ++input) {
        if (texts_[input].size() > rows_) continue;
        if (context_[input].empty())
            return wrong("{} has no '{}'; the model takes {}", what, signature_->inputs[input].name,
                         signature_->to_string());
        texts_[input].push_back(context_[input]);
    }
    return {};
}

Result<void> NamedRows::give_to(TensorReader& tensors) const {
    for (std::size_t input = 0; input < texts_.size(); ++input) {
        if (auto taken = tensors.take_rows(input, texts_[input]); !taken) return taken;
    }
    return {};
}

bool is_b64_object(std::string_view text) {
    text = behind_blanks(text);
    if (!text.starts_with('{')) return false;
    text = behind_blanks(text.substr(1));
    if (!text.starts_with(R"("b64")")) return false;
    text = behind_blanks(text.substr(5));
    if (!text.starts_with(':')) return false;
    text = behind_blanks(text.substr(1));
    if (!text.starts_with('"')) return false;
    const std::size_t end = text.find('"', 1);  // Base64 has no escapes.
    return end != std::string_view::npos && behind_blanks(text.substr(end + 1)).starts_with('}');
}

bool first_is_named(std::string_view array) {
    const std::string_view first = behind_blanks(behind_blanks(array).substr(1));
    return first.starts_with('{') && !is_b64_object(first);
}

}  // namespace mettle::wire
