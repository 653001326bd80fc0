#pragma once

// The inputs of a model's payloads: by its signature, by laws, or from real rows. Deterministic:
// the same options, seed and index give the same inputs.

#include "mettle/payload/input_rows.hpp"
#include "mettle/payload/size_law.hpp"
#include "mettle/payload/value_law.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mettle::payload {

struct MakerOptions {
    SizeLaw batch;             // Rows: the first dimension, where that is free (-1).
    bool batch_given = false;  // The user asked for it, so a fixed one is an error.
    // By input, "*" for all others. Whole shapes win over `batch`.
    std::map<std::string, std::vector<SizeLaw>> shapes;
    std::map<std::string, ValueLaw> values;
    std::string data;  // A file, or empty.
    std::uint64_t seed = 1;
};

// "pixels:1,3,64..256,64..256" and "ids:zipf(30000,1.1)", as --shape and --values take them.
Result<std::pair<std::string, std::vector<SizeLaw>>> parse_shape_law(std::string_view text);
Result<std::pair<std::string, ValueLaw>> parse_input_values(std::string_view text);

class InputMaker {
public:
    static constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // Of one payload.

    // Reads the data. Fails where the options do not fit the signature: the error names the input
    // and the flag.
    static Result<InputMaker> create(Signature signature, MakerOptions options);

    // Payloads to send every row of the data once; without data nothing.
    std::optional<std::uint64_t> whole_data() const;

    Result<Tensors> make(std::uint64_t index);

private:
    InputMaker(Signature signature, MakerOptions options)
        : signature_(std::move(signature)), options_(std::move(options)) {}

    Result<void> check() const;
    Result<void> check_fits(const TensorSpec& input) const;
    Result<TensorSpec> resolve(const TensorSpec& input, std::uint64_t index) const;
    const ValueLaw* values_of(const TensorSpec& input) const;
    const std::vector<SizeLaw>* shape_of(const TensorSpec& input) const;
    std::size_t first_row(std::uint64_t index);

    Signature signature_;
    MakerOptions options_;
    std::optional<InputRows> rows_;
    std::vector<std::size_t> first_rows_ = {0};  // Of the payloads so far, and the next.
};

}  // namespace mettle::payload
