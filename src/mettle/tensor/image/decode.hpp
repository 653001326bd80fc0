#pragma once

// JPEG and PNG out of a client's hands: the size is read before memory is made, and what is wrong
// with a file is said in a sentence. PNG's transparency is dropped; its gamma and a JPEG's
// orientation are not applied beyond what its library does: as Pillow's convert("RGB").

#include "mettle/base/result.hpp"
#include "mettle/tensor/image/image.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mettle {

struct ImageLimits {
    bool operator==(const ImageLimits&) const = default;

    int side = 16'384;                 // Width and height.
    std::int64_t pixels = 40'000'000;  // Both together: 120 MB when decoded.
};

// What the file's head says. Fails with `invalid_input` for what is neither JPEG nor PNG or has no
// readable head, with `too_large` beyond the limits.
Result<ImageSize> read_image_size(std::span<const std::byte> file, const ImageLimits& limits);

// Red, green and blue. Of a JPEG that is much larger than `needed`, a half, quarter or eighth of
// its size may be made instead, never less than twice `needed`: far cheaper, and next to the same
// once it is made smaller. Fails as read_image_size() does, and for a file that is cut off or
// corrupt.
Result<Image> decode_image(std::span<const std::byte> file, const ImageLimits& limits,
                           std::optional<ImageSize> needed = std::nullopt);

}  // namespace mettle
