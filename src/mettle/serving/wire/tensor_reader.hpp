#pragma once

// From the JSON texts of a request's values to the inputs of a model, for protocols whose requests
// do not say the shapes: those follow from how the values are nested.

#include "mettle/base/result.hpp"
#include "mettle/inference/model.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::wire {

// Fills a slab input by input. One for each thread: it keeps buffers. Texts lie in a request whose
// bytes have 64 more readable behind them.
class TensorReader {
public:
    TensorReader();
    ~TensorReader();
    TensorReader(TensorReader&&) = delete;

    // `packed` gets the BYTES inputs in V2's form: the slab borrows them, so it outlives the run.
    void begin(const Signature& signature, Slab& slab, std::vector<std::string>& packed);

    // The whole of an input, its rows included.
    Result<void> take_whole(std::size_t input, std::string_view text);
    // One row of it: the value has one dimension less.
    Result<void> take_row(std::size_t input, std::string_view text) {
        return take_rows(input, {&text, 1});
    }
    // A text for each row; a row of a single value may stand with brackets or without.
    Result<void> take_rows(std::size_t input, std::span<const std::string_view> texts);
    // Bytes that came otherwise than as JSON: the elements of a BYTES input, one a row.
    Result<void> take_bytes(std::size_t input, std::span<const std::string_view> elements);
    Result<void> take_bytes(std::size_t input, std::string_view element) {
        return take_bytes(input, std::span(&element, 1));
    }

    bool has(std::size_t input) const { return seen_[input]; }

    // Every input has been given. The rows: 1 where the model has none.
    Result<std::int64_t> finish() const;

private:
    struct Parser;

    Result<void> accept(std::size_t input, const Shape& shape);
    Result<void> read_numbers(std::string_view text, const TensorSpec& spec, const Shape& shape,
                              std::span<std::byte> memory);
    Result<void> read_strings(std::string_view text, const TensorSpec& spec, const Shape& shape,
                              std::string& packed);
    Result<void> take_string_rows(std::size_t input, std::span<const std::string_view> texts,
                                  const Shape& row, const Shape& shape);
    Result<void> take_number_rows(std::size_t input, std::span<const std::string_view> texts,
                                  const Shape& row, const Shape& shape);
    std::string_view as_array(std::string_view text);

    const Signature* signature_ = nullptr;
    Slab* slab_ = nullptr;
    std::vector<std::string>* packed_ = nullptr;
    std::vector<bool> seen_;
    std::int64_t rows_ = -1;
    std::string bracketed_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace mettle::wire
