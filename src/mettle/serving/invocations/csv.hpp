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

// Whether the first line has the columns' names: as a Content-Type says it (RFC 4180's parameter
// `header`), or by what is in it.
enum class CsvHeader { guess, present, absent };

// "text/csv; header=absent". Anything else than present and absent is a guess.
CsvHeader csv_header(std::string_view content_type);

// The same as a table for a model. By guess the first line has the names where they are the inputs'
// (MLflow's clients send them), where it has a text and all inputs are numbers, or where it is 0,
// 1, 2, ... (pandas' names of columns without); else it is a row (SageMaker's clients send no
// names). An empty field is NaN where the input is of numbers. At least 64 bytes behind `text`,
// which outlives the frame, are readable.
Result<void> read_csv(std::string_view text, const Signature& signature, CsvHeader header,
                      Frame& frame);

}  // namespace mettle::invocations
