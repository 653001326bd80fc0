#include "mettle/payload/json_instance.hpp"
#include "mettle/payload/json_schema.hpp"
#include "mettle/payload/json_validator.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What can be read as a schema gives instances that it allows, or says why not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::payload;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto schema = parse_json_schema(text);
    if (!schema) return 0;
    for (std::uint64_t index = 0; index < 3; ++index) {
        const auto value = make_instance(*schema, {7, index, Direction::request});
        if (!value) {
            if (value.error().message.empty()) std::abort();
            return 0;
        }
        if (schema_flaw(*schema, *value, Direction::request)) std::abort();
        if (*make_instance(*schema, {7, index, Direction::request}) != *value) std::abort();
    }
    return 0;
}
