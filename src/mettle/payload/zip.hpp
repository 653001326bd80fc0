#pragma once

#include "mettle/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::payload {

// The files of a zip archive, by name, in its order: stored or deflated, below 4 GiB, not
// encrypted. Together they may unpack to `most_bytes`; what an archive claims is not believed.
Result<std::vector<std::pair<std::string, std::string>>> unzip(std::string_view archive,
                                                               std::size_t most_bytes);

}  // namespace mettle::payload
