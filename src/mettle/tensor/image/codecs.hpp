#pragma once

// The two formats behind decode.hpp. Sizes are checked against the limits there.

#include "mettle/base/result.hpp"
#include "mettle/tensor/image/image.hpp"

#include <optional>
#include <span>

namespace mettle::jpeg {

bool is_jpeg(std::span<const std::byte> file);
Result<ImageSize> read_size(std::span<const std::byte> file);
Result<Image> decode(std::span<const std::byte> file, std::optional<ImageSize> needed);

}  // namespace mettle::jpeg

namespace mettle::png {

bool is_png(std::span<const std::byte> file);
Result<ImageSize> read_size(std::span<const std::byte> file);
Result<Image> decode(std::span<const std::byte> file);

}  // namespace mettle::png
