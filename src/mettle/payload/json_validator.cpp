#include "mettle/payload/json_validator.hpp"

#include "mettle/payload/json_depth.hpp"
#include "mettle/payload/json_schema_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace mettle::payload {

namespace {

using nlohmann::json;

// A schema that refers to itself without a value between would never end, and alternatives of
// alternatives multiply: past these limits a value is taken for right.
constexpr int kDeepest = 500;
constexpr std::uint64_t kMostSteps = 20'000'000;

struct Flaw {
    std::size_t depth;  // Of the value that is wrong.
    std::string text;   // With its place.
};
using Found = std::optional<Flaw>;

std::string types_text(unsigned types) {
    std::string text;
    for (unsigned type = 1; type <= kObject; type <<= 1) {
        const bool implied = type == kInteger && (types & kNumber);
        if (!(types & type) || implied) continue;
        text += fmt::format("{}{}", text.empty() ? "" : " or ", name_of_type(type));
    }
    return text;
}

// Far from an integer by more than what dividing two doubles may cost.
bool is_multiple(double value, double step) {
    const double ratio = value / step;
    return std::abs(ratio - std::round(ratio)) <= 1e-9 * std::max(1.0, std::abs(ratio));
}

class Validator {
public:
    Validator(const SchemaModel& model, Direction direction)
        : model_(model), direction_(direction) {}

    Found judge(SchemaId id, const json& value, int depth) {
        const SchemaNode& node = model_[id];
        if (depth > kDeepest || ++steps_ > kMostSteps) return {};
        if (node.nothing) return flaw("nothing is allowed here");
        if (const unsigned type = type_of(value); !(node.types & type)) {
            return flaw(fmt::format("{} where {} is documented", name_of_type(type),
                                    types_text(node.types)));
        }
        if (node.allowed && !is_allowed(node, value))
            return flaw(fmt::format("not one of its {} documented values", node.allowed->size()));
        if (auto found = judge_choices(node, value, depth)) return found;
        if (value.is_number()) return judge_number(node, value.get<double>());
        if (value.is_string()) return judge_string(node, value.get_ref<const std::string&>());
        if (value.is_array()) return judge_array(node, value, depth);
        if (value.is_object()) return judge_object(node, value, depth);
        return {};
    }

private:
    static bool is_allowed(const SchemaNode& node, const json& value) {
        return std::ranges::find(*node.allowed, value) != node.allowed->end();
    }

    Found flaw(std::string what) const {
        std::string place;
        for (const std::string& step : path_) {
            place += '/';
            for (const char character : step)
                place += character == '~'   ? std::string("~0")
                         : character == '/' ? std::string("~1")
                                            : std::string(1, character);
        }
        return Flaw{path_.size(), fmt::format("{}: {}", place.empty() ? "body" : place, what)};
    }

    Found within(std::string step, SchemaId id, const json& value, int depth) {
        path_.push_back(std::move(step));
        Found found = judge(id, value, depth + 1);
        path_.pop_back();
        return found;
    }

    Found judge_choices(const SchemaNode& node, const json& value, int depth) {
        for (const SchemaId id : node.all_of)
            if (auto found = judge(id, value, depth + 1)) return found;
        if (auto found = judge_alternatives(node.any_of, false, value, depth)) return found;
        if (auto found = judge_alternatives(node.one_of, true, value, depth)) return found;
        if (node.negated && !judge(*node.negated, value, depth + 1))
            return flaw("what it is documented not to be");
        return {};
    }

    // The flaw of the alternative that came furthest says the most.
    Found judge_alternatives(const std::vector<SchemaId>& ids, bool only_one, const json& value,
                             int depth) {
        if (ids.empty()) return {};
        int fitting = 0;
        Found furthest;
        for (const SchemaId id : ids) {
            auto found = judge(id, value, depth + 1);
            if (!found && ++fitting > 1)
                return flaw(
                    "fits several of alternatives that exclude "
                    "each other");
            if (!found && !only_one) return {};
            if (found && (!furthest || found->depth > furthest->depth)) furthest = std::move(found);
        }
        if (fitting) return {};
        if (ids.size() == 1 || furthest->depth > path_.size()) return furthest;
        return flaw(fmt::format("fits none of its {} documented alternatives", ids.size()));
    }

    Found judge_number(const SchemaNode& node, double value) const {
        if (!std::isfinite(value)) return flaw("not a finite number");
        if (node.minimum && value < *node.minimum)
            return flaw(fmt::format("below its minimum of {}", *node.minimum));
        if (node.maximum && value > *node.maximum)
            return flaw(fmt::format("above its maximum of {}", *node.maximum));
        if (node.above && value <= *node.above)
            return flaw(fmt::format("not above {}", *node.above));
        if (node.below && value >= *node.below)
            return flaw(fmt::format("not below {}", *node.below));
        if (node.multiple_of && !is_multiple(value, *node.multiple_of))
            return flaw(fmt::format("no multiple of {}", *node.multiple_of));
        return {};
    }

    Found judge_string(const SchemaNode& node, const std::string& value) const {
        const std::size_t length =
            node.min_length || node.max_length != kNoLimit ? length_of(value) : 0;
        if (length < node.min_length)
            return flaw(fmt::format("shorter than {} characters", node.min_length));
        if (node.max_length != kNoLimit && length > node.max_length)
            return flaw(fmt::format("longer than {} characters", node.max_length));
        if (node.pattern && !matches(*node.pattern, value))
            return flaw(fmt::format("does not match {}", node.pattern->text));
        return {};
    }

    Found judge_array(const SchemaNode& node, const json& value, int depth) {
        if (value.size() < node.min_items)
            return flaw(fmt::format("fewer than {} elements", node.min_items));
        if (value.size() > node.max_items)
            return flaw(fmt::format("more than {} elements", node.max_items));
        for (std::size_t index = 0; index < value.size(); ++index) {
            const bool fixed = index < node.prefix.size();
            if (!fixed && !node.items) break;
            const SchemaId id = fixed ? node.prefix[index] : *node.items;
            if (auto found = within(std::to_string(index), id, value[index], depth)) return found;
        }
        if (node.unique && std::set<json>(value.begin(), value.end()).size() != value.size())
            return flaw("two equal elements where each must be another");
        if (node.contains && std::ranges::none_of(value, [&](const json& element) {
                return !judge(*node.contains, element, depth + 1);
            }))
            return flaw("no element is one that it must contain");
        return {};
    }

    Found judge_object(const SchemaNode& node, const json& value, int depth) {
        for (const std::string& name : node.required)
            if (!value.contains(name) && is_due(node, name))
                return flaw(fmt::format("'{}' is missing", name));
        if (value.size() < node.min_properties)
            return flaw(fmt::format("fewer than {} properties", node.min_properties));
        if (value.size() > node.max_properties)
            return flaw(fmt::format("more than {} properties", node.max_properties));
        std::size_t named = 0;
        for (const auto& [name, id] : node.properties) {
            const auto property = value.find(name);
            if (property == value.end()) continue;
            ++named;
            if (auto found = within(name, id, *property, depth)) return found;
        }
        if (named == value.size() && node.pattern_properties.empty()) return {};
        return judge_others(node, value, depth);
    }

    Found judge_others(const SchemaNode& node, const json& value, int depth) {
        if (!node.additional && node.pattern_properties.empty()) return {};
        for (const auto& [name, property] : value.items()) {
            bool known = std::ranges::find(node.properties, name,
                                           &decltype(node.properties)::value_type::first) !=
                         node.properties.end();
            for (const auto& [pattern, id] : node.pattern_properties) {
                if (!matches(pattern, name)) continue;
                known = true;
                if (auto found = within(name, id, property, depth)) return found;
            }
            if (known || !node.additional) continue;
            if (model_[*node.additional].nothing)
                return flaw(fmt::format("'{}' is not documented", name.substr(0, 60)));
            if (auto found = within(name, *node.additional, property, depth)) return found;
        }
        return {};
    }

    bool is_due(const SchemaNode& node, const std::string& name) const {
        const auto property =
            std::ranges::find(node.properties, name, &decltype(node.properties)::value_type::first);
        return property == node.properties.end() || goes(model_[property->second], direction_);
    }

    const SchemaModel& model_;
    Direction direction_;
    std::vector<std::string> path_;
    std::uint64_t steps_ = 0;
};

}  // namespace

std::optional<std::string> schema_flaw(const JsonSchema& schema, const json& value,
                                       Direction direction) {
    auto found = Validator(*schema.model, direction).judge(schema.root, value, 0);
    if (!found) return {};
    return std::move(found->text);
}

std::optional<std::string> schema_flaw_of_text(const JsonSchema& schema, std::string_view text,
                                               Direction direction) {
    if (is_deeper_than(text, kDeepestJson)) return "body: JSON nested deeper than 500";
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return "body: no JSON";
    return schema_flaw(schema, value, direction);
}

}  // namespace mettle::payload
