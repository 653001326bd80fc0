#pragma once

#include "mettle/base/result.hpp"
#include "mettle/serving/invocations/frame.hpp"

#include <string_view>
#include <vector>

namespace mettle::invocations {

using CsvRow = std::vector<std::string_view>;

// RFC 4180's comma-separated values: quoted fields may hold commas, line ends and doubled quotes.
// Lines end in LF or CRLF; empty ones are passed over. The fields are views into `text`, or into
// `own` where a quote in them was doubled. Fails with `invalid_input` for a quote that does not end
// or has something behind it, and with `too_large` beyond Frame::kMostCells fields.
Result<std::vector<CsvRow>> read_csv(std::string_view text, Texts& own);

// The same as a table for a model. The first line has the columns' names where it is the inputs'
// (MLflow's clients send them), or where it has a text and all inputs are numbers; else it is a row
// (SageMaker's clients send no names). An empty field is NaN where the input is of numbers. At
// least 64 bytes behind `text`, which outlives the frame, are readable.
Result<void> read_csv(std::string_view text, const Signature& signature, Frame& frame);

}  // namespace mettle::invocations
