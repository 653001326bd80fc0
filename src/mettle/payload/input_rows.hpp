#pragma once

// Real inputs from a file of --data: records by input, sent in turn.

#include "mettle/payload/tensors.hpp"
#include "mettle/tensor/signature.hpp"

#include <map>
#include <string>
#include <vector>

namespace mettle::payload {

// Of .csv, .jsonl, .npy and .npz files. A column, key or array belongs to the input of its name;
// others are left out. CSV: `NAME` holds a number, a text or JSON; `NAME[0]`, `NAME[1]`, ... hold
// one element each; and where the model has one input and no column its name, all columns are the
// elements of its row. NPY: the model's only input. A folder: its pictures (picture_rows).
class InputRows {
public:
    // Errors name the file, and the line where there is one.
    static Result<InputRows> read(const std::string& path, const Signature& signature);

    bool has(std::string_view input) const { return records_.contains(input); }
    std::size_t size() const { return size_; }

    // `count` records from `first` on, in a circle. Of an input with a free first dimension a
    // record is a row of the batch, else all of a request (`count` is 1). Fails when their shapes
    // differ. REQUIRES: has(input)
    Result<Tensor> take(const TensorSpec& input, std::size_t first, std::int64_t count) const;

private:
    static Result<InputRows> from_text(const std::string& path, const Signature& signature);
    static Result<InputRows> from_pictures(const std::string& path, const Signature& signature);
    static Result<InputRows> from_arrays(const std::string& path, const Signature& signature);
    Result<void> finish(const std::string& path, const Signature& signature,
                        const std::vector<std::string>& found);

    std::map<std::string, std::vector<Tensor>, std::less<>> records_;
    std::size_t size_ = 0;
};

// The shape of a record: without the first dimension where that is free.
Shape record_shape(const TensorSpec& input);

}  // namespace mettle::payload
