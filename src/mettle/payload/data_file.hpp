#pragma once

// Rows of a user's file, for --data: a CSV file with a line of names, or JSON lines with an object
// each. Whole files, read before a load starts, bounded.

#include "mettle/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::payload {

struct DataField {
    bool operator==(const DataField&) const = default;

    // As text, whatever it was written as: a JSON string without its quotes.
    std::string plain() const;

    std::string name;
    std::string value;  // A CSV cell without its quotes, or compact JSON text ("\"a\"", "[1,2]").
    bool is_json = false;  // Of a JSON line.
};

struct DataRow {
    bool operator==(const DataRow&) const = default;

    const DataField* field(std::string_view name) const;  // None: null.

    std::size_t line = 0;           // Where it begins, from 1.
    std::vector<DataField> fields;  // In the file's order; each name once.
};

struct DataLimits {
    std::size_t bytes = std::size_t{256} << 20;
    std::size_t rows = 1'000'000;
    std::size_t fields = 10'000;  // Of a row.
    int depth = 64;               // Of a JSON value.
};

// RFC 4180, with LF or CRLF, a byte order mark and empty lines allowed. `name` is the file's, for
// errors: "rows.csv:3: 2 fields where line 1 names 3". Fail also when there are no rows.
Result<std::vector<DataRow>> parse_csv(std::string_view text, std::string_view name,
                                       DataLimits limits = {});
Result<std::vector<DataRow>> parse_jsonl(std::string_view text, std::string_view name,
                                         DataLimits limits = {});

// One line of such, which is line `number`.
Result<DataRow> parse_json_row(std::string_view line, std::string_view name, std::size_t number,
                               DataLimits limits = {});

// By extension: .csv, .jsonl or .ndjson.
Result<std::vector<DataRow>> read_data_file(const std::string& path, DataLimits limits = {});

// The whole file, for those who parse it themselves.
Result<std::string> read_whole_file(const std::string& path, std::size_t most_bytes);

}  // namespace mettle::payload
