#include "mettle/scenario/json_answer.hpp"

#include <simdjson.h>

namespace mettle::scenario {

struct JsonAnswer::Parsed {
    simdjson::dom::parser parser;
    std::string padded;
    bool known = false, valid = false;
    simdjson::dom::element root;
};

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::int64_t kExact = INT64_C(1) << 53;

// Of whole numbers that a double does not hold, the digits.
template <typename Integer>
Value whole(Integer number, bool exact, std::string& scratch) {
    if (exact) return Value::of(static_cast<double>(number));
    scratch = std::to_string(number);
    return Value::of_digits(scratch);
}

Value value_of(const element& found, std::string& scratch) {
    switch (found.type()) {
        case element_type::NULL_VALUE:
            return {};
        case element_type::BOOL:
            return Value::of(found.get_bool().value_unsafe());
        case element_type::DOUBLE:
            return Value::of(found.get_double().value_unsafe());
        case element_type::INT64: {
            const std::int64_t number = found.get_int64().value_unsafe();
            return whole(number, number > -kExact && number < kExact, scratch);
        }
        case element_type::UINT64:
            return whole(found.get_uint64().value_unsafe(), false, scratch);
        case element_type::STRING:
            return Value::of(found.get_string().value_unsafe());
        case element_type::ARRAY:
        case element_type::OBJECT:
            scratch = simdjson::minify(found);
            return Value::of(std::string_view(scratch));
    }
    return {};
}

}  // namespace

JsonAnswer::JsonAnswer() : parsed_(std::make_unique<Parsed>()) {}
JsonAnswer::~JsonAnswer() = default;

void JsonAnswer::forget() {
    parsed_->known = false;
}

Value JsonAnswer::at(std::string_view body, const std::string& pointer, std::string& scratch) {
    Parsed& parsed = *parsed_;
    if (!parsed.known) {
        parsed.known = true;
        parsed.padded.assign(body);
        parsed.padded.append(simdjson::SIMDJSON_PADDING, '\0');
        parsed.valid =
            parsed.parser.parse(parsed.padded.data(), body.size(), false).get(parsed.root) ==
            simdjson::SUCCESS;
    }
    if (!parsed.valid) return {};
    element found;
    if (parsed.root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return {};
    return value_of(found, scratch);
}

}  // namespace mettle::scenario
