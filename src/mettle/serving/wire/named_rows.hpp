#pragma once

// Rows that name their values, [{"x": ..., "y": ...}, ...]: what TF Serving calls instances and
// examples, and MLflow records. Kept as texts, by input, until their number is known.

#include "mettle/serving/wire/tensor_reader.hpp"

#include <simdjson.h>

#include <string_view>
#include <vector>

namespace mettle::wire {

class NamedRows {
public:
    // Reads the array `text`. Each row has each input once, and nothing else; what a row lacks is
    // taken from the object `context`, where there is one. `row` is what the client calls a row.
    // At least 64 bytes behind the texts are readable.
    Result<void> read(simdjson::ondemand::parser& parser, std::string_view text,
                      const Signature& signature, std::string_view row,
                      std::string_view context = {});
    // The same of one object, `what` by name.
    Result<void> read_one(simdjson::ondemand::parser& parser, std::string_view text,
                          const Signature& signature, std::string_view what);

    std::size_t size() const { return rows_; }
    // The first row's.
    std::string_view text(std::size_t input) const { return texts_[input].front(); }
    // All rows, to each input its own.
    Result<void> give_to(TensorReader& tensors) const;

private:
    void begin(const Signature& signature);
    Result<void> read_row(simdjson::ondemand::object object, std::string_view what);
    Result<void> complete(std::string_view what);

    const Signature* signature_ = nullptr;
    std::size_t rows_ = 0;
    std::vector<std::vector<std::string_view>> texts_;  // By input, by row.
    std::vector<std::string_view> context_;             // By input; empty: none.
};

// Whether the text is an object with the single key "b64": bytes, not names.
bool is_b64_object(std::string_view text);
// Whether the first element of an array is an object that names values.
bool first_is_named(std::string_view array);

}  // namespace mettle::wire
