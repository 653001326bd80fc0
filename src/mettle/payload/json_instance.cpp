#include "mettle/payload/json_instance.hpp"

#include "mettle/payload/choices.hpp"
#include "mettle/payload/format_text.hpp"
#include "mettle/payload/json_validator.hpp"
#include "mettle/payload/number_choice.hpp"
#include "mettle/payload/pattern_text.hpp"
#include "mettle/payload/schema_merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mettle::payload {

namespace {

using nlohmann::json;

constexpr int kShallow = 6;  // Values below get only what they must have.
constexpr int kDeepest = 100;
constexpr std::uint64_t kMostValues = 2'000'000;
constexpr std::size_t kLongestText = std::size_t{16} << 20;
constexpr int kAttempts = 16;

// Carries an Error out of the recursion to make_instance(), and no further.
struct CannotMake {
    Error error;
};

class Maker {
public:
    struct Manner {
        std::uint64_t seed;
        bool complete;       // Everything in it, and everywhere the first choice.
        bool take_examples;  // Of the parts.
        Direction direction;
    };

    Maker(const SchemaModel& model, const Manner& manner)
        : sums_(model), manner_(manner), choices_(manner.seed) {}

    json make(SchemaId id, const std::string& place, int depth) {
        if (++values_ > kMostValues)
            cannot(place, "the value would be larger than two million values",
                   Error::Kind::too_large);
        if (depth > kDeepest || sums_.depth(id) == kEndless)
            cannot(place, sums_[id].nothing ? "the schema allows no value"
                                            : "the schema requires itself without an end");
        const SchemaNode& plain = sums_[id];
        if (plain.all_of.empty() && plain.any_of.empty() && plain.one_of.empty())
            return make_settled(plain, place, depth);
        SchemaNode settled = plain;
        settle(settled, place, depth, 0);
        return make_settled(settled, place, depth);
    }

private:
    [[noreturn]] static void cannot(const std::string& place, const std::string& why,
                                    Error::Kind kind = Error::Kind::unsupported) {
        throw CannotMake{{kind, fmt::format("{}: {}", place.empty() ? "body" : place, why)}};
    }

    // Puts into the node itself what all_of says and one of the alternatives.
    void settle(SchemaNode& node, const std::string& place, int depth, int nested) {
        if (nested > kDeepest) cannot(place, "the schema refers to itself without an end");
        std::vector<SchemaId> parts = std::exchange(node.all_of, {});
        for (auto* alternatives : {&node.any_of, &node.one_of}) {
            if (alternatives->empty()) continue;
            const std::size_t chosen = choose(*alternatives, node, place, depth);
            parts.push_back((*alternatives)[chosen]);
            if (chosen < node.discriminations.size())
                discriminate(node, parts.back(), node.discriminations[chosen]);
            alternatives->clear();
        }
        for (const SchemaId part : parts) {
            SchemaNode other = sums_[part];
            settle(other, place, depth, nested + 1);
            sums_.merge(node, other);
        }
        if (node.nothing || node.types == 0) cannot(place, "its schemas exclude each other");
    }

    std::size_t choose(const std::vector<SchemaId>& ids, const SchemaNode& node,
                       const std::string& place, int depth) {
        std::vector<std::size_t> possible;
        for (std::size_t index = 0; index < ids.size(); ++index)
            if (sums_.depth(ids[index]) != kEndless && (sums_[ids[index]].types & node.types))
                possible.push_back(index);
        if (possible.empty()) cannot(place, "none of the alternatives can be made");
        if (depth >= kShallow)
            return *std::ranges::min_element(
                possible, {}, [&](std::size_t index) { return sums_.depth(ids[index]); });
        // Null is seldom what a caller sends.
        const bool with_null = !manner_.complete && choices_.chance(0.125);
        std::vector<std::size_t> wanted;
        for (const std::size_t index : possible)
            if (with_null || sums_[ids[index]].types != kNull) wanted.push_back(index);
        if (wanted.empty()) wanted = possible;
        return manner_.complete ? wanted[0] : wanted[choices_.below(wanted.size())];
    }

    // A choice whose own property says which it is needs no help.
    void discriminate(SchemaNode& node, SchemaId choice, const std::string& name) {
        if (node.discriminator.empty() || name.empty()) return;
        for (const auto& [property, id] : sums_[choice].properties)
            if (property == node.discriminator && sums_[id].allowed) return;
        SchemaNode known;
        known.allowed.emplace({json(name)});
        SchemaNode constraint;
        constraint.properties.emplace_back(node.discriminator, sums_.add(std::move(known), 1));
        constraint.required.push_back(node.discriminator);
        sums_.merge(node, constraint);
    }

    json make_settled(const SchemaNode& node, const std::string& place, int depth) {
        if (node.allowed) return choose_value(node, place);
        // Those of the whole have had their turn.
        const bool own = manner_.take_examples && !node.examples.empty() &&
                         !(depth == 0 && node.examples[0].is_structured());
        if (own && manner_.complete) return node.examples[0];
        if (own && choices_.chance(0.4)) return varied(node);
        switch (choose_type(node, depth)) {
            case kNull:
                return nullptr;
            case kBoolean:
                return choices_.chance(0.5);
            case kInteger:
                return make_number(node, true, place);
            case kNumber:
                return make_number(node, false, place);
            case kString:
                return make_string(node, place);
            case kArray:
                return make_array(node, place, depth);
            default:
                return make_object(node, place, depth);
        }
    }

    json choose_value(const SchemaNode& node, const std::string& place) {
        std::vector<const json*> possible;
        for (const json& value : *node.allowed)
            if (node.types & type_of(value)) possible.push_back(&value);
        if (possible.empty()) cannot(place, "none of its values is of its type");
        return *possible[manner_.complete ? 0 : choices_.below(possible.size())];
    }

    // One of its examples; a number somewhere near one.
    json varied(const SchemaNode& node) {
        const json& example = node.examples[choices_.below(node.examples.size())];
        if (!example.is_number()) return example;
        const double factor = 0.5 + choices_.unit();
        if (type_of(example) == kNumber) return example.get<double>() * factor;
        return static_cast<std::int64_t>(std::clamp(example.get<double>() * factor, -9e15, 9e15));
    }

    // What a schema without a type means is seen from its other words.
    unsigned choose_type(const SchemaNode& node, int depth) {
        unsigned types = node.types;
        if (depth >= kShallow && types != kAnyType && (types & kNull)) return kNull;
        if (types == kAnyType) {
            if (!node.properties.empty() || !node.required.empty() || node.additional)
                types = kObject;
            else if (!node.prefix.empty() || node.items || node.min_items)
                types = kArray;
            else if (node.minimum || node.maximum || node.above || node.below || node.multiple_of)
                types = kNumber;
            else
                types = kString;
        }
        if (types & kNumber) types &= ~static_cast<unsigned>(kInteger);
        if (types != kNull && (manner_.complete || !choices_.chance(0.125)))
            types &= ~static_cast<unsigned>(kNull);
        std::vector<unsigned> possible;
        for (const unsigned type : {kString, kNumber, kInteger, kBoolean, kArray, kObject, kNull})
            if (types & type) possible.push_back(type);
        return possible[manner_.complete ? 0 : choices_.below(possible.size())];
    }

    json make_number(const SchemaNode& node, bool whole, const std::string& place) {
        const auto number = choose_number(node, whole, choices_);
        if (!number) cannot(place, "no number is within its bounds");
        if (whole) return static_cast<std::int64_t>(*number);
        return *number;
    }

    json make_string(const SchemaNode& node, const std::string& place) {
        if (node.min_length > node.max_length) cannot(place, "minLength is above maxLength");
        if (node.min_length > kLongestText)
            cannot(place, "a text of more than 16 MiB", Error::Kind::too_large);
        values_ += node.min_length / 16;
        if (node.pattern) return make_by_pattern(node, place);
        return text_of_format(node.format, node.min_length, node.max_length, choices_);
    }

    json make_by_pattern(const SchemaNode& node, const std::string& place) {
        for (int attempt = 0; attempt < 5 && node.pattern->compiled; ++attempt) {
            const auto text = text_of_length(node.pattern->text, node.min_length,
                                             std::min(node.max_length, kLongestText), choices_);
            if (text && matches(*node.pattern, *text)) return *text;
        }
        if (!node.examples.empty()) return node.examples[0];
        cannot(place, fmt::format("no text could be made for the pattern '{}': an example in the "
                                  "schema or a column of --data would give one",
                                  node.pattern->text.substr(0, 100)));
    }

    std::size_t choose_size(std::size_t least, std::size_t most, int depth,
                            const std::string& place) {
        if (least > most) cannot(place, "its least size is above its most");
        if (depth >= kShallow || least >= most) return least;
        const std::size_t usual = std::max<std::size_t>(least, 1);
        return std::min(most, manner_.complete ? usual : usual + choices_.below(4));
    }

    json make_array(const SchemaNode& node, const std::string& place, int depth) {
        std::size_t least = node.min_items;
        if (node.contains) least = std::max<std::size_t>(least, 1);
        if (depth < kShallow && node.max_items >= node.prefix.size())
            least = std::max(least, node.prefix.size());
        const bool closed = node.items && sums_.depth(*node.items) == kEndless;
        const std::size_t most = closed ? std::max(node.prefix.size(), least) : node.max_items;
        const std::size_t size = choose_size(least, most, depth, place);
        if (size > kMostValues)
            cannot(place, "the array would be larger than two million values",
                   Error::Kind::too_large);
        json array = json::array();
        for (std::size_t index = 0; index < size; ++index) {
            json element = make_element(node, index, place, depth);
            for (int turn = 0; node.unique && turn < 50 && contains(array, element); ++turn) {
                manner_.complete = false;
                element = make_element(node, index, place, depth);
            }
            if (node.unique && contains(array, element) && array.size() >= node.min_items) break;
            array.push_back(std::move(element));
        }
        return array;
    }

    static bool contains(const json& array, const json& element) {
        return std::ranges::find(array, element) != array.end();
    }

    json make_element(const SchemaNode& node, std::size_t index, const std::string& place,
                      int depth) {
        std::optional<SchemaId> id =
            index < node.prefix.size() ? std::optional(node.prefix[index]) : node.items;
        if (node.contains && index == 0) id = id ? sums_.both(*id, *node.contains) : node.contains;
        if (!id) return json(choices_.below(10));
        return make(*id, fmt::format("{}/{}", place, index), depth + 1);
    }

    json make_object(const SchemaNode& node, const std::string& place, int depth) {
        json object = json::object();
        for (const auto& [name, id] : node.properties) {
            if (!goes(sums_[id], manner_.direction)) continue;
            const bool required = std::ranges::find(node.required, name) != node.required.end();
            if (required || takes_optional(node, object, id, depth))
                object[name] = make(id, fmt::format("{}/{}", place, name), depth + 1);
        }
        for (const std::string& name : node.required)
            if (!object.contains(name) && !is_property(node, name))
                object[name] = make_other(node, name, place, depth);
        add_others(node, object, place, depth);
        return object;
    }

    bool takes_optional(const SchemaNode& node, const json& object, SchemaId id, int depth) {
        if (sums_.depth(id) == kEndless || object.size() >= node.max_properties) return false;
        const std::size_t still = node.required.size() + object.size();
        if (depth >= kShallow || still >= node.max_properties) return false;
        return manner_.complete || choices_.chance(0.6);
    }

    static bool is_property(const SchemaNode& node, const std::string& name) {
        return std::ranges::find(node.properties, name,
                                 &decltype(node.properties)::value_type::first) !=
               node.properties.end();
    }

    json make_other(const SchemaNode& node, const std::string& name, const std::string& place,
                    int depth) {
        const std::string where = fmt::format("{}/{}", place, name);
        for (const auto& [pattern, id] : node.pattern_properties)
            if (matches(pattern, name)) return make(id, where, depth + 1);
        if (node.additional) return make(*node.additional, where, depth + 1);
        return words(1, 12, choices_);
    }

    // Properties that have no name in the schema: as many as must be, or a few of a map.
    void add_others(const SchemaNode& node, json& object, const std::string& place, int depth) {
        const bool closed = node.additional && sums_.depth(*node.additional) == kEndless;
        const bool map = node.properties.empty() && !closed && depth < kShallow &&
                         (node.additional || !node.pattern_properties.empty());
        const std::size_t wanted =
            std::min(node.max_properties, std::max<std::size_t>(node.min_properties, map ? 2 : 0));
        for (int turn = 0; object.size() < wanted && turn < 1000; ++turn) {
            std::string name = fmt::format("key{}", object.size() + 1);
            if (!node.pattern_properties.empty())
                name = text_for_pattern(node.pattern_properties[0].first.text, 1000, choices_)
                           .value_or(name);
            if (closed && !std::ranges::any_of(node.pattern_properties, [&](const auto& each) {
                    return matches(each.first, name);
                }))
                break;
            if (!object.contains(name)) object[name] = make_other(node, name, place, depth);
        }
    }

    SchemaSums sums_;
    Manner manner_;
    Choices choices_;
    std::uint64_t values_ = 0;
};

std::uint64_t seed_of(const InstanceOptions& options, std::uint64_t attempt) {
    Choices mixed(options.seed * 0x9e3779b97f4a7c15 + options.index);
    const std::uint64_t first = mixed.next();
    return first + attempt * 0xd1342543de82ef95;
}

}  // namespace

std::size_t example_count(const JsonSchema& schema) {
    return (*schema.model)[schema.root].examples.size();
}

Result<json> make_instance(const JsonSchema& schema, const InstanceOptions& options) {
    const auto& examples = (*schema.model)[schema.root].examples;
    // Examples are often older than the schema beside them.
    if (options.index < examples.size() &&
        !schema_flaw(schema, examples[options.index], options.direction))
        return examples[options.index];
    Error error;
    for (std::uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
        const Maker::Manner manner{seed_of(options, attempt),
                                   attempt == 0 && options.index <= examples.size(),
                                   attempt < kAttempts / 2, options.direction};
        try {
            json value = Maker(*schema.model, manner).make(schema.root, "", 0);
            auto flaw = schema_flaw(schema, value, options.direction);
            if (!flaw) return value;
            error = {Error::Kind::unsupported, std::move(*flaw)};
        } catch (CannotMake& cannot) {
            error = std::move(cannot.error);
            if (error.kind == Error::Kind::too_large) break;
        }
    }
    return std::unexpected(std::move(error));
}

}  // namespace mettle::payload
