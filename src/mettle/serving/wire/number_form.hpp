#pragma once

namespace mettle::wire {

// What a protocol takes for a number in the JSON of a tensor, beyond what JSON says.
struct NumberForm {
    bool non_finite = false;  // NaN, Infinity and -Infinity, as bare tokens.
    bool halves = false;      // FP16 and BF16 as numbers; else they have no JSON form.
};

}  // namespace mettle::wire
