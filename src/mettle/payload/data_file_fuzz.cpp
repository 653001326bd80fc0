#include "mettle/payload/data_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

// Every row has the first one's fields, or at least one, and lines grow.
void check(const mettle::Result<std::vector<mettle::payload::DataRow>>& rows, bool same_fields) {
    if (!rows) return;
    std::size_t line = 0;
    for (const auto& row : *rows) {
        if (row.line <= line || row.fields.empty()) std::abort();
        if (same_fields && row.fields.size() != rows->front().fields.size()) std::abort();
        line = row.line;
        for (const auto& field : row.fields) field.plain();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(mettle::payload::parse_csv(text, "fuzz"), true);
    check(mettle::payload::parse_jsonl(text, "fuzz"), false);
    return 0;
}
