#pragma once

// The ids in an answer of a collection: in the object, in the objects of a list, in a list within
// the object, or in Location.

#include "mettle/load/transport.hpp"
#include "mettle/protocols/openapi/id_ring.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

// One worker's; keeps its memory.
class AnswerIds {
public:
    static constexpr std::size_t kMostOfAnswer = 64;
    static constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // Of bodies that are read.
    static constexpr std::size_t kMostPath = 512;

    AnswerIds();
    ~AnswerIds();
    AnswerIds(const AnswerIds&) = delete;
    AnswerIds& operator=(const AnswerIds&) = delete;

    // Adds to `ring` the paths below `collection`, as it was sent ("/users/7/orders"). `fields`: as
    // id_fields() names them. Numbers that are whole and texts are ids, and nothing else. Returns
    // how many it found; 0 for anything that is no answer of success with ids.
    std::size_t read(const load::AnswerView& answer, std::string_view collection,
                     const std::vector<std::string>& fields, IdRing& ring);

private:
    struct Parser;

    std::size_t read_location(std::string_view location, std::string_view collection, IdRing& ring);
    std::size_t read_body(std::string_view body, std::string_view collection,
                          const std::vector<std::string>& fields, IdRing& ring);

    std::unique_ptr<Parser> parser_;
    std::string path_;
};

}  // namespace mettle::protocols::openapi
