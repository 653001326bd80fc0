#pragma once

// Values that a JSON Schema allows, for requests.

#include "mettle/payload/json_schema.hpp"

#include <cstdint>
#include <string>

namespace mettle::payload {

struct InstanceOptions {
    std::uint64_t seed = 1;
    std::uint64_t index = 0;
    Direction direction = Direction::request;
};

// Valid by construction, and checked: the schema's own examples first, then an instance with
// everything in it, then varied ones. The same seed and index give the same value on every machine.
// Recursion takes its end where the schema has one. Errors (unsupported): what cannot be made, with
// its place: a pattern beyond text_for_pattern(), bounds that exclude each other, a schema that
// requires itself; (too_large): an instance of more than two million values or 16 MiB of text.
Result<nlohmann::json> make_instance(const JsonSchema& schema, const InstanceOptions& options);

// How many of the first indexes are the schema's own examples.
std::size_t example_count(const JsonSchema& schema);

}  // namespace mettle::payload
