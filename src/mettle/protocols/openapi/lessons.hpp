#pragma once

// Which operations' answers give the ids that the paths of others need: a GET of the collection
// "/items" and a POST to it teach "/items/{item_id}" and all below that.

#include "mettle/protocols/openapi/document.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

// "/items/{item_id}" of "/items/{item_id}/parts".
struct ItemPath {
    bool operator==(const ItemPath&) const = default;

    std::string collection;    // "/items"; templates within it are learned or given with it.
    std::string parameter;     // "item_id"
    std::size_t segments = 0;  // Of the whole: 2.
};

struct Lesson {
    ItemPath item;
    std::vector<std::uint32_t> teachers;  // Of the operations; at least one.
};

struct Lessons {
    std::vector<Lesson> all;
    // By operation: which of `all` its path begins with. What teaches a lesson has a shorter path
    // than what takes it, so that there is always one operation that takes none.
    std::vector<std::optional<std::uint32_t>> taken;
};

// Ids for which the document has a value, or `columns` of the user's data, are not learned.
Lessons find_lessons(const std::vector<const Operation*>& operations,
                     const std::set<std::string>& columns);

// The fields of an answer that may hold the id, the most telling first: "item_id", "itemId", "id".
std::vector<std::string> id_fields(const ItemPath& item);

// How much of a target's path its first so many segments are: "/items/5" of "/items/5/parts?a=1".
// npos where it has fewer.
std::size_t length_of_segments(std::string_view target, std::size_t segments);

}  // namespace mettle::protocols::openapi
