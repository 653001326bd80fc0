#include "mettle/payload/wrong_instance.hpp"

#include "mettle/payload/choices.hpp"
#include "mettle/payload/json_validator.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <iterator>

namespace mettle::payload {

namespace {

using nlohmann::json;

constexpr int kTries = 120;
constexpr std::size_t kLongText = 20'000;

// A value somewhere within, the outer ones as likely as the inner ones.
json& choose_place(json& value, Choices& choices) {
    json* place = &value;
    while (place->is_structured() && !place->empty() && choices.chance(0.6)) {
        const auto step = static_cast<std::ptrdiff_t>(choices.below(place->size()));
        place = &*std::next(place->begin(), step);
    }
    return *place;
}

void leave_out(json& place, Choices& choices) {
    if (place.is_array()) place = json::array();
    if (!place.is_object() || place.empty()) return;
    const auto which = static_cast<std::ptrdiff_t>(choices.below(place.size()));
    place.erase(std::next(place.begin(), which));
}

void mistype(json& place) {
    if (place.is_string())
        place = json{{"wrong", true}};
    else if (place.is_number())
        place = "not a number";
    else if (place.is_boolean())
        place = "not a boolean";
    else if (place.is_array())
        place = "not an array";
    else
        place = "not an object";
}

void exceed(json& place, Choices& choices) {
    const bool up = choices.chance(0.5);
    if (place.is_number()) {
        place = up ? json(INT64_C(1) << 52) : json(-(INT64_C(1) << 52));
    } else if (place.is_string()) {
        place = up ? std::string(kLongText, 'x') : std::string();
    } else if (place.is_array() && !place.empty()) {
        const json elements = place;
        for (const json& element : elements) place.push_back(element);
    }
}

void spoil(json& value, std::uint64_t kind, Choices& choices) {
    json& place = choose_place(value, choices);
    switch (kind % 3) {
        case 0:
            return leave_out(place, choices);
        case 1:
            return mistype(place);
        default:
            return exceed(place, choices);
    }
}

}  // namespace

Result<json> make_wrong_instance(const JsonSchema& schema, const InstanceOptions& options,
                                 std::string& how) {
    const auto right = make_instance(schema, options);
    if (!right) return std::unexpected(right.error());
    Choices choices(options.seed ^ (options.index * 0x9e3779b97f4a7c15));
    for (std::uint64_t attempt = 0; attempt < kTries; ++attempt) {
        json value = *right;
        // A kind that the schema has no word about gives way to the next.
        spoil(value, options.index + attempt / (kTries / 3), choices);
        if (auto flaw = schema_flaw(schema, value, options.direction)) {
            how = std::move(*flaw);
            return value;
        }
    }
    return fail(Error::Kind::not_found, "the schema allows whatever was tried");
}

}  // namespace mettle::payload
