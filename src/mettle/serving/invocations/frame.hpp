#pragma once

// A table of rows and columns, as MLflow's clients and CSV files send one, on its way to the inputs
// of a model.

#include "mettle/base/result.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"
#include "mettle/tensor/signature.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::invocations {

// Texts that no request holds. They stay where they are, with 64 readable bytes behind each.
class Texts {
public:
    std::string_view keep(std::string_view text);

private:
    std::deque<std::string> chunks_;  // None grows beyond what it has reserved.
};

struct Frame {
    static constexpr std::size_t kMostCells = std::size_t{1} << 23;

    std::vector<std::string> columns;                  // Empty: they have no names.
    std::vector<std::vector<std::string_view>> cells;  // By row: JSON texts, 64 bytes behind each.
    std::size_t size = 0;                              // Of all cells.
    Texts own;

    std::size_t width() const { return cells.empty() ? columns.size() : cells.front().size(); }
    std::string_view as_number(std::string_view text);
    // To the last row. Fails with `too_large` beyond kMostCells.
    Result<void> add_cell(std::string_view text);
};

// {"columns"?: [...], "index"?: [...], "data": [[...], ...]} and [{"column": value}, ...], as
// pandas orients them. At least 64 bytes behind the texts are readable. All rows have the same
// columns, else this fails with `invalid_input`.
Result<void> read_split(std::string_view text, Frame& frame);
Result<void> read_records(std::string_view text, Frame& frame);

// A column is an input where they have the inputs' names, or no names and are as many; else all of
// them together are the only input.
Result<void> give(Frame& frame, const Signature& signature, wire::TensorReader& tensors);

}  // namespace mettle::invocations
