#include "mettle/tensor/image/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle {

namespace {

// Where a crop begins in the picture, and where the picture begins in it; torchvision's rounding.
struct Span {
    Span(int whole, int part)
        : from(whole > part ? static_cast<int>(std::nearbyint((whole - part) / 2.0)) : 0),
          to(part > whole ? (part - whole) / 2 : 0),
          length(std::min(whole, part)) {}
    int from;
    int to;
    int length;
};

}  // namespace

std::string ImageSize::to_string() const {
    return fmt::format("{}x{}", width, height);
}

Image to_grey(const Image& rgb) {
    Image grey(rgb.size, 1);
    const std::uint8_t* from = rgb.pixels.data();
    for (std::uint8_t& pixel : grey.pixels) {
        const std::uint32_t sum = from[0] * 19595U + from[1] * 38470U + from[2] * 7471U + 0x8000U;
        pixel = static_cast<std::uint8_t>(sum >> 16U);
        from += 3;
    }
    return grey;
}

Image crop_centre(const Image& image, ImageSize size) {
    Image cropped(size, image.channels);
    const Span across(image.size.width, size.width);
    const Span down(image.size.height, size.height);
    const auto pixel = static_cast<std::size_t>(image.channels);
    for (int y = 0; y < down.length; ++y) {
        const std::uint8_t* from = image.row(static_cast<std::size_t>(down.from + y)) +
                                   static_cast<std::size_t>(across.from) * pixel;
        std::uint8_t* to = cropped.row(static_cast<std::size_t>(down.to + y)) +
                           static_cast<std::size_t>(across.to) * pixel;
        std::copy_n(from, static_cast<std::size_t>(across.length) * pixel, to);
    }
    return cropped;
}

}  // namespace mettle
