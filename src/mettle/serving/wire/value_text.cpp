#include "mettle/serving/wire/value_text.hpp"

#include <fmt/format.h>

#include <array>

namespace mettle::wire {

namespace {

bool is_space(char character) {
    return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

// The place behind the string that begins at `at`.
std::size_t behind_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
    }
    return at + 1;
}

// The place behind the object that begins at `at`.
std::size_t behind_object(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        if (text[at] == '"') {
            at = behind_string(text, at);
            continue;
        }
        depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
        ++at;
        if (depth == 0) break;
    }
    return at;
}

// Counts the elements of the first array of each level.
class Counter {
public:
    explicit Counter(std::string_view text) : text_(text) {}

    // The number of arrays that begin before anything else.
    std::size_t rank() const {
        std::size_t rank = 0;
        for (const char character : text_) {
            if (character == '[')
                ++rank;
            else if (!is_space(character))
                break;
        }
        return rank;
    }

    Shape count(std::size_t rank) {
        for (std::size_t at = 0; at < text_.size();) at = step(at);
        Shape shape;
        for (std::size_t level = 0; level < rank; ++level) shape.push_back(levels_[level].elements);
        return shape;
    }

private:
    struct Level {
        std::int64_t elements = 0;
        bool counted = false;  // Its first array has ended.
        bool empty = true;     // Of the first array, so far.
    };

    std::size_t step(std::size_t at) {
        const char character = text_[at];
        if (character == ']') {
            if (depth_ == 0) return text_.size();  // Not nested as it should be.
            if (Level* level = here()) level->counted = true;
            --depth_;
            return at + 1;
        }
        if (is_space(character)) return at + 1;
        if (character == ',') {
            if (Level* level = here()) ++level->elements;
            return at + 1;
        }
        if (Level* level = here(); level && level->empty) {
            level->empty = false;
            level->elements = 1;
        }
        if (character == '[') {
            ++depth_;
            return at + 1;
        }
        return character == '"'   ? behind_string(text_, at)
               : character == '{' ? behind_object(text_, at)
                                  : at + 1;
    }

    // The level that is being counted, where the array at hand is its first.
    Level* here() {
        if (depth_ == 0 || depth_ > levels_.size()) return nullptr;
        Level& level = levels_[depth_ - 1];
        return level.counted ? nullptr : &level;
    }

    std::string_view text_;
    std::size_t depth_ = 0;
    std::array<Level, Shape::kMaxRank> levels_;
};

}  // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

simdjson::simdjson_result<std::string_view> text_of(simdjson::ondemand::value value) {
    // NaN and Infinity are of no type of JSON's, and some protocols have them: scalars like others.
    auto type = simdjson::ondemand::json_type::number;
    (void)value.type().get(type);
    std::string_view text;
    auto error = simdjson::SUCCESS;
    if (type == simdjson::ondemand::json_type::array) {
        simdjson::ondemand::array array;
        error = value.get_array().get(array);
        if (!error) error = array.raw_json().get(text);
    } else if (type == simdjson::ondemand::json_type::object) {
        simdjson::ondemand::object object;
        error = value.get_object().get(object);
        if (!error) error = object.raw_json().get(text);
    } else {
        text = value.raw_json_token();
    }
    if (error) return error;
    return trimmed(text);
}

Result<Shape> shape_of(std::string_view text) {
    Counter counter(text);
    const std::size_t rank = counter.rank();
    if (rank > Shape::kMaxRank)
        return fail(Error::Kind::invalid_input,
                    fmt::format("its arrays are nested more than {} deep", Shape::kMaxRank));
    return counter.count(rank);
}

}  // namespace mettle::wire
