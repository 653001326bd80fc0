#pragma once

#include "mettle/tensor/tensor.hpp"

#include <string>

namespace mettle::wire {

// How a protocol writes elements where JSON leaves it open.
struct ElementForm {
    // A value that is not finite has no JSON. The bare NaN, Infinity and -Infinity are what
    // Triton's, TF Serving's and Python's clients read.
    enum class NonFinite { token, null };
    NonFinite non_finite = NonFinite::token;
    bool point = false;  // Whole floating-point numbers as "1.0", so that they are read as such.
    bool b64 = false;    // BYTES elements as {"b64":"..."}.
};

// Appends the elements as a flat JSON array, numbers in their shortest form.
void append_elements(std::string& out, const TensorView& tensor, ElementForm form = {});

// Appends the tensor as arrays nested as its shape says; a scalar without brackets.
void append_nested(std::string& out, const TensorView& tensor, ElementForm form = {});

// The same row by row, for who puts something between the rows.
class RowWriter {
public:
    // REQUIRES: the tensor has a first dimension. Its bytes outlive this.
    RowWriter(const TensorView& tensor, ElementForm form);
    // Appends the next row, nested as its shape says. REQUIRES: there is one
    void append(std::string& out);

private:
    TensorView row_;  // Its data: what has not been written yet.
    ElementForm form_;
};

// Appends a JSON string, quotes included. Bytes that are no UTF-8 go through as they are.
void append_string(std::string& out, std::string_view text);

}  // namespace mettle::wire
