#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::v2 {

// Triton's raw binary request: the body is the only input's bytes, and nothing says its shape. One
// dimension of any size follows from their number; of two such the rows are one. A BYTES input has
// the body as its single element. Gives the rows. Fails with `invalid_input` and a sentence; the
// slab borrows of `body` or `packed`, which must outlive the run.
Result<std::int64_t> read_raw(std::string_view body, const Signature& signature, Slab& slab,
                              std::string& packed);

}  // namespace mettle::v2
