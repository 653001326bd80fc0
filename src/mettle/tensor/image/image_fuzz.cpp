#include "mettle/tensor/image/image_input.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// The first byte says how small it is wanted. A picture is of the size that its head said, or
// smaller where it was asked for, and has all its pixels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto file = std::as_bytes(std::span(data, size)).subspan(1);
    const mettle::ImageLimits limits{.side = 512, .pixels = 65'536};
    const int side = 1 + data[0];
    const auto head = mettle::read_image_size(file, limits);
    const auto image = mettle::decode_image(file, limits, mettle::ImageSize{side, side});
    if (!image) return 0;
    if (!head || image->size.width > head->width || image->size.height > head->height) std::abort();
    if (image->channels != 3 || image->pixels.size() != image->row_bytes() * image->height())
        std::abort();
    const auto small = mettle::resize(*image, {side, 7}, mettle::Interpolation::bicubic);
    if (small.pixels.size() != static_cast<std::size_t>(side) * 7 * 3) std::abort();
    return 0;
}
